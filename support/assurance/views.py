"""The page behind the link that stops what was proved weakly; it needs no sign-in, and opening it changes nothing."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from support.assurance import service_holds
from support.assurance.lifecycle import HoldState
from support.assurance.policy import ACTS, FOR_OTHERS, Act
from support.core.clock import utcnow

blueprint = Blueprint("assurance", __name__)


@blueprint.get("/holds/<token>")
def hold(token: str) -> str:
    """Say what waits until when, and offer to stop it; afterwards say what came of it."""
    found, contact_id = service_holds.hold_of_token(token)
    running = found.state == HoldState.RUNNING and found.ends_at > utcnow()
    return render_template(
        "assurance/hold.html",
        hold=found,
        act=ACTS[Act(found.act)].title,
        for_other=found.act in FOR_OTHERS,
        running=running,
        cancelled=found.state == HoldState.CANCELLED,
        objected=contact_id in found.objected,
        token=token,
    )


@blueprint.post("/holds/<token>")
def stop(token: str) -> Response:
    """Stop it; whoever comes too late or alone from a channel that is named as stolen is told so."""
    service_holds.stop(token)
    return redirect(url_for("assurance.hold", token=token), 303)
