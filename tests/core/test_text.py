"""Text is kept as its writer meant it, without what nobody sees; and found by its words."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.core.text import (
    MAX_QUERY_TOKENS,
    MAX_TOKENS,
    MAX_WORD,
    clean_line,
    clean_text,
    fold_code,
    fold_digits,
    query_tokens,
    tokens,
    too_long,
)

TRICKY = (
    "ab 工\u0301\u0327\u0344\u200b\u200c\u200d\u200e\u202e\u2066\u2067\u2069\n\r\t\0\u2028\ufe0f"
    "\U0001f468\U0001f3fd\ud800\u212aé\u0958\u1100\u1161\u3164\u2800\U000e0041"
)
anything = st.one_of(
    st.text(max_size=80), st.text(alphabet=TRICKY, max_size=80), st.text(alphabet=TRICKY[:9])
)
limits = st.integers(0, 60)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  hello \t world \n", "hello world"),
        ("one\r\ntwo\u2028three", "one two three"),
        ("a\0b\x07c\x7fd\x9be", "abcde"),
        ("pay\u202egnp.exe\u202c now", "paygnp.exe now"),
        ("\u202a\u202b\u202dx", "x"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zerowidth"),
        ("pass\u200dword 密\u200d码", "password 密码"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("e\u0301", "é"),
        ("①½，ＡＢ", "①½，ＡＢ"),  # NFKC would rewrite these
        ("　全角　空格　", "全角 空格"),
        ("\u3164\u2800\u200b ", ""),  # nothing to see
        ("\u0301", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian needs it
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("👨\u200d\u200d👩", "👨\u200d👩"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("a\u200e\u200fb", "a\u200e\u200fb"),
        ("\u2067שלום\u2069 ok", "\u2067שלום\u2069 ok"),
        ("\u2067never closed", "never closed"),
        ("never opened\u2069", "never opened"),
        ("\u2066\u2067in\u2069 out", "\u2067in\u2069 out"),
        ("\u2066a\nb\u2069", "a b"),  # an isolate ends with its line
    ],
)
def test_a_line_keeps_what_is_meant_and_seen(raw: str, kept: str) -> None:
    assert clean_line(raw, 100) == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("one   \n\n\n\n\n\ntwo", "one\n\n\ntwo"),
        ("\n\n  indented\tcode", "indented\tcode"),
        ("a\n    b", "a\n    b"),
        ("\u2067a\nb\u2069\n\u2066c\u2069", "a\nb\n\u2066c\u2069"),
    ],
)
def test_a_text_keeps_its_lines(raw: str, kept: str) -> None:
    assert clean_text(raw, 100) == kept


def test_a_tower_of_accents_is_cut_to_a_readable_height() -> None:
    assert len(clean_line("a" + "\u0301\u0316" * 500, 10_000)) <= 17


@pytest.mark.parametrize(
    ("raw", "limit", "kept"),
    [
        ("abcdef", 3, "abc"),
        ("abc def", 4, "abc"),
        ("xa\u0316\u0301", 2, "x"),  # á with a mark below needs both
        ("x👨\u200d👩", 3, "x"),
        ("x👍🏽", 2, "x"),
        ("\u2067abc\u2069", 3, "ab"),
        ("abc", 0, ""),
    ],
)
def test_a_cut_leaves_no_half_sign_and_no_open_isolate(raw: str, limit: int, kept: str) -> None:
    assert clean_line(raw, limit) == kept


@given(anything, limits)
@example("\u0344" * 20, 60)
@example("e\u0301\u200d\u212a\u200dé", 60)
def test_cleaning_is_safe_short_and_stable(raw: str, limit: int) -> None:
    for clean in (clean_line, clean_text):
        kept = clean(raw, limit)
        assert len(kept) <= limit
        assert kept == kept.strip()
        assert clean(kept, limit) == kept
        assert unicodedata.is_normalized("NFC", kept)
        kept.encode("utf-8")
        bad = {"Cc", "Cs"} - ({"Cc"} if clean is clean_text else set())
        assert not any(unicodedata.category(mark) in bad for mark in kept)
        assert not set(kept) & set("\0\r\x0b\x0c\x85\u202a\u202b\u202c\u202d\u202e\u200b\ufeff")
        assert sum(kept.count(mark) for mark in "\u2066\u2067\u2068") == kept.count("\u2069")
    assert "\n" not in clean_line(raw, limit)


@given(anything, limits)
def test_what_is_not_too_long_is_not_cut(raw: str, limit: int) -> None:
    plenty = 10_000
    assert too_long(raw, limit) or clean_text(raw, limit) == clean_text(raw, plenty)
    assert too_long(raw, limit, line=True) or clean_line(raw, limit) == clean_line(raw, plenty)


def test_length_is_counted_as_kept_not_as_posted() -> None:
    assert not too_long("a\r\nb\r\nc\r\n", 5)
    assert too_long("a\r\nb\r\nc", 4)
    assert too_long("a   b", 4)
    assert not too_long("a   b", 4, line=True)


def test_digits_fold_in_place_whatever_their_script() -> None:
    assert fold_digits("１２３-٤٥٦-७८९-①") == "123-456-789-①"
    assert fold_digits("abc 123") == "abc 123"


@given(anything)
def test_folded_digits_stay_in_their_place(raw: str) -> None:
    assert len(fold_digits(raw)) == len(raw)


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "123-456", "１２３４５６", "１２３　４５６",
                                   "1\u200b23456\n", "１２３－４５６"])  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert fold_code(typed) == "123456"


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "①23456", "1" * 10_000, "12.3456"]
)
def test_what_is_no_code_is_nothing(typed: str) -> None:
    assert fold_code(typed) == ""


@pytest.mark.parametrize(
    ("raw", "found_by"),
    [
        ("工单系统", ["工单", "单系", "系统"]),
        ("单", ["单"]),
        ("iPhone手机壳", ["iphone", "手机", "机壳"]),
        ("Ｈｅｌｌｏ， WORLD!", ["hello", "world"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("WO-26-000123-K7", ["wo", "26", "000123", "k7"]),
        ("snake_case@example.com", ["snake", "case", "example", "com"]),
        ("ﾃｽﾄ", ["テス", "スト"]),
        ("고객 지원", ["고객", "지원"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("re\u0301sume\u0301", ["résumé"]),
        ("密\u200b码", ["密码"]),
        ("，。！ -- \n", []),
    ],
)
def test_tokens_are_words_and_pairs(raw: str, found_by: list[str]) -> None:
    assert tokens(raw) == found_by


def test_tokens_have_bounds() -> None:
    assert tokens("x" * 1000) == ["x" * MAX_WORD]
    assert len(tokens("工" * (MAX_TOKENS + 50))) == MAX_TOKENS
    assert query_tokens("a b a B 工单 工单") == ["a", "b", "工单"]
    assert len(query_tokens(" ".join(map(str, range(500))))) == MAX_QUERY_TOKENS


@given(anything, anything)
def test_a_text_is_found_by_any_of_its_words(before: str, word: str) -> None:
    assert set(query_tokens(word)) <= set(tokens(f"{before}\n{word}\n{before}"))


@given(anything)
def test_tokens_are_folded_once_and_for_all(raw: str) -> None:
    for token in tokens(raw):
        assert 0 < len(token) <= MAX_WORD
        assert not any(mark.isspace() for mark in token)
        assert tokens(token) == [token]


def as_line(text: str) -> object:
    """Clean a line."""
    return clean_line(text, 200)


def as_text(text: str) -> object:
    """Clean a text."""
    return clean_text(text, 20_000)


def seconds(work: Callable[[str], object], text: str) -> float:
    """Measure the processor's time."""
    begun = time.process_time()
    work(text)
    return time.process_time() - begun


@pytest.mark.parametrize("work", [as_line, as_text, tokens])
@pytest.mark.parametrize(
    "unit",
    ["工单", "a ", " ", "\n", " \n", "a\u0301\u0316", "\u0301\u0316", "\u200d", "é\u200d", "\u2066",
     "\u2066\u2069", "\ufe0f", "１"],
)  # fmt: skip
def test_ten_times_the_text_takes_about_ten_times_the_time(
    work: Callable[[str], object], unit: str
) -> None:
    small, large = (unit * (size // len(unit)) for size in (100_000, 1_000_000))
    unhurried = max(seconds(work, small) for _ in range(2))
    # quadratic would be 100; below 2 ms the small one is all noise
    assert seconds(work, large) / max(unhurried, 0.002) < 35
