"""The end of the service: the administrators' page with its acts, and the page for everybody."""

from __future__ import annotations

import json

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.console import AdminEntry
from support.accounts.forms import lost_races_on
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import current_actor, posted_version
from support.core.web_pages import language
from support.core.words import N_
from support.erasure import cessation_pages
from support.erasure.forms import CallOffForm, EndingForm
from support.policies import queries_cessation, service_cessation
from support.policies.models_cessation import Cessation

blueprint = Blueprint("cessation", __name__, url_prefix="/admin/cessation")
public_blueprint = Blueprint("ceased", __name__, url_prefix="/cessation")
Answer = Response | tuple[str, int]

PUBLIC = ("ceased.show", "ceased.proof")
HOOKS = (
    AdminEntry(
        N_("End of the service"),
        N_("Announce it with a second person, call it off, see how far the deletion is."),
        "cessation.index",
        "power",
        70,
    ),
)


@blueprint.route("", methods=["GET", "POST"])
def index() -> Answer:
    """Show what stands, and take a proposal."""
    actor, form = current_actor(), EndingForm()
    if form.validate_on_submit():
        with lost_races_on(form):
            service_cessation.propose(actor, **form.said())
            return _shown(_("Proposed. Another administrator has to agree; nobody is told before."))
    facts = cessation_pages.desk_page(actor, utcnow())
    return page("erasure/cessation.html", form, **facts)


@blueprint.post("/agreement")
def agree() -> Response:
    """Agree as the second person: everybody is told."""
    service_cessation.agree(current_actor(), _standing(), version=posted_version())
    return _shown(_("Announced. Every member is being told."))


@blueprint.post("/withdrawal")
def withdraw() -> Response:
    """Take a proposal back, or turn it down."""
    service_cessation.withdraw(current_actor(), _standing(), version=posted_version())
    return _shown(_("The proposal is taken back. Nobody was told of it."))


@blueprint.route("/calling-off", methods=["GET", "POST"])
def call_off() -> Answer:
    """Ask why it is called off, and do it."""
    actor, row, form = current_actor(), _standing(), CallOffForm()
    if "call_off" not in cessation_pages.acts_of(actor, row, utcnow()):
        return redirect(url_for("cessation.index"), 303)
    if form.validate_on_submit():
        with lost_races_on(form):
            service_cessation.call_off(actor, row, **form.said(), version=posted_version())
            return _shown(_("Called off. Every member is told that the service goes on."))
    return page("erasure/cessation_off.html", form, row=row)


@public_blueprint.get("")
def show() -> str:
    """Show everybody the dates of an announced end, and what is done with their data."""
    row = queries_cessation.public()
    if row is None:
        return render_template("erasure/ceased.html", row=None)
    facts = cessation_pages.public_page(row, utcnow(), language())
    return render_template("erasure/ceased.html", **facts)


@public_blueprint.get("/proof.json")
def proof() -> Response:
    """Give the signed proof as a file; before there is one, lead to the page that says how far it is."""
    row = queries_cessation.public()
    if row is None or row.proof is None:
        return redirect(url_for("ceased.show"), 303)
    answer: Response = make_response(json.dumps(row.proof, ensure_ascii=False, indent=2) + "\n")
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = 'attachment; filename="cessation-proof.json"'
    return answer


def _standing() -> Cessation:
    row = queries_cessation.standing_for(current_actor())
    if row is None:
        raise NotFound()
    return row


def _shown(words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("cessation.index"), 303)
