"""The administrators' page of how the system is, with the jobs that failed (`/admin/system`)."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from support.accounts.admin_views import blueprint
from support.accounts.session_views import page
from support.accounts.views import Answer
from support.core import outbox_upkeep
from support.core.clock import utcnow
from support.core.conditions import Condition, Seen
from support.core.context import hooks
from support.core.web import current_actor
from support.core.web_times import time_tag


@blueprint.get("/admin/system")
def system() -> Answer:
    """Show each part of the installation as it is now, and what will not run again by itself."""
    now = utcnow()
    parts = [(part.title, seen.mood, _said(seen)) for part, seen in _looked(now)]
    return page("accounts/system.html", parts=parts, jobs=outbox_upkeep.dead_jobs(now))


@blueprint.post("/admin/system/jobs/<int(max=999999999999999999):row_id>/again")
def job_again(row_id: int) -> Response:
    """Put a job that failed back in line."""
    outbox_upkeep.revive(current_actor(), row_id)
    flash(_("It is in line again."), "success")
    return redirect(url_for("admin.system"), 303)


def _looked(now: datetime) -> list[tuple[Condition, Seen]]:
    return [(part, part.look(now)) for part in hooks(Condition)]


def _said(seen: Seen) -> Markup:
    facts = {
        name: time_tag(value) if isinstance(value, datetime) else value
        for name, value in seen.facts.items()
    }
    return escape(_(seen.words)) % facts
