"""Signing in: limits, equal answers, sessions that end when they should (faults.md B, C 9, 11, 20)."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from support.accounts import (
    queries_sessions,
    service,
    service_retention,
    service_sessions,
    service_staff,
)
from support.accounts.models import Person, Session, SignIn
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession
from support.core.actors import SYSTEM, Role
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import Invalid, NotFound, TooMany
from tests.accounts.people import (
    ELSEWHERE,
    HERE,
    PASSWORD,
    Origin,
    actor_of,
    browse,
    make_member,
    make_staff,
    opened,
    sent_digits,
    signed_in,
    wrong,
)


def fails(name: str, password: str = "not the password at all", origin: Origin = HERE) -> None:
    """Sign in with a wrong password."""
    with pytest.raises(Invalid):
        service.sign_in_with_password(name, password, **origin)


@pytest.mark.parametrize("typed", ["Alice", "ALICE", "alice@EXAMPLE.org", "１３８ 0013 8000"])
def test_a_member_signs_in_by_name_mail_or_mobile(context: None, typed: str) -> None:
    make_member("Alice", "alice@example.org", "13800138000")
    assert isinstance(service.sign_in_with_password(typed, PASSWORD, **HERE), OpenedSession)


def test_the_tenth_failure_locks_only_that_account(context: None) -> None:
    make_member("Alice")
    make_member("Charlie")
    for _ in range(10):
        fails("Alice")
    with pytest.raises(TooMany):
        service.sign_in_with_password("Alice", PASSWORD, **HERE)
    assert isinstance(service.sign_in_with_password("Charlie", PASSWORD, **HERE), OpenedSession)


def test_a_lock_says_nothing_about_who_exists(context: None) -> None:
    make_member("Alice")
    for name in ("Alice", "Nobody"):
        for _ in range(10):
            fails(name)
        with pytest.raises(TooMany) as refusal:
            service.sign_in_with_password(name, PASSWORD, **HERE)
        assert 800 < refusal.value.retry_after <= 900


def test_a_lock_ends_after_fifteen_minutes(context: None) -> None:
    make_member("Alice")
    for _ in range(10):
        fails("Alice")
    later = utcnow() + timedelta(minutes=15, seconds=1)
    step = service.sign_in_with_password("Alice", PASSWORD, **HERE, now=later)
    assert isinstance(step, OpenedSession)


def test_many_failures_from_one_address_stop_that_address(context: None) -> None:
    make_member("Alice")
    for number in range(60):
        with pytest.raises(Invalid):
            service.sign_in_with_password(f"victim{number}", "x", **HERE)
    with pytest.raises(TooMany):
        service.sign_in_with_password("Alice", PASSWORD, **HERE)
    assert isinstance(service.sign_in_with_password("Alice", PASSWORD, **ELSEWHERE), OpenedSession)


def test_known_and_unknown_people_take_the_same_time(context: None) -> None:
    make_member("Alice")
    took: dict[str, list[float]] = {"Alice": [], "Nobody": []}
    fails("Nobody", origin=ELSEWHERE)  # the hash that nobody matches is made at first use
    now = utcnow()
    for turn in range(24):
        for name, times in took.items():
            started = time.thread_time()
            with pytest.raises(Invalid):
                service.sign_in_with_password(
                    name, "x" * 20, **HERE, now=now + timedelta(days=2 * turn)
                )
            times.append(time.thread_time() - started)
    ratio = statistics.median(took["Alice"]) / statistics.median(took["Nobody"])
    assert 0.8 < ratio < 1.25


def test_pages_answer_alike_for_known_and_unknown_people(app: Flask) -> None:
    with app.app_context():
        make_member("Alice", "alice@example.org", "alice2@example.org")
    known, unknown = (_what_is_seen(app, name) for name in ("alice", "nobody"))
    assert known == unknown


def _what_is_seen(app: Flask, name: str) -> list[object]:
    client, mail = browse(app), f"{name}@example.org"
    answers = [
        client.submit("/login", {"account": mail, "password": "x" * 20}, button="Sign in"),
        client.submit("/login", {"account": mail}, button="Send me a code instead"),
        client.get("/login/code"),
        client.submit("/login/code", {"code": "123456"}, button="Go on"),
        client.submit("/retrieve", {"address": f"{name}2@example.org"}, button="Send me a code"),
        client.get("/retrieve/code"),
    ]
    return [
        (
            one.status_code,
            sorted(name for name, _value in one.headers if name != "Content-Length"),
            re.sub(
                rf'{name}2?|\w+•••\w|name="csrf_token" value="[^"]*"',
                "",
                one.get_data(as_text=True),
            ),
        )
        for one in answers
    ]


def test_the_hash_is_argon2id_and_rises_with_its_parameters(context: None) -> None:
    alice = make_member("Alice")
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with transaction():
        row = db.session.get(Person, alice)
        assert row is not None
        row.password_hash = weak
    opened("Alice")
    db.session.expire_all()
    stored = db.session.execute(select(Person.password_hash)).scalar_one()
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert stored != weak


def test_a_password_needs_its_last_character(context: None) -> None:
    long = "abcdefghij klmnopqrst uvwxyz 0123456789 " + "y" * 23
    make_member("Alice", password=long + "1")
    fails("Alice", long + "2")
    assert isinstance(service.sign_in_with_password("Alice", long + "1", **HERE), OpenedSession)


def test_nobody_is_made_to_change_an_old_password(context: None) -> None:
    make_member("Alice")
    later = utcnow() + timedelta(days=400)
    step = service.sign_in_with_password("Alice", PASSWORD, **HERE, now=later)
    assert isinstance(step, OpenedSession)


def test_a_signed_out_cookie_opens_nothing(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    cookie = client.get_cookie("sid")
    assert cookie is not None
    client.submit("/account", action="/logout")
    assert client.get("/account").status_code == 303
    thief = browse(app)
    thief.set_cookie("sid", cookie.value)
    assert "/login" in thief.get("/account").location


def test_a_planted_cookie_is_replaced_at_sign_in(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
        planted = opened("Alice").secret
        db.session.remove()
    client = browse(app)
    client.set_cookie("sid", "planted-by-somebody-else")
    client.submit("/login", {"account": "Alice", "password": PASSWORD}, button="Sign in")
    cookie = client.get_cookie("sid")
    assert cookie is not None
    assert cookie.value not in ("planted-by-somebody-else", planted)
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_the_database_holds_no_cookie(context: None) -> None:
    make_member("Alice")
    secret = opened("Alice").secret
    row = db.session.execute(select(Session)).scalar_one()
    assert secret.encode() not in row.secret_hash
    assert len(secret) >= 43


@pytest.mark.parametrize(
    ("make", "idle", "absolute"),
    [
        (make_member, timedelta(days=14), timedelta(days=90)),
        (make_staff, timedelta(minutes=30), timedelta(hours=12)),
    ],
)
def test_sessions_end_by_idleness_and_by_age(
    context: None, make: Callable[[str], int], idle: timedelta, absolute: timedelta
) -> None:
    make("Alice")
    session = opened("Alice")
    secret, now = service_sessions.hash_of(session.secret), utcnow()
    assert queries_sessions.speaker(secret, now + idle - timedelta(seconds=5))
    assert queries_sessions.speaker(secret, now + idle + timedelta(seconds=5)) is None
    moment = now
    while moment < now + absolute - idle:
        moment += idle / 2
        service_sessions.touch_session(session.session_id, now=moment)
    assert queries_sessions.speaker(secret, now + absolute - timedelta(seconds=5))
    assert queries_sessions.speaker(secret, now + absolute + timedelta(seconds=5)) is None


def test_a_page_touches_the_session_once_a_minute(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    seen = []
    with time_machine.travel(utcnow(), tick=False) as clock:
        for _ in range(3):
            clock.shift(timedelta(seconds=40))
            client.get("/account")
            with app.app_context():
                seen.append(db.session.execute(select(Session.seen_at)).scalar_one())
    assert seen[0] < seen[1] == seen[2]


def test_a_disabled_person_is_out_at_the_next_request(app: Flask) -> None:
    with app.app_context():
        make_staff("Charlie", Role.ADMIN)
        bob = make_staff("Bob")
    client = browse(app, "Bob")
    assert client.get("/account").status_code == 200
    with app.app_context():
        service_staff.disable_person(SYSTEM, bob)
        db.session.remove()
    assert "/login" in client.get("/account").location
    with app.app_context():
        fails("Bob", PASSWORD)


def test_next_leads_only_to_our_own_pages(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    for target in (
        "//e.example",
        "/\\e.example",
        "///e",
        "https:e",
        "javascript:alert(1)",
        "\t//e",
    ):
        client = browse(app)
        client.get("/login", query_string={"next": target})
        answer = client.submit(
            "/login", {"account": "Alice", "password": PASSWORD}, button="Sign in"
        )
        assert answer.location == "/orders", target
    client = browse(app)
    client.get("/login", query_string={"next": "/account/sessions?x=1"})
    answer = client.submit("/login", {"account": "Alice", "password": PASSWORD}, button="Sign in")
    assert answer.location == "/account/sessions?x=1"


def test_only_ones_own_sessions_can_be_ended(context: None) -> None:
    make_member("Alice")
    make_member("Charlie")
    alice, other, charlie = signed_in("Alice"), opened("Alice"), signed_in("Charlie")
    with pytest.raises(NotFound):
        service_sessions.end_session(charlie, other.session_id)
    assert queries_sessions.speaker(service_sessions.hash_of(other.secret), utcnow())
    service_sessions.end_session(alice, other.session_id)
    service_sessions.end_session(alice, other.session_id)  # twice is harmless
    assert queries_sessions.speaker(service_sessions.hash_of(other.secret), utcnow()) is None
    opened("Alice")
    assert service_sessions.end_other_sessions(alice) == 1
    assert [one.id for one in queries_sessions.live_sessions(alice.id or 0, utcnow())] == [
        alice.session
    ]
    assert queries_sessions.live_sessions(charlie.id or 0, utcnow())


def test_a_code_signs_in_and_another_browser_cannot_use_it(context: None) -> None:
    make_member("Alice")
    service.request_sign_in_code(
        "Alice@example.org", visitor="browser-a", address="192.0.2.7", language="en"
    )
    digits = sent_digits("login")
    with pytest.raises(Invalid):
        service.sign_in_with_code(digits, visitor="browser-b", **HERE)
    with pytest.raises(Invalid):
        service.sign_in_with_code(wrong(digits), visitor="browser-a", **HERE)
    step = service.sign_in_with_code(f" {digits[:3]} {digits[3:]}", visitor="browser-a", **HERE)
    assert isinstance(step, OpenedSession)
    with pytest.raises(Invalid):
        service.sign_in_with_code(digits, visitor="browser-a", **HERE)


def test_a_code_for_an_unknown_address_signs_nobody_in(context: None) -> None:
    from support.accounts import code_secrets
    from tests.accounts.people import newest_code

    service.request_sign_in_code("no@example.org", visitor="v", address="192.0.2.7", language="en")
    digits = code_secrets.digits(newest_code("login"))
    with pytest.raises(Invalid):
        service.sign_in_with_code(digits, visitor="v", **HERE)


def test_a_second_factor_is_asked_before_any_session(context: None) -> None:
    make_staff("Bob")
    step = service.sign_in_with_password("Bob", PASSWORD, **HERE)
    assert isinstance(step, SecondStep)
    assert db.session.execute(select(func.count()).select_from(Session)).scalar_one() == 0


@pytest.mark.parametrize("way", ["password", "code"])
def test_the_first_step_alone_is_not_listed_as_signed_in(app: Flask, way: str) -> None:
    with app.app_context():
        bob = make_staff("Bob")
        if way == "password":
            step = service.sign_in_with_password("Bob", PASSWORD, **HERE)
        else:
            mail = "bob@desk.example.org"
            service.request_sign_in_code(mail, visitor="v", address="192.0.2.7", language="en")
            step = service.sign_in_with_code(sent_digits("login"), visitor="v", **HERE)
        assert isinstance(step, SecondStep)
        with pytest.raises(Invalid):
            service.sign_in_second_step(step, "000000", **HERE)
        rows = [(row.method, row.outcome) for row in queries_sessions.sign_ins(bob)]
        assert rows == [("totp", "failed"), (way, "first_step")]
        db.session.remove()
    listed = browse(app, "Bob").page("/account/sign-ins").text
    assert listed.count("Signed in") == 1  # the authenticator's code of just now
    assert listed.count("Right, second factor still asked") == 2


def test_the_first_step_alone_opens_no_page(app: Flask) -> None:
    with app.app_context():
        make_staff("Bob", Role.ADMIN)
    client = browse(app)
    answer = client.submit("/login", {"account": "Bob", "password": PASSWORD}, button="Sign in")
    assert answer.location == "/login/second"
    for path in ("/account", "/admin", "/admin/people", "/account/second-factor"):
        assert "/login" in client.get(path).location, path


def test_tries_are_listed_cut_and_deleted(context: None) -> None:
    alice = make_member("Alice")
    fails("Alice")
    opened("Alice")
    outcomes = [(row.method, row.outcome) for row in queries_sessions.sign_ins(alice)]
    assert outcomes == [("password", "ok"), ("password", "failed")]
    service_retention.forget_sign_ins(utcnow() + timedelta(days=31))
    service_retention.forget_sign_ins(utcnow() + timedelta(days=31))  # twice is harmless
    db.session.expire_all()
    for row in db.session.execute(select(SignIn)).scalars():
        assert row.address == "192.0.2.x"
        assert "Firefox" not in row.device
    service_retention.forget_sign_ins(utcnow() + timedelta(days=191))
    assert not queries_sessions.sign_ins(alice)


def test_signing_out_twice_is_harmless(context: None) -> None:
    make_member("Alice")
    alice = actor_of(opened("Alice"))
    service_sessions.sign_out(alice)
    service_sessions.sign_out(alice)
    assert not queries_sessions.live_sessions(alice.id or 0, utcnow())
