"""The second factor: replay, recovery, and nobody around it (faults.md B 6.3.3, 6.3.4, 6.5.1, 7.4.3)."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from support.accounts import queries, queries_sessions, service, service_factors
from support.accounts.models import Person, RecoveryCode
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession, hash_of
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import AlreadyDone, Expired, Invalid, NeedsProof, NotAllowed, TooMany
from tests.accounts.people import (
    HERE,
    PASSWORD,
    SECRET,
    app_code,
    browse,
    forget_last_step,
    make_member,
    make_staff,
    news,
    opened,
    signed_in,
)
from tests.fixtures.pages import Page, PageClient


def first_step(name: str = "Bob") -> SecondStep:
    """Pass the first step."""
    step = service.sign_in_with_password(name, PASSWORD, **HERE)
    assert isinstance(step, SecondStep)
    return step


def test_a_code_of_the_app_works_once(context: None) -> None:
    make_staff("Bob")
    digits = app_code()
    service.sign_in_second_step(first_step(), digits, **HERE)
    with pytest.raises(Invalid):
        service.sign_in_second_step(first_step(), digits, **HERE)


def test_an_earlier_code_is_refused_after_a_later_one(context: None) -> None:
    make_staff("Bob")
    now = utcnow()
    earlier = pyotp.TOTP(SECRET).at(now - timedelta(seconds=30))
    service.sign_in_second_step(first_step(), pyotp.TOTP(SECRET).at(now), **HERE, now=now)
    with pytest.raises(Invalid):
        service.sign_in_second_step(first_step(), earlier, **HERE, now=now)


def test_a_clock_may_be_off_by_one_step_and_no_more(context: None) -> None:
    bob, now = make_staff("Bob"), utcnow()
    for seconds in (-30, 30):
        forget_last_step(bob)
        digits = pyotp.TOTP(SECRET).at(now + timedelta(seconds=seconds))
        assert service.sign_in_second_step(first_step(), digits, **HERE, now=now)
    forget_last_step(bob)
    late = pyotp.TOTP(SECRET).at(now - timedelta(seconds=90))
    with pytest.raises(Invalid):
        service.sign_in_second_step(first_step(), late, **HERE, now=now)


def test_five_wrong_codes_stop_the_second_step(context: None) -> None:
    make_staff("Bob")
    step = first_step()
    for _ in range(5):
        with pytest.raises(Invalid):
            service.sign_in_second_step(step, "000000", **HERE)
    with pytest.raises(TooMany):
        service.sign_in_second_step(step, app_code(), **HERE)


def test_the_first_step_counts_for_five_minutes(context: None) -> None:
    make_staff("Bob")
    with pytest.raises(Expired):
        service.sign_in_second_step(
            first_step(), app_code(), **HERE, now=utcnow() + timedelta(minutes=5, seconds=1)
        )


def test_switching_on_ends_other_sessions_and_gives_ten_codes(app: Flask, context: None) -> None:
    make_member("Alice")
    alice, other = signed_in("Alice"), opened("Alice")
    secret = service_factors.offered_secret(alice)
    with pytest.raises(Invalid):
        service_factors.switch_on_factor(alice, secret, "000000")
    codes = service_factors.switch_on_factor(alice, secret, app_code(secret))
    assert len(set(codes)) == 10
    assert queries_sessions.speaker(hash_of(other.secret), utcnow()) is None
    assert isinstance(service.sign_in_with_password("Alice", PASSWORD, **HERE), SecondStep)
    with pytest.raises(AlreadyDone):
        service_factors.switch_on_factor(alice, SECRET, app_code())
    assert [one["how"] for one in news(app, "factor.changed")] == ["on"]


def test_changing_it_needs_a_fresh_proof(context: None) -> None:
    make_member("Alice")
    alice, later = signed_in("Alice"), utcnow() + timedelta(minutes=16)
    with pytest.raises(NeedsProof):
        service_factors.switch_on_factor(alice, SECRET, pyotp.TOTP(SECRET).at(later), now=later)
    with pytest.raises(NeedsProof):
        service_factors.switch_off_factor(alice, now=later)


def test_a_recovery_code_works_once_in_any_spelling(app: Flask, context: None) -> None:
    make_member("Alice")
    codes = service_factors.switch_on_factor(signed_in("Alice"), SECRET, app_code())
    typed = codes[0].lower().replace("-", " ")
    assert service.sign_in_second_step(first_step("Alice"), typed, **HERE)
    with pytest.raises(Invalid):
        service.sign_in_second_step(first_step("Alice"), codes[0], **HERE)
    assert service_factors.codes_left(1) == 9
    assert [one["how"] for one in news(app, "factor.changed")] == ["on", "recovery_used"]


def test_another_persons_recovery_code_is_worth_nothing(context: None) -> None:
    make_member("Alice")
    codes = service_factors.switch_on_factor(signed_in("Alice"), SECRET, app_code())
    make_staff("Bob")
    with pytest.raises(Invalid):
        service.sign_in_second_step(first_step("Bob"), codes[0], **HERE)


def test_new_recovery_codes_replace_the_older(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    older = service_factors.switch_on_factor(alice, SECRET, app_code())
    newer = service_factors.renew_recovery_codes(alice)
    assert not set(older) & set(newer)
    with pytest.raises(Invalid):
        service.sign_in_second_step(first_step("Alice"), older[0], **HERE)


def test_neither_secret_nor_codes_are_kept_in_the_clear(context: None) -> None:
    make_member("Alice")
    codes = service_factors.switch_on_factor(signed_in("Alice"), SECRET, app_code())
    sealed = db.session.execute(select(Person.totp_sealed)).scalar_one()
    assert sealed is not None
    assert SECRET.encode() not in sealed
    hashes = db.session.execute(select(RecoveryCode.code_hash)).scalars().all()
    assert not any(code.replace("-", "").encode() in one for code in codes for one in hashes)


def test_a_member_may_switch_it_off_staff_may_not(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    service_factors.switch_on_factor(alice, SECRET, app_code())
    service_factors.switch_off_factor(alice)
    service_factors.switch_off_factor(alice)  # twice is harmless
    assert isinstance(service.sign_in_with_password("Alice", PASSWORD, **HERE), OpenedSession)
    make_staff("Bob")
    with pytest.raises(NotAllowed):
        service_factors.switch_off_factor(signed_in("Bob"))
    assert queries.person_id_by_name("Bob")


def codes_on(answer: TestResponse) -> list[str]:
    """Return the recovery codes that a page shows."""
    page = Page(answer.get_data(as_text=True))
    return [one.text for one in page.all("li") if one.attributes.get("class") == "ref"]


def cookies_of(client: PageClient) -> str:
    """Return all that the browser keeps of the form cookie, opened as whoever holds the cookie can."""
    cookie = client.get_cookie("form")
    body = cookie.value.lstrip(".").split(".")[0] if cookie else ""
    packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    packs = cookie is not None and cookie.value.startswith(".")
    return (zlib.decompress(packed) if packs else packed).decode()


def secret_on(client: PageClient) -> str:
    """Return the key that the page of enrolment shows."""
    page = client.page("/account/second-factor")
    [shown] = [
        one.text.replace(" ", "")
        for one in page.all("span")
        if one.attributes.get("class") == "ref" and len(one.text) > 30
    ]
    return shown


def test_no_cookie_holds_the_secret_or_the_recovery_codes(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    secret = secret_on(client)
    assert "csrf" in cookies_of(client)
    assert secret not in cookies_of(client)
    answer = client.submit(
        "/account/second-factor", {"code": app_code(secret)}, button="Switch it on"
    )
    codes = codes_on(answer)
    assert len(codes) == 10
    assert not [code for code in codes if code in cookies_of(client)]


def test_the_offered_secret_stays_in_a_session_and_is_of_that_session_alone(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
        make_member("Charlie")
    here, there, charlie = browse(app, "Alice"), browse(app, "Alice"), browse(app, "Charlie")
    secret = secret_on(here)
    assert secret_on(here) == secret
    assert len({secret, secret_on(there), secret_on(charlie)}) == 3
    here.submit("/account/second-factor", {"code": app_code(secret)}, button="Switch it on")
    here.submit("/account/second-factor/off", button="Switch it off")
    assert secret_on(here) != secret


def test_new_recovery_codes_are_shown_by_one_answer_only(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    secret = secret_on(client)
    client.submit("/account/second-factor", {"code": app_code(secret)}, button="Switch it on")
    path = "/account/second-factor/codes"
    page = client.page(path)
    form = page.values(page.form(button="Make ten new recovery codes"))
    codes = codes_on(client.post(path, data=form))
    assert len(codes) == 10
    again = client.post(path, data=form)
    assert again.location == "/account/second-factor"
    assert "shown once already" in client.page(again.location).text
    with app.app_context():
        assert service.sign_in_second_step(first_step("Alice"), codes[0], **HERE)


def test_staff_without_one_reach_only_the_enrolment_page(app: Flask) -> None:
    with app.app_context():
        make_staff("Bob", secret=None)
    client = browse(app, "Bob")
    for path in ("/", "/account", "/admin", "/account/sessions", "/orders", "/policies"):
        assert client.get(path).location == "/account/second-factor", path
    assert client.get("/account/second-factor/qr.svg").mimetype == "image/svg+xml"
    secret = secret_on(client)
    answer = client.submit(
        "/account/second-factor", {"code": app_code(secret)}, button="Switch it on"
    )
    assert len(codes_on(answer)) == 10
    assert codes_on(client.get("/account/second-factor")) == []
    assert client.get("/account/second-factor/qr.svg").status_code == 404
    assert client.get("/account").status_code == 200
    assert client.get("/account/second-factor/done").location == "/desk"
