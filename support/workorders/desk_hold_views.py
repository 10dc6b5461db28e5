"""Legal holds at the desk: what is held, and placing and releasing the holds of one work order."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from support.accounts import queries as people
from support.accounts.forms import refusals_on
from support.core.web import current_actor
from support.core.words import N_
from support.policies import queries_legal_holds as holds
from support.policies import service_legal_holds
from support.policies.models_legal_holds import BY_HAND, LegalHold
from support.policies.policy import check_may_hold
from support.workorders import queries
from support.workorders.desk_forms import HoldForm
from support.workorders.desk_views import blueprint
from support.workorders.models import WorkOrder

_WORDS = {"person": N_("Account"), "penalty": N_("Penalty"), "conduct": N_("Conduct")}
_ELSE = N_("Something else")
"""What a hold is on that is on no work order."""
Answer = str | Response | tuple[str, int]


@blueprint.get("/holds")
def all_holds() -> str:
    """List what is held."""
    check_may_hold(current_actor())
    rows = _drawn(holds.standing_holds())
    return render_template("workorders/desk/holds.html", rows=rows, more=len(rows) == holds.MOST)


@blueprint.route("/orders/<reference>/holds", methods=["GET", "POST"])
def order_holds(reference: str) -> Answer:
    """Show the holds of an order, and place one."""
    actor, form = current_actor(), HoldForm()
    order = queries.order_at_desk(actor, reference)
    check_may_hold(actor)
    if form.validate_on_submit():
        ground = service_legal_holds.ground_named(form.ground.data)
        with refusals_on(form):
            number = form.reference.data or ""
            service_legal_holds.place_hold(actor, order.stream, ground, reference=number)
            flash(
                gettext("It is held: nothing of it is destroyed until you release it."), "success"
            )
            return redirect(url_for("desk.order_holds", reference=reference), 303)
    return _order_page(order, form)


@blueprint.post("/orders/<reference>/holds/<uid>/release")
def release_hold(reference: str, uid: str) -> Response:
    """Let go of one hold of an order."""
    actor = current_actor()
    order = queries.order_at_desk(actor, reference)
    service_legal_holds.release_hold(actor, holds.hold_on(order.stream, uid))
    flash(gettext("Released: what it kept follows its own time again."), "success")
    return redirect(url_for("desk.order_holds", reference=reference), 303)


def _order_page(order: WorkOrder, form: HoldForm) -> str | tuple[str, int]:
    rows = _drawn(holds.holds_on(order.stream))
    page = render_template("workorders/desk/order_holds.html", order=order, rows=rows, form=form)
    return (page, 422) if form.errors else page


def _drawn(rows: Any) -> list[dict[str, Any]]:
    """Return holds with the names of who placed them and the orders that they are about."""
    names = people.names({row.placed_by for row in rows if row.placed_by})
    orders = queries.references_of([_order_id(row) for row in rows])
    return [
        {
            "hold": row,
            "who": names.get(row.placed_by or 0) or gettext("the system"),
            "order": orders.get(_order_id(row), ""),
            "what": gettext(_WORDS.get(row.about.partition(":")[0], _ELSE)),
            "by_hand": row.why in BY_HAND,
        }
        for row in rows
    ]


def _order_id(hold: LegalHold) -> int:
    kind, _colon, number = hold.about.partition(":")
    return int(number) if kind == "order" and number.isdecimal() else 0
