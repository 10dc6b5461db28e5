"""When a step of an item is due, with every step of the count ("why this date?"): rules and moments in, `Due` out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from support.core.calendars import CN_ZONE, Due, Step, cn_day, cn_working_days, count, never_shorter
from support.core.due import midnight_after, zone_of
from support.core.words import N_
from support.infringement.lifecycle import CLOCKS, ItemState
from support.infringement.regimes import RULES, SAME_DAY, Clock, Regime, RegimeCode

TODAY = N_("It is due on the day itself, %(day)s, until 24:00 (%(zone)s).")
LENGTHENED = N_("On proof of a delay, lengthened by working days: %(count)s.")

_INSTANT = timedelta(microseconds=1)


def due_of(clock: Clock, start: datetime) -> Due:
    """Return when a period ends that begins at `start`, the rule it rests on first."""
    due = _same_day(start) if clock.unit == SAME_DAY else count(clock.unit, start, clock.number)
    return replace(due, steps=(Step(clock.source), *due.steps))


def _same_day(start: datetime) -> Due:
    zone = zone_of(CN_ZONE)
    day = cn_day(start)
    at = midnight_after(day, zone)
    return Due(at, CN_ZONE, False, (Step(TODAY, {"day": day.isoformat(), "zone": CN_ZONE}, at),))


def wait_ends(regime: Regime, start: datetime, *, extended: int = 0) -> Due:
    """Return the end of the waiting period that began at `start`, lengthened by `extended` cn working days.

    Raises ValueError for more days than the regime allows.
    """
    if not 0 <= extended <= regime.wait.extension:
        raise ValueError(f"an extension by {extended} days")
    due = due_of(regime.wait.clock, start)
    if not extended:
        return due
    more = cn_working_days(due.at - _INSTANT, extended)
    steps = (*due.steps, Step(LENGTHENED, {"count": extended}), *more.steps)
    return Due(more.at, more.zone, due.estimated or more.estimated, steps)


def latest_restoring(regime: Regime, start: datetime) -> Due | None:
    """Return by when content must be back at the latest, where the law names a window; None elsewhere."""
    return due_of(regime.wait.latest, start) if regime.wait.latest else None


@lru_cache(maxsize=4_096)
def due_in(
    state: ItemState, regime: RegimeCode | None, version: int, start: datetime, *, extended: int = 0
) -> Due | None:
    """Return when the clock of a state ends that began at `start`; None where none runs. Many items share one."""
    name, rules = CLOCKS.get(state), RULES[version]
    if name is None:
        return None
    if regime is None:
        return due_of(rules.clocks[name], start)
    law = rules.regimes[regime]
    if name == "wait":
        return wait_ends(law, start, extended=extended)
    return due_of(law.clocks[name], start)


def kept(promised: Due | None, counted: Due) -> Due:
    """Return what is due now that it was counted anew: never earlier than what somebody was promised."""
    return never_shorter(promised, counted) if promised else counted
