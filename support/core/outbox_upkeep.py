"""What waits in the outbox, what died there, and how staff put it back in line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from support.core import audit, doorbell
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import after_commit, changed, db, fetch, transaction
from support.core.errors import AlreadyDone, NotAllowed
from support.core.outbox import SETTLE_FAILED, Subscription
from support.core.outbox_rows import OutboxRow, OutboxState

SHOWN_FOR = timedelta(days=30)
MOST_SHOWN = 100


def waiting(now: datetime) -> tuple[int, float]:
    """Return how many rows are due and by how many seconds the oldest of them is late."""
    count, oldest = db.session.execute(
        select(func.count(), func.min(OutboxRow.due_at)).where(
            OutboxRow.state == OutboxState.PENDING, OutboxRow.due_at <= now
        )
    ).one()
    abandoned = db.session.execute(
        select(func.count(), func.min(OutboxRow.lease_until)).where(
            OutboxRow.state == OutboxState.SENDING, OutboxRow.lease_until < now
        )
    ).one()
    moments = [moment for moment in (oldest, abandoned[1]) if moment is not None]
    late = max(((now - moment).total_seconds() for moment in moments), default=0.0)
    return count + abandoned[0], late


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A row that will not run again by itself; `reason` is a constant word or the name of a fault."""

    id: int
    topic: str
    handler: str
    reason: str
    attempts: int
    at: datetime | None


def dead_jobs(now: datetime) -> list[DeadJob]:
    """Return the newest dead rows of the last 30 days, but for those whose room shows them itself (`settle`)."""
    told = {each.name for each in hooks(Subscription) if each.settle is not None}
    row = OutboxRow
    statement = (
        select(row.id, row.topic, row.handler, row.last_error, row.attempts, row.done_at)
        .where(
            row.state == OutboxState.DEAD,
            row.done_at > now - SHOWN_FOR,
            or_(row.handler.not_in(told), row.last_error == SETTLE_FAILED),
        )
        .order_by(row.id.desc())
        .limit(MOST_SHOWN)
    )
    return [DeadJob(r[0], r[1], r[2], r[3] or "", r[4], r[5]) for r in fetch(statement)]


def revive(actor: Actor, row_id: int, *, now: datetime | None = None) -> None:
    """Put a dead row back in line; raises `NotAllowed`, and `AlreadyDone` when it is not dead (any more)."""
    if actor.kind != "system" and not actor.has(Role.ADMIN):
        raise NotAllowed()
    now = now or utcnow()
    with transaction():
        fresh = {"attempts": 0, "due_at": now, "created_at": now, "done_at": None}
        dead = (OutboxRow.id == row_id, OutboxRow.state == OutboxState.DEAD)
        if changed(update(OutboxRow).where(*dead).values(state=OutboxState.PENDING, **fresh)) != 1:
            raise AlreadyDone()
        audit.record("system", "job.revived", actor=actor, at=now, row=row_id)
        after_commit(doorbell.ring)
