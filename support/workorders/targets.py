"""By when the desk owes a first reply and a solution, in office hours, and how long a state lasts by itself.

The desk's clock stands still while it is not its turn: waiting, solved and closed in a row are one pause. An order
that is opened again has the time that was left (`law.md` 5.3 gives "in progress" one target, by priority): a
solution that did not hold earns the desk no new one. So one sum, target plus what stood still, is the date on the
page, in the mail, for the timers and in "Why this date?".

The numbers are the house's own (`law.md` 5.3 and 5.9): data here, not code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from support.core.calendars import Due, OfficeHours, cn_calendar_days, never_shorter
from support.core.context import settings
from support.workorders.kind import Kind, kind_named
from support.workorders.lifecycle import STANDING, TERM_DAYS, Priority, Status
from support.workorders.models import WorkOrder

DAY = 9 * 60
"""Office minutes in a usual working day."""


@dataclass(frozen=True, slots=True)
class Target:
    """Office minutes to the first reply and to the solution."""

    first_reply: int
    resolve: int


TARGETS: Mapping[str, Mapping[Priority, Target]] = {
    "question": {
        Priority.URGENT: Target(30, 4 * 60),
        Priority.HIGH: Target(2 * 60, DAY),
        Priority.NORMAL: Target(4 * 60, 3 * DAY),
        Priority.LOW: Target(DAY, 5 * DAY),
    },
    "suggestion": {
        Priority.URGENT: Target(4 * 60, 3 * DAY),
        Priority.HIGH: Target(DAY, 10 * DAY),
        Priority.NORMAL: Target(2 * DAY, 15 * DAY),
        Priority.LOW: Target(3 * DAY, 15 * DAY),
    },
    "realname": {
        Priority.URGENT: Target(30, DAY),
        Priority.HIGH: Target(2 * 60, 2 * DAY),
        Priority.NORMAL: Target(4 * 60, 4 * DAY),
        Priority.LOW: Target(DAY, 4 * DAY),
    },
    "infringement": {
        Priority.URGENT: Target(30, DAY),
        Priority.HIGH: Target(30, DAY),
        Priority.NORMAL: Target(30, DAY),
        Priority.LOW: Target(30, DAY),
    },
    "erasure": {
        Priority.URGENT: Target(30, 15 * DAY),
        Priority.HIGH: Target(2 * 60, 15 * DAY),
        Priority.NORMAL: Target(DAY, 15 * DAY),
        Priority.LOW: Target(DAY, 15 * DAY),
    },
    "complaint": {
        Priority.URGENT: Target(30, 2 * DAY),
        Priority.HIGH: Target(2 * 60, 5 * DAY),
        Priority.NORMAL: Target(4 * 60, 15 * DAY),
        Priority.LOW: Target(DAY, 15 * DAY),
    },
}


@lru_cache(maxsize=8)
def _hours(text: str, zone: str) -> OfficeHours:
    return OfficeHours.parse(text, zone=zone, holidays="cn")


def has_usual_days() -> bool:
    """True where every day that the desk is open is as long as `DAY`, so that its multiples are working days."""
    week = filter(None, office_hours().week)
    return {sum(end - start for start, end in spans) for spans in week} == {DAY}


def office_hours() -> OfficeHours:
    """Return the operator's opening hours with the PRC working-day calendar."""
    config = settings()
    return _hours(config.operator_hours, config.operator_timezone)


def target_of(kind: Kind, priority: int) -> Target:
    """Return the target row that applies."""
    return TARGETS[kind.targets][Priority(priority)]


def dues(kind: Kind, priority: int, filed_at: datetime) -> tuple[Due, Due]:
    """Return when the first reply and the solution are due, counted from the filing, without any pause."""
    target, hours = target_of(kind, priority), office_hours()
    return hours.add(filed_at, target.first_reply), hours.add(filed_at, target.resolve)


def term(status: Status, since: datetime) -> Due | None:
    """Return until when a state that began at `since` lasts by itself; None for one that waits for the desk.

    Calendar days as `law.md` 5.2 counts them; the 7 + 3 of waiting are one count of ten, which rolls once.
    """
    return cn_calendar_days(since, TERM_DAYS[status]) if status in TERM_DAYS else None


def kept_term(order: WorkOrder) -> Due | None:
    """Return the term of the present state as it is counted today, never shorter than the one promised."""
    counted = term(order.state, order.status_at)
    if counted is None or order.term_ends_at is None:
        return counted
    return never_shorter(Due(order.term_ends_at, counted.zone, False, ()), counted)


def begun(order: WorkOrder, status: Status, now: datetime) -> dict[str, Any]:
    """Return the columns that change when `status` begins, or begins anew: its term, and the desk's clock.

    When the clock goes on, the office minutes for which it stood still are given back.
    """
    due = term(status, now)
    columns = {
        "status_at": now,
        "term_ends_at": due.at if due else None,
        "term_estimated": due is not None and due.estimated,
    }
    if status in STANDING:
        return {**columns, "stopped_at": order.stopped_at or now}
    if order.stopped_at is None:
        return columns
    return {**columns, "stopped_at": None, **_given_back(order, order.stopped_at, now)}


def _given_back(order: WorkOrder, since: datetime, now: datetime) -> dict[str, Any]:
    """Return the dates after a pause; a first reply that was sent keeps the date by which it was due."""
    hours = office_hours()
    minutes = hours.elapsed(since, now)
    unanswered = hours.elapsed(since, min(order.first_replied_at or now, now))
    return {
        "paused_minutes": order.paused_minutes + minutes,
        "first_reply_due": hours.add(order.first_reply_due, unanswered).at,
        "resolve_due": hours.add(order.resolve_due, minutes).at,
    }


def reset(order: WorkOrder, priority: Priority) -> dict[str, Any]:
    """Return the columns of an order whose priority changes: counted anew from the filing, pauses kept.

    Clocks that a kind has of its own know no priority.
    """
    hours, kind = office_hours(), kind_named(order.kind)
    if kind.clocks is not None:
        return {"priority": priority}
    first, _resolve = dues(kind, order.priority, order.created_at)
    unanswered = hours.elapsed(first.at, order.first_reply_due)
    target = target_of(kind, priority)
    return {
        "priority": priority,
        "first_reply_due": hours.add(order.created_at, target.first_reply + unanswered).at,
        "resolve_due": hours.add(order.created_at, target.resolve + order.paused_minutes).at,
    }


def half_way(order: WorkOrder) -> datetime:
    """Return the moment at which half of the first-reply target is used up."""
    hours = office_hours()
    total = hours.elapsed(order.created_at, order.first_reply_due)
    return hours.add(order.created_at, total // 2).at
