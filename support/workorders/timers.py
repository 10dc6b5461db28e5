"""What happens because time passes: reminders, closings, alarms (`law.md` 5.3). The tick asks once a minute.

A run first looks, reading a few columns, for orders whose step is due and was not taken; then each of them is
locked, looked at again, and its step written down as an event. The event is the mark by which a step happens
once, however many ticks run and however often. A run takes at most `MOST` steps of each sort, every one in a
transaction of its own; what is left is taken a minute later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from support.accounts import queries as people
from support.core import audit, outbox
from support.core.actors import SYSTEM
from support.core.audit import Event
from support.core.db import db, transaction
from support.core.errors import DomainError
from support.core.worker import Periodic
from support.workorders import service_triage, targets
from support.workorders.desk_queries import IS_ACTIVE, SOON
from support.workorders.kind import kinds
from support.workorders.lifecycle import WAITING_REMINDERS, Status
from support.workorders.models import Message, WorkOrder

log = logging.getLogger(__name__)

BATCH = 200
MOST = 1000
NO_ANSWER, NOT_CONFIRMED = "no_answer", "not_confirmed"

# Literally what the partial indexes say, so that both planners see that they fit.
_IS_TIMED = text("work_order.status IN ('waiting', 'resolved')")
_IS_ESTIMATED = text("work_order.term_estimated")

_SEEN = (
    WorkOrder.id,
    WorkOrder.created_at,
    WorkOrder.status,
    WorkOrder.status_at,
    WorkOrder.term_ends_at,
    WorkOrder.first_reply_due,
    WorkOrder.due_at,
)
Marks = Sequence[Event]
Step = Callable[[WorkOrder, datetime], None]


def close_unanswered(now: datetime) -> None:
    """Close what waited for its requester for 7 + 3 days. Safe to run twice."""
    _close(Status.WAITING, NO_ANSWER, now)


def close_unconfirmed(now: datetime) -> None:
    """Close what nobody called unsolved within 7 days. Safe to run twice."""
    _close(Status.RESOLVED, NOT_CONFIRMED, now)


def recount_estimates(now: datetime) -> None:
    """Count terms anew whose holidays were not published when they began; nobody loses a day. Safe to run twice."""
    rows = _rows(_IS_ESTIMATED)
    _take((row for row in rows if not _still_estimated(row)), _recount, now)


def remind_waiting(now: datetime) -> None:
    """Remind the requester on day 3 and on day 6 of waiting. Safe to run twice.

    It comes at the hour of the question: no period ends then, and nobody wants mail at midnight. Who was missed on
    day 3 is reminded once, on the later day.
    """
    since = (
        WorkOrder.status_at <= now - timedelta(days=WAITING_REMINDERS[0]),
        WorkOrder.term_ends_at > now,
    )
    rows = _timed_rows(Status.WAITING, *since)
    _take(
        _unmarked(rows, "order.reminded", lambda row, marks: _reminder(row, marks, now)),
        _remind,
        now,
    )


def warn_due_soon(now: datetime) -> None:
    """Warn the assignee two hours before the order is due. Safe to run twice."""
    soon = (WorkOrder.due_at > now, WorkOrder.due_at <= now + SOON)
    rows = _rows(IS_ACTIVE, *soon, WorkOrder.assignee_id.is_not(None))
    _take(_unalarmed(rows, "due_soon"), _warn_due_soon, now)


def warn_unassigned(now: datetime) -> None:
    """Tell the team when half of the time for a first reply is gone and nobody has the order. Safe to run twice."""
    unheard = (WorkOrder.status == Status.NEW, WorkOrder.assignee_id.is_(None))
    rows = _unalarmed(_rows(IS_ACTIVE, *unheard, WorkOrder.due_at > now), "half_way")
    _take((row for row in rows if targets.half_way(row) <= now), _warn_unassigned, now)


def alarm_overdue(now: datetime) -> None:
    """Tell assignee, team and administrators of each order that is overdue. Safe to run twice."""
    rows = _rows(IS_ACTIVE, WorkOrder.due_at <= now)
    _take(_unalarmed(rows, "overdue"), _alarm_overdue, now)


def alarm_unstaffed(now: datetime) -> None:
    """Tell the administrators, once a day, of each kind that nobody can take up. Safe to run twice."""
    held = {role for one in people.staff() for role in one.roles}
    for kind in kinds():
        if kind.first_roles & held:
            continue
        waiting = select(WorkOrder.id).where(IS_ACTIVE, WorkOrder.kind == kind.code).limit(1)
        if db.session.execute(waiting).first() is not None:
            with transaction():
                outbox.put("order.unstaffed", f"{kind.code}:{now:%Y-%m-%d}", kind=kind.code)


def _rows(*which: Any, by: Any = WorkOrder.due_at) -> list[Any]:
    """Return a few columns of the orders that may be meant, the most urgent first."""
    return list(db.session.execute(select(*_SEEN).where(*which).order_by(by)))


def _timed_rows(status: Status, *which: Any) -> list[Any]:
    """Return those of the orders in `status` whose own term is meant, the first to end first."""
    timed = (_IS_TIMED, WorkOrder.status == status)
    return _rows(*timed, *which, by=WorkOrder.term_ends_at)


def _unmarked(rows: Sequence[Any], action: str, due: Callable[[Any, Marks], Any]) -> Iterable[Any]:
    """Yield the rows for which `due(row, marks)` holds, given the events `action` that their order has."""
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        marks: dict[str, list[Event]] = {f"order:{row.id}": [] for row in batch}
        statement = select(Event).where(Event.stream.in_(marks), Event.action == action)
        for event in db.session.execute(statement).scalars():
            marks[event.stream].append(event)
        yield from (row for row in batch if due(row, marks[f"order:{row.id}"]))


def _unalarmed(rows: Sequence[Any], stage: str) -> Iterable[Any]:
    return _unmarked(rows, "order.alarmed", lambda row, marks: not _is_alarmed(row, marks, stage))


def _take(rows: Iterable[Any], step: Step, now: datetime) -> None:
    """Take `step` with each order, locked and read anew; one that refuses is left, the others go on."""
    taken = 0
    for row in list(rows):
        lock = select(WorkOrder).where(WorkOrder.id == row.id).with_for_update()
        try:
            with transaction() as session:
                fresh = session.execute(lock, execution_options={"populate_existing": True})
                step(fresh.scalar_one(), now)
        except DomainError as error:
            log.info("timed_step_refused", extra={"order": row.id, "error": type(error).__name__})
            continue
        taken += 1
        if taken == MOST:
            return


def _close(status: Status, reason: str, now: datetime) -> None:
    def close(order: WorkOrder, now: datetime) -> None:
        ends = order.term_ends_at
        if order.state is status and ends is not None and ends <= now:
            service_triage.move_order(
                SYSTEM, order, status=Status.CLOSED, version=order.version, reason=reason, now=now
            )

    _take(_timed_rows(status, WorkOrder.term_ends_at <= now), close, now)


def _still_estimated(row: Any) -> bool:
    due = targets.term(Status(row.status), row.status_at)
    return due is not None and due.estimated


def _recount(order: WorkOrder, now: datetime) -> None:
    due = targets.kept_term(order)
    if not order.term_estimated or due is None:
        return
    order.term_ends_at, order.term_estimated = due.at, due.estimated
    until = due.at.isoformat()
    audit.record(order.stream, "order.recounted", actor=SYSTEM, at=now, until=until)


def _reminder(order: Any, marks: Marks, now: datetime) -> int | None:
    """Return the day of the reminder that is due and was not sent since the order began to wait."""
    waited = (now - order.status_at).days
    day = max((each for each in WAITING_REMINDERS if each <= waited), default=0)
    sent = [event.data["day"] for event in marks if event.at >= order.status_at]
    return day if day > max(sent, default=0) else None


def _remind(order: WorkOrder, now: datetime) -> None:
    day = _reminder(order, _marks(order, "order.reminded"), now)
    if order.state is not Status.WAITING or day is None:
        return
    event = audit.record(order.stream, "order.reminded", actor=SYSTEM, at=now, day=day)
    ours = (Message.order_id == order.id, Message.from_staff)
    asked = db.session.execute(select(func.max(Message.id)).where(*ours)).scalar_one()
    outbox.put("order.reminded", f"{order.id}:{event.seq}", order=order.id, day=day, message=asked)


def _warn_due_soon(order: WorkOrder, now: datetime) -> None:
    if order.active and order.assignee_id is not None and now < order.due_at <= now + SOON:
        _alarm(order, "due_soon", now, assignee=order.assignee_id)


def _warn_unassigned(order: WorkOrder, now: datetime) -> None:
    if order.assignee_id is None and order.state is Status.NEW:
        _alarm(order, "half_way", now)


def _alarm_overdue(order: WorkOrder, now: datetime) -> None:
    if order.active and order.due_at <= now:
        _alarm(order, "overdue", now)


def _alarm(order: WorkOrder, stage: str, now: datetime, **ids: Any) -> None:
    if _is_alarmed(order, _marks(order, "order.alarmed"), stage):
        return
    due = order.due_at.isoformat()
    event = audit.record(order.stream, "order.alarmed", actor=SYSTEM, at=now, stage=stage, due=due)
    outbox.put(f"order.{stage}", f"{order.id}:{event.seq}", order=order.id, **ids)


def _is_alarmed(order: Any, marks: Marks, stage: str) -> bool:
    """True when this stage was reported for this due date or a later one; a longer time is a new one."""
    due = order.due_at.isoformat()
    return any(event.data["stage"] == stage and event.data["due"] >= due for event in marks)


def _marks(order: WorkOrder, action: str) -> Marks:
    statement = select(Event).where(Event.stream == order.stream, Event.action == action)
    return db.session.execute(statement).scalars().all()


_MINUTE = timedelta(seconds=60)

PERIODIC = (
    Periodic("recount_estimates", timedelta(hours=1), recount_estimates),
    Periodic("close_unanswered", _MINUTE, close_unanswered),
    Periodic("close_unconfirmed", _MINUTE, close_unconfirmed),
    Periodic("remind_waiting", _MINUTE, remind_waiting),
    Periodic("warn_due_soon", _MINUTE, warn_due_soon),
    Periodic("warn_unassigned", _MINUTE, warn_unassigned),
    Periodic("alarm_overdue", _MINUTE, alarm_overdue),
    Periodic("alarm_unstaffed", _MINUTE, alarm_unstaffed),
)
