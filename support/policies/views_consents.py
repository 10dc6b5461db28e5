"""The notice of a major version on every page, and the member's own pages: the version that binds them, consents."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import current_actor, row_number, safe_next
from support.core.web_pages import language
from support.policies import consent_pages, queries_consents, service, service_answers
from support.policies.models import AnswerAct, Purpose
from support.policies.queries_consents import Notice
from support.policies.revision_pages import day_words
from support.policies.views import blueprint, keep_choice

_LANDINGS = frozenset({"accounts.console", "workorders.index"})
"""Where people come after signing in, or begin: only there are they led to a question, never out of something."""
_FIRST = "workorders.start"
GUEST = ("policies.consents", "policies.withdraw")
"""Guests agree to something, too, and take it back."""


@blueprint.app_context_processor
def notice_facts() -> dict[str, Any]:
    """Give the member's shell the notice that stands, unless this reader closed it."""
    if g.get("bare") or request.endpoint is None:
        return {}
    notice = queries_consents.standing_notice()
    shown = notice is not None and not is_closed(notice)
    return {
        "policy_notice": _drawn(notice) if notice and shown else None,
        "policy_proposal": _proposed() if request.endpoint == _FIRST else None,
    }


def _drawn(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.version_id,
        "label": notice.label,
        "summary": notice.summary(language()),
        "day": day_words(notice.effective_from),
        "coming": notice.effective_from > utcnow(),
        "shrinks": notice.shrinks,
        "closable": current_actor().signed_in,
    }


def _proposed() -> dict[str, Any] | None:
    """Return what is open for comment, for the first page alone: there it has to stand in sight (ECL 34)."""
    found = queries_consents.open_proposal()
    return {"uid": found[0], "until": day_words(found[1])} if found else None


def is_closed(notice: Notice) -> bool:
    """True where this reader closed the notice; asked of the database once in a session, then of its cookie."""
    actor = current_actor()
    if actor.id is None:
        return False
    mine = [actor.session, notice.version_id]
    kept = session.get("policy_notice")
    if not kept or kept[:2] != mine:
        closed = queries_consents.has_answered(actor.id, notice.version_id, AnswerAct.READ)
        session["policy_notice"] = kept = [*mine, closed]
    return bool(kept[2])


@blueprint.before_app_request
def ask_once() -> Response | None:
    """Lead a member to the question about a version that takes rights away, once in a session (PP-8.2)."""
    if request.method != "GET" or request.endpoint not in _LANDINGS:
        return None
    cut, actor = queries_consents.newest_cut(), current_actor()
    if cut is None or actor.kind != "member" or session.get("policy_asked") == [actor.session, cut]:
        return None
    session["policy_asked"] = [actor.session, cut]
    if not queries_consents.standing(actor.id or 0, utcnow()).is_asked:
        return None
    return redirect(url_for("policies.own_version", next=request.full_path.rstrip("?")), 303)


@blueprint.post("/policies/notice/closing")
def close_notice() -> Response:
    """Close the notice for whoever is signed in."""
    version_id = request.form.get("version_id", 0, type=row_number)
    service_answers.close_notice(current_actor(), version_id=version_id)
    session.pop("policy_notice", None)
    return redirect(_back() or url_for("policies.index"), 303)


def _back() -> str:
    return safe_next(request.values.get("next"))


@blueprint.get("/account/policy")
def own_version() -> str:
    """Show which version binds the member, and ask about one that takes rights away."""
    actor = current_actor()
    facts = consent_pages.own_version(actor.id or 0, utcnow(), language())
    return render_template(
        "policies/own_version.html", **facts, next=_back(), member=actor.kind == "member"
    )


@blueprint.post("/account/policy/agreement")
def accept() -> Response:
    """Agree to the version in force."""
    version_id = request.form.get("version_id", 0, type=row_number)
    version = service_answers.accept_version(current_actor(), version_id=version_id)
    flash(_("You agreed. Version %(label)s binds you now.", label=version.label), "success")
    return redirect(_back() or url_for("policies.own_version"), 303)


@blueprint.post("/account/policy/refusal")
def refuse() -> Response:
    """Refuse a version; the one before goes on."""
    version_id = request.form.get("version_id", 0, type=row_number)
    service_answers.refuse_version(current_actor(), version_id=version_id)
    flash(_("You refused. The version before goes on for you, and nothing is lost."), "success")
    return redirect(_back() or url_for("policies.own_version"), 303)


@blueprint.get("/account/consents")
def consents() -> str:
    """Show what the person agreed to and was told of, with a button that takes each consent back."""
    facts = consent_pages.ledger(current_actor().id or 0, utcnow())
    return render_template("policies/consents.html", **facts)


@blueprint.post("/account/consents/<purpose>/withdrawal")
def withdraw(purpose: str) -> Response:
    """Take back what was agreed to for one purpose; it holds at once."""
    actor, which = current_actor(), _withdrawable(purpose)
    service.withdraw_consent(actor, person_id=actor.id or 0, purpose=which)
    flash(_("Taken back. What rested on it ends now."), "success")
    response = redirect(url_for("policies.consents"), 303)
    if which is Purpose.PREFERENCE_COOKIES:
        keep_choice(response, remember=False)
    return response


def _withdrawable(purpose: str) -> Purpose:
    """Return the purpose of an address; the account itself ends by its deletion alone."""
    if purpose not in set(Purpose) or purpose == Purpose.SERVICE:
        raise NotFound()
    return Purpose(purpose)
