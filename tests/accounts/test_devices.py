"""A browser is known by its cookie, and the owner of an account hears of one that never signed in to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from support.accounts import queries_sessions, service, service_devices, service_staff
from support.accounts.models import Person, SignIn
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession
from support.core.actors import SYSTEM, Role
from support.core.clock import utcnow
from support.core.db import db, transaction
from tests.accounts.people import (
    ELSEWHERE,
    HERE,
    PASSWORD,
    app_code,
    browse,
    make_member,
    make_staff,
    news,
    sent_digits,
)
from tests.fixtures.pages import PageClient

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def enter(client: PageClient, name: str = "Alice") -> PageClient:
    """Sign in as a person does, by the page, and out of an older session before."""
    client.delete_cookie("sid")
    values = {"account": name, "password": PASSWORD}
    assert client.submit("/login", values, button="Sign in").status_code == 303
    return client


def told(app: Flask) -> list[dict[str, Any]]:
    """What owners are told of new browsers."""
    with app.app_context():
        found = news(app, "device.new")
        db.session.remove()
    return found


@pytest.fixture
def alice(app: Flask) -> int:
    """A member who has signed in once, from a browser that is not there any more."""
    with app.app_context():
        person_id = make_member("Alice")
        db.session.remove()
    enter(browse(app))
    return person_id


@pytest.mark.usefixtures("alice")
def test_the_first_sign_in_of_all_is_no_news(app: Flask) -> None:
    assert told(app) == []


def test_the_browser_of_the_first_sign_in_is_known_from_then_on(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
        db.session.remove()
    client = browse(app)
    for _time in range(3):
        enter(client)
    assert told(app) == []


def test_a_sign_in_from_another_browser_is_told_to_its_owner(app: Flask, alice: int) -> None:
    enter(browse(app))
    [one] = told(app)
    assert one["person"] == alice


@pytest.mark.usefixtures("alice")
def test_two_sign_ins_from_one_browser_are_told_once(app: Flask) -> None:
    client = enter(browse(app))
    assert client.post("/logout", data=token_of(client)).status_code == 303
    enter(client)
    enter(client)
    assert len(told(app)) == 1


def token_of(client: PageClient) -> dict[str, str]:
    """The form token of the page that signs out."""
    page = client.page("/account")
    return page.values(page.form(action="/logout"))


@pytest.mark.usefixtures("alice")
def test_a_forged_cookie_is_no_known_browser(app: Flask) -> None:
    client = enter(browse(app))
    cookie = client.get_cookie("device")
    assert cookie is not None
    known, signature = cookie.value.rsplit(".", 1)
    for forged in (known, f"{known}.", f"{known}.{signature[::-1]}", f"{known}x.{signature}", "é"):
        thief = browse(app)
        thief.set_cookie("device", forged)
        enter(thief)
        given = thief.get_cookie("device")
        assert given is not None
        assert not given.value.startswith(known)
    assert len(told(app)) == 6


def test_a_stranger_who_is_known_elsewhere_is_not_known_here(app: Flask, alice: int) -> None:
    with app.app_context():
        make_member("Charlie")
        db.session.remove()
    charlies = enter(browse(app), "Charlie")
    enter(charlies, "Alice")
    assert [one["person"] for one in told(app)] == [alice]
    with app.app_context():
        marks = db.session.execute(
            select(SignIn.device_hash).order_by(SignIn.id.desc()).limit(2)
        ).scalars()
        assert len(set(marks)) == 2, "one browser has another hash for each person"


def test_staff_are_told_once_the_second_step_is_right(app: Flask) -> None:
    with app.app_context():
        bob = make_staff("Bob")
        step = service.sign_in_with_password("Bob", PASSWORD, **HERE, browser="office")
        assert isinstance(step, SecondStep)
        assert service.sign_in_second_step(step, app_code(), **HERE, browser="office")
        with transaction() as session:
            session.execute(update(Person).values(totp_last_step=None))
    client = browse(app)
    enter(client, "Bob")
    assert told(app) == []
    assert client.submit("/login/second", {"code": app_code()}, button="Sign in").status_code == 303
    assert [one["person"] for one in told(app)] == [bob]


def test_half_a_sign_in_makes_no_browser_known(context: None, app: Flask) -> None:
    bob = make_staff("Bob")
    assert isinstance(
        service.sign_in_with_password("Bob", PASSWORD, **ELSEWHERE, browser="thief"), SecondStep
    )
    mark = service_devices.device_hash(bob, "thief")
    assert not queries_sessions.knows_device(bob, mark)


@pytest.mark.usefixtures("alice")
def test_a_sign_in_with_a_code_is_told_as_well(context: None, app: Flask) -> None:
    for browser, count in (("new", 1), ("new", 1), ("other", 2)):
        with transaction() as session:
            session.execute(db.text("DELETE FROM code"))
        service.request_sign_in_code(
            "alice@example.org", visitor="v", address="192.0.2.7", language="en"
        )
        service.sign_in_with_code(sent_digits("login"), visitor="v", **HERE, browser=browser)
        assert len(news(app, "device.new")) == count


def test_registering_makes_its_browser_known(app: Flask) -> None:
    client = browse(app)
    client.submit("/register", {"address": "138 0013 8000"}, button="Send me a code")
    with app.app_context():
        code = sent_digits("register")
        db.session.remove()
    client.submit("/register/code", {"code": code}, button="Go on")
    details = {"name": "Dora", "password": PASSWORD, "password_again": PASSWORD, "accept": "y"}
    assert client.submit("/register/details", details, button="Register").location == "/orders"
    enter(client, "Dora")
    assert told(app) == []
    enter(browse(app), "Dora")
    assert len(told(app)) == 1


def test_joining_makes_its_browser_known(context: None, app: Flask) -> None:
    path = service_staff.invite_staff(
        SYSTEM, name="Ann", email="ann@desk.example.org", roles=[Role.AGENT]
    )
    uid, token = path.removeprefix("/join/").split("/")
    service_staff.accept_invitation(uid, token, password=PASSWORD, **HERE, browser="hers")
    for browser in ("hers", "hers", "other"):
        service.sign_in_with_password("Ann", PASSWORD, **HERE, browser=browser)
    assert len(news(app, "device.new")) == 1


def test_an_old_account_whose_log_is_empty_is_not_new(context: None, app: Flask) -> None:
    make_member("Alice")
    with transaction() as session:
        session.execute(update(Person).values(created_at=utcnow() - timedelta(days=200)))
    opened = service.sign_in_with_password("Alice", PASSWORD, **HERE, browser="any")
    assert isinstance(opened, OpenedSession)
    assert len(news(app, "device.new")) == 1


def test_one_browser_is_news_once_a_day(context: None, app: Flask) -> None:
    make_member("Alice")
    service.sign_in_with_password("Alice", PASSWORD, **HERE, browser="old")
    at = utcnow().replace(hour=12) + timedelta(days=1)
    for now in (at, at + timedelta(hours=1), at + timedelta(days=1)):
        service.sign_in_with_password("Alice", PASSWORD, **HERE, browser="b", now=now)
        with (
            transaction() as session
        ):  # as if its first sign-in were being written at the same moment
            session.execute(update(SignIn).values(device_hash=None))
    assert len(news(app, "device.new")) == 2


def test_a_browser_that_keeps_no_cookie_is_never_known(context: None, app: Flask) -> None:
    make_member("Alice")
    for _time in range(3):
        service.sign_in_with_password("Alice", PASSWORD, **HERE)
    assert len(news(app, "device.new")) == 2


def test_the_cookie_is_out_of_reach_of_scripts_and_looking_sets_none(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
        db.session.remove()
    values = {"account": "Alice", "password": PASSWORD}
    headers = browse(app).submit("/login", values, button="Sign in").headers.getlist("Set-Cookie")
    [device] = [each for each in headers if each.startswith("device=")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"):
        assert part in device
    opening = browse(app).get("/login").headers.getlist("Set-Cookie")
    assert not [each for each in opening if each.startswith("device=")]


@pytest.mark.usefixtures("alice")
def test_the_list_of_sign_ins_says_which_came_from_this_browser(app: Flask) -> None:
    client = browse(app)
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    page = enter(client).page("/account/sign-ins")
    cells = [each.text for each in page.all("td") if "Firefox" in each.text]
    assert cells == ["Firefox, Linux · this browser"]
    assert page.text.count("this browser") == 1
    assert "a random number that your browser keeps as a cookie" in page.text
