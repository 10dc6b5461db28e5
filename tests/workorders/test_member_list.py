"""The list of one's own orders, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from support.core.clock import utcnow
from support.workorders import member_pages
from tests.workorders.desk_world import client_of, make_member, make_order


def test_every_order_is_on_one_page_of_the_list(app: Flask) -> None:
    count = member_pages.PAGE * 2 + 1
    with app.app_context():
        alice, now = make_member("Alice", "alice@example.org"), utcnow()
        for number in range(count):
            at = now - timedelta(minutes=number // 3)  # several changed at the same moment
            make_order(alice, f"Number {number:03}.", now=at)
        client = client_of(app, alice)
    found: list[str] = []
    path, pages = "/orders", 0
    while path and pages < 9:
        page, pages = client.page(path), pages + 1
        found += [
            f"Number {number:03}." for number in range(count) if f"Number {number:03}." in page.text
        ]
        further = [each for each in page.all("a") if each.attributes.get("rel") == "next"]
        back = [each for each in page.all("a") if each.attributes.get("rel") == "prev"]
        assert bool(back) == (pages > 1)
        path = further[0].attributes["href"] if further else ""
    assert pages == 3
    assert sorted(found) == [f"Number {number:03}." for number in range(count)]


def test_a_short_list_has_no_further_pages(app: Flask) -> None:
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        make_order(alice)
        client = client_of(app, alice)
    page = client.page("/orders")
    assert not [each for each in page.all("a") if each.attributes.get("rel")]
    assert not [each for each in page.all("nav") if each.attributes.get("class") == "pager"]


@pytest.mark.parametrize(
    "said", ["x", "1", "_", "1_9999999999999999999", "999999999999999999_1", "-99999999999999999_1"]
)
def test_an_odd_place_is_no_fault(app: Flask, said: str) -> None:
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        make_order(alice)
        client = client_of(app, alice)
    assert client.get(f"/orders?before={said}").status_code == 200
