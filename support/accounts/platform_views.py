"""The administrators' pages of the calls to the operator's platform (`/admin/platform`)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import queries
from support.accounts.admin_views import blueprint
from support.accounts.session_views import page
from support.accounts.views import Answer
from support.core import platform, platform_door, platform_queries
from support.core.context import settings
from support.core.db import new_uid
from support.core.once import once
from support.core.platform_calls import EVENT_TITLES, LIFECYCLE, CallState, Name, call_named
from support.core.platform_queries import PAGE
from support.core.web import current_actor, form_scope, row_number


@blueprint.get("/admin/platform")
def platform_calls() -> Answer:
    """List the calls, newest first, with how the door is set."""
    state = request.args.get("state", type=CallState)
    before = request.args.get("before", type=row_number)
    lines = platform_queries.page_of(state, before)
    more = lines[PAGE - 1].id if len(lines) > PAGE else None
    facts = {"lines": lines[:PAGE], "more": more, "first": before is None, "state": state}
    return page("accounts/platform.html", states=list(CallState), key=new_uid(), **facts, **_set())


@blueprint.post("/admin/platform/tests")
def platform_test() -> Response:
    """Ask the platform for nothing, to see whether it answers."""
    actor, key = current_actor(), request.form.get("idempotency_key", "")

    def ask() -> str:
        return platform.call(Name.PING, new_uid(), about="system", actor=actor)

    uid = once(form_scope(), key, "platform_test", ask)
    flash(_("The test call is on its way. Open this page again to see the answer."), "success")
    return redirect(url_for("admin.platform_call", uid=uid), 303)


@blueprint.get("/admin/platform/<uid>")
def platform_call(uid: str) -> Answer:
    """Show one call and what happened to it."""
    call = call_named(uid)
    events = platform_queries.history_of(call)
    names = queries.names({event.actor_id for event in events if event.actor_id is not None})
    again = LIFECYCLE.can(call.status, CallState.ASKED)
    title = Name(call.name).title
    said = {event.id: EVENT_TITLES[event.action] for event in events}
    facts = {"call": call, "title": title, "events": events, "names": names, "said": said}
    return page("accounts/platform_call.html", again=again, **facts)


@blueprint.post("/admin/platform/<uid>/again")
def platform_again(uid: str) -> Response:
    """Ask once more for what was not done, or not answered."""
    platform.ask_again(current_actor(), uid)
    flash(_("It is in line again."), "success")
    return redirect(url_for("admin.platform_call", uid=uid), 303)


def _set() -> dict[str, object]:
    """Return what is configured: the host, never a secret."""
    config = settings()
    return {
        "console": platform_door.is_console(),
        "host": urlsplit(config.platform_url).hostname or "",
        "secrets": sum(map(bool, (config.platform_secret, config.platform_secret_before))),
        "problems": list(platform_door.problems(config)),
        "last_answer": platform_queries.last_answer(),
        "usual": config.platform_answer_minutes,
        "urgent": config.platform_urgent_minutes,
    }
