"""Pasted links: recognised, counted once, the wrong ones corrected alone with their line numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from support.core.config import Config, ConfigError
from support.core.errors import Invalid
from support.infringement import listings
from support.infringement.listings import Found
from tests.filing.filer import NEW, SHOP, answer, links
from tests.fixtures.pages import PageClient

PAGE = f"{NEW}/listings"


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    """The application's context, for its settings."""
    with app.app_context():
        yield


@pytest.mark.parametrize(
    "pasted",
    [
        f"{SHOP}/1001",
        f"  {SHOP}/1001?from=share#top  ",
        "shop.example.com/item/1001",
        "SHOP.Example.com/item/1001",
        f"快来看看 {SHOP}/1001。复制打开",
        "ｈｔｔｐｓ：／／shop.example.com/item/1001",
        f"\u200b{SHOP}/1001",
    ],
)
@pytest.mark.usefixtures("inside")
def test_a_link_is_recognised_however_it_was_copied(pasted: str) -> None:
    [line] = listings.sort(pasted).lines
    assert (line.item, line.url) == ("1001", f"{SHOP}/1001")


@pytest.mark.usefixtures("inside")
def test_what_is_no_address_of_ours_keeps_its_words_and_its_line() -> None:
    found = listings.sort(f"\nhello\n{SHOP}/1001\nhttps://evil.example/item/1\nhttp://[")
    assert [(line.number, line.found) for line in found.lines] == [
        (2, Found.NOT_OURS),
        (3, Found.UNCHECKED),
        (4, Found.NOT_OURS),
        (5, Found.NOT_OURS),
    ]
    assert found.lines[0].url == "hello"


@pytest.mark.usefixtures("inside")
def test_one_link_five_hundred_times_is_one_link() -> None:
    found = listings.sort("\n".join([f"{SHOP}/1001"] * 500))
    assert len(found.lines) == 1
    assert len(found.repeats) == 499
    assert found.repeats[0] == (2, 1)


@pytest.mark.usefixtures("inside")
def test_a_line_more_than_fits_is_said_with_its_number() -> None:
    assert len(listings.sort(links(*range(1000, 1300))).lines) == 300
    with pytest.raises(Invalid) as refused:
        listings.sort(links(*range(1000, 1301)))
    assert refused.value.facts == {"count": 301, "most": 300}


@pytest.mark.usefixtures("inside")
def test_a_corrected_line_keeps_its_place_and_its_reason() -> None:
    lines = listings.sort(f"{SHOP}/1001\nwrong\n{SHOP}/1003").lines
    lines[1] = lines[1].with_reason("the same photo")
    found = listings.correct(lines, {2: f"{SHOP}/1002"})
    assert [(line.number, line.item) for line in found.lines] == [
        (1, "1001"),
        (2, "1002"),
        (3, "1003"),
    ]
    assert found.lines[1].reason == "the same photo"
    again = listings.correct(lines, {2: f"{SHOP}/1001"})
    assert (len(again.lines), again.repeats) == (2, [(2, 1)])
    assert len(listings.correct(lines, {2: " "}).lines) == 2


def test_a_pattern_that_names_no_item_is_refused_at_the_start(config: Config) -> None:
    for pattern in (r"https://shop\.example/\d+", "("):
        with pytest.raises(ConfigError):
            config.with_changes(listing_urls=(pattern,))


def test_good_lines_stay_and_the_wrong_ones_are_corrected_alone(filer: PageClient) -> None:
    pasted = f"{SHOP}/1001\nhttps://other.example/x\n{SHOP}/1001\n{SHOP}/77"
    done = answer(filer, "listings", {"links": pasted})
    assert done.status_code == 303
    page = filer.page(PAGE)
    assert "2 lines to correct" in page.text
    assert "1 link in the notice" in page.text
    assert "line 3 repeats line 1" in page.text
    assert "This is not the address of a listing of ours." in page.text
    assert "This listing is no longer there" in page.text
    fixed = filer.submit(
        PAGE, {"line-2": f"{SHOP}/1002", "line-4": ""}, button="Check these lines again"
    )
    assert fixed.status_code == 303
    page = filer.page(PAGE)
    assert "to correct" not in page.text
    assert "Listing 1002" in page.text
    assert "Shop 3" in page.text
    filer.submit(PAGE, button="Remove 2")
    assert "Listing 1002" not in filer.page(PAGE).text


def test_too_many_links_are_refused_in_words_and_none_is_lost(filer: PageClient) -> None:
    refused = answer(filer, "listings", {"links": links(*range(1000, 1301))})
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "301 different links" in text
    assert f"{SHOP}/1300" in text


def test_three_hundred_links_are_recognised_and_shown_within_two_seconds(
    filer: PageClient,
) -> None:
    began = time.perf_counter()
    assert answer(filer, "listings", {"links": links(*range(1000, 1300))}).status_code == 303
    page = filer.page(PAGE)
    assert "300 links in the notice" in page.text
    assert time.perf_counter() - began < 2
