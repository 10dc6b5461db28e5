"""A change of a name that Alipay or Taobao vouches for: the pages say that nobody checks it, and what can be done."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from support.accounts.policy import Method
from support.core.db import db
from support.realname.models import NameChange
from support.verification import service as verification
from support.workorders import service as workorders
from support.workorders.queries import order_by_id
from tests.fixtures.pages import Page
from tests.realname.world import NameWorld

NEW_NAME = "HARGREAVES ALICE"


def vouched(world: NameWorld, source: str = "alipay") -> None:
    """Alice's name came from a service, and the account there signs in still."""
    voucher = world.bind_service(Method(source))
    world.set_name(world.case_passed(world.alice), "LIDDELL ALICE", source, voucher)


def timeline(page: Page) -> list[str]:
    """The titles of the progress of an order's page."""
    [found] = [each for each in page.all("ol") if each.attributes.get("class") == "timeline"]
    return [each.text for each in page.all("strong") if each.inside("ol") is found]


def links(page: Page) -> set[str]:
    """Where a page leads."""
    return {str(each.attributes.get("href")) for each in page.all("a")}


def asks_for_a_name(page: Page) -> bool:
    """True where the form of a change is on the page."""
    return "name" in {each.attributes.get("name") for each in page.all("input")}


@pytest.mark.parametrize(("source", "called"), [("alipay", "Alipay"), ("taobao", "Taobao")])
def test_the_order_says_that_nothing_was_checked_and_what_to_do(
    world: NameWorld, source: str, called: str
) -> None:
    vouched(world, source)
    reference = world.ask(NEW_NAME).reference
    with world.outside():
        page = world.browser(world.alice).page(f"/orders/{reference}")
        desk = world.browser(world.mei).page(f"/desk/orders/{reference}").text
    assert timeline(page) == ["Received", "No check needed: it is changed where it came from"]
    assert f"nothing has changed: your name came from {called}" in page.text
    assert f"Change the name at {called}" in page.text
    assert {"/account/realname", "/account/other-accounts"} <= links(page), "both ways"
    assert "nobody decides on it here" in desk
    assert "Only the two people who decide" not in desk


def test_the_page_of_a_change_asks_for_no_name_that_would_be_sent_away(world: NameWorld) -> None:
    vouched(world)
    with world.outside():
        alice = world.browser(world.alice)
        page = alice.page("/orders/new/realname")
        own = alice.page("/account/realname")
    assert not asks_for_a_name(page)
    assert "came from Alipay, so it is changed there" in page.text
    assert "/account/other-accounts" in links(page)
    assert "/orders/new/realname" not in links(own)
    assert "changed where it came from" in own.text
    assert db.session.execute(select(NameChange)).first() is None, "a look files nothing"


def test_once_the_account_there_is_unbound_the_form_is_there_and_led_to(world: NameWorld) -> None:
    vouched(world)
    world.unbind_service()
    with world.outside():
        alice = world.browser(world.alice)
        own = alice.page("/account/realname")
        page = alice.page("/orders/new/realname")
    assert "/orders/new/realname" in links(own)
    assert "changed where it came from" not in own.text
    assert asks_for_a_name(page)


def test_a_change_that_was_given_up_or_opened_again_was_decided_by_nobody(
    world: NameWorld,
) -> None:
    check = world.asked_change(NEW_NAME)
    order_id, path = int(check.about.partition(":")[2]), f"/orders/{check.reference}"
    with world.outside():
        alice = world.browser(world.alice)
        assert timeline(alice.page(path)) == ["Received", "Two people decide", "Decided"]
    verification.withdraw_check(world.alice, world.fresh(check))
    with world.outside():
        assert timeline(alice.page(path)) == ["Received", "Given up"]
    workorders.reopen_order(world.alice, order_by_id(order_id), body="Please")
    with world.outside():
        shown = timeline(alice.page(path))
    assert shown == ["Received", "An agent is on it", "Solved", "Closed"]
