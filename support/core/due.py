"""A due date that can explain itself: the moment, its zone, and each step that led there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from support.core.words import N_

PROMISED = N_("A longer period was promised and is kept: %(day)s.")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of "Why this date?": a message id, its fields, and the moment (UTC) it speaks of.

    Fields are numbers, ISO dates, and days and moments that are spelled in the reader's language where they are said.
    """

    rule: str
    params: Mapping[str, str | int | date] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: the act is in time while now < `at` (UTC); `zone` is the zone that decided it.

    A period of days ends at 24:00, so `at` is the next midnight; pages print `last_day`.
    `estimated` is true while the holidays of a year that was counted are not yet published.
    """

    at: datetime
    zone: str
    estimated: bool
    steps: tuple[Step, ...]

    @property
    def last_day(self) -> date:
        """The local calendar day on which the time runs out."""
        return (self.at - timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch [start, end) in which a clock stood still; an open one ends at the caller's now."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", to_utc(self.start))
        object.__setattr__(self, "end", to_utc(self.end))
        if self.end < self.start:
            raise ValueError("a pause ends before it starts")


def to_utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC; raises ValueError for a naive one, whose meaning is unknown."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """Return the named time zone; raises ValueError for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no such time zone: {name!r}") from error


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """Return 24:00 of a local day as UTC, also where the day has 23 or 25 hours."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the pauses in order, touching and overlapping ones made one, empty ones left out."""
    result: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.start):
        if pause.start == pause.end:
            continue
        if result and pause.start <= result[-1].end:
            result[-1] = Pause(result[-1].start, max(result[-1].end, pause.end))
        else:
            result.append(pause)
    return result


def never_shorter(old: Due, new: Due) -> Due:
    """Return `new`, or, if it is earlier, the promised date of `old` with a step that says so.

    The recount after a holiday notice may only give people more time (`law.md` 5.2).
    """
    if new.at >= old.at:
        return new
    kept = Step(PROMISED, {"day": old.last_day.isoformat()}, old.at)
    return replace(new, at=old.at, zone=old.zone, steps=(*new.steps, kept))
