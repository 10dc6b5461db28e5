"""What only looks like a number or an address is found in Chinese as well, where no blank stands before it."""

from __future__ import annotations

import pytest

from support.infringement.redaction import CONTACT, NUMBER, WEBSITE, Known, left_in, pieces


@pytest.mark.parametrize(
    ("text", "taken", "mark"),
    [
        ("请打我的手机13800138000，谢谢", "13800138000", CONTACT),
        ("卡号6222021234567890123。", "6222021234567890123", NUMBER),
        ("货在网址shop-canary.com看", "shop-canary.com", WEBSITE),
        ("座机010-12345678转8", "010-12345678", CONTACT),
        ("Call 13800138000 now", "13800138000", CONTACT),
    ],
)
def test_what_looks_like_a_number_is_taken_out_of_chinese_too(
    text: str, taken: str, mark: str
) -> None:
    found = pieces(text, [Known("12345678", NUMBER)] if "6222" in text else [])
    assert [(one.text, one.mark) for one in found if one.mark] == [(taken, mark)]
    assert "".join(one.text for one in found) == text


@pytest.mark.parametrize("text", ["2026年11月30日发货", "售出120000件", "型号A12345，199元"])
def test_dates_prices_and_counts_stay(text: str) -> None:
    assert [one.text for one in pieces(text, [])] == [text]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail someone@private.example please", "someone@private.example"),
        ("写信到private＠other.example。", "private＠other.example"),
        ("a.b (at) other.co.uk wrote", "a.b (at) other.co.uk"),
        ("请打１３８００１３８０００", "１３８００１３８０００"),
        ("Call +44 20 7946 0958 today", "+44 20 7946 0958"),
        ("座机010-12345678", "010-12345678"),
        ("身份证11010519491231002X。", "11010519491231002X"),
        ("证件 110105 19491231 002x", "110105 19491231 002x"),
        ("card 4111 1111 1111 1111 was charged", "4111 1111 1111 1111"),
        ("卡30569309025904", "30569309025904"),
    ],
)
def test_the_last_look_refuses_what_looks_like_anybodys_and_it_was_proposed_before(
    text: str, left: str
) -> None:
    assert left_in(text, []) == [left]
    assert left in "".join(one.text for one in pieces(text, []) if one.mark)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30 to 2026-12-05",
        "2026-11-30 2026-12-05",
        "Trademark 12345678, class 25; patent ZL201810123456.7",
        "（2023）粤0305民初12345号",
        "售出120000件，199元，[link 3]，[contact]",
        "Sold @ 20 each. Fine.",
        "人民路12号的商店",
    ],
)
def test_dates_registrations_and_prices_may_be_published(text: str) -> None:
    assert left_in(text, []) == []
