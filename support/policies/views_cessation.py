"""The end of the service on all pages: the banner, and the plain answer where something new is no longer taken."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, has_request_context, request
from flask_babel import gettext as _

from support.core.clock import utcnow
from support.core.context import hooks
from support.core.web import current_actor
from support.core.web_errors import trouble
from support.policies import cessation_pages, intake
from support.policies.intake import Ceased, Intake

blueprint = Blueprint("cessation_gate", __name__)


@blueprint.before_app_request
def stop_intake() -> None:
    """Answer 410 where something new would begin; what is begun and open goes on at other addresses."""
    endpoint = request.endpoint
    if endpoint in (None, "static") or intake.ending() is None or intake.intake_open(utcnow()):
        return
    for hook in hooks(Intake):
        if endpoint in hook.endpoints and not hook.spares(request.view_args or {}):
            raise Ceased()


@blueprint.app_errorhandler(Ceased)
def say_so(error: Ceased) -> Response:
    """Say plainly that the service has ended, and what still works."""
    window = intake.window_open(utcnow())
    member = current_actor().kind == "member"
    title = _("The service has ended")
    return trouble(410, _(error.words), title=title, ceased=True, window=window, member=member)


@blueprint.app_context_processor
def banner() -> dict[str, Any]:
    """Give every page of a shell the dates; none on the page of a fault, which reads no database."""
    if not has_request_context() or g.get("bare") or (found := intake.ending()) is None:
        return {}
    return {"cessation": cessation_pages.said(found, utcnow())}
