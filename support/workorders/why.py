"""Why is it due then? The steps by which a state's last day, the first reply and the solution got their dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from support.core.due import Due, Step
from support.core.words import N_
from support.workorders import targets
from support.workorders.kind import Sentence, kind_named
from support.workorders.lifecycle import TERM_DAYS, Priority, Status
from support.workorders.models import WorkOrder

TARGET = N_("The promise for priority “%(priority)s” is %(minutes)s of opening time.")
STOOD_STILL = N_(
    "While we waited for an answer the clock stood still; %(minutes)s of opening time were given back."
)
MOVED = N_("With them the date is %(when)s.")
STANDS_NOW = N_("The clock stands still now. It goes on when the work order comes back to us.")
MET = N_("We replied on %(when)s.")
TERMS: Mapping[Status, tuple[str, str]] = {
    Status.WAITING: (
        N_("Answer to our question"),
        N_(
            "Our question can be answered for %(days)s calendar days, 7 and 3 more; then the order closes by itself."
        ),
    ),
    Status.RESOLVED: (
        N_("Confirmation"),
        N_(
            "What is solved can be confirmed or refused for %(days)s calendar days; then the order closes by itself."
        ),
    ),
    Status.CLOSED: (
        N_("Opening again"),
        N_("A closed work order can be opened again once, for %(days)s calendar days."),
    ),
}
"""The title of a state's own term, and the rule that it comes from."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise: its title (a message id), the date that counts, how it came about, line by line."""

    title: str
    at: datetime
    estimated: bool
    lines: Sequence[Sentence]


def clocks(order: WorkOrder) -> list[Clock]:
    """Return the clocks of the first reply and of the solution, before them that of a state that ends by itself.

    `law.md` 5.3. The steps count from the filing; pauses come after them. The date is the one that the order keeps.
    A kind with clocks of its own explains those instead.
    """
    kind, priority = kind_named(order.kind), Priority(order.priority)
    if kind.clocks is not None:
        return [*_term(order), *kind.clocks(order)]
    target = targets.target_of(kind, priority)
    first, resolve = targets.dues(kind, priority, order.created_at)
    return [
        *_term(order),
        _clock(N_("First reply"), order, first, order.first_reply_due, target.first_reply),
        _clock(N_("Solution"), order, resolve, order.resolve_due, target.resolve),
    ]


def _term(order: WorkOrder) -> list[Clock]:
    due, last = targets.kept_term(order), order.last_minute
    over = order.state is Status.CLOSED and order.reopened_at is not None
    if due is None or last is None or over:
        return []
    title, rule = TERMS[order.state]
    lines = [Sentence(rule, {"days": TERM_DAYS[order.state]}), *map(line_of, due.steps)]
    return [Clock(title, last, order.term_estimated, lines)]


def _clock(title: str, order: WorkOrder, due: Due, kept: datetime, minutes: int) -> Clock:
    priority = Priority(order.priority)
    lines = [Sentence(TARGET, {"priority": priority, "minutes": minutes})]
    lines += [line_of(step) for step in due.steps]
    if given_back := targets.office_hours().elapsed(due.at, kept):
        lines.append(Sentence(STOOD_STILL, {"minutes": given_back}))
    if kept != due.at:
        lines.append(Sentence(MOVED, {"when": kept}))
    if title == N_("First reply") and order.first_replied_at is not None:
        lines.append(Sentence(MET, {"when": order.first_replied_at}))
    elif order.state not in (Status.NEW, Status.OPEN):
        lines.append(Sentence(STANDS_NOW))
    return Clock(title, kept, due.estimated, lines)


def line_of(step: Step) -> Sentence:
    """Return one step of a count as a line that can be said."""
    return Sentence(step.rule, {name: _fact(said) for name, said in step.params.items()})


def _fact(said: Any) -> Any:
    """A day that a period counts stands as ISO text; a day is said in the reader's language."""
    try:
        return date.fromisoformat(said) if isinstance(said, str) else said
    except ValueError:
        return said
