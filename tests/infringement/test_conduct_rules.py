"""The rules of conduct at their borders: signals, the fast lane, who counts as a repeat respondent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.core.errors import IllegalMove
from support.infringement import conduct
from support.infringement.conduct import Record, Side, StepKind, StepState
from support.infringement.lifecycle import ItemState

FILED = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "good"),
    [
        (Record(10, 9, 0), True),
        (Record(9, 9, 0), False),
        (Record(10, 8, 0), False),
        (Record(20, 19, 1), True),
        (Record(19, 18, 1), False),
        (Record(21, 19, 1), True),
        (Record(21, 18, 1), False),
        (Record(40, 38, 2), True),
        (Record(39, 37, 2), False),
        (Record(), False),
    ],
)
def test_the_fast_lane_opens_and_closes_exactly_at_its_borders(record: Record, good: bool) -> None:
    assert conduct.is_good(record) is good


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_one_more_link_that_came_back_never_opens_the_lane(
    taken: int, other: int, restored: int
) -> None:
    record = Record(taken + other + restored, taken, restored)
    worse = Record(record.decided + 1, taken, restored + 1)
    if not conduct.is_good(record) and conduct.is_measured(record):
        assert not conduct.is_good(worse)


@pytest.mark.parametrize(
    ("hour", "day", "before", "found"),
    [
        (9, 19, 0, False),
        (10, 10, 0, True),
        (1, 20, 0, True),
        (1, 19, 0, False),
        (10, 20, 90 * 4, True),
        (10, 24, 90 * 5, False),
        (10, 25, 90 * 5, True),
        (20, 24, 90 * 5, False),
        (25, 25, 90 * 5 + 1, False),
    ],
)
def test_a_burst_is_many_against_what_is_usual(
    hour: int, day: int, before: int, found: bool
) -> None:
    assert bool(conduct.burst(hour, day, before)) is found


def test_dates_are_signals_only_where_the_right_is_younger() -> None:
    day = timedelta(days=1)
    assert conduct.backdated(None, FILED, [FILED - day]) == {}
    assert conduct.backdated(FILED, FILED, [FILED]) == {}
    assert conduct.backdated(FILED + day, FILED, []) == {"after_filing": {"days": 1}}
    older = [FILED - 3 * day, FILED - day, FILED]
    assert conduct.backdated(FILED, FILED, older) == {"after_listing": {"items": 2, "days": 3}}


@pytest.mark.parametrize(
    ("decided", "restored", "found"), [(4, 4, False), (5, 1, True), (6, 1, False), (5, 0, False)]
)
def test_lost_counter_notices_show_from_a_fifth_of_five_links_on(
    decided: int, restored: int, found: bool
) -> None:
    record = Record(decided, decided - restored, restored)
    assert bool(conduct.lost(record)) is (found or (decided == 6 and 5 * restored >= decided))


def test_an_explanation_is_compared_by_what_it_says_not_by_how_it_is_set() -> None:
    text = "This listing copies our mark in every detail, as anybody can see."
    assert conduct.folded(text) == conduct.folded(f"  {text.upper().replace(' ', chr(0x3000))}!! ")
    assert conduct.folded("Counterfeit!") == ""
    assert conduct.template(9, 1) is None
    assert conduct.template(2, 2) == {"notices": 2, "holders": 2}


def test_what_a_counter_notice_won_counts_against_nobody_who_answered() -> None:
    against = [
        (state, reason)
        for state in ItemState
        for reason in ("", "no_counter", "accepted", "down", "up", *conduct.WON_BACK)
        if conduct.is_against_respondent(state, reason)
    ]
    assert {state for state, _reason in against} == {ItemState.FINAL, ItemState.DECIDED}
    assert [reason for state, reason in against if state == ItemState.DECIDED] == ["down"]
    counted = conduct.record_of(
        (
            ("final", "no_counter", 7),
            ("decided", "up", 1),
            ("restored", "no_proof", 2),
            ("restored", "upheld", 1),
            ("not_qualified", "lapsed", 1),
        )
    )
    assert counted == Record(12, 7, 3)


def test_every_move_of_a_step_is_legal_or_refused() -> None:
    for old, new, legal in conduct.STEPS.pairs():
        if not legal:
            with pytest.raises(IllegalMove):
                conduct.STEPS.check_move(old, new)
    assert not conduct.STEPS.can(StepState.LIFTED, StepState.STANDING)


def test_only_what_somebody_was_told_can_be_appealed_and_for_six_months() -> None:
    march, in_time, late = (
        datetime(2026, month, day, 4, tzinfo=UTC) for month, day in ((3, 1), (9, 1), (9, 2))
    )
    for kind in StepKind:
        told = kind is not StepKind.NOTE
        assert conduct.may_appeal(kind, StepState.STANDING, NOW, NOW) is told
        assert conduct.may_appeal(kind, StepState.STANDING, march, in_time) is told
        assert not conduct.may_appeal(kind, StepState.STANDING, march, late)
        assert not conduct.may_appeal(kind, StepState.PROPOSED, NOW, NOW)
        assert not conduct.may_appeal(kind, StepState.LIFTED, NOW, NOW)
    assert set(conduct.GROUNDS) == set(Side)
