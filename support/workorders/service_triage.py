"""The verbs by which the desk sorts its work: assign, prioritise, tag, set the status by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from support.accounts import queries as people
from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, insert_new, transaction
from support.core.errors import IllegalMove
from support.workorders import moves, policy, queries, targets
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Priority, Status, way_back
from support.workorders.models import Tag, WorkOrder


def assign_order(
    actor: Actor,
    order: WorkOrder,
    *,
    assignee_id: int | None,
    version: int,
    now: datetime | None = None,
    tell_at: datetime | None = None,
) -> WorkOrder:
    """Give the order to `assignee_id` (None: back to the team); raises `Stale` when it changed meanwhile.

    `tell_at` says when they are told, as `moves.tell` takes it.
    """
    now = now or utcnow()
    moves.require_work(actor, order)
    if order.assignee_id == assignee_id:
        return order
    with transaction():
        if assignee_id is not None:
            taker, kind = people.person(assignee_id), kind_named(order.kind)
            policy.require_taker(taker, kind, queries.recused(order))
        order = compare_and_set(order, version=version, updated_at=now)
        moves.assign(actor, order, assignee_id, now=now, tell_at=tell_at)
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
    tell_at: datetime | None = None,
) -> WorkOrder:
    """Set the status by hand (an agent) or by a timer (the system); doing it again changes nothing.

    `tell_at` says when the requester is told, as `moves.tell` takes it.
    """
    now = now or utcnow()
    moves.require_work(actor, order, then=status)
    if order.state is status:
        return order
    with transaction():
        order = moves.move(actor, order, status, version=version, now=now, reason=reason)
        event = audit.record(order.stream, f"order.{status}", actor=actor, at=now, reason=reason)
        moves.tell(order, event, f"order.{status}", at=tell_at, reason=reason)
    return order


def restore_status(
    actor: Actor,
    order: WorkOrder,
    *,
    status: Status,
    reason: str,
    version: int,
    now: datetime | None = None,
) -> WorkOrder:
    """Take a move back, as near as the lifecycle lets; nobody is told of it. Raises `IllegalMove`, `Stale`."""
    now = now or utcnow()
    moves.require_work(actor, order)
    steps = way_back(order.state, status)
    if not steps:
        raise IllegalMove(order.state, status)
    with transaction():
        for step in steps:
            order = moves.move(actor, order, step, version=version, now=now, reason=reason)
            version = order.version
    return order
