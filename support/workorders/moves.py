"""What the verbs of an order share: its parties, moving it, assigning it, and its clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from support.core import audit, outbox
from support.core.actors import Actor
from support.core.db import compare_and_set, db
from support.core.errors import NotAllowed
from support.workorders import targets
from support.workorders.kind import kind_named
from support.workorders.lifecycle import LIFECYCLE, TERM_DAYS, Status
from support.workorders.models import NEVER, Message, Party, WorkOrder


def requester_party(order: WorkOrder) -> Party:
    """Return the party that filed the order."""
    return db.session.execute(
        select(Party).where(Party.order_id == order.id, Party.role == "requester")
    ).scalar_one()


def party_of(actor: Actor, order: WorkOrder) -> Party:
    """Return the actor's own part in the order; raise `NotAllowed` when there is none."""
    party = db.session.execute(
        select(Party).where(Party.order_id == order.id, Party.person_id == actor.id).limit(1)
    ).scalar_one_or_none()
    if party is None:
        raise NotAllowed()
    return party


def assign(actor: Actor, order: WorkOrder, assignee_id: int | None, *, now: datetime) -> None:
    """Give the order to somebody (None: back to the team), tell them, and take a new order into work."""
    order.assignee_id = assignee_id
    event = audit.record(order.stream, "order.assigned", actor=actor, at=now, assignee=assignee_id)
    if assignee_id is not None and assignee_id != actor.id:
        outbox.put(
            "order.assigned", f"{order.id}:{event.seq}", order=order.id, assignee=assignee_id
        )
    if order.state is Status.NEW and assignee_id is not None:
        move(actor, order, Status.OPEN, version=order.version, now=now)


def move(
    actor: Actor,
    order: WorkOrder,
    status: Status,
    *,
    version: int,
    now: datetime,
    reason: str = "",
    fresh: bool | None = None,
) -> WorkOrder:
    """Move the order, stopping or resuming its clocks; the kind may forbid it or follow it."""
    old = order.state
    LIFECYCLE.check_move(old, status)
    kind = kind_named(order.kind)
    kind.guard(order, status)
    order = compare_and_set(
        order,
        version=version,
        status=status,
        updated_at=now,
        fresh=order.fresh if fresh is None else fresh,
        closed_reason=reason if status is Status.CLOSED else None,
        **targets.begun(order, status, now),
    )
    reset_clock(order)
    audit.record(
        order.stream, "order.moved", actor=actor, at=now, old=old, new=status, reason=reason
    )
    kind.on_move(order, status, now)
    return order


def stay(order: WorkOrder, *, now: datetime) -> None:
    """Leave the order in its state after a message of the desk; a state with a term begins anew, reminders too."""
    if order.state in TERM_DAYS:
        columns = targets.begun(order, order.state, now)
        order = compare_and_set(order, version=order.version, **columns)
    reset_clock(order)


def reset_clock(order: WorkOrder) -> None:
    """Set the moment by which the desk must act next; none while it waits for the requester or is done."""
    if order.state not in (Status.NEW, Status.OPEN):
        order.due_at = NEVER
    else:
        order.due_at = order.resolve_due if order.first_replied_at else order.first_reply_due


def complained_about(order: WorkOrder) -> set[int]:
    """Return the staff who wrote in, or owned, the order that a complaint is linked to; nobody for other kinds."""
    if order.related_id is None or not kind_named(order.kind).recuses:
        return set()
    related = db.session.get_one(WorkOrder, order.related_id)
    authors = db.session.execute(
        select(Message.author_id).where(Message.order_id == related.id, Message.from_staff)
    ).scalars()
    return {*authors, *([related.assignee_id] if related.assignee_id else [])}
