"""By when the desk owes a first reply and a solution, in office hours, paused while it waits for the requester.

The numbers are the house's own (`law.md` 5.3 and 5.9): data here, not code. `explain` gives the steps that the
"why this date?" page prints for both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from support.core.calendars import Due, OfficeHours
from support.core.context import settings
from support.workorders.kind import Kind
from support.workorders.lifecycle import Priority, Status
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


def dues(
    kind: Kind, priority: int, filed_at: datetime, *, paused_minutes: int = 0
) -> tuple[Due, Due]:
    """Return when the first reply and the solution are due, counted from the filing; pauses are added."""
    target, hours = target_of(kind, priority), office_hours()
    return (
        hours.add(filed_at, target.first_reply + paused_minutes),
        hours.add(filed_at, target.resolve + paused_minutes),
    )


def after_pause(order: WorkOrder, old: Status, new: Status, now: datetime) -> dict[str, Any]:
    """Return the changed columns when an order's clock resumes: the office minutes it stood still are given back."""
    stopped = (Status.WAITING, Status.RESOLVED, Status.CLOSED)
    if old not in stopped or new in stopped:
        return {}
    hours = office_hours()
    minutes = hours.elapsed(order.status_at, now)
    return {
        "paused_minutes": order.paused_minutes + minutes,
        "first_reply_due": hours.add(order.first_reply_due, minutes).at,
        "resolve_due": hours.add(order.resolve_due, minutes).at,
    }


def half_way(order: WorkOrder) -> datetime:
    """Return the moment at which half of the first-reply target is used up."""
    hours = office_hours()
    total = hours.elapsed(order.created_at, order.first_reply_due)
    return hours.add(order.created_at, total // 2).at
