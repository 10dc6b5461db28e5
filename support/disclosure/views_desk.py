"""The desk's pages of penalties: the list, the form, the exact preview, and each decision."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import lost_races_on
from support.accounts.session_views import page
from support.core.actors import Actor
from support.core.db import new_uid
from support.core.errors import NotFound
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version
from support.disclosure import penalty_pages, queries, service, service_appeals, service_publishing
from support.disclosure.forms import DecisionForm, NewPenaltyForm, PenaltyForm, WordingForm
from support.disclosure.models import Penalty
from support.disclosure.policy import require_legal

blueprint = Blueprint("penalties", __name__, url_prefix="/desk/penalties")
Answer = Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """List penalties in every state, with what waits for whom."""
    rows = penalty_pages.lines_of(queries.penalties(current_actor()))
    missing = queries.unstaffed()
    return render_template("disclosure/index.html", rows=rows, unstaffed=missing)


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """Write a draft; a double click is one draft."""
    actor, form = current_actor(), NewPenaltyForm()
    require_legal(actor)
    if form.validate_on_submit():
        with lost_races_on(form):
            key, said = request.form.get("idempotency_key", ""), form.said()
            member, wording = form.member.data or "", form.wording()
            uid = once(
                form_scope(),
                key,
                repr((member, wording, said)),
                lambda: service.write_penalty(actor, member, wording, **said).uid,
            )
            return _shown(uid, _("Draft saved. Look at it in both languages, then propose it."))
    key = request.form.get("idempotency_key") or new_uid()
    return page("disclosure/edit.html", form, row=None, key=key)


@blueprint.get("/<uid>")
def show(uid: str) -> tuple[str, int]:
    """Show a penalty as it will stand, who did what, and the decision that is the actor's."""
    return _page(queries.penalty_at_desk(current_actor(), uid), DecisionForm())


@blueprint.route("/<uid>/text", methods=["GET", "POST"])
def edit(uid: str) -> Answer:
    """Change a draft of one's own."""
    actor = current_actor()
    row = queries.penalty_at_desk(actor, uid)
    service.require_author(actor, row)
    form = PenaltyForm(data=penalty_pages.form_data(row))
    if form.validate_on_submit():
        with lost_races_on(form):
            said = form.said() | {"version": posted_version()}
            service.change_penalty(actor, row, form.wording(), **said)
            return _shown(uid, _("Draft saved. Look at it in both languages, then propose it."))
    version = request.form.get("version", row.version)
    return page("disclosure/edit.html", form, row=row, version=version)


@blueprint.route("/<uid>/correction", methods=["GET", "POST"])
def correct(uid: str) -> Answer:
    """Propose another wording of what is published."""
    actor = current_actor()
    row = queries.penalty_at_desk(actor, uid)
    require_legal(actor)
    form = WordingForm(data=penalty_pages.form_data(row))
    if form.validate_on_submit():
        with lost_races_on(form):
            service_publishing.propose_correction(actor, row, form.wording())
            return _shown(uid, _("The correction waits for a second person."))
    return page("disclosure/correct.html", form, row=row)


@blueprint.post("/<uid>/decisions")
def decide(uid: str) -> Answer:
    """Carry out one decision about a penalty."""
    actor, form = current_actor(), DecisionForm()
    row = queries.penalty_at_desk(actor, uid)
    verb = _verbs(actor, row, form.words.data or "").get(request.form.get("act", ""))
    if verb is None:
        raise NotFound()
    if form.validate_on_submit():
        with lost_races_on(form):
            verb(posted_version())
            return _shown(uid, _("Your decision is noted."))
    return _page(row, form)


@blueprint.post("/<uid>/correction/decisions")
def settle(uid: str) -> Response:
    """Agree to a correction, or refuse it."""
    actor = current_actor()
    row = queries.penalty_at_desk(actor, uid)
    correction = queries.correction_by_uid(row, request.form.get("correction", ""))
    made = request.form.get("made") == "yes"
    service_publishing.settle_correction(
        actor, row, correction, made=made, version=posted_version()
    )
    return _shown(uid, _("Your decision is noted."))


def _verbs(actor: Actor, row: Penalty, words: str) -> dict[str, Callable[[int], object]]:
    appeals = service_appeals
    return {
        "propose": lambda version: service.propose_penalty(actor, row, version=version),
        "approve": lambda version: service.approve_penalty(actor, row, version=version),
        "return": lambda version: service.return_penalty(actor, row, words, version=version),
        "drop": lambda version: service.drop_penalty(actor, row, version=version),
        "stands": lambda version: appeals.decide_appeal(
            actor, row, stands=True, words=words, version=version
        ),
        "falls": lambda version: appeals.decide_appeal(
            actor, row, stands=False, words=words, version=version
        ),
        "overturn": lambda version: appeals.overturn_penalty(actor, row, words, version=version),
    }


def _page(row: Penalty, form: DecisionForm) -> tuple[str, int]:
    facts = penalty_pages.desk_page(current_actor(), row)
    return page("disclosure/show.html", form, row=row, **facts)


def _shown(uid: str, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("penalties.show", uid=uid), 303)
