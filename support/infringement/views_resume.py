"""Going on with a begun notice on another device: a link goes out, and a code proves the address before anything shows.

Opening the link changes nothing and says nothing of the notice, so that a scanner of mails may open it.
"""

from __future__ import annotations

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from support.accounts import queries_codes
from support.accounts import service as accounts
from support.accounts.forms import CodeForm, refusals_on, said
from support.accounts.models import ContactKind
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope, page
from support.core.clock import utcnow
from support.core.errors import Expired, NotFound
from support.core.words import N_
from support.infringement import filing, opening_web, service_domains, service_drafts
from support.infringement.forms import DomainForm, ReachForm
from support.infringement.service_drafts import Draft
from support.infringement.views import blueprint, current_draft, present_draft, save

GONE = N_(
    "This begun notice is no longer here: it was sent, or given up, or nobody touched it for 14 days."
)
Answer = Response | tuple[str, int]


@blueprint.route("/notices/new/link", methods=["GET", "POST"])
def link() -> Answer:
    """Ask where the link shall go, and send it; members find their notice wherever they sign in."""
    draft = current_draft()
    if draft is None or draft.person_id is not None:
        raise NotFound()
    form = ReachForm(data={"address": _last_address(draft)})
    if form.validate_on_submit():
        with refusals_on(form):
            kind, value = accounts.normalise_address("auto", said(form.address))
            sent = opening_web.send_code(form, CodePurpose.NOTICE_LINK, kind, value, draft.uid)
            if sent:
                save("link", {"kind": kind.value, "value": value}, late=False)
                flash(_("The link is on its way. It opens the notice after a code."), "success")
                return redirect(url_for("notices.tasks"), 303)
    return page("infringement/link.html", form, kept=service_drafts.KEPT.days)


@blueprint.route("/notices/resume/<uid>", methods=["GET", "POST"])
def resume(uid: str) -> Answer:
    """Offer to send a code to the address that the link went to; a link that is none of ours looks like an old one."""
    draft, form = _linked(uid), FlaskForm()
    if form.validate_on_submit():
        where = draft.part("link")
        kind = ContactKind(where["kind"])
        if opening_web.send_code(form, CodePurpose.NOTICE_RESUME, kind, where["value"], uid):
            return redirect(url_for("notices.resume_code", uid=uid), 303)
    return page("infringement/resume.html", form)


@blueprint.route("/notices/resume/<uid>/code", methods=["GET", "POST"])
def resume_code(uid: str) -> Answer:
    """Take the code, and open the notice in this browser."""
    draft, form = _linked(uid), CodeForm()
    waiting = queries_codes.open_code(code_scope(), CodePurpose.NOTICE_RESUME)
    if waiting is None:
        return redirect(url_for("notices.resume", uid=uid), 303)
    if form.validate_on_submit():
        with refusals_on(form):
            opening_web.prove(CodePurpose.NOTICE_RESUME, said(form.code), draft.uid)
            session["notice"] = draft.uid
            return redirect(url_for("notices.tasks"), 303)
    again = url_for("notices.resume", uid=uid)
    return page("infringement/code.html", form, waiting=waiting, again=again)


@blueprint.route("/notices/new/domain", methods=["GET", "POST"])
def domain() -> Answer:
    """Ask for an address on the rights holder's domain, and send a code there. Nobody has to."""
    form = DomainForm()
    if form.validate_on_submit():
        with refusals_on(form):
            value = service_domains.checked_address(said(form.address))
            draft = present_draft()
            if opening_web.send_code(
                form, CodePurpose.NOTICE_DOMAIN, ContactKind.EMAIL, value, draft.uid
            ):
                return redirect(url_for("notices.domain_code"), 303)
    draft_now = current_draft()
    proved = draft_now.part("domain") if draft_now else {}
    return page("infringement/domain.html", form, proved=proved)


@blueprint.route("/notices/new/domain/code", methods=["GET", "POST"])
def domain_code() -> Answer:
    """Take the code of the domain's address, and keep the domain and the day."""
    draft, form = current_draft(), CodeForm()
    waiting = queries_codes.open_code(code_scope(), CodePurpose.NOTICE_DOMAIN)
    if waiting is None or draft is None:
        return redirect(url_for("notices.domain"), 303)
    if form.validate_on_submit():
        with refusals_on(form):
            value = opening_web.prove(CodePurpose.NOTICE_DOMAIN, said(form.code), draft.uid)
            fact = service_domains.fact(value, utcnow())
            save("domain", fact, late=False)
            flash(_("The domain %(domain)s is confirmed.", domain=fact["domain"]), "success")
            return redirect(url_for("notices.tasks"), 303)
    return page("infringement/code.html", form, waiting=waiting, again=url_for("notices.domain"))


def _linked(uid: str) -> Draft:
    """Return the begun notice that a link names; raise `Expired` for any other, whoever made it up."""
    draft = service_drafts.load_draft(uid)
    if draft is None or draft.person_id is not None or not draft.part("link"):
        raise Expired(GONE)
    return draft


def _last_address(draft: Draft) -> str:
    known = draft.part("link").get("value") or filing.part_of(draft.fields, "filer").get("reach")
    return str(known or "")
