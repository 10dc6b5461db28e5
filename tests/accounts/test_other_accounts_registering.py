"""Whoever comes with an account of another service that nobody has bound registers, page by page (M6)."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core.config import Config
from tests.accounts.other_accounts import Services, alice_with, bound, enter, within
from tests.accounts.people import (
    PASSWORD,
    browse,
    make_member,
    sent_digits,
)


@pytest.fixture
def config(config: Config, other_services: Services) -> Config:
    """Every service is set up."""
    return other_services.set_up(config)


def test_who_is_not_known_registers_and_the_account_is_bound(app: Flask) -> None:
    """Alice's own address is vouched for by the service: still nothing is joined by it."""
    within(app, lambda: make_member("Alice", "alice@example.org"))
    client = browse(app)
    assert enter(client, "oidc").location == "/register"
    assert "Your Example account account is not bound" in client.page("/register").text
    assert bound(app) == []
    mail = {"address": "carol@example.org", "where": "other"}
    client.submit("/register", mail, button="Send me a code")
    code = within(app, lambda: sent_digits("register"))
    client.submit("/register/code", {"code": code}, button="Go on")
    details = {"name": "Carol", "password": PASSWORD, "password_again": PASSWORD, "accept": "y"}
    assert client.submit("/register/details", details, button="Register").location == "/orders"
    assert bound(app, 2) == ["oidc"]
    entered = browse(app)
    enter(entered, "oidc")
    assert "You are Carol" in entered.page("/account").text


def test_an_account_that_somebody_else_bound_meanwhile_does_not_stop_registering(
    app: Flask,
) -> None:
    client = browse(app)
    enter(client, "weibo")
    alice_with(app, "weibo")
    mail = {"address": "carol@example.org", "where": "other"}
    client.submit("/register", mail, button="Send me a code")
    code = within(app, lambda: sent_digits("register"))
    client.submit("/register/code", {"code": code}, button="Go on")
    details = {"name": "Carol", "password": PASSWORD, "password_again": PASSWORD, "accept": "y"}
    answer = client.submit("/register/details", details, button="Register")
    assert answer.status_code == 422
    assert "bound to somebody meanwhile" in answer.get_data(as_text=True)
    assert client.submit("/register/details", details, button="Register").location == "/orders"
    assert (bound(app, 1), bound(app, 2)) == (["weibo"], [])


def test_signing_in_forgets_an_account_that_was_to_be_registered(app: Flask) -> None:
    within(app, lambda: make_member("Alice"))
    client = browse(app)
    enter(client, "weibo")
    client.submit("/login", {"account": "Alice", "password": PASSWORD}, button="Sign in")
    assert bound(app) == []
    client.submit("/account", action="/logout")
    assert "not bound" not in client.page("/register").text
