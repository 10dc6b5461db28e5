"""What was given of somebody: their own page, and the look of the privacy officer, which is written down."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import current_actor, row_number
from support.core.web_nav import NavItem
from support.core.words import N_
from support.policies import queries_sharing as queries
from support.policies import service_sharing as service
from support.policies import sharing_pages as pages
from support.policies.forms_sharing import LookForm, refusals
from support.policies.policy_sharing import LEDGER, check_may_read_ledger

blueprint = Blueprint("own_sharing", __name__, url_prefix="/account/sharing")
desk = Blueprint("sharing_desk", __name__, url_prefix="/desk/sharing")
Answer = str | Response | tuple[str, int]
_MINUTES = queries.OPEN_FOR // timedelta(minutes=1)

HOOKS: tuple[object, ...] = (
    NavItem(
        N_("Administration"), N_("What was shared"), "sharing_desk.look", "share-2", roles=LEDGER
    ),
)


@blueprint.get("")
def index() -> str:
    """Show the person what was given of them, the newest first, and who works for us."""
    before = request.args.get("before", type=row_number)
    rows = queries.own_sharing(current_actor(), before=before)
    return render_template(
        "policies/own_sharing.html",
        rows=pages.ledger(rows[: queries.PAGE]),
        more=rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None,
        first=before is None,
        partners=pages.our_partners(),
        stores=pages.stores(),
    )


@desk.route("", methods=["GET", "POST"])
def look() -> Answer:
    """Ask whose ledger and why, write the look down, and open it for a quarter of an hour."""
    actor = current_actor()
    check_may_read_ledger(actor)
    form = LookForm(data={"whose": request.args.get("whose", "")}).offer()
    people: list[tuple[int, int]] = []
    if form.validate_on_submit():
        people = _people(form.whose.data or "")
        if not people:
            form.whose.errors = [*form.whose.errors, _("Nothing was given under this number.")]
        elif len(people) == 1:
            with refusals(form):
                service.open_ledger(actor, people[0][0], form.reason.data)
                return redirect(url_for("sharing_desk.show", person=people[0][0]), 303)
    page = render_template("policies/sharing_look.html", form=form, people=people, minutes=_MINUTES)
    return (page, 422) if form.errors else page


@desk.get("/<int:person>")
def show(person: int) -> Answer:
    """Show what was given of one person to who has just written down why they look; ask again after that time."""
    actor, now = current_actor(), utcnow()
    check_may_read_ledger(actor)
    if not queries.is_open_to(actor, person, now):
        return redirect(url_for("sharing_desk.look", whose=person), 303)
    before = request.args.get("before", type=row_number)
    rows = queries.opened_sharing(actor, person, now, before=before)
    return render_template(
        "policies/sharing_of.html",
        person=person,
        rows=pages.ledger(rows[: queries.PAGE]),
        more=rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None,
        first=before is None,
    )


def _people(said: str) -> list[tuple[int, int]]:
    """Return of whom something was given: those of a work order, or the person with this number."""
    said = said.strip().upper()
    if said.isascii() and said.isdigit():
        try:
            number = row_number(said)
        except ValueError as error:
            raise NotFound() from error
        return [(number, 0)] if queries.is_known(number) else []
    return list(queries.people_of(said))
