"""What differs between two texts, in both languages; when a version binds; the earliest day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from support.policies.differences import MOST_TOKENS, Paragraph, compare, sections, touched
from support.policies.revisions import binding, first_day, joined


def marked(paragraph: Paragraph) -> list[tuple[str, str]]:
    return [(part.mark, part.text) for part in paragraph.parts]


def only_changed(old: str, new: str) -> Paragraph:
    (found,) = compare(old, new)
    assert found.how == "changed"
    return found


def test_the_same_text_has_no_difference_however_its_lines_are_wrapped() -> None:
    found = compare("# A\n\none two\nthree", "# A\n\none\ntwo three")
    assert {each.how for each in found} == {"same"}
    assert not any(touched(found).values())


def test_words_of_a_changed_paragraph_are_marked() -> None:
    found = only_changed(
        "We keep your mobile number for a year.", "We keep your mobile number for three years."
    )
    assert marked(found) == [
        ("same", "We keep your mobile number for "),
        ("removed", "a year"),
        ("added", "three years"),
        ("same", "."),
    ]


def test_chinese_is_compared_sign_by_sign() -> None:
    found = only_changed(
        "我们收集您的手机号码，用于登录。", "我们收集您的手机号码和邮箱，用于登录。"
    )
    assert marked(found) == [
        ("same", "我们收集您的手机号码"),
        ("added", "和邮箱"),
        ("same", "，用于登录。"),
    ]


def test_a_paragraph_that_is_put_in_or_taken_out_leaves_its_neighbours_alone() -> None:
    old, new = (
        "One stays.\n\nTwo goes.\n\nThree stays.",
        "One stays.\n\nThree stays.\n\nFour comes.",
    )
    assert [each.how for each in compare(old, new)] == ["same", "removed", "same", "added"]


def test_paragraphs_that_share_nothing_are_no_change_of_each_other() -> None:
    assert [each.how for each in compare("The cat sat.", "我们不会出售您的资料。")] == [
        "removed",
        "added",
    ]


def test_an_address_behind_the_same_words_is_a_change() -> None:
    found = only_changed("Read [this page](/old) now.", "Read [this page](/new) now.")
    assert ("removed", "old") in marked(found)
    assert ("added", "new") in marked(found)


def test_what_is_drawn_gives_back_both_texts() -> None:
    old = "# 一\n\n我们收集手机号码。\n\n- one\n- two\n\nThe end."
    new = "# 一\n\n我们收集手机号和邮箱。\n\n- one\n- three\n- two\n\nAn end, at last."
    found = compare(old, new)
    for gone, text in (("added", old), ("removed", new)):
        kept = ["".join(p.text for p in each.parts if p.mark != gone) for each in found]
        assert [line for line in kept if line] == [
            line.removeprefix("# ").removeprefix("- ") for line in text.split("\n") if line
        ]


def test_what_stayed_is_one_run_and_what_did_not_says_its_heading() -> None:
    found = sections(
        compare("# A\n\nx x\n\n# B\n\none two three", "# A\n\nx x\n\n# B\n\none two four")
    )
    assert [(run.same, run.under) for run in found] == [(True, ""), (False, "B")]


@pytest.mark.parametrize("text", ["", "   \n\n", "#", "- ", "\x00\ud800"])
def test_any_text_can_be_compared(text: str) -> None:
    compare(text, "# A\n\nB")
    compare("# A\n\nB", text)


def test_a_paragraph_too_long_to_compare_is_shown_whole() -> None:
    long = "word " * MOST_TOKENS
    assert [each.how for each in compare(long, long + "x")] == ["removed", "added"]


@dataclass(frozen=True)
class One:
    id: int
    shrinks: bool = False


PLAIN = [One(1), One(2), One(3)]
CUT = [One(1), One(2, shrinks=True), One(3)]


@pytest.mark.parametrize(
    ("versions", "accepted", "bound"),
    [
        ([], (), None),
        (PLAIN, (), 3),
        (PLAIN, (1,), 3),
        (CUT, (), 1),
        (CUT, (1,), 1),
        (CUT, (2,), 3),
        (CUT, (3,), 3),
        ([*CUT, One(4, shrinks=True)], (2,), 3),
        ([*CUT, One(4, shrinks=True)], (4,), 4),
        ([One(1, shrinks=True), One(2)], (), 2),
    ],
)
def test_a_version_that_takes_rights_away_binds_only_those_who_agreed_to_it_or_to_a_later_one(
    versions: list[One], accepted: tuple[int, ...], bound: int | None
) -> None:
    found = binding(versions, accepted)
    assert (found.id if found else None) == bound


def test_tests_are_kept_in_the_order_of_the_policy_and_unknown_ones_are_dropped() -> None:
    assert joined(["8.4.6", "8.4.1", "8.4.7"]) == "8.4.1 8.4.6"


def test_the_earliest_day_begins_where_the_operator_sits() -> None:
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)  # 20:00 in Shanghai
    assert first_day(now, 30, "Asia/Shanghai") == datetime(2026, 12, 30, 16, tzinfo=UTC)
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert first_day(midnight, 7, "Asia/Shanghai") == datetime(2026, 12, 7, 16, tzinfo=UTC)
