"""The ledger of one's own consents: what, when, how, in which version; taken back by a button."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core.actors import Actor
from support.core.clock import utcnow
from support.policies import queries, queries_consents, service
from support.policies.cookie_list import CHOICE
from support.policies.models import Purpose
from support.policies.purposes import CONSENTS
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import make_member, sign_in

pytestmark = pytest.mark.usefixtures("published")
PAGE = "/account/consents"


def member(app: Flask, client: PageClient, *purposes: Purpose) -> Actor:
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        version = queries.current_version(utcnow())
        assert version is not None
        for purpose in purposes:
            service.record_acceptance(
                alice,
                person_id=alice.id or 0,
                version_id=version.id,
                how="check",
                purpose=purpose,
            )
        sign_in(client, alice)
    return alice


def test_every_consent_says_what_follows_from_taking_it_back(
    app: Flask, client: PageClient
) -> None:
    member(app, client, *Purpose)
    text = client.page(PAGE).text
    for words in CONSENTS.values():
        assert words.title in text
        assert words.follows in text
    assert text.count("in a check of identity") == len(Purpose)


def test_a_consent_is_taken_back_at_once_and_stays_in_sight(app: Flask, client: PageClient) -> None:
    alice = member(app, client, Purpose.FACE)
    assert client.submit(PAGE, button="Withdraw consent: A comparison of faces").status_code == 303
    page = client.page(PAGE)
    assert "Taken back" in page.text
    assert not [each for each in page.all("form") if "withdrawal" in str(each.attributes)]
    with app.app_context():
        [entry] = queries_consents.ledger(alice.id or 0)
        assert entry.withdrawn_at is not None


def test_taking_back_the_choice_of_cookies_holds_in_this_browser(
    app: Flask, client: PageClient
) -> None:
    member(app, client, Purpose.PREFERENCE_COOKIES)
    button = "Withdraw consent: Cookies that remember your choices"
    cookies = client.submit(PAGE, button=button).headers.getlist("Set-Cookie")
    assert [each for each in cookies if each.startswith(f"{CHOICE}=forget")]


def test_the_account_itself_ends_by_its_deletion_alone(app: Flask, client: PageClient) -> None:
    member(app, client, Purpose.SERVICE)
    page = client.page(PAGE)
    assert "/orders/new/erasure" in {each.attributes.get("href") for each in page.all("a")}
    sent = client.page("/account/consents")
    token = sent.values(sent.form(action="/language"))["csrf_token"]
    for purpose in ("service", "none"):
        answer = client.post(f"{PAGE}/{purpose}/withdrawal", data={"csrf_token": token})
        assert answer.status_code == 404


def test_who_agreed_to_nothing_and_was_told_of_nothing_reads_so(
    app: Flask, client: PageClient
) -> None:
    member(app, client)
    text = client.page(PAGE).text
    assert "You agreed to nothing" in text
    assert "No version came" in text
    assert "Version 2026-1 binds you." in text
