"""The outbox: news written in the verb's own transaction, carried out afterwards, at least once.

The database row is the queue; rq is only a doorbell (`core.doorbell`). A topic has subscribers; `put`
writes one row for each. `drain` claims rows with a lease, runs the handler with no transaction open, and
finishes a row only if it still owns it; what a room notes about the outcome is written in that same
transaction. Handlers must be safe to run twice. Payloads hold ids, never a person's data.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, func, or_, select, update
from sqlalchemy.exc import OperationalError

from support.core import doorbell, logs
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import (
    UtcDateTime,
    after_commit,
    changed,
    database_now,
    db,
    insert_all,
    insert_new,
    new_uid,
    transaction,
)
from support.core.outbox_rows import OutboxRow, OutboxState

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
BATCH = 20
LONGEST_HOLD = timedelta(minutes=10)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=24)
MOST_FAULTS = 8

URGENT, NORMAL, BULK = 0, 5, 9


SETTLE_FAILED = "settle failed"


class Retry(Exception):
    """The outside world did not answer: try again, for up to 24 hours. `code` names the reason, no personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class GiveUp(Exception):
    """The outside world refused for good: the row is dead at once, and staff see `code`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Done:
    """What a handler returns that has more for `settle` than a word: `made` goes there in memory, and nowhere else."""

    note: str | None
    made: object = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run ended: the row's new state, the reason or the handler's own word, how many runs, when."""

    state: OutboxState
    note: str | None
    attempts: int
    at: datetime
    made: object = None


Handler = Callable[[dict[str, Any]], str | Done | None]


@dataclass(frozen=True, slots=True)
class AfterDrain:
    """A hook: `work()` runs once when a drain ends, to give back what its handlers kept open."""

    work: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`handler` runs for each message of `topic`; handed to `app.py` by a room at or above the topic's.

    `settle(payload, outcome)` runs inside the transaction that finishes the row, so that what the room keeps
    about the message and the row can't differ; a handler's returned word reaches it as `outcome.note`, and what
    a handler made (`Done`) as `outcome.made`.
    """

    topic: str
    handler: Handler
    settle: Callable[[dict[str, Any], Outcome], None] | None = None

    @property
    def name(self) -> str:
        """What the row keeps, so that a restarted process finds the handler again."""
        return f"{self.handler.__module__}:{self.handler.__qualname__}"


HELD: ContextVar[list[str] | None] = ContextVar("held", default=None)
"""Keys of what is put while it is held back (`outbox_held`); None where nothing is."""
_TABLE: Table = OutboxRow.__table__  # type: ignore[assignment]  # SQLAlchemy types it as any FromClause


def put(
    topic: str,
    key: str,
    *,
    priority: int = NORMAL,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    **ids: Any,
) -> None:
    """Write the message for every subscriber of `topic`; the same `key` again writes nothing.

    Call it inside the verb's transaction. `ids` are row ids and codes only. The handler finds `key` among them:
    by it a second run of the same message is known.
    """
    now = utcnow()
    due = _due(due_at, now)
    for row in _rows(topic, {key: ids}, priority, now, due):
        insert_new(OutboxRow, **row, expires_at=expires_at)
    if due <= now:
        after_commit(doorbell.ring)


def put_all(topic: str, messages: Mapping[str, Mapping[str, Any]], priority: int = NORMAL) -> None:
    """Write many messages (their ids by key) as `put` does one, in one statement; their keys are new for certain."""
    now = utcnow()
    due = _due(None, now)
    insert_all(OutboxRow, _rows(topic, messages, priority, now, due))
    if due <= now:
        after_commit(doorbell.ring)


def _due(wanted: datetime | None, now: datetime) -> datetime:
    if wanted is None and HELD.get() is not None:
        return now + LONGEST_HOLD
    return wanted or now


def _rows(
    topic: str,
    messages: Mapping[str, Mapping[str, Any]],
    priority: int,
    now: datetime,
    due_at: datetime,
) -> list[dict[str, Any]]:
    """Return a row for each message and subscriber, noted where they are held back."""
    handlers = [one.name for one in hooks(Subscription) if one.topic == topic]
    rows: list[dict[str, Any]] = [
        {
            "dedup_key": f"{topic}|{key}|{handler}",
            "topic": topic,
            "handler": handler,
            "payload": {"key": key, **ids},
            "priority": priority,
            "state": OutboxState.PENDING,
            "attempts": 0,
            "due_at": due_at,
            "created_at": now,
        }
        for key, ids in messages.items()
        for handler in handlers
    ]
    if (waiting := HELD.get()) is not None:
        waiting += [row["dedup_key"] for row in rows]
    return rows


def drain(most: int = 1000) -> int:
    """Carry out due rows, urgent first, until none is due or `most` are done; return how many ran."""
    subscriptions = {subscription.name: subscription for subscription in hooks(Subscription)}
    done = 0
    try:
        while done < most:
            owner = new_uid()
            claims, lease_until = _claim(owner)
            if not claims:
                break
            for claim in claims:
                if utcnow() > lease_until - LEASE / 2:
                    break  # the rest of the batch goes back when its lease ends, or to the next claim
                _run(claim, owner, subscriptions.get(claim.handler))
                done += 1
    finally:
        for hook in hooks(AfterDrain):
            hook.work()
    return done


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a run needs of its row, read once for the whole batch."""

    id: int
    topic: str
    handler: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime
    expires_at: datetime | None


_CLAIMED = (
    OutboxRow.id,
    OutboxRow.topic,
    OutboxRow.handler,
    OutboxRow.payload,
    OutboxRow.attempts,
    OutboxRow.created_at,
    OutboxRow.expires_at,
)


def _claim(owner: str) -> tuple[list[_Claim], datetime]:
    """Take up to a batch of due rows (and rows whose owner died) for `owner`."""
    with transaction() as session:
        now = database_now()
        due = or_(
            (OutboxRow.state == OutboxState.PENDING) & (OutboxRow.due_at <= now),
            (OutboxRow.state == OutboxState.SENDING) & (OutboxRow.lease_until < now),
        )
        rows = session.execute(
            select(*_CLAIMED)
            .where(due)
            .order_by(OutboxRow.priority, OutboxRow.due_at, OutboxRow.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        claims = [_Claim(*row) for row in rows]
        if claims:
            changed(
                update(OutboxRow)
                .where(OutboxRow.id.in_([claim.id for claim in claims]))
                .values(
                    state=OutboxState.SENDING,
                    owner=owner,
                    lease_until=now + LEASE,
                    attempts=OutboxRow.attempts + 1,
                )
            )
    return claims, utcnow() + LEASE


def _run(claim: _Claim, owner: str, subscription: Subscription | None) -> None:
    now, attempts = utcnow(), claim.attempts + 1
    logs.bind(outbox=claim.id, topic=claim.topic)
    db.session.remove()  # the connection goes back before any network call
    due_at = None
    if claim.expires_at is not None and claim.expires_at <= now:
        state, done = OutboxState.EXPIRED, Done(None)
    elif subscription is None:
        state, done = OutboxState.DEAD, Done("no handler")
    else:
        state, done = _handle(claim, subscription.handler, attempts, now)
        if state == OutboxState.PENDING:
            due_at = _later(attempts, now)
    outcome = Outcome(state, done.note, attempts, utcnow(), done.made)
    try:
        _finish(claim, owner, subscription, outcome, due_at)
    except OperationalError:
        raise  # the database is away: the row comes back when its lease ends
    except Exception:
        # a fault in `settle` must not make the handler run for ever
        log.exception("outbox_settle_failed")
        dead = Outcome(OutboxState.DEAD, SETTLE_FAILED, attempts, outcome.at)
        _finish(claim, owner, None, dead, None)


def _handle(
    claim: _Claim, handler: Handler, attempts: int, now: datetime
) -> tuple[OutboxState, Done]:
    """Run the handler and say how it ended: the next state and the reason, or the handler's own word."""
    try:
        said = handler(dict(claim.payload))
        return OutboxState.DONE, said if isinstance(said, Done) else Done(said)
    except GiveUp as refusal:
        return OutboxState.DEAD, Done(refusal.code)
    except Retry as trouble:
        again = now - claim.created_at < GIVE_UP_AFTER
        return OutboxState.PENDING if again else OutboxState.DEAD, Done(trouble.code)
    except Exception as fault:
        log.exception("outbox_handler_failed")
        again = attempts < MOST_FAULTS
        return OutboxState.PENDING if again else OutboxState.DEAD, Done(type(fault).__name__)
    finally:
        db.session.remove()


def _later(attempts: int, now: datetime) -> datetime:
    """Back off: 30 s doubling to an hour, spread by a fifth so that many rows don't return together."""
    wait = min(FIRST_RETRY * 2.0 ** min(attempts - 1, 10), LONGEST_RETRY)
    return now + wait * random.uniform(0.8, 1.2)  # noqa: S311


_FINISH = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("row"),
        _TABLE.c.owner == bindparam("mine"),
        _TABLE.c.state == OutboxState.SENDING,
    )
    .values(
        state=bindparam("new_state"),
        owner=None,
        lease_until=None,
        last_error=bindparam("reason"),
        due_at=func.coalesce(bindparam("next_due", type_=UtcDateTime()), _TABLE.c.due_at),
        done_at=bindparam("ended", type_=UtcDateTime()),
    )
)


def _finish(
    claim: _Claim,
    owner: str,
    subscription: Subscription | None,
    outcome: Outcome,
    due_at: datetime | None,
) -> None:
    """Close the row if it is still ours; when the lease was lost, the new owner's result stands.

    Not waiting for the disk is safe here: a row whose end a power cut took back is carried out again.
    """
    values = {
        "row": claim.id,
        "mine": owner,
        "new_state": outcome.state,
        "reason": None if outcome.state == OutboxState.DONE else outcome.note,
        "next_due": due_at,
        "ended": None if outcome.state == OutboxState.PENDING else outcome.at,
    }
    with transaction(durable=False) as session:
        result: Any = session.execute(_FINISH, values)
        if result.rowcount != 1:
            log.warning("outbox_lease_lost", extra={"outbox": claim.id})
        elif subscription is not None and subscription.settle is not None:
            subscription.settle(claim.payload, outcome)
    db.session.remove()
