"""The desk's page of retention, and counting what is over on request."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.web import current_actor
from support.core.web_nav import NavItem
from support.core.words import N_
from support.core.worker import Periodic
from support.policies import keepings, retention_pages, service_retention
from support.policies.policy import RETENTION_READERS, check_may_read_retention

blueprint = Blueprint("retention", __name__, url_prefix="/desk/retention")

HOOKS: tuple[object, ...] = (
    service_retention.HELD,
    *keepings.KEEPINGS,
    keepings.RECORD,
    Periodic("keep_terms", timedelta(seconds=5), service_retention.go_on_nightly),
    NavItem(
        N_("Administration"),
        N_("Retention"),
        "retention.index",
        "calendar-clock",
        roles=RETENTION_READERS,
    ),
)


@blueprint.get("")
def index() -> str:
    """Show how long each class of data is kept, and what the last runs did."""
    actor = current_actor()
    check_may_read_retention(actor)
    return render_template("policies/retention.html", **retention_pages.page(actor, utcnow()))


@blueprint.post("/runs")
def count() -> Response:
    """Begin a dry run, and work on it for a moment; the rest is counted in the background."""
    now = utcnow()
    run = service_retention.begin_run(current_actor(), dry=True, now=now)
    if run.dry and service_retention.go_on(run.id, now):
        flash(_("It is being counted; look again in a moment."), "info")
    elif run.dry:
        flash(_("Counted. Nothing was deleted."), "success")
    else:
        flash(_("A run is under way; nothing is counted beside it."), "info")
    return redirect(url_for("retention.index"), 303)
