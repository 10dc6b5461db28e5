"""The pages, as people go through them; every answer is looked at by the page checker."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from support.accounts import (
    code_secrets,
    queries,
    service_contact_persons,
)
from support.core.actors import Role
from support.core.db import db
from tests.accounts.people import (
    PASSWORD,
    app_code,
    browse,
    make_member,
    make_staff,
    read_digits,
)
from tests.fixtures.pages import Page

CJK = re.compile("[\u4e00-\u9fff]")
PUBLIC = ["/login", "/register", "/retrieve"]
OWN = [
    "/account",
    "/account/contacts",
    "/account/password",
    "/account/second-factor",
    "/account/sessions",
    "/account/other-accounts",
    "/account/sign-ins",
    "/account/basic",
    "/account/contact-persons",
    "/account/settings",
    "/account/confirm",
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_stands_in_both_languages(app: Flask, language: str) -> None:
    with app.app_context():
        make_member("Alice")
        make_staff("Ann", Role.ADMIN)
        bob = queries.person(make_staff("Bob")).uid
    stranger, alice, ann = browse(app), browse(app, "Alice"), browse(app, "Ann")
    for client in (stranger, alice, ann) if language == "zh" else ():
        client.submit("/policies", action="/language")
    admin = ["/admin", "/admin/people", "/admin/people/invite", f"/admin/people/{bob}"]
    admin += [
        f"/admin/people/{bob}/{name}" for name in ("roles", "access", "factor-reset", "invitation")
    ]
    seen = [(stranger, path) for path in PUBLIC]
    seen += [(alice, path) for path in OWN]
    seen += [(ann, path) for path in [*OWN, *admin]]
    for client, path in seen:
        page = client.page(path)
        heading = page.all("h1")[0].text.replace("Bob", "")
        assert not heading or bool(CJK.search(heading)) == (language == "zh"), f"{path}: {heading}"
        assert page.all("html")[0].attributes["lang"] == {"en": "en", "zh": "zh-Hans"}[language]


def test_registering_from_the_first_page_to_the_account(app: Flask) -> None:
    client = browse(app)
    short = client.submit("/register", {"address": "010 5550"}, button="Send me a code")
    assert short.status_code == 422
    assert "+44" not in short.get_data(as_text=True)
    foreign = {"address": "+44 7400 123456"}
    assert client.submit("/register", foreign, button="Send me a code").status_code == 422
    mail = {"address": "alice@example.org"}
    refused = client.submit("/register", mail, button="Send me a code")
    assert refused.status_code == 422
    assert "choose “Somewhere else” above" in refused.get_data(as_text=True)
    answer = client.submit(
        "/register", {"address": "138 0013 8000", "where": "cn"}, button="Send me a code"
    )
    assert answer.location == "/register/code"
    assert "+86 138••••8000" in client.page("/register/code").text
    assert client.submit("/register/code", {"code": ""}, button="Go on").status_code == 422
    answer = client.submit("/register/code", {"code": read_digits(app, "register")}, button="Go on")
    assert answer.location == "/register/details"
    details = {"name": "Alice", "password": PASSWORD, "password_again": PASSWORD}
    page = client.page("/register/details")
    assert not any("checked" in one.attributes for one in page.all("input"))
    assert client.submit("/register/details", details, button="Register").status_code == 422
    differ = details | {"password_again": "another", "accept": "y"}
    assert client.submit("/register/details", differ, button="Register").status_code == 422
    answer = client.submit("/register/details", details | {"accept": "y"}, button="Register")
    assert answer.location == "/orders"
    assert "Welcome! Your account is ready." in client.page("/orders").text
    assert "You are Alice" in client.page("/account").text
    assert client.get("/register/details").status_code == 410


def test_an_address_with_an_account_registers_to_the_same_page(app: Flask) -> None:
    with app.app_context():
        make_member("Alice", "13800138000")
    seen = []
    for number in ("138 0013 8000", "139 0013 9000"):
        client = browse(app)
        answer = client.submit("/register", {"address": number}, button="Send me a code")
        body = client.get("/register/code").get_data(as_text=True)
        seen.append((answer.location, re.sub(r'13\d•+\d{4}|value="[^"]*"', "", body)))
    assert seen[0] == seen[1]


def test_retrieving_a_password(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app)
    client.submit("/retrieve", {"address": "alice@example.org"}, button="Send me a code")
    client.submit("/retrieve/code", {"code": read_digits(app, "retrieve")}, button="Go on")
    new = {"password": "another four umbrellas", "password_again": "another four umbrellas"}
    weak = {"password": "password1", "password_again": "password1"}
    assert (
        client.submit("/retrieve/password", weak, button="Change the password").status_code == 422
    )
    answer = client.submit("/retrieve/password", new, button="Change the password")
    assert answer.location == "/login"
    signed = client.submit(
        "/login", {"account": "Alice", "password": new["password"]}, button="Sign in"
    )
    assert signed.location == "/orders"


def test_signing_in_with_a_code_and_the_second_step(app: Flask) -> None:
    with app.app_context():
        make_staff("Bob")
    client = browse(app)
    client.get("/login", query_string={"next": "/account/sessions"})
    answer = client.submit(
        "/login", {"account": "bob@desk.example.org"}, button="Send me a code instead"
    )
    assert answer.location == "/login/code"
    answer = client.submit("/login/code", {"code": read_digits(app, "login")}, button="Go on")
    assert answer.location == "/login/second"
    assert client.submit("/login/second", {"code": "000000"}, button="Sign in").status_code == 422
    answer = client.submit("/login/second", {"code": app_code()}, button="Sign in")
    assert answer.location == "/account/sessions"
    assert client.get("/account/sessions").status_code == 200


def test_too_many_tries_answer_429_in_words(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app)
    for _ in range(10):
        client.submit("/login", {"account": "Alice", "password": "no"}, button="Sign in")
    answer = client.submit("/login", {"account": "Alice", "password": PASSWORD}, button="Sign in")
    assert answer.status_code == 429
    assert "sign in with a code" in answer.get_data(as_text=True)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_code_is_sent_again_only_after_a_minute(app: Flask) -> None:
    client = browse(app)
    client.submit("/register", {"address": "138 0013 8000"}, button="Send me a code")
    answer = client.submit("/register/code", button="Send a new code", follow_redirects=True)
    assert answer.request.path == "/register/code"
    assert "Please wait 1 min before asking again." in answer.text
    page = client.page("/register/code")
    token = page.values(page.form(button="Go on"))
    assert client.post("/codes/invite/again", data=token).status_code == 404


def test_a_stale_session_is_asked_for_a_proof_and_goes_on(app: Flask) -> None:
    with app.app_context():
        make_member("Alice", "alice@example.org")
    client = browse(app, "Alice")
    _forget_proofs(app)
    answer = client.get("/account/password")
    assert answer.location == "/account/confirm?next=/account/password"
    wrong = client.submit(answer.location, {"password": "no"}, button="Go on with the password")
    assert wrong.status_code == 422
    right = client.submit(answer.location, {"password": PASSWORD}, button="Go on with the password")
    assert right.location == "/account/password"
    assert client.get(right.location).status_code == 200
    _forget_proofs(app)
    sent = client.submit(answer.location, button="Send a code to al•••e@ex•••.org")
    right = client.submit(
        sent.location, {"code": read_digits(app, "confirm")}, button="Go on with the code"
    )
    assert right.location == "/account/password"


def _forget_proofs(app: Flask) -> None:
    """Let the fifteen minutes of every proof be over."""
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(db.text("DELETE FROM proof"))
        db.session.remove()


def test_binding_and_removing_an_address(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    only = client.page("/account/contacts")
    assert not [one for one in only.all("a") if "removal" in one.attributes.get("href", "")]
    bad = client.submit("/account/contacts", {"address": "nonsense"}, button="Send a code")
    assert bad.status_code == 422
    client.submit("/account/contacts", {"address": "139 0013 9000"}, button="Send a code")
    client.submit("/account/contacts/code", {"code": read_digits(app, "bind")}, button="Go on")
    page = client.page("/account/contacts")
    [path, _second] = [
        one.attributes["href"]
        for one in page.all("a")
        if "removal" in one.attributes.get("href", "")
    ]
    assert client.submit(path, button="Remove the address").location == "/account/contacts"
    assert "alice@example.org" not in client.page("/account/contacts").text


def test_basic_information_is_kept(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    blank = client.submit("/account/basic", button="Save")
    assert blank.status_code == 303
    told = {"enterprise": "yes", "organisation": "Umbrella <b>", "country": "DE"}
    assert client.submit("/account/basic", told, button="Save").status_code == 303
    page = client.page("/account/basic")
    assert page.values(page.form(button="Save"))["organisation"] == "Umbrella <b>"
    assert page.values(page.form(button="Save"))["country"] == "DE"
    assert client.submit("/account/basic", {"country": "ZZ"}, button="Save").status_code == 422
    older = page.values(page.form(button="Save"))
    assert client.post("/account/basic", data=older).status_code == 303
    assert client.post("/account/basic", data=older).status_code == 409


def test_basic_information_that_came_too_late_is_shown_beside_what_is_kept(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    page = client.page("/account/basic")
    older = page.values(page.form(button="Save"))
    told = {"organisation": "Umbrella", "street": "Long Lane 1", "country": "DE"}
    assert client.submit("/account/basic", told, button="Save").status_code == 303
    late = {"organisation": "Parasol", "country": "FR", "street": "Long Lane 1"}
    answer = client.post("/account/basic", data=older | late)
    assert answer.status_code == 409
    page = Page(answer.get_data(as_text=True))
    assert [each.text for each in page.all("dd")] == ["Umbrella", "Germany"], (
        "what differs, in words"
    )
    again = page.values(page.form(action="/account/basic"))
    assert again["organisation"] == "Parasol"
    assert client.post("/account/basic", data=again).status_code == 303
    page = client.page("/account/basic")
    kept = page.values(page.form(button="Save"))
    assert kept | late == kept


def test_naming_a_contact_person_who_leaves_by_the_link(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    frank = {"name": "Frank", "position": "Accounts"}
    assert client.submit("/account/contact-persons", frank, button="Go on").status_code == 422
    answer = client.submit("/account/contact-persons", frank | {"authorised": "y"}, button="Go on")
    client.submit(answer.location, {"address": "frank@example.net"}, button="Send a code")
    code = {"code": read_digits(app, "contact")}
    shown = client.submit(
        "/account/contact-persons/code", code, button="Go on", follow_redirects=True
    )
    assert "frank@example.net" in shown.get_data(as_text=True)
    with app.app_context():
        uid = answer.location.rsplit("/", 1)[-1]
        link = f"/contact-persons/{uid}/{code_secrets.opt_out_token(uid)}"
    stranger = browse(app)
    stranger.page(link)
    assert (
        "frank@example.net" in client.page(answer.location).text
    )  # opening a link changes nothing
    stranger.submit(link, button="Remove me")
    assert "no longer" in stranger.page(link).text
    assert "frank@example.net" not in client.page(answer.location).text
    assert stranger.get(link[:-1]).status_code == 410
    page = client.page(answer.location)
    [removal] = [
        one.attributes["href"]
        for one in page.all("a")
        if one.attributes.get("href", "").endswith("/removal")
    ]
    _forget_proofs(app)
    asked = client.get(removal)
    assert asked.location == f"/account/confirm?next={removal}"
    client.submit(asked.location, {"password": PASSWORD}, button="Go on with the password")
    client.submit(removal, button="Remove this contact person")
    assert "Frank" not in client.page("/account/contact-persons").text


def test_a_form_sent_twice_names_one_contact_person(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    page = client.page("/account/contact-persons")
    frank = {"name": "Frank", "position": "Accounts", "authorised": "y"}
    form = page.values(page.form(button="Go on")) | frank
    first, second = (client.post("/account/contact-persons", data=form) for _ in range(2))
    assert first.location == second.location
    assert client.post("/account/contact-persons", data=form | {"name": "G"}).status_code == 422
    wrong = client.post("/account/contact-persons", data=form | {"name": ""})
    kept = Page(wrong.get_data(as_text=True))
    again = kept.values(kept.form(button="Go on"))
    assert again["idempotency_key"] == form["idempotency_key"]
    with app.app_context():
        alice = queries.person_id_by_name("Alice") or 0
        people = service_contact_persons.contact_persons(alice)
        assert [one.name for one in people] == ["Frank"]


def test_settings_change_the_language_of_the_account(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    bad = client.submit("/account/settings", {"timezone": "Mars/Base"}, button="Save")
    assert bad.status_code == 422
    client.submit("/account/settings", {"language": "zh", "timezone": "Asia/Tokyo"}, button="Save")
    page = client.page("/account/settings")
    zones = [one for one in page.all("option") if "/" in (one.attributes["value"] or "")]
    assert zones[0].text == "东京 (UTC+9)"
    assert len(zones) == len({one.attributes["value"] for one in zones}) > 400
    named = {one.attributes["value"]: one.text for one in zones}
    assert [named[zone] for zone in ("Asia/Kolkata", "Asia/Shanghai")] == ["加尔各答", "北京、上海"]
    west, east = (list(named).index(zone) for zone in ("America/Los_Angeles", "Asia/Shanghai"))
    assert west < east
    assert client.page("/account").all("html")[0].attributes["lang"] == "zh-Hans"


def test_ending_sessions(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    here, there = browse(app, "Alice"), browse(app, "Alice")
    here.submit("/account/sessions", button="End all others")
    assert "/login" in there.get("/account").location
    assert here.get("/account").status_code == 200
