"""What is not sent yet: drafts on the lists, and the warning to whoever pasted a secret."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, make_member, make_order

NEW = "/orders/new/suggestion"
SAID = {"subject": "A darker theme", "body": "Please add one."}
CARD = "4111 1111 1111 1111"


def save(client: PageClient, **values: str) -> None:
    assert client.submit(NEW, SAID | values, button="Save draft").status_code == 303


@pytest.fixture
def alice(app: Flask) -> PageClient:
    """A member without orders."""
    with app.app_context():
        return client_of(app, make_member("Alice", "alice@example.org"))


def test_a_visitor_goes_on_with_a_draft_from_the_start_page_or_discards_it(
    app: Flask, client: PageClient
) -> None:
    assert "Not sent yet" not in client.page("/").text
    save(client)
    page = client.page("/")
    assert "A darker theme" in page.text
    assert "saved just now" in page.text
    [link] = [each for each in page.all("a") if each.text == "Continue: Suggestion"]
    assert link.attributes["href"] == NEW
    assert "Not sent yet" not in app.test_client().get("/").text
    discarded = page.form(button="Discard the draft “A darker theme”")
    action, sent = discarded.attributes["action"] or "", page.values(discarded)
    for _click in range(2):
        assert client.post(action, data=sent).location == "/"
    page = client.page("/")
    assert "The draft is discarded." in page.text
    assert "A darker theme" not in page.text


def test_a_member_finds_the_draft_above_the_orders(alice: PageClient) -> None:
    save(alice, subject="")
    page = alice.page("/orders")
    assert "Please add one." in page.text
    answer = alice.submit("/orders", button="Discard the draft “Please add one.”")
    assert answer.location == "/orders"
    assert "Not sent yet" not in alice.page("/orders").text


def test_the_last_look_names_what_should_not_be_sent_and_where_it_stands(alice: PageClient) -> None:
    save(alice)
    assert "looks like it holds" not in alice.page(f"{NEW}/check").text
    save(alice, body=f"My card {CARD}, my password is tr0ub4dor&3")
    page = alice.page(f"{NEW}/check")
    assert "“What happened?” looks like it holds a bank card number and a password" in page.text
    [link] = [each for each in page.all("a") if each.text == "Take it out"]
    assert link.attributes["href"] == f"{NEW}#body"
    assert alice.submit(f"{NEW}/check", action=f"{NEW}/sending").status_code == 303


def test_a_reply_with_a_secret_is_sent_and_its_writer_told(app: Flask) -> None:
    with app.app_context():
        bob = make_member("Bob", "bob@example.org")
        url = f"/orders/{make_order(bob).reference}"
        client: Any = client_of(app, bob)
    for words, told in (("Plain words", False), (f"It is {CARD}", True)):
        action = f"{url}/messages"
        answer = client.submit(url, {"body": words}, action=action, follow_redirects=True)
        assert ("looks like it holds a bank card number" in answer.text) is told
