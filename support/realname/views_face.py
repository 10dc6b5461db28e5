"""The administrator's page of the way by face: its assessment and its switch."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core.web import current_actor
from support.realname import queries_face, service_face
from support.realname.forms import AssessmentForm

blueprint = Blueprint("face", __name__, url_prefix="/admin/face")
Answer = Response | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
def index() -> Answer:
    """Show what was assessed, and take a new assessment."""
    form = AssessmentForm()
    if form.validate_on_submit():
        with refusals_on(form):
            assert form.assessed_on.data is not None
            service_face.record_assessment(
                current_actor(),
                assessed_on=form.assessed_on.data,
                assessor=form.assessor.data or "",
                document=form.document.data or "",
            )
            flash(_("The assessment is recorded. The way by face is off until you switch it on."))
            return redirect(url_for("face.index"), 303)
    return page("realname/face.html", form, assessments=queries_face.assessments())


@blueprint.post("/switch")
def switch() -> Response:
    """Offer the way by face, or no more."""
    on = request.form.get("on") == "yes"
    service_face.switch_face(current_actor(), on=on)
    flash(_("The way by face is on.") if on else _("The way by face is off."), "success")
    return redirect(url_for("face.index"), 303)
