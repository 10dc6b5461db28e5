"""Which days are worked and which are rest, in the PRC and for the US federal government.

The libraries are imported only when a day is asked for: `holidays` alone costs some megabytes and
50 ms, and most processes never count a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

# The State Council's notice for a new year has moved days as far back as 29 December of the old one
# (2007, 2018), so the tail of the last published year is not certain either.
NEW_YEAR_TAIL = timedelta(days=7)


@lru_cache(maxsize=1)
def _cn_published() -> tuple[Mapping[date, str], Mapping[date, str], date, date]:
    """Return (holidays, make-up days, first certain day, last certain day)."""
    from chinese_calendar import constants

    holidays: dict[date, str] = constants.holidays
    first, last = min(holidays).year, max(holidays).year
    return holidays, constants.workdays, date(first, 1, 1), date(last, 12, 31) - NEW_YEAR_TAIL


@lru_cache(maxsize=64)
def _cn_estimate(year: int) -> frozenset[date]:
    """Return the statutory holidays of a year by law and lunar calendar, without bridging days."""
    import holidays

    return frozenset(holidays.country_holidays("CN", years=year))


@lru_cache(maxsize=64)
def _us_federal(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("US", years=year))


def cn_is_published(day: date) -> bool:
    """Tell whether the State Council's arrangement that covers this day is in our data."""
    _, _, first, last = _cn_published()
    return first <= day <= last


def _cn_year_known(day: date) -> bool:
    _, _, first, last = _cn_published()
    return first.year <= day.year <= last.year


def cn_is_holiday(day: date) -> bool:
    """Tell whether the PRC holiday arrangement frees this day; an estimate where unpublished."""
    if _cn_year_known(day):
        return day in _cn_published()[0]
    return day in _cn_estimate(day.year)


def cn_is_makeup(day: date) -> bool:
    """Tell whether this Saturday or Sunday is worked to make up for a holiday."""
    return day in _cn_published()[1]


def cn_is_working(day: date) -> bool:
    """Tell whether people work on this day in the PRC, make-up days included."""
    if cn_is_makeup(day):
        return True
    return day.weekday() < 5 and not cn_is_holiday(day)


def us_is_holiday(day: date) -> bool:
    """Tell whether this is a US federal holiday or the weekday on which one is observed."""
    return day in _us_federal(day.year)


def us_is_working(day: date) -> bool:
    """Tell whether this is a US business day: Monday to Friday and no federal holiday."""
    return day.weekday() < 5 and not us_is_holiday(day)
