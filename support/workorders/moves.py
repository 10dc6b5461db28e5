"""What the verbs of an order share: its parties, moving it, assigning it, and its clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, union

from support.core import audit, outbox
from support.core.actors import Actor
from support.core.audit import Event
from support.core.db import compare_and_set, db, insert_new
from support.core.errors import DomainError, NotAllowed
from support.workorders import policy, queries, targets
from support.workorders.kind import kind_named
from support.workorders.lifecycle import LIFECYCLE, TERM_DAYS, Status
from support.workorders.models import NEVER, Message, Note, Party, Recusal, WorkOrder

FINISHED = (Status.RESOLVED, Status.CLOSED)


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


def tell(
    order: WorkOrder, event: Event, topic: str, *, at: datetime | None = None, **ids: Any
) -> None:
    """Put the news of `event`: at once, or `at` a later moment if it still holds then; `NEVER` tells nobody."""
    if at != NEVER:
        if at is not None:
            ids["held"] = True
        outbox.put(topic, f"{order.id}:{event.seq}", due_at=at, order=order.id, **ids)


def assign(
    actor: Actor,
    order: WorkOrder,
    assignee_id: int | None,
    *,
    now: datetime,
    tell_at: datetime | None = None,
) -> None:
    """Give the order to somebody (None: back to the team), tell them, and take a new order into work."""
    order.assignee_id = assignee_id
    event = audit.record(order.stream, "order.assigned", actor=actor, at=now, assignee=assignee_id)
    if assignee_id is not None and assignee_id != actor.id:
        tell(order, event, "order.assigned", at=tell_at, assignee=assignee_id)
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


def is_let(order: WorkOrder, status: Status) -> bool:
    """True unless the kind's own state forbids it: what would be refused is not offered."""
    try:
        kind_named(order.kind).guard(order, status)
    except DomainError:
        return False
    return True


def may_offer_closing(order: WorkOrder) -> bool:
    """True while the requester can close the order, and has no better way to end it."""
    open_yet = order.state is not Status.CLOSED
    return open_yet and is_let(order, Status.CLOSED) and not kind_named(order.kind).own_end(order)


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


def recuse(order: WorkOrder, about: WorkOrder) -> None:
    """Keep the order from the staff who worked on `about` until now, and from those from whom that one is kept.

    Whoever takes that one up later may be the one who puts it right, so the list is made once.
    """
    for person_id in sorted(_workers(about) | queries.recused(about)):
        insert_new(Recusal, person_id=person_id, order_id=order.id)


def _workers(order: WorkOrder) -> set[int]:
    """Return the staff who owned the order, now or earlier, who wrote in it, and who moved it."""
    written = union(
        select(Message.author_id).where(Message.order_id == order.id, Message.from_staff),
        select(Note.author_id).where(Note.order_id == order.id),
    )
    found: set[int | None] = {order.assignee_id, *db.session.execute(written).scalars()}
    acts = ("order.assigned", "order.moved")
    events = select(Event).where(Event.stream == order.stream, Event.action.in_(acts))
    for event in db.session.execute(events).scalars():
        if event.action == "order.assigned":
            found.add(event.data["assignee"])
        elif event.actor_kind == "staff":
            found.add(event.actor_id)
    return {person_id for person_id in found if person_id is not None}


def require_work(actor: Actor, order: WorkOrder, *, then: Status | None = None) -> None:
    """Raise `NotAllowed` unless the actor may work on the order: by their roles, and not being whom it is about.

    Nobody of the staff finishes an order (`then`) whose requester has not shown who they are.
    """
    policy.require_work(actor, kind_named(order.kind), queries.recused(order))
    if actor.is_staff and then in FINISHED and not is_proved(order):
        raise NotAllowed(policy.UNPROVED)


def is_overdue(order: WorkOrder, now: datetime) -> bool:
    """True when the desk owed something by now."""
    return order.active and order.due_at <= now


def is_proved(order: WorkOrder) -> bool:
    """True when the requester has shown who they are as surely as the order's kind asks."""
    needed = kind_named(order.kind).assurance
    return not needed or policy.proved_level(requester_party(order)) >= needed
