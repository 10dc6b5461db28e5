"""Days are counted as the law counts them, and each date can say why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.core.calendars import (
    Due,
    Pause,
    Unit,
    clock_hours,
    cn_calendar_days,
    cn_working_days,
    count,
    months,
    us_business_days,
)
from support.core.holidays_data import cn_is_published

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")

# The State Council's arrangement for 2026, typed here by hand: the counter must not be its own witness.
REST_2026 = [("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3),
             ("10-01", 7)]  # fmt: skip
MAKEUP_2026 = {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"}
HOLIDAYS_2026 = {
    date.fromisoformat(f"2026-{first}") + timedelta(days=step)
    for first, length in REST_2026
    for step in range(length)
}
MAKEUPS_2026 = {date.fromisoformat(f"2026-{day}") for day in MAKEUP_2026}


def worked(day: date) -> bool:
    """Say by the hand-typed list whether a day of 2026 is worked."""
    return day in MAKEUPS_2026 or (day.weekday() < 5 and day not in HOLIDAYS_2026)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Make the moment of a local date, at ten unless it says a time."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T10:00").replace(tzinfo=zone)


def rules(due_date: Due) -> list[str]:
    """List the steps as a person reads them in English; a missing field fails."""
    return [step.rule % step.params for step in due_date.steps]


starts_2026 = st.datetimes(
    datetime.fromisoformat("2026-01-01"),
    datetime.fromisoformat("2026-10-01"),
    timezones=st.just(UTC),
)
any_start = st.datetimes(
    datetime.fromisoformat("2004-01-02"),
    datetime.fromisoformat("2032-01-01"),
    timezones=st.just(UTC),
)
counts = st.integers(1, 40)


@pytest.mark.parametrize(
    ("unit", "number", "start", "last_day"),
    [
        # the vectors of law.md 5.2
        (Unit.CN_CALENDAR_DAY, 15, "2026-03-02", "2026-03-17"),
        (Unit.CN_CALENDAR_DAY, 15, "2026-09-18", "2026-10-08"),
        (Unit.CN_WORKING_DAY, 15, "2026-09-18", "2026-10-15"),
        (Unit.CN_CALENDAR_DAY, 30, "2026-01-20", "2026-02-24"),
        # day 15 falls on a Saturday that is worked: it does not move
        (Unit.CN_CALENDAR_DAY, 15, "2026-01-30", "2026-02-14"),
        (Unit.CN_CALENDAR_DAY, 15, "2026-02-13", "2026-02-28"),
        # an ordinary Saturday and Sunday move to Monday
        (Unit.CN_CALENDAR_DAY, 1, "2026-03-06", "2026-03-09"),
        (Unit.CN_CALENDAR_DAY, 2, "2026-03-06", "2026-03-09"),
        # the last rest day of the longest Spring Festival; the day before it begins is worked
        (Unit.CN_CALENDAR_DAY, 1, "2026-02-14", "2026-02-24"),
        (Unit.CN_WORKING_DAY, 1, "2026-02-14", "2026-02-24"),
        (Unit.CN_WORKING_DAY, 1, "2026-02-13", "2026-02-14"),
        # an event on a rest day, at night, on the last second of a day
        (Unit.CN_WORKING_DAY, 1, "2026-10-03", "2026-10-08"),
        (Unit.CN_CALENDAR_DAY, 1, "2026-03-02T23:59:59", "2026-03-03"),
        (Unit.CN_CALENDAR_DAY, 1, "2026-03-03T00:00", "2026-03-04"),
        # earlier years: the New Year bridge that reached back into December, the longest October
        (Unit.CN_WORKING_DAY, 1, "2018-12-28", "2018-12-29"),
        (Unit.CN_WORKING_DAY, 2, "2018-12-28", "2019-01-02"),
        (Unit.CN_CALENDAR_DAY, 15, "2023-09-14", "2023-10-07"),
        (Unit.MONTH, 1, "2026-01-31", "2026-02-28"),
        (Unit.MONTH, 1, "2028-01-31", "2028-02-29"),
        (Unit.MONTH, 1, "2026-03-15", "2026-04-15"),
        (Unit.MONTH, 6, "2026-08-31", "2027-02-28"),
        (Unit.MONTH, 12, "2028-02-29", "2029-02-28"),
    ],
)
def test_a_period_ends_on_the_day_that_the_law_says(
    unit: Unit, number: int, start: str, last_day: str
) -> None:
    found = count(unit, at(start), number)
    assert found.last_day == date.fromisoformat(last_day)
    assert found.at == at(f"{last_day}T00:00") + timedelta(days=1)
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("number", "start", "last_day"),
    [
        (10, "2026-06-12", "2026-06-29"),  # Juneteenth
        (14, "2026-06-12", "2026-07-06"),  # and 3 July, observed
        (1, "2026-11-25", "2026-11-27"),  # Thanksgiving
        (1, "2027-12-30", "2028-01-03"),  # New Year's Day observed in the old year
        (5, "2026-03-05", "2026-03-12"),  # across the change of clocks
    ],
)
def test_us_business_days_leave_out_federal_holidays_as_observed(
    number: int, start: str, last_day: str
) -> None:
    found = us_business_days(at(start, NEW_YORK), number)
    assert found.last_day == date.fromisoformat(last_day)
    assert found.at.astimezone(NEW_YORK).time() == time()
    assert not found.estimated


def test_the_event_day_is_that_of_the_calendars_zone() -> None:
    morning_in_shanghai = at("2026-06-13T09:00")
    assert morning_in_shanghai.astimezone(NEW_YORK).date() == date(2026, 6, 12)
    assert us_business_days(morning_in_shanghai, 10).last_day == date(2026, 6, 29)


def test_clock_hours_run_from_the_moment_through_a_change_of_clocks() -> None:
    start = at("2026-03-07T12:00", NEW_YORK)
    found = clock_hours(start, 72, zone="America/New_York")
    assert found.at - start == timedelta(hours=72)
    assert found.at.astimezone(NEW_YORK).hour == 13


def test_business_hours_end_the_last_day_at_their_close() -> None:
    found = cn_calendar_days(at("2026-03-02"), 15, closes=time(18))
    assert found.at == at("2026-03-17T18:00")
    assert "18:00" in rules(found)[-1]


def test_months_roll_over_rest_days_only_when_asked() -> None:
    start = at("2026-09-01")
    assert months(start, 1).last_day == date(2026, 10, 1)
    assert months(start, 1, roll=True).last_day == date(2026, 10, 8)


@given(starts_2026, counts)
def test_working_days_agree_with_a_counter_that_counts_on_fingers(
    start: datetime, number: int
) -> None:
    day, left = start.astimezone(SHANGHAI).date(), number
    while left:
        day += timedelta(days=1)
        left -= worked(day)
    assert cn_working_days(start, number).last_day == day


@given(starts_2026, counts)
def test_calendar_days_agree_with_a_counter_that_counts_on_fingers(
    start: datetime, number: int
) -> None:
    day = start.astimezone(SHANGHAI).date() + timedelta(days=number)
    while not worked(day):
        day += timedelta(days=1)
    assert cn_calendar_days(start, number).last_day == day


@pytest.mark.parametrize("unit", [Unit.CN_CALENDAR_DAY, Unit.CN_WORKING_DAY, Unit.US_BUSINESS_DAY,
                                  Unit.CLOCK_HOUR, Unit.MONTH])  # fmt: skip
@given(start=any_start, number=counts, later=st.timedeltas(timedelta(), timedelta(days=30)))
def test_more_time_or_a_later_start_never_ends_earlier(
    unit: Unit, start: datetime, number: int, later: timedelta
) -> None:
    found = count(unit, start, number)
    assert start < found.at <= count(unit, start, number + 1).at
    assert found.at <= count(unit, start + later, number).at


@given(any_start, counts, st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 300)), max_size=4),
       st.integers(0, 2000), st.integers(0, 300))  # fmt: skip
def test_a_further_pause_never_shortens(
    start: datetime, number: int, pairs: list[tuple[int, int]], since: int, hours: int
) -> None:
    def pause(first: int, length: int) -> Pause:
        begun = start + timedelta(hours=first)
        return Pause(begun, begun + timedelta(hours=length))

    some = [pause(*pair) for pair in pairs]
    fewer = cn_working_days(start, number, pauses=some)
    assert cn_working_days(start, number, pauses=[*some, pause(since, hours)]).at >= fewer.at


def test_a_pause_costs_the_days_at_whose_end_it_stood() -> None:
    start = at("2026-03-02")
    asked = Pause(at("2026-03-03T10:00"), at("2026-03-05T15:00"))
    found = cn_working_days(start, 3, pauses=[asked])
    assert found.last_day == date(2026, 3, 9)  # 5, 6 and 9 March count
    assert sum("stood still" in line for line in rules(found)) == 2
    short = Pause(at("2026-03-03T10:00"), at("2026-03-03T10:05"))
    assert cn_working_days(start, 3, pauses=[short]).last_day == date(2026, 3, 5)
    to_midnight = Pause(at("2026-03-03T10:00"), at("2026-03-04T00:00"))
    assert cn_working_days(start, 3, pauses=[to_midnight]).last_day == date(2026, 3, 6)
    from_midnight = Pause(at("2026-03-04T00:00"), at("2026-03-04T10:00"))
    assert cn_working_days(start, 3, pauses=[from_midnight]).last_day == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("start", "number", "estimated"),
    [
        ("2026-11-20", 10, False),
        ("2026-12-10", 15, True),  # day 15 is 25 December: a New Year's notice may reach back
        ("2026-12-20", 15, True),
        ("2027-02-01", 15, True),
    ],
)
def test_an_unpublished_year_gives_an_estimate_that_says_so(
    start: str, number: int, estimated: bool
) -> None:
    for found in (cn_calendar_days(at(start), number), cn_working_days(at(start), number)):
        assert found.estimated is estimated
        assert any("not published" in line for line in rules(found)) is estimated


def test_an_estimate_already_leaves_out_the_holidays_that_the_law_fixes() -> None:
    assert cn_working_days(at("2027-04-30"), 1).last_day >= date(2027, 5, 4)
    assert cn_calendar_days(at("2027-02-05"), 1).last_day >= date(2027, 2, 9)  # Spring Festival
    assert not cn_is_published(date(2003, 12, 31))


def test_every_step_of_the_long_way_is_told() -> None:
    assert rules(cn_working_days(at("2026-09-18"), 15)) == [
        "The event was on 2026-09-18 (Asia/Shanghai); that day is not counted.",
        "Not counted: 2026-09-19, weekend or public holiday.",
        "Counted: 2026-09-20, a weekend day worked to make up for a holiday.",
        "Not counted: 2026-09-25 to 2026-09-27, weekend or public holiday.",
        "Not counted: 2026-10-01 to 2026-10-07, weekend or public holiday.",
        "Counted: 2026-10-10, a weekend day worked to make up for a holiday.",
        "Not counted: 2026-10-11, weekend or public holiday.",
        "Working day 15 is 2026-10-15.",
        "The period ends at 24:00 on 2026-10-15 (Asia/Shanghai).",
    ]


@given(any_start, counts, st.sampled_from(Unit))
@example(datetime(2026, 1, 31, tzinfo=UTC), 1, Unit.MONTH)
def test_every_step_can_be_printed_and_the_last_names_the_end(
    start: datetime, number: int, unit: Unit
) -> None:
    found = count(unit, start, number)
    assert all(rules(found))
    assert found.steps[-1].at == found.at


def test_a_moment_without_zone_and_a_senseless_count_are_refused() -> None:
    naive = datetime.fromisoformat("2026-03-02")
    for unit in Unit:
        with pytest.raises(ValueError, match="without a zone"):
            count(unit, naive, 1)
        for number in (0, -1, 100_000):
            with pytest.raises(ValueError, match="can't be counted"):
                count(unit, at("2026-03-02"), number)
    with pytest.raises(ValueError, match="Mars"):
        months(at("2026-03-02"), 1, zone="Mars/Olympus")
    with pytest.raises(ValueError, match="fortnight"):
        count("fortnight", at("2026-03-02"), 1)
