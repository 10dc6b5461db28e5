"""Counting of legal and promised periods (`law.md` 5.2): days, working days, hours and months.

Everything is a moment in UTC, aware, in and out; each count answers with a `Due` that holds its own
explanation. Opening hours are counted by `OfficeHours`, offered here so that callers need one door.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from support.core.due import (
    Due,
    Pause,
    Step,
    merged,
    midnight_after,
    never_shorter,
    to_utc,
    zone_of,
)
from support.core.holidays_data import (
    cn_is_makeup,
    cn_is_published,
    cn_is_working,
    us_is_working,
)
from support.core.office_hours import HoursError, OfficeHours
from support.core.words import N_

__all__ = [
    "CN_ZONE", "US_ZONE", "Due", "HoursError", "OfficeHours", "Pause", "Step", "Unit",
    "clock_hours", "cn_calendar_days", "cn_day", "cn_working_days", "count", "months", "never_shorter",
    "us_business_days",
]  # fmt: skip

CN_ZONE = "Asia/Shanghai"
US_ZONE = "America/New_York"
MAX_COUNT = 3660  # no rule of ours counts further; a larger number is a slip

EVENT = N_("The event was on %(day)s (%(zone)s); that day is not counted.")
LAST_DAY = N_("Day %(count)s is %(day)s.")
LAST_WORKING = N_("Working day %(count)s is %(day)s.")
LAST_BUSINESS = N_("US business day %(count)s is %(day)s.")
REST_SKIPPED = N_("Not counted: %(first)s to %(last)s, weekend or public holiday.")
REST_DAY_SKIPPED = N_("Not counted: %(day)s, weekend or public holiday.")
MAKEUP_COUNTED = N_("Counted: %(day)s, a weekend day worked to make up for a holiday.")
PAUSED_DAY = N_("Not counted: %(day)s; the clock stood still at the end of that day.")
ROLLED = N_("%(day)s is a rest day; the period runs to the next working day, %(until)s.")
UNPUBLISHED = N_("The public holidays around %(day)s are not published yet; this is an estimate.")
DAY_ENDS = N_("The period ends at 24:00 on %(day)s (%(zone)s).")
DAY_CLOSES = N_("The period ends at the close of business, %(time)s on %(day)s (%(zone)s).")
HOURS_RUN = N_("Clock hours from the moment itself, night and day: %(count)s.")
MONTHS_RUN = N_("Months after %(start)s: %(count)s. The same date is %(day)s.")
MONTH_SHORT = N_(
    "Months after %(start)s: %(count)s. That month has no such date; its last day is %(day)s."
)


class Unit(StrEnum):
    """The units in which regimes write a period; office hours need their table, see `OfficeHours`."""

    CN_CALENDAR_DAY = "cn_calendar_day"
    CN_WORKING_DAY = "cn_working_day"
    US_BUSINESS_DAY = "us_business_day"
    CLOCK_HOUR = "clock_hour"
    MONTH = "month"


def _check_count(number: int) -> None:
    if not 1 <= number <= MAX_COUNT:
        raise ValueError(f"a period of {number} can't be counted")


def _event(start: datetime, zone: ZoneInfo) -> tuple[date, Step]:
    moment = to_utc(start)
    day = moment.astimezone(zone).date()
    return day, Step(EVENT, {"day": day.isoformat(), "zone": zone.key}, moment)


def _rolled(day: date, steps: list[Step]) -> tuple[date, bool]:
    """Return the first PRC working day from `day` on, and whether any day looked at is unpublished."""
    until, unpublished = day, not cn_is_published(day)
    while not cn_is_working(until):
        until += timedelta(days=1)
        unpublished = unpublished or not cn_is_published(until)
    if until != day:
        steps.append(Step(ROLLED, {"day": day.isoformat(), "until": until.isoformat()}))
    if unpublished:
        steps.append(Step(UNPUBLISHED, {"day": day.isoformat()}))
    return until, unpublished


def _ends(
    day: date, zone: ZoneInfo, steps: list[Step], *, estimated: bool, closes: time | None = None
) -> Due:
    """Return the due date at 24:00 of a local day, or at its close of business."""
    params: dict[str, str | int] = {"day": day.isoformat(), "zone": zone.key}
    if closes is None:
        at = midnight_after(day, zone)
        steps.append(Step(DAY_ENDS, params, at))
    else:
        at = to_utc(datetime.combine(day, closes, tzinfo=zone))
        steps.append(Step(DAY_CLOSES, {**params, "time": closes.strftime("%H:%M")}, at))
    return Due(at, zone.key, estimated, tuple(steps))


def cn_day(moment: datetime) -> date:
    """Return the calendar day of a moment in Asia/Shanghai. Raises ValueError for a naive one."""
    return to_utc(moment).astimezone(zone_of(CN_ZONE)).date()


def cn_calendar_days(start: datetime, days: int, *, closes: time | None = None) -> Due:
    """Return the end of `days` calendar days after the event, in Asia/Shanghai.

    The event's day is not counted; a last day that is a statutory rest day gives way to the first
    working day after it; ends at 24:00 or at `closes`. Civil Code 201, 203. Raises ValueError for a
    naive start or a count outside 1 to MAX_COUNT.
    """
    _check_count(days)
    zone = zone_of(CN_ZONE)
    event, step = _event(start, zone)
    last = event + timedelta(days=days)
    steps = [step, Step(LAST_DAY, {"count": days, "day": last.isoformat()})]
    until, unpublished = _rolled(last, steps)
    return _ends(until, zone, steps, estimated=unpublished, closes=closes)


def _counted_days(
    start: datetime,
    days: int,
    zone: ZoneInfo,
    *,
    works: Callable[[date], bool],
    pauses: Iterable[Pause],
    last_rule: str,
    prc: bool,
) -> Due:
    """Return the end of the nth worked day after the event's day, with a step per stretch of rest."""
    _check_count(days)
    event, step = _event(start, zone)
    steps, standing = [step], merged(pauses)
    day, counted, unpublished = event, 0, None
    rest: list[date] = []
    while counted < days:
        day += timedelta(days=1)
        if prc and unpublished is None and not cn_is_published(day):
            unpublished = day
        if not works(day):
            rest.append(day)
            continue
        _flush_rest(rest, steps)
        end = midnight_after(day, zone)
        if any(pause.start < end <= pause.end for pause in standing):
            steps.append(Step(PAUSED_DAY, {"day": day.isoformat()}))
            continue
        counted += 1
        if prc and cn_is_makeup(day):
            steps.append(Step(MAKEUP_COUNTED, {"day": day.isoformat()}))
    if unpublished is not None:
        steps.append(Step(UNPUBLISHED, {"day": unpublished.isoformat()}))
    steps.append(Step(last_rule, {"count": days, "day": day.isoformat()}))
    return _ends(day, zone, steps, estimated=unpublished is not None)


def _flush_rest(rest: list[date], steps: list[Step]) -> None:
    """Write a finished stretch of rest days down as one step and empty it."""
    if not rest:
        return
    first, last = rest[0].isoformat(), rest[-1].isoformat()
    if first == last:
        steps.append(Step(REST_DAY_SKIPPED, {"day": first}))
    else:
        steps.append(Step(REST_SKIPPED, {"first": first, "last": last}))
    rest.clear()


def cn_working_days(start: datetime, days: int, *, pauses: Iterable[Pause] = ()) -> Due:
    """Return 24:00 (Asia/Shanghai) of the nth PRC working day after the event, make-up days counted.

    A day at whose end the clock stood still is not counted, so a pause costs as many days as it has
    midnights of working days. Raises ValueError as `cn_calendar_days`.
    """
    return _counted_days(
        start,
        days,
        zone_of(CN_ZONE),
        works=cn_is_working,
        pauses=pauses,
        last_rule=LAST_WORKING,
        prc=True,
    )


def us_business_days(start: datetime, days: int, *, zone: str = US_ZONE) -> Due:
    """Return 24:00 of the nth Monday-to-Friday day without a US federal holiday after the event.

    `zone` is where the service provider sits; 17 U.S.C. 512(g)(2)(C). Raises ValueError as above.
    """
    return _counted_days(
        start,
        days,
        zone_of(zone),
        works=us_is_working,
        pauses=(),
        last_rule=LAST_BUSINESS,
        prc=False,
    )


def clock_hours(start: datetime, hours: int, *, zone: str = CN_ZONE) -> Due:
    """Return the moment exactly `hours` later, clock changes or not; Civil Code 201.

    `zone` is only the one it is printed in. Raises ValueError as above.
    """
    _check_count(hours)
    begun, zone_name = to_utc(start), zone_of(zone).key
    at = begun + timedelta(hours=hours)
    return Due(at, zone_name, False, (Step(HOURS_RUN, {"count": hours}, at),))


def months(start: datetime, number: int, *, zone: str = CN_ZONE, roll: bool = False) -> Due:
    """Return 24:00 of the same date `number` months on, or of that month's last day; Civil Code 202.

    Without `roll` a rest day stays the last day: the earlier date, safe for what the house owes. With
    it the period runs to the next PRC working day (Civil Code 203), for what people may still file.
    Raises ValueError as above.
    """
    _check_count(number)
    place = zone_of(zone)
    begun = to_utc(start)
    first = begun.astimezone(place).date()
    year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
    length = calendar.monthrange(year, month + 1)[1]
    day = date(year, month + 1, min(first.day, length))
    rule = MONTHS_RUN if day.day == first.day else MONTH_SHORT
    params: dict[str, str | int] = {
        "count": number,
        "start": first.isoformat(),
        "day": day.isoformat(),
    }
    steps, unpublished = [Step(rule, params, begun)], False
    if roll:
        day, unpublished = _rolled(day, steps)
    return _ends(day, place, steps, estimated=unpublished)


_COUNTS: dict[Unit, Callable[[datetime, int], Due]] = {
    Unit.CN_CALENDAR_DAY: cn_calendar_days,
    Unit.CN_WORKING_DAY: cn_working_days,
    Unit.US_BUSINESS_DAY: us_business_days,
    Unit.CLOCK_HOUR: clock_hours,
    Unit.MONTH: months,
}


def count(unit: Unit | str, start: datetime, number: int) -> Due:
    """Return the end of a period whose unit is data (a regime's row); raises ValueError as above."""
    return _COUNTS[Unit(unit)](start, number)
