"""What could not be delivered, before the people who can do something about it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.web import current_actor
from support.notifications import policy, queries, service

blueprint = Blueprint("deliveries", __name__)


@blueprint.get("/admin/deliveries")
def index() -> str:
    """List the dead deliveries with their reasons."""
    policy.require_deliveries(current_actor())
    return render_template("notifications/deliveries.html", lines=queries.dead_deliveries())


@blueprint.post("/admin/deliveries/<uid>/retry")
def retry(uid: str) -> Response:
    """Put one of them back in line."""
    service.retry_delivery(current_actor(), uid)
    flash(_("It is in line again."), "success")
    return redirect(url_for("deliveries.index"), 303)
