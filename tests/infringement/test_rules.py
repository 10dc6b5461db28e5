"""Rules of notices: every move, every element, every date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.core.calendars import Due
from support.core.errors import IllegalMove
from support.core.holidays_data import cn_is_published, cn_is_working, us_is_working
from support.infringement.clocks import due_in, due_of, kept, latest_restoring, wait_ends
from support.infringement.elements import (
    COUNTER,
    NOTICE,
    STATEMENTS,
    NoticeFacts,
    counter_meter,
    notice_meter,
)
from support.infringement.kind import WORDS
from support.infringement.lifecycle import ALIVE, CLOCKS, CONTENT, ENDED, LIFECYCLE, ItemState
from support.infringement.policy import MEASURES, REASONS
from support.infringement.regimes import (
    CURRENT,
    RULES,
    SAME_DAY,
    Clock,
    ContentKind,
    RegimeCode,
    RightType,
    proposed_regime,
)
from tests.infringement import world

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
REGIMES = CURRENT.regimes


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Ten in the morning of a local date."""
    return datetime.fromisoformat(f"{text}T10:00").replace(tzinfo=zone)


@pytest.mark.parametrize(("old", "new", "legal"), list(LIFECYCLE.pairs()))
def test_an_item_makes_its_legal_moves_and_no_other(
    old: ItemState, new: ItemState, legal: bool
) -> None:
    if legal:
        LIFECYCLE.check_move(old, new)
    else:
        with pytest.raises(IllegalMove):
            LIFECYCLE.check_move(old, new)


def test_content_goes_nowhere_without_being_asked_of_the_platform() -> None:
    assert all("asked" in new or "asked" in old for old, new, legal in CONTENT.pairs() if legal
               if not old.endswith("refused"))  # fmt: skip


def test_every_living_state_has_a_sentence_for_each_side_and_one_of_an_ended_one_has_none() -> None:
    assert set(WORDS) == {(state, viewer) for state in ALIVE for viewer in ("requester", "staff")}
    assert not ALIVE & ENDED


def test_every_clock_of_a_state_is_one_that_each_regime_has() -> None:
    for rules in RULES.values():
        for regime in rules.regimes.values():
            assert set(CLOCKS.values()) - {"wait"} <= set(regime.clocks)
            assert set(regime.notice) <= set(NOTICE)
            assert set(regime.counter) <= set(COUNTER)
        assert set(rules.dsa.notice) <= set(NOTICE)
    assert set(MEASURES) <= set(REASONS)


@pytest.mark.parametrize(
    ("code", "start", "zone", "first", "last"),
    [
        ("ecl", "2026-03-02", SHANGHAI, "2026-03-17", None),
        ("ecl", "2026-09-18", SHANGHAI, "2026-10-08", None),
        ("cc", "2026-03-02", SHANGHAI, "2026-03-17", None),
        ("dmca", "2026-06-12", NEW_YORK, "2026-06-29", "2026-07-06"),
    ],
)
def test_waiting_periods_end_as_the_law_counts_them(
    code: str, start: str, zone: ZoneInfo, first: str, last: str | None
) -> None:
    regime = REGIMES[RegimeCode(code)]
    assert wait_ends(regime, at(start, zone)).last_day.isoformat() == first
    window = latest_restoring(regime, at(start, zone))
    assert (window.last_day.isoformat() if window else None) == last


@pytest.mark.parametrize(
    ("clock", "start", "end"),
    [
        (Clock("cn_working_day", 15, ""), "2026-09-18", "2026-10-15"),
        (Clock("cn_calendar_day", 30, ""), "2026-01-20", "2026-02-24"),
        (Clock(SAME_DAY, 0, ""), "2026-10-01", "2026-10-01"),
        (Clock("month", 6, ""), "2026-08-31", "2027-02-28"),
    ],
)
def test_other_periods_end_as_the_table_of_the_law_says(clock: Clock, start: str, end: str) -> None:
    assert due_of(clock, at(start)).last_day.isoformat() == end


def brute(start: date, number: int, *, unit: str) -> date:
    """Count days one by one: the judge of the counter."""
    day, left = start, number
    while left:
        day += timedelta(days=1)
        works = us_is_working(day) if unit == "us_business_day" else cn_is_working(day)
        left -= 1 if unit == "cn_calendar_day" or works else 0
    while unit == "cn_calendar_day" and not cn_is_working(day):
        day += timedelta(days=1)
    return day


moments = st.datetimes(
    datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2027-12-31"),
    timezones=st.just(UTC),
)  # fmt: skip
units = st.sampled_from(["cn_calendar_day", "cn_working_day", "us_business_day"])


@given(start=moments, number=st.integers(1, 40), unit=units)
def test_every_period_ends_where_counting_day_by_day_ends(
    start: datetime, number: int, unit: str
) -> None:
    due = due_of(Clock(unit, number, "why"), start)
    zone = NEW_YORK if unit == "us_business_day" else SHANGHAI
    assert due.last_day == brute(start.astimezone(zone).date(), number, unit=unit)
    assert due.steps[0].rule == "why"
    if unit != "us_business_day":
        assert due.estimated or cn_is_published(due.last_day)


@given(start=moments, months=st.integers(1, 12))
def test_months_end_on_the_same_date_or_on_the_last_of_their_month(
    start: datetime, months: int
) -> None:
    last = due_of(Clock("month", months, ""), start).last_day
    first = start.astimezone(SHANGHAI).date()
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == months
    assert last.day == first.day or (last + timedelta(days=1)).day == 1


@given(start=moments, days=st.integers(1, 20))
def test_an_extension_lengthens_by_working_days_after_the_end(start: datetime, days: int) -> None:
    plain = wait_ends(REGIMES[RegimeCode.ECL], start)
    longer = wait_ends(REGIMES[RegimeCode.ECL], start, extended=days)
    assert longer.last_day == brute(plain.last_day, days, unit="cn_working_day")


def test_an_extension_has_its_most() -> None:
    with pytest.raises(ValueError, match="extension"):
        wait_ends(REGIMES[RegimeCode.ECL], at("2026-03-02"), extended=21)
    with pytest.raises(ValueError, match="extension"):
        wait_ends(REGIMES[RegimeCode.DMCA], at("2026-03-02"), extended=1)


@given(start=moments, shift=st.integers(-20, 20))
def test_a_date_that_was_promised_is_never_shortened(start: datetime, shift: int) -> None:
    counted = wait_ends(REGIMES[RegimeCode.ECL], start)
    promised = Due(counted.at + timedelta(days=shift), counted.zone, True, ())
    found = kept(promised, counted)
    assert found.at == max(promised.at, counted.at)


def test_a_year_without_published_holidays_gives_an_estimate() -> None:
    due = due_in(ItemState.WAITING, RegimeCode.ECL, 1, at("2029-01-05"))
    assert due is not None
    assert due.estimated


@pytest.mark.parametrize(
    ("content", "right", "us", "agent", "regime"),
    [
        (ContentKind.LISTING, RightType.TRADEMARK, False, False, RegimeCode.ECL),
        (ContentKind.LISTING, RightType.COPYRIGHT, False, False, RegimeCode.ECL),
        (ContentKind.POST, RightType.COPYRIGHT, False, False, RegimeCode.RTNIC),
        (ContentKind.ARTICLE, RightType.COPYRIGHT, True, False, RegimeCode.RTNIC),
        (ContentKind.POST, RightType.TRADEMARK, True, True, RegimeCode.CC),
        (ContentKind.OTHER, RightType.OTHER, False, False, RegimeCode.CC),
        (ContentKind.LISTING, RightType.COPYRIGHT, True, True, RegimeCode.DMCA),
    ],
)
def test_the_regime_that_fits_is_proposed(
    content: ContentKind, right: RightType, us: bool, agent: bool, regime: RegimeCode
) -> None:
    assert proposed_regime(content, right, us_law=us, us_agent=agent) is regime


WHOLE = replace(
    world.FACTS, items=1, papers=frozenset({"right", "evidence"}), today=date(2026, 3, 2)
)


@pytest.mark.parametrize("regime", list(RegimeCode))
def test_a_whole_notice_lacks_nothing_and_an_empty_one_everything(regime: RegimeCode) -> None:
    meter = notice_meter(WHOLE, regime, eu=True)
    assert meter.complete, meter.missing
    nothing = NoticeFacts(right_type="trademark", territory="US")
    empty = notice_meter(nothing, regime, eu=True)
    assert empty.have == 0
    assert empty.need == meter.need


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"filer_type": "agent", "agent_name": "Ann"}, "authority"),
        ({"right_no": ""}, "right_proof"),
        ({"valid_until": date(2026, 3, 1)}, "in_force"),
        ({"territory": "US, EU"}, "in_force"),
        ({"right_type": "patent_invention"}, "patent"),
        ({"items": 0}, "location"),
        ({"holder_id_no": ""}, "identity"),
        ({"papers": frozenset({"right"})}, "evidence"),
        ({"statements": frozenset({"good_faith"})}, "truth"),
        ({"signature": ""}, "signature"),
    ],
)
def test_each_missing_element_is_named(change: dict[str, object], code: str) -> None:
    meter = notice_meter(replace(WHOLE, **change), RegimeCode.ECL)  # type: ignore[arg-type]
    assert [element.code for element in meter.missing] == [code]


def test_a_design_needs_the_report_that_an_invention_may_lack() -> None:
    papers = frozenset({"right", "evidence", "comparison"})
    invention = replace(WHOLE, right_type="patent_invention", papers=papers)
    assert notice_meter(invention, RegimeCode.ECL).complete
    design = replace(WHOLE, right_type="patent_design", papers=papers)
    assert not notice_meter(design, RegimeCode.ECL).complete


@pytest.mark.parametrize("regime", list(RegimeCode))
def test_a_whole_counter_notice_lacks_nothing(regime: RegimeCode) -> None:
    whole = replace(world.COUNTER, items=1, papers=frozenset({"evidence"}))
    assert counter_meter(whole, regime).complete
    bare = replace(whole, statements=frozenset(), signature="")
    assert not counter_meter(bare, regime).complete


def test_every_statement_that_an_element_asks_for_has_words() -> None:
    assert set(STATEMENTS[1]) == {
        "truth", "good_faith", "perjury", "no_infringement", "mistake", "jurisdiction",
    }  # fmt: skip
