"""A due date keeps its promise, explains itself in both languages and knows its last day."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from support.core import calendars, due, masking, office_hours
from support.core.calendars import Due, Pause, cn_calendar_days, cn_working_days, never_shorter
from support.core.due import merged

ROOT = Path(__file__).parents[2]
any_start = st.datetimes(
    datetime.fromisoformat("2004-01-02"),
    datetime.fromisoformat("2032-01-01"),
    timezones=st.just(UTC),
)
counts = st.integers(1, 40)


def at(text: str) -> datetime:
    """Make a moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def rules(due_date: Due) -> list[str]:
    """List the steps as a person reads them in English; a missing field fails."""
    return [step.rule % step.params for step in due_date.steps]


def test_midnight_belongs_to_the_day_that_ends() -> None:
    midnight = Due(at("2026-03-18T00:00"), "Asia/Shanghai", False, ())
    assert midnight.last_day == date(2026, 3, 17)
    assert Due(at("2026-03-18T00:01"), "Asia/Shanghai", False, ()).last_day == date(2026, 3, 18)


def test_who_does_not_count_pays_for_no_calendar() -> None:
    ask = "import sys, support.core.calendars; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", ask], cwd=ROOT, check=False).returncode == 0


def test_overlapping_touching_and_empty_pauses_become_one_or_none() -> None:
    def hours(first: int, last: int) -> Pause:
        return Pause(at(f"2026-03-02T{first:02}:00"), at(f"2026-03-02T{last:02}:00"))

    assert merged([hours(3, 5), hours(1, 2), hours(4, 8), hours(8, 9), hours(7, 7)]) == [
        hours(1, 2),
        hours(3, 9),
    ]
    with pytest.raises(ValueError, match="before it starts"):
        hours(5, 3)


@given(any_start, counts, any_start, counts)
def test_a_recount_never_shortens_what_was_promised(
    start: datetime, number: int, start_again: datetime, number_again: int
) -> None:
    old, new = cn_calendar_days(start, number), cn_working_days(start_again, number_again)
    kept = never_shorter(old, new)
    assert kept.at == max(old.at, new.at)
    assert kept.estimated == new.estimated
    assert (kept == new) is (new.at >= old.at)
    if kept != new:
        assert kept.steps[:-1] == new.steps
        assert old.last_day.isoformat() in rules(kept)[-1]


def test_every_rule_text_has_its_chinese_with_the_same_fields() -> None:
    with (ROOT / "translations/time/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as source:
        catalogue = read_po(source, locale="zh_Hans_CN", abort_invalid=True)
    marked = {
        ast.literal_eval(node.args[0])
        for module in (calendars, due, masking, office_hours)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_"
    }
    translated = {str(message.id): str(message.string) for message in catalogue if message.id}
    assert marked == set(translated)
    assert all(translated.values())
    assert not list(catalogue.check())
