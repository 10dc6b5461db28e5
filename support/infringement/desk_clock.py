"""The clocks of a case, in words: under which rule each runs, from what, until when, why, and what has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from support.core.due import Due
from support.core.text import ranges
from support.infringement import clocks, kind, queries
from support.infringement.lifecycle import ALIVE, ItemState
from support.infringement.models import Arrival, Item
from support.infringement.policy import ARRIVALS
from support.infringement.queries_case import Case, arrivals_in
from support.infringement.regimes import regime_of
from support.workorders.kind import Sentence
from support.workorders.say import say
from support.workorders.why import line_of

S = ItemState
_MINUTE = timedelta(minutes=1)
_STARTED_BY = {S.AWAITING: "notice", S.WAITING: "counter", S.EXTENDED: "counter"}


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock and the links for which it runs. Titles are message ids; `lines` and `next` are words.

    `until` is its last minute, `latest` that of the window in which the law wants it done. `arrived` is by what its
    start is shown (a message id).
    """

    title: str
    law: str
    numbers: str
    until: datetime | None
    estimated: bool
    started: datetime | None
    arrived: str
    extended: int
    latest: datetime | None
    lines: list[str]
    next: str


def clocks_of(case: Case) -> list[Clock]:
    """Return the running clocks, the first to end on top, then what waits without a date."""
    arrivals = arrivals_in(case)
    groups: dict[tuple[Any, ...], list[Item]] = {}
    for item in case.items:
        if item.status in ALIVE or item.due_at is not None:
            groups.setdefault(_alike(item, arrivals), []).append(item)
    found = [_clock(items, arrivals) for items in groups.values()]
    found += _looks(case)
    return sorted(found, key=_end)


def _end(clock: Clock) -> tuple[bool, float, str]:
    return clock.until is None, clock.until.timestamp() if clock.until else 0.0, clock.title


def _alike(item: Item, arrivals: Mapping[tuple[int, str], Arrival]) -> tuple[Any, ...]:
    evidence = arrivals.get((item.id, _STARTED_BY.get(item.status, "")))
    how = evidence.channel if evidence else ""
    return (
        item.state,
        item.regime,
        item.rules,
        item.clock_start,
        item.extended_days,
        item.due_at,
        how,
    )


def _clock(items: list[Item], arrivals: Mapping[tuple[int, str], Arrival]) -> Clock:
    item = min(items, key=lambda one: (one.clock_start or one.changed_at, one.position))
    due, law = queries.due_of(item), item.law
    evidence = arrivals.get((item.id, _STARTED_BY.get(item.status, "")))
    waits = item.status in (S.WAITING, S.EXTENDED) and law is not None and item.clock_start
    window = (
        clocks.latest_restoring(regime_of(law, item.rules), item.clock_start)
        if waits and law and item.clock_start
        else None
    )
    words = kind.WORDS.get((item.status, "staff"), "")
    said = Sentence(words, {"until": due.at - _MINUTE} if due else {})
    return Clock(
        title=item.status.title,
        law=law.title if law else "",
        numbers=ranges(one.position for one in items),
        until=due.at - _MINUTE if due else None,
        estimated=due is not None and due.estimated,
        started=item.clock_start,
        arrived=ARRIVALS.get(evidence.channel, "") if evidence else "",
        extended=item.extended_days if item.status is S.EXTENDED else 0,
        latest=window.at - _MINUTE if window else None,
        lines=_lines(due),
        next=say(said) if words and (due or "%(until)s" not in words) else "",
    )


def _looks(case: Case) -> list[Clock]:
    """Return the clock of what the holder has shown of a dispute, where a clerk has not looked at it."""
    shown = [item for item in case.items if queries.look_of(item) is not None]
    due = queries.look_due(case.standing)
    if due is None:
        return []
    first = min(item.shown_at for item in shown if item.shown_at is not None)
    said = Sentence(kind.SHOWN["staff"], {"until": due.at - _MINUTE})
    numbers = ranges(item.position for item in shown)
    until = due.at - _MINUTE
    return [
        Clock(
            title=kind.PROOF,
            law="",
            numbers=numbers,
            until=until,
            estimated=due.estimated,
            started=first,
            arrived="",
            extended=0,
            latest=None,
            lines=_lines(due),
            next=say(said),
        )
    ]


def _lines(due: Due | None) -> list[str]:
    return [say(line_of(step)) for step in due.steps] if due else []
