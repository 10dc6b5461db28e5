"""Verbs that only the desk has: several properties at once, and the reading of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import Stale
from support.core.files import StoredFile
from support.workorders import moves, policy, service
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder

Unchanged = Literal["unchanged"]
UNCHANGED: Unchanged = "unchanged"


@dataclass(frozen=True, slots=True)
class Properties:
    """What a form wants an order to be; a field that it didn't show stays as it is."""

    status: Status | None = None
    assignee_id: int | Unchanged | None = UNCHANGED
    priority: Priority | None = None
    tags: Sequence[str] | None = None


def change_order(
    actor: Actor,
    order: WorkOrder,
    wanted: Properties,
    *,
    version: int,
    now: datetime | None = None,
    tell_at: datetime | None = None,
) -> WorkOrder:
    """Make the order as `wanted`, all of it or nothing; raises `Stale` when it changed since `version`.

    Each property is its own verb with its own event; what is already so changes nothing.
    `tell_at` says when the people concerned are told, as `moves.tell` takes it.
    """
    now = now or utcnow()
    moves.require_work(actor, order)
    with transaction():
        if order.version != version:
            raise Stale()
        changes = wanted.status is not None and wanted.status != order.status
        if wanted.assignee_id != UNCHANGED:
            service.assign_order(
                actor,
                order,
                assignee_id=wanted.assignee_id,
                version=order.version,
                now=now,
                tell_at=tell_at,
            )
        if wanted.priority is not None:
            service.set_priority(
                actor, order, priority=wanted.priority, version=order.version, now=now
            )
        if wanted.tags is not None:
            service.tag_order(actor, order, words=list(wanted.tags), now=now)
        if changes and wanted.status is not None:
            service.move_order(
                actor,
                order,
                status=wanted.status,
                version=order.version,
                now=now,
                tell_at=tell_at,
            )
    return order


def read_file(
    actor: Actor, order: WorkOrder, file: StoredFile, *, now: datetime | None = None
) -> None:
    """Write down that the actor opened a file of the order (promise 4); each opening is an event of its own."""
    policy.require_staff(actor)
    with transaction():
        audit.record(order.stream, "order.file_read", actor=actor, at=now or utcnow(), file=file.id)
