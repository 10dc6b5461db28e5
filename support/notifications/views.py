"""The inbox, what a person wants to be told, "did support write this?", and leaving the news."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.actors import Actor
from support.core.context import settings
from support.core.web import csrf, current_actor, limiter, row_number
from support.notifications import letters, policy, queries, service
from support.notifications.forms import CHOICES, CheckForm, NoticesForm
from support.notifications.models import Purpose
from support.notifications.queries_letters import said_in
from support.notifications.templates import Template, facts_for, misuse_path, template

blueprint = Blueprint("notifications", __name__)

_ICONS = {
    Purpose.SECURITY: "shield",
    Purpose.ORDERS: "message-square",
    Purpose.NEWS: "megaphone",
    Purpose.LEGAL: "scroll-text",
}


@blueprint.get("/account/inbox")
def inbox() -> str:
    """List what the person was told, newest first. Looking marks nothing as read."""
    actor = current_actor()
    lines = queries.inbox_page(actor, request.args.get("before", type=row_number))
    page = lines[: queries.PAGE]
    more = len(lines) > queries.PAGE
    return render_template(
        "notifications/inbox.html",
        lines=page,
        icons=_ICONS,
        next_before=page[-1].id if more else None,
        first="before" not in request.args,
    )


@blueprint.get("/account/inbox/<uid>")
def message(uid: str) -> str:
    """Show one message, if the person may still see what it is about."""
    actor = current_actor()
    line = queries.inbox_message(actor, uid)
    kind = template(line.template)
    facts = facts_for(kind, line.ids, actor)
    title, paragraphs = ("", []) if facts is None else _words(uid, kind, actor, facts)
    return render_template(
        "notifications/message.html",
        line=line,
        title=title,
        kind=kind,
        paragraphs=paragraphs,
        site=settings().public_url,
        target=(facts or {}).get("link", "").removeprefix(settings().public_url),
    )


def _words(
    uid: str, kind: Template, actor: Actor, facts: dict[str, Any]
) -> tuple[str, list[list[str]]]:
    """Return title and paragraphs of a message of the actor's: as they left where they are kept, else as of today."""
    said = said_in(actor.id or 0, [uid]) if kind.kept_with else None
    return (said.title, said.paragraphs) if said else letters.write_inbox(kind.code, actor, facts)


@blueprint.post("/account/inbox/<uid>/reading")
def read(uid: str) -> Response:
    """Mark one message as read."""
    service.mark_read(current_actor(), uid)
    return redirect(url_for("notifications.inbox"), 303)


@blueprint.post("/account/inbox/readings")
def read_all() -> Response:
    """Mark the whole inbox as read."""
    service.mark_all_read(current_actor())
    flash(_("Everything is marked as read."), "success")
    return redirect(url_for("notifications.inbox"), 303)


@blueprint.route("/account/notices", methods=["GET", "POST"])
def notices() -> Response | tuple[str, int] | str:
    """Let a person choose what they are told, and how."""
    actor = current_actor()
    form = NoticesForm(data=_present_choices(actor.id or 0))
    if form.validate_on_submit():
        service.set_preferences(actor, form.chosen())
        flash(_("Your choices are saved."), "success")
        return redirect(url_for("notifications.notices"), 303)
    page = render_template("notifications/notices.html", form=form)
    return (page, 422) if form.errors else page


def _present_choices(person_id: int) -> dict[str, Any]:
    chosen, reachable = queries.choices_of(person_id), queries.reachable(person_id)
    return {name: policy.wants(*pair, chosen, reachable) for name, pair in CHOICES.items()}


@blueprint.route("/check", methods=["GET", "POST"])
@limiter.limit("10/minute;60/hour", methods=["POST"])
def check() -> tuple[str, int] | str:
    """Say whether we wrote the message with this check code, and nothing else about it."""
    form = CheckForm()
    asked = form.validate_on_submit()
    found = queries.delivery_by_check_code(form.code.data or "") if asked else None
    page = render_template(
        "notifications/check.html", form=form, asked=asked, found=found, misuse_path=misuse_path()
    )
    return (page, 422) if form.errors else page


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # the token is the proof, and RFC 8058 posts without a page of ours
def unsubscribe(token: str) -> Response | str:
    """Show what would stop (GET), or stop the news (POST), without sign-in.

    A mail programme that posts by itself gets a plain answer: none follows a redirect (RFC 8058, 3.1).
    """
    service.person_of_token(token)
    if request.method == "POST":
        service.unsubscribe(token)
        if "List-Unsubscribe" in request.form:
            return Response(_("You get no more news from us."), mimetype="text/plain")
        return redirect(url_for("notifications.unsubscribe", token=token, done=1), 303)
    return render_template(
        "notifications/unsubscribe.html", token=token, done="done" in request.args
    )
