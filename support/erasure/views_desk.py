"""The desk's pages of deletion requests: the list, the dry run, the proposal, the second person's decision."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from support.accounts.forms import lost_races_on
from support.accounts.session_views import page
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import current_actor, posted_version
from support.erasure import desk_pages, queries, queries_plan, service
from support.erasure.forms import DecisionForm, ExtensionForm, proposal_form, why_field
from support.erasure.models import Erasure

blueprint = Blueprint("erasures", __name__, url_prefix="/desk/deletions")
Answer = Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """List requests: those to be worked on, first due first, or those that are over."""
    over = request.args.get("show") == "over"
    rows = desk_pages.listed(queries.requests_at_desk(current_actor(), over=over))
    missing = desk_pages.unstaffed()
    return render_template("erasure/index.html", rows=rows, over=over, unstaffed=missing)


@blueprint.get("/<uid>")
def show(uid: str) -> tuple[str, int]:
    """Show a request: what was asked, what stands where, what is proposed, each step."""
    return page_of(queries.erasure_at_desk(current_actor(), uid))


@blueprint.post("/<uid>/proposals")
def propose(uid: str) -> Answer:
    """Propose what happens to each class of data."""
    actor = current_actor()
    row = queries.erasure_at_desk(actor, uid)
    plan = desk_pages.held(queries_plan.plan_of(row.person_id, utcnow(), row.scope))
    form = proposal_form(plan)
    if form.validate_on_submit():
        with lost_races_on(form):
            codes = [each.data_class.value for each in plan]
            service.propose(
                actor,
                row,
                {code: form[code].data for code in codes},
                {code: form[why_field(code)].data for code in codes if why_field(code) in form},
                words=form.words.data or "",
                spared=_spared(),
                version=posted_version(),
            )
            return _shown(uid, _("Proposed. Another person looks at it now."))
    return page_of(row, proposal=form)


@blueprint.post("/<uid>/extension")
def extend(uid: str) -> Answer:
    """Move the date once."""
    actor, form = current_actor(), ExtensionForm()
    row = queries.erasure_at_desk(actor, uid)
    if form.validate_on_submit():
        with lost_races_on(form):
            service.extend(actor, row, form.reason.data or "", version=posted_version())
            return _shown(uid, _("The date is moved, and the person is told why."))
    return page_of(row, extension=form)


@blueprint.post("/<uid>/decisions")
def decide(uid: str) -> Answer:
    """Agree as the second person, or send it back."""
    actor, form = current_actor(), DecisionForm()
    row = queries.erasure_at_desk(actor, uid)
    verb = _verbs(actor, row, form.words.data or "").get(request.form.get("act", ""))
    if verb is None:
        raise NotFound()
    if form.validate_on_submit():
        with lost_races_on(form):
            verb(posted_version())
            return _shown(uid, _("Your decision is noted."))
    return page_of(row, decision=form)


def _verbs(actor: Actor, row: Erasure, words: str) -> dict[str, Callable[[int], object]]:
    return {
        "approve": lambda version: service.approve(actor, row, version=version),
        "return": lambda version: service.send_back(actor, row, words, version=version),
    }


def _spared() -> set[int]:
    """Return the mentions that were shown and not ticked; what was found since stays chosen."""
    shown, ticked = (set(request.form.getlist(name)) for name in ("shown", "mention"))
    return {int(number) for number in shown - ticked if number.isdecimal()}


def page_of(row: Erasure, **forms: FlaskForm) -> tuple[str, int]:
    """Draw the page of a request, with the form that was filled."""
    facts = desk_pages.desk_page(current_actor(), row, forms, utcnow())
    form = next(iter(forms.values()), facts["decision"])
    return page("erasure/show.html", form, row=row, **facts)


def _shown(uid: str, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("erasures.show", uid=uid), 303)
