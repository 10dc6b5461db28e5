"""A reference survives being typed by anyone and never turns into another by one slip."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.workorders.reference import (
    ALPHABET,
    MAX_DIGITS,
    Reference,
    format_reference,
    parse_reference,
)

years = st.integers(0, 99)
sequences = st.one_of(st.integers(0, 10**6), st.integers(0, 10**MAX_DIGITS - 1))
SAMPLES = [(26, 123), (26, 0), (0, 0), (99, 999_999), (27, 1_000_000), (26, 10**MAX_DIGITS - 1),
           (12, 345_678), (30, 987_654_321)]  # fmt: skip


def is_reference(text: str) -> bool:
    """Tell whether a text is taken for a reference."""
    try:
        parse_reference(text)
    except ValueError:
        return False
    return True


@given(years, sequences)
def test_what_is_printed_is_read_back(year: int, sequence: int) -> None:
    text = format_reference(2000 + year, sequence)
    assert text == format_reference(year, sequence) == str(parse_reference(text))
    assert parse_reference(text) == Reference(year, sequence)
    prefix, short, number, checks = text.split("-")
    assert (prefix, int(short), int(number)) == ("WO", year, sequence)
    assert len(number) == max(6, len(str(sequence)))
    assert len(checks) == 2
    assert set(checks) <= set(ALPHABET)


def test_the_alphabet_has_32_signs_and_none_that_look_alike() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


def slips(text: str) -> set[str]:
    """Return every text with one sign after the prefix replaced by another."""
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    same = {"O": "0", "I": "1", "L": "1"}
    return {
        text[:place] + sign + text[place + 1 :]
        for place in range(3, len(text))
        for sign in signs
        if text[place] != "-" and same.get(sign, sign) != text[place]
    }


def swaps(text: str) -> set[str]:
    """Return every text with two neighbours after the prefix swapped, dashes not counted."""
    bare = text.replace("-", "")
    return {
        bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
        for place in range(2, len(bare) - 1)
    } - {bare}


@pytest.mark.parametrize(("year", "sequence"), SAMPLES)
def test_every_slip_and_every_swap_is_caught(year: int, sequence: int) -> None:
    text = format_reference(year, sequence)
    wrong = slips(text) | swaps(text)
    assert len(wrong) > 300
    assert [each for each in wrong if is_reference(each)] == []


@given(years, sequences)
def test_every_slip_and_every_swap_of_any_reference_is_caught(year: int, sequence: int) -> None:
    text = format_reference(year, sequence)
    assert [each for each in slips(text) | swaps(text) if is_reference(each)] == []


def test_any_one_digit_and_any_swap_is_caught_at_every_place_of_every_length() -> None:
    """The proof without luck: the sum is linear, so differences of weights decide."""
    weights = [pow(10, place + 1, 1021) for place in range(MAX_DIGITS + 2)]
    assert all(weight * step % 1021 for weight in weights for step in range(1, 10))
    assert all(
        (left - right) * step % 1021 for left, right in pairwise(weights) for step in range(1, 10)
    )
    assert (weights[0] + 32) % 1021  # the last digit against the first check


def test_guessed_checks_almost_never_fit() -> None:
    fitting = [
        first + second
        for first in ALPHABET
        for second in ALPHABET
        if is_reference(f"WO-26-000123-{first}{second}")
    ]
    assert fitting == [format_reference(26, 123)[-2:]]


@pytest.mark.parametrize(
    "typed",
    [
        "WO-26-000123-G5",
        "wo-26-000123-g5",
        "  wo 26 000123 g5 ",
        "wo26000123g5",
        "ＷＯ－２６－０００１２３－Ｇ５",
        "ｗｏ２６ー０００１２３ーｇ５",
        "WO–26—000123−G5",
        "WO-26-OOO123-G5",
        "W0-26-0oO123-g5",
        "WO-26-000I23-G5",
        "wo-26-000l23-g5",
        "WO-26-\u200b000123\u00a0-\u3000G5\n",
        "W O 2 6 0 0 0 1 2 3 G 5",
        "wo_26_000123_g5",
    ],
)
def test_a_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_reference(typed) == Reference(26, 123)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "WO",
        "26-000123-G5",
        "13800138000",
        "WO-26-00123-G5",
        "WO-26-000123-G",
        "WO-26-000123-G55",
        "WO-26-000123-U5",
        "WO-26-000123",
        "XO-26-000123-G5",
        "WO-26-000123-G5 WO-26-000123-G5",
        "WO-٢٦-٠٠٠١٢٣-G5",
        "WO-26-000123-G5" + " " * 100,
        "0" * 100_000,
    ],
)
def test_what_is_no_reference_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"reference|check"):
        parse_reference(typed)


def test_a_padded_long_sequence_is_not_a_second_name_of_the_same_order() -> None:
    digits = "260000123"
    total = sum(int(digit) * pow(10, place + 1, 1021) for place, digit in enumerate(digits[::-1]))
    high, low = divmod(total % 1021, 32)
    with pytest.raises(ValueError, match="leading zero"):
        parse_reference(f"WO-26-0000123-{ALPHABET[high]}{ALPHABET[low]}")


@pytest.mark.parametrize(("year", "sequence"), [(-1, 1), (26, -1), (26, 10**MAX_DIGITS)])
def test_numbers_that_fit_no_reference_are_refused(year: int, sequence: int) -> None:
    with pytest.raises(ValueError, match="no reference"):
        format_reference(year, sequence)
