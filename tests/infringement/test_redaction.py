"""What only looks like a number or an address is found in Chinese as well, where no blank stands before it."""

from __future__ import annotations

import pytest

from support.infringement.redaction import CONTACT, NUMBER, WEBSITE, Known, pieces


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
