"""What somebody sees of their own conduct: steps they were told of, their record, and appeals. Guests too."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.errors import Invalid, NotFound
from support.core.web import current_actor
from support.core.words import N_
from support.infringement import conduct_pages, queries, service_appeals
from support.infringement import queries_conduct as known
from support.infringement.forms_conduct import AppealForm
from support.infringement.models import Notice

blueprint = Blueprint("conduct", __name__, url_prefix="/account/conduct")
Answer = Response | tuple[str, int]
NOT_ONE_OF_YOURS = N_("This is no number of a notice of yours.")


@blueprint.get("")
def mine() -> str:
    """Show somebody the steps about them, their record, and what they can do."""
    facts = conduct_pages.own_page(current_actor(), utcnow())
    return render_template("infringement/conduct_own.html", **facts)


@blueprint.route("/steps/<uid>/appeal", methods=["GET", "POST"])
def appeal(uid: str) -> Answer:
    """Appeal against a step about oneself."""
    actor, form = current_actor(), AppealForm().of_step()
    step = known.own_step(actor, uid)
    if form.validate_on_submit():
        with refusals_on(form):
            service_appeals.appeal_step(actor, step, words=form.words.data or "")
            return _thanks()
    return page("infringement/conduct_objection.html", form, step=step)


@blueprint.route("/objection", methods=["GET", "POST"])
def objection() -> Answer:
    """Say that one of one's notices counts wrongly in the record."""
    actor, form = current_actor(), AppealForm(reference=request.args.get("reference"))
    if form.validate_on_submit():
        with refusals_on(form):
            notice = _notice(form.reference.data or "")
            service_appeals.object_to_record(actor, notice, words=form.words.data or "")
            return _thanks()
    return page("infringement/conduct_objection.html", form, step=None)


def _notice(reference: str) -> Notice:
    try:
        return queries.notice_for(current_actor(), reference)
    except NotFound as error:
        raise Invalid("reference", NOT_ONE_OF_YOURS) from error


def _thanks() -> Response:
    flash(_("Your appeal is here. Somebody decides it who had no part in it."), "success")
    return redirect(url_for("conduct.mine"), 303)
