"""The desk's gate before a new kind of sharing, a transfer or an export (`/desk/gates`)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version
from support.core.web_nav import NavItem
from support.core.words import N_
from support.policies import queries_gates as queries
from support.policies import service_gates as service
from support.policies.forms_gates import GateForm, RefusalForm
from support.policies.forms_sharing import refusals
from support.policies.lifecycle_gates import GateState
from support.policies.models_gates import SharingGate
from support.policies.policy_sharing import (
    READERS,
    check_may_approve_gate,
    check_may_keep_partners,
    may_approve_gate,
    may_keep_partners,
)
from support.policies.sharing_pages import data_words, region_words
from support.policies.sharing_words import EXCEPTIONS
from support.policies.today import today

blueprint = Blueprint("gates", __name__, url_prefix="/desk/gates")
Answer = str | Response | tuple[str, int]


def _waiting(actor: Actor) -> int:
    return queries.waiting_for(actor) if may_approve_gate(actor, exception=False) else 0


HOOKS: tuple[object, ...] = (
    NavItem(
        N_("Administration"),
        N_("Gates"),
        "gates.index",
        "door-open",
        count=_waiting,
        roles=READERS,
    ),
)


@blueprint.get("")
def index() -> str:
    """List the gates, those that wait for a second person first."""
    actor = current_actor()
    rows = [_row(each) for each in queries.gates_for(actor)]
    return render_template("policies/gates.html", rows=rows, may_keep=may_keep_partners(actor))


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """Propose one."""
    actor, form = current_actor(), GateForm().offer()
    check_may_keep_partners(actor)
    if form.validate_on_submit():
        with refusals(form):
            weighed, key = form.weighed(), request.form.get("idempotency_key", "")
            made = lambda: service.propose_gate(actor, weighed).uid  # noqa: E731
            uid = once(form_scope(), key, repr(weighed), made)
            flash(_("Proposed. Another person has to approve it."), "success")
            return redirect(url_for("gates.show", uid=uid), 303)
    key = request.form.get("idempotency_key") or new_uid()
    page = render_template("policies/gate_new.html", form=form, key=key)
    return (page, 422) if form.errors or form.form_errors else page


@blueprint.get("/<uid>")
def show(uid: str) -> str:
    """Show one gate and what can be done about it."""
    return _page(queries.gate_for(current_actor(), uid), RefusalForm())


@blueprint.post("/<uid>/approval")
def approve(uid: str) -> Response:
    """Let it be, as the second person."""
    actor = current_actor()
    gate = queries.gate_for(actor, uid)
    service.approve_gate(actor, gate, version=posted_version())
    flash(_("Approved. It is in force until its last day."), "success")
    return redirect(url_for("gates.show", uid=uid), 303)


@blueprint.post("/<uid>/refusal")
def refuse(uid: str) -> Answer:
    """Refuse it with a reason, as the second person."""
    actor, form = current_actor(), RefusalForm()
    gate = queries.gate_for(actor, uid)
    check_may_approve_gate(actor, exception=gate.basis in EXCEPTIONS)
    if form.validate_on_submit():
        with refusals(form):
            words = form.words.data or ""
            service.refuse_gate(actor, gate, words=words, version=posted_version())
            flash(_("Refused."), "success")
            return redirect(url_for("gates.show", uid=uid), 303)
    return _page(gate, form), 422


@blueprint.post("/<uid>/withdrawal")
def withdraw(uid: str) -> Response:
    """Take one's own proposal back."""
    actor = current_actor()
    gate = queries.gate_for(actor, uid)
    service.withdraw_gate(actor, gate, version=posted_version())
    flash(_("Taken back."), "success")
    return redirect(url_for("gates.show", uid=uid), 303)


@blueprint.post("/<uid>/end")
def end(uid: str) -> Response:
    """End what was approved."""
    actor = current_actor()
    gate = queries.gate_for(actor, uid)
    service.end_gate(actor, gate, version=posted_version())
    flash(_("Ended. Nothing goes through it from now on."), "success")
    return redirect(url_for("gates.show", uid=uid), 303)


def _page(gate: SharingGate, form: RefusalForm) -> str:
    actor, waits = current_actor(), gate.status is GateState.PROPOSED
    own = gate.proposed_by == actor.id
    may = may_approve_gate(actor, exception=gate.basis in EXCEPTIONS)
    return render_template(
        "policies/gate.html",
        gate=gate,
        row=_row(gate),
        form=form,
        may_decide=waits and may and not own,
        may_withdraw=waits and own and may_keep_partners(actor),
        may_end=gate.status is GateState.APPROVED and may_keep_partners(actor),
        for_legal=waits and gate.basis in EXCEPTIONS,
    )


def _row(gate: SharingGate) -> dict[str, Any]:
    return {
        "gate": gate,
        "over": gate.status is GateState.APPROVED and not gate.stands_on(today(utcnow())),
        "what": data_words(gate.what),
        "region": region_words(gate.region),
        "ends": format_date(gate.ends, "long"),
    }
