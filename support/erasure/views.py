"""The person's pages of a deletion request: showing who they are, taking it back, and its public page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core.errors import NeedsProof, NotFound
from support.core.web import current_actor, posted_version
from support.erasure import queries, service
from support.erasure.forms import ConfirmForm
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure
from support.workorders import queries as orders
from support.workorders.models import WorkOrder

blueprint = Blueprint("erasure", __name__)
Answer = Response | tuple[str, int]

GUEST = ("erasure.confirm", "erasure.withdraw")
"""They open to somebody who followed their order with a code."""


@blueprint.route("/orders/<reference>/deletion", methods=["GET", "POST"])
def confirm(reference: str) -> Answer:
    """Take what the request is about, once the session has shown who asks."""
    order, row = _own(reference)
    if row.status is not ErasureState.IDENTITY:
        return _back(order)
    form = ConfirmForm(data=_chosen())
    if form.validate_on_submit():
        with refusals_on(form):
            try:
                return _decided(row, form)
            except NeedsProof:
                return ask_proof(url_for("erasure.confirm", reference=reference, **form.said()))
    version = request.form.get("version", row.version)
    return page("erasure/confirm.html", form, order=order, row=row, version=version)


@blueprint.post("/orders/<reference>/deletion/withdrawal")
def withdraw(reference: str) -> Response:
    """Take the request back before its first step."""
    order, row = _own(reference)
    service.withdraw(current_actor(), row, version=posted_version())
    flash(_("The request is withdrawn. Nothing has changed."), "success")
    return _back(order)


def _own(reference: str) -> tuple[WorkOrder, Erasure]:
    order = orders.order_for(current_actor(), reference)
    row = queries.erasure_of(order)
    if row is None:
        raise NotFound()
    service.require_own(current_actor(), row)
    return order, row


def _chosen() -> dict[str, Any]:
    """Return what was chosen before a proof was asked for."""
    given = request.args
    known = {name: given[name] for name in ("scope", "region") if name in given}
    return known | {"classes": given.getlist("classes")}


def _decided(row: Erasure, form: ConfirmForm) -> Response:
    decided = service.confirm_request(
        current_actor(),
        row,
        region=form.region.data or "",
        scope=form.wanted(),
        version=posted_version(),
    )
    _say(decided, row)
    return _back(orders.order_by_id(decided.order_id))


def ask_proof(again: str) -> Response:
    """Lead to a fresh proof and back to `again`; a guest shows it by a new code to their address."""
    if current_actor().kind != "guest":
        return redirect(url_for("accounts.confirm", next=again), 303)
    flash(_("Please open your work order once more with a new code, and come back."), "warning")
    return redirect(url_for("workorders.follow"), 303)


def _say(decided: Erasure, row: Erasure) -> None:
    if decided.id == row.id:
        flash(_("Thank you, we know that it is you. A privacy officer decides now."), "success")
    else:
        flash(_("You have asked for this before; here is where that request stands."), "info")


def _back(order: WorkOrder) -> Response:
    return redirect(url_for("workorders.show", reference=order.reference), 303)
