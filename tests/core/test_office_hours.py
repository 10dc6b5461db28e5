"""Opening hours are read as written and counted to the minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.core.calendars import Due, HoursError, OfficeHours, Pause
from support.core.errors import DomainError

ZONE = "Asia/Shanghai"
DESK = OfficeHours.parse("Mon-Fri 09:00-18:00; Sat 10:00-16:00", zone=ZONE, holidays="cn")
LUNCH = OfficeHours.parse("Mon-Fri 09:00-12:00, 13:30-18:00", zone=ZONE)
ALWAYS = OfficeHours.parse("Mon-Sun 00:00-24:00", zone="America/New_York")
NIGHT = OfficeHours.parse("Sun 00:00-02:15, 02:30-03:00, 03:00-06:00", zone="America/New_York")


def at(text: str, zone: str = ZONE) -> datetime:
    """Make a local moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def rules(due: Due) -> list[str]:
    """List the steps as a person reads them."""
    return [
        step.rule
        % {
            name: f"{fact:%Y-%m-%d %H:%M}" if isinstance(fact, datetime) else fact
            for name, fact in step.params.items()
        }
        for step in due.steps
    ]


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02T09:00", 240, "2026-03-02T13:00"),
        ("2026-03-02T16:00", 240, "2026-03-03T11:00"),  # over night
        ("2026-03-02T14:00", 240, "2026-03-02T18:00"),  # ends at closing, not next morning
        ("2026-03-02T18:00", 240, "2026-03-03T13:00"),  # filed at closing
        ("2026-03-06T17:00", 240, "2026-03-07T13:00"),  # Friday into Saturday's hours
        ("2026-03-07T15:00", 240, "2026-03-09T12:00"),  # over Sunday
        ("2026-09-30T17:00", 240, "2026-10-08T12:00"),  # over National Day
        ("2026-10-10T08:00", 540, "2026-10-10T18:00"),  # make-up Saturday: a weekday's hours
        ("2026-09-20T15:00", 240, "2026-09-21T10:00"),  # make-up Sunday, closed in the table
        ("2026-02-14T17:30", 60, "2026-02-24T09:30"),
        ("2026-03-02T12:00", 0, "2026-03-02T12:00"),
    ],
)
def test_a_target_in_office_minutes_ends_when_the_door_says(
    start: str, minutes: int, end: str
) -> None:
    found = DESK.add(at(start), minutes)
    assert found.at == at(end)
    assert found.at.tzinfo is UTC
    assert DESK.elapsed(at(start), found.at) == minutes


def test_lunch_is_not_counted() -> None:
    assert LUNCH.add(at("2026-03-02T11:00"), 120).at == at("2026-03-02T14:30")
    assert not LUNCH.is_open(at("2026-03-02T12:00"))
    assert LUNCH.is_open(at("2026-03-02T13:30"))
    assert not LUNCH.is_open(at("2026-03-02T18:00"))


def test_a_clock_that_stands_gives_the_time_back() -> None:
    asked = Pause(at("2026-03-02T10:00"), at("2026-03-03T10:00"))
    found = DESK.add(at("2026-03-02T09:00"), 240, [asked])
    assert found.at == at("2026-03-03T13:00")
    assert DESK.elapsed(at("2026-03-02T09:00"), found.at, [asked]) == 240
    assert "Opening time not counted: 540." in " ".join(rules(found))


def test_days_of_changing_clocks_have_their_real_length() -> None:
    spring, autumn = at("2026-03-08T00:00", ALWAYS.zone), at("2026-11-01T00:00", ALWAYS.zone)
    assert ALWAYS.elapsed(spring, at("2026-03-09T00:00", ALWAYS.zone)) == 23 * 60
    assert ALWAYS.elapsed(autumn, at("2026-11-02T00:00", ALWAYS.zone)) == 25 * 60
    # from 02:00 to 03:00 there is no time that night: no minute is counted twice or backwards
    monday = at("2026-03-09T00:00", NIGHT.zone)
    assert NIGHT.elapsed(spring, monday) == 5 * 60


def test_us_federal_holidays_close_a_us_office() -> None:
    office = OfficeHours.parse("Mon-Fri 09:00-17:00", zone="America/New_York", holidays="us")
    start = at("2026-07-02T16:00", office.zone)
    assert office.add(start, 120).at == at("2026-07-06T10:00", office.zone)


def test_the_explanation_names_what_moved_the_date() -> None:
    text = rules(DESK.add(at("2026-09-30T19:00"), 60))
    assert text[0].startswith("The clock starts on 2026-09-30 19:00")
    assert (
        text[1] == "Closed at that moment; counting begins at the next opening, 2026-10-08 09:00."
    )
    assert "Closed on 2026-10-01: public holiday." in text
    assert text[-1] == "The opening time (60) is used up on 2026-10-08 10:00."
    assert "Open on 2026-10-10: working day that makes up for a holiday." in rules(
        DESK.add(at("2026-10-09T17:59"), 60)
    )


def test_a_date_in_an_unpublished_year_is_an_estimate() -> None:
    found = DESK.add(at("2026-12-24T17:00"), 240)
    assert found.estimated
    assert sum("not published" in line for line in rules(found)) == 1
    assert not DESK.add(at("2026-11-24T17:00"), 240).estimated
    assert not LUNCH.add(at("2026-12-24T17:00"), 240).estimated  # no holidays, nothing to wait for


moments = st.datetimes(
    datetime.fromisoformat("2025-06-01"),
    datetime.fromisoformat("2027-06-01"),
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(second=0, microsecond=0))
offices = st.sampled_from([DESK, LUNCH, ALWAYS, NIGHT])
pauses = st.lists(
    st.builds(
        lambda start, length: Pause(start, start + length),
        moments,
        st.timedeltas(timedelta(), timedelta(days=20)),
    ),
    max_size=4,
)


@given(offices, moments, st.integers(1, 3000), pauses)
def test_what_is_added_has_elapsed_and_ends_in_an_open_minute(
    office: OfficeHours, start: datetime, minutes: int, standing: list[Pause]
) -> None:
    found = office.add(start, minutes, standing)
    assert office.elapsed(start, found.at, standing) == minutes
    assert office.elapsed(start, found.at - timedelta(minutes=1), standing) < minutes
    assert office.is_open(found.at - timedelta(microseconds=1))
    assert all(rules(found))


@given(offices, moments, st.integers(0, 2000), st.integers(0, 500), pauses, pauses)
def test_more_minutes_a_later_start_or_more_pauses_never_end_earlier(
    office: OfficeHours,
    start: datetime,
    minutes: int,
    more: int,
    some: list[Pause],
    others: list[Pause],
) -> None:
    found = office.add(start, minutes, some).at
    assert office.add(start, minutes + more, some).at >= found
    assert office.add(start + timedelta(minutes=more), minutes, some).at >= found
    assert office.add(start, minutes, [*some, *others]).at >= found


@given(moments, st.timedeltas(timedelta(), timedelta(days=20)), pauses)
def test_elapsed_agrees_with_a_counter_that_looks_at_every_quarter_hour(
    start: datetime, length: timedelta, standing: list[Pause]
) -> None:
    start = start.replace(minute=0)
    quarter = timedelta(minutes=15)
    quarters = int(length / quarter)
    aligned = [
        Pause(pause.start.replace(minute=0), pause.end.replace(minute=0, second=0, microsecond=0))
        for pause in standing
        if pause.end - pause.start > timedelta(hours=2)
    ]
    seen = sum(
        DESK.is_open(moment) and not any(pause.start <= moment < pause.end for pause in aligned)
        for moment in (start + step * quarter for step in range(quarters))
    )
    assert DESK.elapsed(start, start + quarters * quarter, aligned) == seen * 15


def test_chinese_and_full_width_marks_are_read_alike() -> None:
    chinese = OfficeHours.parse("周一至周五 09：00—18：00；周六 10:00-16:00", ZONE, "cn")
    assert chinese.week == DESK.week
    assert OfficeHours.parse("Fri-Mon 9:00-10:00", ZONE).week == tuple(
        ((540, 600),) if day in (0, 4, 5, 6) else () for day in range(7)
    )
    assert OfficeHours.parse("Mon, Wed 09:00-10:00", ZONE).week[2] == ((540, 600),)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "empty"),
        (" ; ", "empty"),
        ("whenever", "whenever"),
        ("09:00-18:00", "09:00-18:00"),
        ("Mon-Fry 09:00-18:00", "Mon-Fry"),
        ("Mon-Wed-Fri 09:00-18:00", "Mon-Wed-Fri"),
        ("Mon 9-18", "9-18"),
        ("Mon 09:00-25:00", "09:00-25:00"),
        ("Mon 09:60-18:00", "09:60-18:00"),
        ("Mon 22:00-06:00", "24:00"),
        ("Mon 09:00-12:00, 11:00-18:00", "overlap"),
        ("Mon-Fri 09:00-12:00; Tue 11:59-13:00", "overlap"),
    ],
)
def test_unreadable_hours_name_the_part_at_fault(text: str, named: str) -> None:
    with pytest.raises(HoursError) as caught:
        OfficeHours.parse(text, zone=ZONE)
    assert isinstance(caught.value, DomainError)
    assert named in caught.value.words % caught.value.facts


def test_unknown_zones_and_calendars_are_refused_by_name() -> None:
    with pytest.raises(HoursError) as caught:
        OfficeHours.parse("Mon 09:00-10:00", zone="Mars/Olympus")
    assert caught.value.facts == {"part": "Mars/Olympus"}
    with pytest.raises(HoursError) as caught:
        OfficeHours.parse("Mon 09:00-10:00", ZONE, "mars")  # type: ignore[arg-type]
    assert caught.value.facts == {"part": "mars"}


def test_senseless_spans_are_refused_and_a_backward_one_is_empty() -> None:
    start = at("2026-03-02T09:00")
    assert DESK.elapsed(start, start - timedelta(days=3)) == 0
    with pytest.raises(ValueError, match="negative"):
        DESK.add(start, -1)
    with pytest.raises(ValueError, match="ten years"):
        DESK.add(start, 10_000_000)
    with pytest.raises(ValueError, match="ten years"):
        DESK.elapsed(start, start + timedelta(days=4000))
    with pytest.raises(ValueError, match="without a zone"):
        DESK.is_open(datetime.fromisoformat("2026-03-02"))
