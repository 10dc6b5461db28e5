"""Why is it due then? The steps by which the first reply and the solution got their dates, for both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from support.core.due import Due, Step
from support.core.words import N_
from support.workorders import targets
from support.workorders.kind import Sentence, kind_named
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder

TARGET = N_("The promise for priority “%(priority)s” is %(minutes)s of opening time.")
STOOD_STILL = N_(
    "While we waited for an answer the clock stood still; %(minutes)s of opening time were given back."
)
MOVED = N_("With them the date is %(when)s.")
STANDS_NOW = N_("The clock stands still now. It goes on when the work order comes back to us.")
MET = N_("We replied on %(when)s.")


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise: its title (a message id), the date that counts, how it came about, line by line."""

    title: str
    at: datetime
    estimated: bool
    lines: Sequence[Sentence]


def clocks(order: WorkOrder) -> tuple[Clock, Clock]:
    """Return the clocks of the first reply and of the solution (`law.md` 5.3).

    The steps count from the filing; pauses come after them. The date is the one that the order keeps.
    """
    kind, priority = kind_named(order.kind), Priority(order.priority)
    target = targets.target_of(kind, priority)
    first, resolve = targets.dues(kind, priority, order.created_at)
    return (
        _clock(N_("First reply"), order, first, order.first_reply_due, target.first_reply),
        _clock(N_("Solution"), order, resolve, order.resolve_due, target.resolve),
    )


def _clock(title: str, order: WorkOrder, due: Due, kept: datetime, minutes: int) -> Clock:
    priority = Priority(order.priority)
    lines = [Sentence(TARGET, {"priority": priority, "minutes": minutes})]
    lines += [_line(step) for step in due.steps]
    if order.paused_minutes:
        lines.append(Sentence(STOOD_STILL, {"minutes": order.paused_minutes}))
    if kept != due.at:
        lines.append(Sentence(MOVED, {"when": kept}))
    if title == N_("First reply") and order.first_replied_at is not None:
        lines.append(Sentence(MET, {"when": order.first_replied_at}))
    elif order.state not in (Status.NEW, Status.OPEN):
        lines.append(Sentence(STANDS_NOW))
    return Clock(title, kept, due.estimated, lines)


def _line(step: Step) -> Sentence:
    return Sentence(step.rule, step.params)
