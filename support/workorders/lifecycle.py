"""The coarse lifecycle that every work order has (`law.md` 5.3); a kind's own states map onto it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class Status(State):
    """Where an order stands. `waiting` is for the requester; `resolved` asks them to confirm."""

    NEW = "new", N_("New"), "new"
    OPEN = "open", N_("In progress"), "open"
    WAITING = "waiting", N_("Waiting for you"), "wait"
    RESOLVED = "resolved", N_("Solved, please confirm"), "ok"
    CLOSED = "closed", N_("Closed"), "mute"


LIFECYCLE = Lifecycle(
    states=Status,
    start=Status.NEW,
    finals=frozenset({Status.CLOSED}),
    moves={
        Status.NEW: {Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED},
        Status.OPEN: {Status.WAITING, Status.RESOLVED, Status.CLOSED},
        Status.WAITING: {Status.OPEN, Status.RESOLVED, Status.CLOSED},
        Status.RESOLVED: {Status.OPEN, Status.WAITING, Status.CLOSED},
        Status.CLOSED: {Status.OPEN},
    },
)


def way_back(now: Status, then: Status) -> tuple[Status, ...]:
    """Return the moves that bring an order back to `then`, as near as may be; empty where there is no way.

    What was begun never becomes new again: it is in progress. What was closed goes through "in progress".
    """
    then = Status.OPEN if then is Status.NEW else then
    if LIFECYCLE.can(now, then):
        return (then,)
    by_open = LIFECYCLE.can(now, Status.OPEN) and LIFECYCLE.can(Status.OPEN, then)
    return (Status.OPEN, then) if by_open else ()


ACTIVE = (Status.NEW, Status.OPEN, Status.WAITING)

STANDING = frozenset({Status.WAITING, Status.RESOLVED, Status.CLOSED})
"""Where the desk's clock stands still: it is the requester's turn, or nobody's."""

TERM_DAYS: Mapping[Status, int] = {Status.WAITING: 7 + 3, Status.RESOLVED: 7, Status.CLOSED: 30}
"""Calendar days that a state lasts by itself: the first two then close, a closed order opens no more."""
WAITING_REMINDERS = (3, 6)
"""On which of these days the requester is reminded."""


class Priority(IntEnum):
    """How soon an order is worked on; the number sorts."""

    URGENT = 1
    HIGH = 2
    NORMAL = 3
    LOW = 4

    @property
    def title(self) -> str:
        """A message id."""
        return _PRIORITY_TITLES[self]


_PRIORITY_TITLES = {
    Priority.URGENT: N_("Urgent"),
    Priority.HIGH: N_("High"),
    Priority.NORMAL: N_("Normal"),
    Priority.LOW: N_("Low"),
}
