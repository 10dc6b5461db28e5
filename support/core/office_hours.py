"""Opening hours: a weekly table in one zone, closed on holidays, and the minutes counted inside it.

Written as people write it on a door: `Mon-Fri 09:00-12:00, 13:30-18:00; Sat 10:00-16:00`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from support.core.due import Due, Pause, Step, merged, to_utc, zone_of
from support.core.errors import DomainError
from support.core.holidays_data import (
    cn_is_holiday,
    cn_is_makeup,
    cn_is_published,
    us_is_holiday,
)
from support.core.words import N_

Holidays = Literal["cn", "us"]

STARTS = N_("The clock starts on %(when)s and runs during opening hours only: %(hours)s.")
WAITS_TO_OPEN = N_("Closed at that moment; counting begins at the next opening, %(when)s.")
CLOSED_HOLIDAY = N_("Closed on %(day)s: public holiday.")
OPEN_MAKEUP = N_("Open on %(day)s: working day that makes up for a holiday.")
PAUSED = N_(
    "The clock stood still from %(since)s to %(until)s. Opening time not counted: %(minutes)s."
)
ENDS = N_("The opening time (%(minutes)s) is used up on %(when)s.")
ESTIMATED = N_("The holidays of %(year)s are not published yet; this is an estimate.")

MAX_DAYS = 3660  # ten years: longer than any target, short enough to count day by day

_MINUTES_A_DAY = 24 * 60
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "周一", "星期一"),
            ("tue", "tuesday", "周二", "星期二"),
            ("wed", "wednesday", "周三", "星期三"),
            ("thu", "thursday", "周四", "星期四"),
            ("fri", "friday", "周五", "星期五"),
            ("sat", "saturday", "周六", "星期六"),
            ("sun", "sunday", "周日", "星期日", "周天"),
        )
    )
    for name in names
}
_RULE = re.compile(r"([^\d:]+)(\d.*)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_FOLD = str.maketrans({"；": ";", "\n": ";", "，": ",", "、": ",", "：": ":", "–": "-", "—": "-",
                       "至": "-", "到": "-", "~": "-", "～": "-"})  # fmt: skip

Span = tuple[int, int]
"""Minutes after local midnight, [opens, closes)."""


class HoursError(DomainError, ValueError):
    """The text for opening hours can't be understood; `words` say which part and why."""

    default_words = N_(
        "Opening hours can't be read: %(part)s. Write them like this: Mon-Fri 09:00-18:00"
    )


def _days(text: str) -> list[int]:
    """Return weekdays (0 = Monday) of `Mon-Fri`, `Mon,Wed`, `Fri-Mon`; raises HoursError."""
    result: list[int] = []
    for part in text.lower().split(","):
        ends = [name.strip() for name in part.split("-")]
        if len(ends) > 2 or any(name not in _DAYS for name in ends):
            raise HoursError(
                N_("Unknown day: %(part)s. Use Mon Tue Wed Thu Fri Sat Sun."), part=text
            )
        first, last = _DAYS[ends[0]], _DAYS[ends[-1]]
        result += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return result


def _span(text: str) -> Span:
    """Return minutes after midnight of `09:00-18:00`; raises HoursError."""
    match = _SPAN.fullmatch(text.replace(" ", ""))
    if match is None:
        raise HoursError(N_("Not a time span: %(part)s. Write it like 09:00-18:00."), part=text)
    hour, minute, to_hour, to_minute = (int(number) for number in match.groups())
    opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or closes > _MINUTES_A_DAY:
        raise HoursError(N_("No such time of day: %(part)s."), part=text)
    if closes <= opens:
        raise HoursError(
            N_(
                "%(part)s closes before it opens. Split a night at 24:00, the rest on the next day."
            ),
            part=text,
        )
    return opens, closes


def _joined(spans: Iterable[Span], day_text: str) -> tuple[Span, ...]:
    ordered = sorted(spans)
    for earlier, later in pairwise(ordered):
        if later[0] < earlier[1]:
            raise HoursError(N_("Two time spans overlap on the same day: %(part)s."), part=day_text)
    return tuple(ordered)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """A weekly opening table (Monday first) in a zone, with the holidays that close it.

    With `holidays="cn"` a make-up Saturday or Sunday has the hours of a Monday-to-Friday day.
    """

    week: tuple[tuple[Span, ...], ...]
    zone: str
    holidays: Holidays | None
    text: str

    @classmethod
    def parse(cls, text: str, zone: str, holidays: Holidays | None = None) -> OfficeHours:
        """Return the hours that `text` says; raises HoursError that names the part at fault."""
        try:
            zone_of(zone)
        except ValueError as error:
            raise HoursError(N_("No such time zone: %(part)s."), part=zone) from error
        if holidays not in ("cn", "us", None):
            raise HoursError(N_("No such holiday calendar: %(part)s."), part=str(holidays))
        week: list[list[Span]] = [[] for _ in range(7)]
        for rule in filter(None, (part.strip() for part in text.translate(_FOLD).split(";"))):
            match = _RULE.fullmatch(rule)
            if match is None:
                raise HoursError(part=rule)
            spans = [_span(part) for part in match[2].split(",")]
            for day in _days(match[1].strip(" ,")):
                week[day] += spans
        if not any(week):
            raise HoursError(N_("Opening hours are empty: write at least one day."))
        table = tuple(_joined(spans, text) for spans in week)
        return cls(table, zone, holidays, " ".join(text.split()))

    def is_open(self, at: datetime) -> bool:
        """Tell whether the office is open at this moment (aware)."""
        moment = to_utc(at)
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        return any(opens <= moment < closes for opens, closes in self._openings(day, zone))

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int:
        """Return whole opening minutes in [start, end) outside the pauses; 0 if end is not later.

        Raises ValueError for more than ten years.
        """
        start, end = to_utc(start), to_utc(end)
        if end - start > timedelta(days=MAX_DAYS):
            raise ValueError("more than ten years of opening hours")
        total, standing = timedelta(), merged(pauses)
        for opens, closes in self._openings_from(start):
            if opens >= end:
                break
            for since, until in _running(opens, min(closes, end), standing):
                total += until - since
        return int(total // timedelta(minutes=1))

    def add(self, start: datetime, minutes: int, pauses: Iterable[Pause] = ()) -> Due:
        """Return the first moment at which `minutes` opening minutes have passed since `start`.

        Zero minutes end at `start`. Raises ValueError for negative or more than ten years' minutes.
        """
        if minutes < 0:
            raise ValueError("a target can't be negative")
        start, left, standing = to_utc(start), timedelta(minutes=minutes), merged(pauses)
        steps = [Step(STARTS, {"when": self._local(start), "hours": self.text}, start)]
        if not minutes:
            return Due(start, self.zone, False, tuple(steps))
        counted_from = at = None
        for opens, closes in self._openings_from(start):
            for since, until in _running(opens, closes, standing):
                counted_from = counted_from or since
                if until - since >= left:
                    at = since + left
                    break
                left -= until - since
            if at is not None or opens - start > timedelta(days=MAX_DAYS):
                break
        if at is None or counted_from is None:
            raise ValueError("more than ten years of opening hours")
        return self._explained(start, counted_from, at, minutes, standing, steps)

    def _explained(
        self,
        start: datetime,
        counted_from: datetime,
        at: datetime,
        minutes: int,
        standing: list[Pause],
        steps: list[Step],
    ) -> Due:
        """Return the due date with a step for all that moved it."""
        if not self.is_open(start):
            opening = next(self._openings_from(start))[0]
            steps.append(Step(WAITS_TO_OPEN, {"when": self._local(opening)}, opening))
        estimated_years: list[int] = []
        zone = ZoneInfo(self.zone)
        day, last = start.astimezone(zone).date(), at.astimezone(zone).date()
        while day <= last:
            params: dict[str, Any] = {"day": day}
            if (
                self.holidays == "cn"
                and not cn_is_published(day)
                and day.year not in estimated_years
            ):
                estimated_years.append(day.year)
            if self._is_holiday(day):
                if self.week[day.weekday()]:
                    steps.append(Step(CLOSED_HOLIDAY, params))
            elif self.holidays == "cn" and cn_is_makeup(day):
                steps.append(Step(OPEN_MAKEUP, params))
            day += timedelta(days=1)
        for pause in standing:
            since, until = max(pause.start, start), min(pause.end, at)
            if since < until and (lost := self.elapsed(since, until)):
                params = {"since": self._local(since), "until": self._local(until)}
                steps.append(Step(PAUSED, {"minutes": lost, **params}, until))
        steps += [Step(ESTIMATED, {"year": year}) for year in estimated_years]
        steps.append(Step(ENDS, {"minutes": minutes, "when": self._local(at)}, at))
        return Due(at, self.zone, bool(estimated_years), tuple(steps))

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def _is_holiday(self, day: date) -> bool:
        if self.holidays == "cn":
            return cn_is_holiday(day)
        return self.holidays == "us" and us_is_holiday(day)

    def _spans(self, day: date) -> tuple[Span, ...]:
        if self._is_holiday(day):
            return ()
        if self.holidays == "cn" and cn_is_makeup(day):
            return next(filter(None, self.week[:5]), self.week[day.weekday()])
        return self.week[day.weekday()]

    def _openings(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """Yield the UTC spans of one local day; a span that a spring clock change swallows is left out."""
        midnight = datetime.combine(day, time(), tzinfo=zone)  # adding to it moves the wall clock
        previous = datetime.min.replace(tzinfo=UTC)
        for span in self._spans(day):
            opens, closes = ((midnight + timedelta(minutes=each)).astimezone(UTC) for each in span)
            opens = max(opens, previous)
            if opens < closes:
                yield opens, closes
                previous = closes

    def _openings_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield open spans in order, the first one cut to begin at `start`, without end."""
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date()
        while True:
            for opens, closes in self._openings(day, zone):
                if closes > start:
                    yield max(opens, start), closes
            day += timedelta(days=1)


def _running(
    opens: datetime, closes: datetime, standing: list[Pause]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of [opens, closes) in which no pause stands."""
    since = opens
    for pause in standing:
        if pause.end <= since:
            continue
        if pause.start >= closes:
            break
        if since < pause.start:
            yield since, pause.start
        since = max(since, pause.end)
    if since < closes:
        yield since, closes
