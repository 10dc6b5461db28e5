"""The desk's pages of conduct: who has signals or steps, the ladder, and appeals; each step by a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.queries import PersonView
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.errors import NotFound
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version
from support.infringement import conduct_pages, policy, service_appeals, service_conduct
from support.infringement import queries_conduct as known
from support.infringement.conduct import Side, StepKind
from support.infringement.forms_conduct import AnswerAppealForm, StepForm
from support.infringement.service_conduct import Factors

blueprint = Blueprint("conduct_desk", __name__, url_prefix="/desk/conduct")
Answer = Response | tuple[str, int]
OFFERED = (StepKind.NOTE, StepKind.WARNING, StepKind.SUSPENSION)


@blueprint.get("")
def index() -> str:
    """List the people with open steps, signals or appeals."""
    return render_template("infringement/conduct.html", rows=known.under_watch(utcnow()))


@blueprint.get("/people/<uid>")
def show(uid: str) -> str:
    """Show one person: signals, figures, the ladder and its history."""
    person = known.person_at_desk(uid)
    facts = conduct_pages.person_page(current_actor(), person, utcnow())
    return render_template("infringement/conduct_person.html", **facts)


@blueprint.route("/people/<uid>/<side>/<kind>", methods=["GET", "POST"])
def step(uid: str, side: str, kind: str) -> Answer:
    """Take one step: write a note, warn, or propose a suspension."""
    person, about, what = known.person_at_desk(uid), _side(side), _kind(kind)
    (policy.require_clerk if what is StepKind.NOTE else policy.require_legal)(current_actor())
    form = StepForm().ask(about, what)
    if form.validate_on_submit():
        with refusals_on(form):
            _take_once(person, about, what, form)
            flash(_DONE[what](), "success")
            return redirect(url_for("conduct_desk.show", uid=uid), 303)
    facts = {"person": person, "name": conduct_pages.name_of(person), "side": about, "kind": what}
    return page("infringement/conduct_step.html", form, key=new_uid(), **facts)


@blueprint.post("/steps/<uid>/decisions")
def decide(uid: str) -> Response:
    """Approve or refuse a proposed suspension, as another person."""
    found, version = known.step_named(uid), posted_version()
    person = known.person_of(found)
    approve = request.form.get("approve") == "yes"
    service_conduct.decide_suspension(current_actor(), found, approve=approve, version=version)
    words = _("The suspension has begun, and the person is told.")
    flash(words if approve else _("The suspension is not approved."), "success")
    return redirect(url_for("conduct_desk.show", uid=person), 303)


@blueprint.route("/appeals/<uid>", methods=["GET", "POST"])
def appeal(uid: str) -> Answer:
    """Show an appeal, and decide it as somebody of legal who had no part in what it is about."""
    found, form = known.appeal_named(uid), AnswerAppealForm().answers()
    facts = conduct_pages.appeal_page(current_actor(), found)
    if form.validate_on_submit():
        with refusals_on(form):
            service_appeals.decide_appeal(
                current_actor(),
                found,
                upheld=form.upheld.data == "yes",
                words=form.words.data or "",
                version=posted_version(),
            )
            flash(_("The appeal is decided, and the person is told."), "success")
            return redirect(url_for("conduct_desk.show", uid=facts["person"].uid), 303)
    return page("infringement/conduct_appeal.html", form, **facts)


def _side(said: str) -> Side:
    try:
        return Side(said)
    except ValueError as error:
        raise NotFound() from error


def _kind(said: str) -> StepKind:
    if said not in OFFERED:
        raise NotFound()
    return StepKind(said)


def _take_once(person: PersonView, side: Side, kind: StepKind, form: StepForm) -> None:
    def act() -> str:
        _take(person, side, kind, form)
        return "done"

    content = repr((person.uid, side.value, kind.value, form.said()))
    once(form_scope(), request.form.get("idempotency_key", ""), content, act)


def _take(person: PersonView, side: Side, kind: StepKind, form: StepForm) -> None:
    actor, words = current_actor(), form.words.data or ""
    if kind is StepKind.NOTE:
        service_conduct.note_conduct(actor, person.id, side=side, words=words)
        return
    grounds = form.grounds.data or []
    if kind is StepKind.WARNING:
        service_conduct.warn(actor, person.id, side=side, grounds=grounds, words=words)
        return
    factors = Factors(
        number=form.number.data or 0,
        share=form.share.data or 0,
        gravity=form.gravity.data or "",
        intent=form.intent.data or "",
    )
    days = form.days.data or 0
    service_conduct.propose_suspension(
        actor, person.id, side=side, grounds=grounds, days=days, factors=factors, words=words
    )


_DONE = {
    StepKind.NOTE: lambda: _("The note is kept."),
    StepKind.WARNING: lambda: _("The warning stands, and the person is told."),
    StepKind.SUSPENSION: lambda: _("The suspension is proposed; another person approves it."),
}
