"""Following an order without an account: the code, where a guest is led, references as people write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from support.accounts import code_secrets
from support.accounts.models import Code
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import client_of, make_guest_order, make_member, make_order

ADDRESS = "guest@example.net"


@pytest.fixture
def config(config: Config) -> Config:
    """Codes leave by e-mail alone (nothing is sent: no worker runs)."""
    return config.with_changes(smtp_url="smtp://127.0.0.1:9")


@pytest.fixture
def reference(app: Flask) -> str:
    """The number of an order that somebody without an account filed."""
    with app.app_context():
        return make_guest_order(ADDRESS).reference


def ask(client: PageClient, reference: str) -> Any:
    sent = {"reference": reference, "address": ADDRESS}
    return client.submit("/follow", sent, button="Send me a code")


def newest_digits(app: Flask) -> str:
    with app.app_context():
        code = db.session.execute(select(Code).order_by(Code.id.desc()).limit(1)).scalar_one()
        return code_secrets.digits(code)


def enter(app: Flask, client: PageClient) -> Any:
    return client.submit("/follow/code", {"code": newest_digits(app)}, button="Open the work order")


def test_a_guest_is_led_nowhere_that_is_not_theirs(
    app: Flask, client: PageClient, reference: str
) -> None:
    assert ask(client, reference).status_code == 303
    opened = enter(app, client)
    for path in (opened.location, "/orders", "/"):
        for link in client.page(path).all("a"):
            target = link.attributes.get("href") or ""
            assert "/account" not in target
            if target.startswith("/"):
                assert client.get(target).status_code in (200, 303), target


def test_a_code_asked_for_too_soon_keeps_what_was_typed_and_names_the_wait(
    client: PageClient, reference: str
) -> None:
    assert ask(client, reference).status_code == 303
    answer = ask(client, reference)
    assert answer.status_code == 429
    page = Page(answer.text)
    values = page.values(page.form(button="Send me a code"))
    assert (values["reference"], values["address"]) == (reference, ADDRESS)
    assert "Please wait 1 min before asking again." in page.text


def test_an_address_that_gets_no_codes_here_is_kept_with_the_reason_beside_it(
    client: PageClient, reference: str
) -> None:
    sent = {"reference": reference, "address": "+86 138 0013 8000"}
    answer = client.submit("/follow", sent, button="Send me a code")
    assert answer.status_code == 503
    page = Page(answer.text)
    assert page.values(page.form(button="Send me a code"))["address"] == sent["address"]
    assert "Please use an e-mail address." in page.text


def test_the_code_is_sent_again_and_only_the_newest_opens_the_order(
    app: Flask, client: PageClient, reference: str
) -> None:
    assert ask(client, reference).status_code == 303
    first = newest_digits(app)
    soon = client.submit("/follow/code", button="Send a new code", follow_redirects=True)
    assert "Please wait 1 min" in soon.text
    assert newest_digits(app) == first
    with time_machine.travel(utcnow() + timedelta(seconds=61), tick=True):
        again = client.submit("/follow/code", button="Send a new code", follow_redirects=True)
        assert "a new code is on its way" in again.text
        old = client.submit("/follow/code", {"code": first}, button="Open the work order")
        assert old.status_code == 422
        assert enter(app, client).location == f"/orders/{reference}"


def test_without_an_open_code_the_page_leads_back_with_the_reference_filled_in(
    app: Flask, client: PageClient, reference: str
) -> None:
    ask(client, reference)
    enter(app, client)
    answer = client.get("/follow/code")
    assert answer.status_code == 303
    page = client.page(answer.location)
    assert page.values(page.form(button="Send me a code"))["reference"] == reference


@pytest.mark.parametrize(
    "spelled",
    [str.lower, lambda said: said.replace("-", ""), lambda said: said.replace("WO", "ＷＯ")],
)
def test_a_reference_written_another_way_leads_to_its_one_address(app: Flask, spelled: Any) -> None:
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        reference = make_order(alice).reference
        client = client_of(app, alice)
    for page in ("", "/why", "/receipt"):
        answer = client.get(f"/orders/{spelled(reference)}{page}?from=mail")
        assert answer.status_code == 303
        assert answer.location == f"/orders/{reference}{page}?from=mail"
    assert client.get("/orders/WO-26-000001-XX").status_code == 404
    with app.app_context():
        stranger = client_of(app, make_member("Bob", "bob@example.org"))
    assert stranger.get(f"/orders/{spelled(reference)}").status_code == 404
