"""The pages of passkeys, as a browser with a device goes through them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete

from support.accounts import (
    service_challenges,
    service_passkeys,
)
from support.assurance.models import Proof
from support.core.config import Config
from support.core.context import settings
from support.core.db import transaction
from support.core.errors import NotAllowed
from tests.accounts.authenticator import Authenticator
from tests.accounts.people import (
    PASSWORD,
    browse,
    make_member,
    make_staff,
    signed_in,
)
from tests.accounts.test_passkeys import BROWSER
from tests.fixtures.pages import PageClient


def token_of(client: PageClient, path: str) -> dict[str, str]:
    """The form token of a page."""
    [token, *_more] = [
        one.attributes["value"]
        for one in client.page(path).all("input")
        if one.attributes.get("name") == "csrf_token"
    ]
    return {"csrf_token": token}


def challenge(client: PageClient, page: str, ceremony: str) -> str:
    """Ask for a challenge as the script of `page` does."""
    answer = client.post(f"/passkey/challenges/{ceremony}", data=token_of(client, page))
    assert answer.mimetype == "application/json", answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_the_pages_lead_staff_from_enrolment_to_the_desk_and_back_in(app: Flask) -> None:
    with app.app_context():
        make_staff("Bob", secret=None)
    client, key = browse(app, "Bob"), Authenticator()
    new = "/account/second-factor/passkeys/new"
    assert client.get("/desk").location == "/account/second-factor"
    credential = key.create(challenge(client, new, "add"))
    answer = client.submit(new, {"name": "My phone", "credential": credential}, action=new)
    assert "recovery codes" in answer.get_data(as_text=True)
    assert client.get("/desk").status_code == 200
    shown = client.page("/account/second-factor").text
    assert "My phone" in shown
    assert "Your only one" in shown

    with app.app_context(), transaction() as session:
        session.execute(delete(Proof))
    proof = key.get(challenge(client, "/account/confirm", "confirm"))
    answer = client.submit(
        "/account/confirm?next=/account", {"credential": proof}, action="/account/confirm/passkey"
    )
    assert answer.location == "/account"

    back = browse(app)
    again = key.get(challenge(back, "/login", "sign_in"))
    answer = back.submit("/login", {"credential": again}, action="/login/passkey")
    assert answer.location == "/desk"
    assert back.get("/desk").status_code == 200

    third = browse(app)
    typed = {"account": "Bob", "password": PASSWORD}
    assert third.submit("/login", typed, button="Sign in").location == "/login/second"
    step = key.get(challenge(third, "/login/second", "second_step"))
    wrong = third.submit("/login/second", {"credential": "{}"}, action="/login/second/passkey")
    assert wrong.status_code == 422
    answer = third.submit("/login/second", {"credential": step}, action="/login/second/passkey")
    assert answer.location == "/desk"


def test_nobody_else_is_asked(app: Flask) -> None:
    client = browse(app)
    token = token_of(client, "/login")
    statuses = {
        ceremony: client.post(f"/passkey/challenges/{ceremony}", data=token).status_code
        for ceremony in ("add", "confirm", "second_step", "nothing")
    }
    assert statuses == {"add": 403, "confirm": 403, "second_step": 404, "nothing": 404}


class TestAtANumber:
    """Where the public address is a number, browsers make no passkey."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        """The usual configuration at 127.0.0.1."""
        return config.with_changes(public_url="http://127.0.0.1:8000")

    def test_the_pages_say_so(self, app: Flask) -> None:
        page = browse(app).page("/login")
        assert "none for a number such as 127.0.0.1" in page.text
        assert not [one for one in page.all("form") if "data-passkey" in one.attributes]

    def test_no_challenge_is_given(self, context: None) -> None:
        make_member("Alice")
        with pytest.raises(NotAllowed):
            service_passkeys.begin_passkey(signed_in("Alice"), visitor=BROWSER)


def test_the_origin_is_spelt_as_browsers_spell_it(app: Flask, config: Config) -> None:
    spelt = {
        "https://support.example.com:443": "https://support.example.com",
        "https://Support.example.com:8443": "https://support.example.com:8443",
        "http://localhost:80": "http://localhost",
    }
    with app.app_context():
        ground = app.extensions["ground"]
        for given, origin in spelt.items():
            changed = config.with_changes(public_url=given)
            app.extensions["ground"] = type(ground)(changed, ground.keys, ground.hooks)
            assert settings().public_url == given
            assert service_challenges.origin() == origin
