"""The verbs by which the desk sorts its work: assign, prioritise, tag, set the status by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from support.accounts import queries as people
from support.core import audit, outbox
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, insert_new, transaction
from support.workorders import moves, policy, queries, targets
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import Tag, WorkOrder


def assign_order(
    actor: Actor,
    order: WorkOrder,
    *,
    assignee_id: int | None,
    version: int,
    now: datetime | None = None,
) -> WorkOrder:
    """Give the order to `assignee_id` (None: back to the team); raises `Stale` when it changed meanwhile."""
    now = now or utcnow()
    moves.require_work(actor, order)
    if order.assignee_id == assignee_id:
        return order
    with transaction():
        if assignee_id is not None:
            taker, kind = people.person(assignee_id), kind_named(order.kind)
            policy.require_taker(taker, kind, queries.recused(order))
        order = compare_and_set(order, version=version, updated_at=now)
        moves.assign(actor, order, assignee_id, now=now)
    return order


def set_priority(
    actor: Actor, order: WorkOrder, *, priority: Priority, version: int, now: datetime | None = None
) -> WorkOrder:
    """Set the priority; the targets are counted anew from the filing, pauses kept."""
    now = now or utcnow()
    moves.require_work(actor, order)
    if order.priority == priority:
        return order
    with transaction():
        old = order.priority
        order = compare_and_set(
            order, version=version, updated_at=now, **targets.reset(order, priority)
        )
        moves.reset_clock(order)
        audit.record(order.stream, "order.priority", actor=actor, at=now, old=old, new=priority)
    return order


def tag_order(
    actor: Actor, order: WorkOrder, *, words: list[str], now: datetime | None = None
) -> WorkOrder:
    """Make `words` (each up to 40 characters) the order's tags."""
    now = now or utcnow()
    moves.require_work(actor, order)
    wanted = {word.strip().lower()[:40] for word in words if word.strip()}
    with transaction() as session:
        present = set(session.execute(select(Tag.word).where(Tag.order_id == order.id)).scalars())
        if present == wanted:
            return order
        session.execute(delete(Tag).where(Tag.order_id == order.id, Tag.word.in_(present - wanted)))
        for word in sorted(wanted - present):
            insert_new(Tag, order_id=order.id, word=word)
        compare_and_set(order, version=order.version, updated_at=now)
        audit.record(
            order.stream,
            "order.tagged",
            actor=actor,
            at=now,
            added=len(wanted - present),
            removed=len(present - wanted),
        )
    return order


def move_order(
    actor: Actor,
    order: WorkOrder,
    *,
    status: Status,
    version: int,
    reason: str = "",
    now: datetime | None = None,
) -> WorkOrder:
    """Set the status by hand (an agent) or by a timer (the system); doing it again changes nothing."""
    now = now or utcnow()
    moves.require_work(actor, order, then=status)
    if order.state is status:
        return order
    with transaction():
        order = moves.move(actor, order, status, version=version, now=now, reason=reason)
        event = audit.record(order.stream, f"order.{status}", actor=actor, at=now, reason=reason)
        outbox.put(f"order.{status}", f"{order.id}:{event.seq}", order=order.id, reason=reason)
    return order
