"""Limits: by account, by address, by network; what everybody does together alarms, and shuts nobody out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from support.accounts import (
    limits,
    policy,
    service,
    service_codes,
    service_register,
    service_retention,
)
from support.accounts.models import Code, ContactKind, SignIn
from support.accounts.policy import CodePurpose, Method, Outcome
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession
from support.core.actors import ANONYMOUS, Actor, Role
from support.core.clock import utcnow
from support.core.db import db, new_uid, transaction
from support.core.errors import Invalid, TooMany
from tests.accounts.people import (
    ELSEWHERE,
    HERE,
    PASSWORD,
    Origin,
    actor_of,
    app_code,
    browse,
    make_member,
    make_staff,
    opened,
    sent_digits,
    signed_in,
    wrong,
)


def from_address(address: str) -> Origin:
    """A browser at a network address."""
    return {"address": address, "device": "Chrome, Windows"}


def fails(name: str, times: int = 1, origin: Origin = HERE) -> None:
    """Sign in with a wrong password."""
    for _ in range(times):
        with pytest.raises(Invalid):
            service.sign_in_with_password(name, "not the password at all", **origin)


def is_refused(name: str, origin: Origin = HERE) -> bool:
    """Whether a limit refuses the try with the right password."""
    try:
        service.sign_in_with_password(name, PASSWORD, **origin)
    except TooMany:
        return True
    except Invalid:
        pass
    return False


def strangers_fail(count: int, now: datetime | None = None) -> None:
    """Let so many tries fail, each for another name from another address."""
    row = {
        "method": Method.PASSWORD,
        "outcome": Outcome.FAILED,
        "device": "",
        "at": now or utcnow(),
    }
    rows = [
        row | {"target_blind": number.to_bytes(32), "address": f"10.{number >> 8}.{number & 255}.1"}
        for number in range(count)
    ]
    with transaction() as session:
        session.execute(insert(SignIn), rows)


def strangers_ask(count: int) -> None:
    """Let so many codes be asked for, each for another target from another address."""
    now = utcnow()
    row = {
        "nonce": b"", "purpose": CodePurpose.LOGIN, "visitor": "", "target_kind": "email",
        "target_sealed": b"", "about": "", "language": "en", "send": False, "tries": 0,
        "created_at": now, "expires_at": now,
    }  # fmt: skip
    rows = [
        row | {"uid": new_uid(), "target_blind": number.to_bytes(32), "address": f"10.{number}"}
        for number in range(count)
    ]
    with transaction() as session:
        session.execute(insert(Code), rows)


def ask(
    value: str,
    *,
    actor: Actor = ANONYMOUS,
    address: str = "203.0.113.5",
    person_id: int | None = None,
    now: datetime | None = None,
) -> Code:
    """Ask for a code."""
    return service_codes.request_code(
        actor,
        CodePurpose.FOLLOW,
        kind=ContactKind.EMAIL,
        value=value,
        visitor=new_uid(),
        address=address,
        language="en",
        person_id=person_id,
        now=now,
    )


def test_all_names_and_addresses_of_an_account_share_its_ten_tries(context: None) -> None:
    make_member("Alice", "alice@example.org", "13800138000")
    fails("alice", 4)
    fails("ALICE@example.org", 3)
    fails("138 0013 8000", 3)
    for name in ("Alice", "alice@example.org", "+86 13800138000"):
        assert is_refused(name), name


def test_what_is_nobodys_has_its_ten_tries_too(context: None) -> None:
    fails("Nobody", 4)
    fails(" nobody ", 6)
    assert is_refused("NOBODY")
    assert not is_refused("Nobody else")


@pytest.mark.parametrize("typed", ["{}", "confirm:{}", "account:{}", "invitation:{}"])
def test_no_typed_text_uses_up_the_tries_of_an_account(context: None, typed: str) -> None:
    alice = make_member("Alice")
    actor = signed_in("Alice")
    fails(typed.format(alice), 10)
    service_register.prove_password(actor, PASSWORD, **ELSEWHERE)
    assert not is_refused("Alice")


@pytest.mark.parametrize("value", ["alice@example.org", "nobody@example.org"])
def test_wrong_codes_count_for_their_address_whether_or_not_somebody_is_known(
    context: None, value: str
) -> None:
    make_member("Alice")
    service.request_sign_in_code(value, visitor="v", address="192.0.2.7", language="en")
    for _ in range(12):
        with pytest.raises(Invalid):
            service.sign_in_with_code("12345", visitor="v", **HERE)
    counted = select(func.count()).where(SignIn.address == HERE["address"])
    assert db.session.execute(counted).scalar_one() == policy.CODE_TRIES


def test_one_ipv6_network_of_many_addresses_is_counted_as_one(context: None) -> None:
    with transaction():
        for number in range(300):
            limits.note_try(
                None,
                number.to_bytes(32),
                Method.PASSWORD,
                Outcome.FAILED,
                f"2001:db8:7:{number // 50:x}::",
                "",
                utcnow(),
            )
    make_member("Alice")
    assert is_refused("Alice", from_address("2001:db8:7:ffff::"))
    assert not is_refused("Alice", from_address("2001:db8:8::"))
    assert not is_refused("Alice", from_address("203.0.113.5"))


def test_codes_asked_from_one_ipv6_network_are_counted_as_one(context: None) -> None:
    for number in range(150):
        ask(f"p{number}@example.org", address=f"2001:db8:7:{number // 25:x}::")
    with pytest.raises(TooMany):
        ask("erin@example.org", address="2001:db8:7:ffff::")
    ask("erin@example.org", address="2001:db8:8::")


def test_the_network_of_a_try_is_forgotten_with_its_address(context: None) -> None:
    fails("Nobody", origin=from_address("2001:db8:7:1::"))
    service_retention.forget_sign_ins(utcnow() + timedelta(days=31))
    [row] = db.session.execute(select(SignIn.address, SignIn.network)).all()
    assert tuple(row) == ("2001:db8:x", None)


def test_far_too_many_failures_of_others_shut_nobody_out(context: None) -> None:
    make_member("Alice")
    make_staff("Bob", Role.ADMIN)
    strangers_fail(policy.FAILURES_IN_ALL.most + 10)
    assert isinstance(service.sign_in_with_password("Alice", PASSWORD, **ELSEWHERE), OpenedSession)
    step = service.sign_in_with_password("Bob", PASSWORD, **ELSEWHERE)
    assert isinstance(step, SecondStep)
    assert service.sign_in_second_step(step, app_code(), **ELSEWHERE)


@pytest.mark.parametrize(("alarm", "tries"), [(False, 60), (True, 6)])
def test_above_the_alarm_an_unknown_address_gets_a_tenth_of_its_tries(
    context: None, alarm: bool, tries: int
) -> None:
    strangers_fail(policy.FAILURES_IN_ALL.most - (0 if alarm else tries))
    for number in range(tries):
        fails(f"victim{number}")
    assert is_refused("Nobody")
    assert not is_refused("Nobody", ELSEWHERE)


def test_above_the_alarm_people_keep_all_tries_where_they_signed_in_before(context: None) -> None:
    make_member("Alice")
    make_member("Charlie")
    opened("Alice")
    service.sign_in_with_password("Charlie", PASSWORD, **ELSEWHERE)
    strangers_fail(policy.FAILURES_IN_ALL.most)
    for number in range(6):
        fails(f"victim{number}")
    assert not is_refused("Alice")
    assert is_refused("Charlie")


def test_the_alarm_is_over_when_the_failures_are_old(context: None) -> None:
    strangers_fail(policy.FAILURES_IN_ALL.most, utcnow() - timedelta(minutes=15, seconds=1))
    assert limits.alarms(utcnow()) == []


@pytest.mark.parametrize(("alarm", "codes"), [(False, 30), (True, 3)])
def test_above_the_alarm_an_unknown_address_asks_for_a_tenth_of_the_codes(
    context: None, alarm: bool, codes: int
) -> None:
    strangers_ask(policy.SENDS_IN_ALL.most - (0 if alarm else codes))
    for number in range(codes):
        ask(f"p{number}@example.org")
    with pytest.raises(TooMany):
        ask("erin@example.org")
    ask("erin@example.org", address="203.0.113.6")


def test_above_the_alarm_codes_still_go_to_whoever_is_or_was_signed_in_there(context: None) -> None:
    alice = make_member("Alice")
    actor = actor_of(opened("Alice"))
    strangers_ask(policy.SENDS_IN_ALL.most)
    for number in range(5):
        ask(f"p{number}@example.org", actor=actor)
        ask(f"q{number}@example.org", address=HERE["address"], person_id=alice)


def test_an_alarm_stands_in_the_log_the_metrics_and_before_the_administrators(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    words = "Far more sign-ins fail than usual"
    with app.app_context():
        make_staff("Ann", Role.ADMIN)
    client = browse(app, "Ann")
    assert words not in client.page("/admin").text
    assert 'gongdan_limit_alarms{alarm="sign_ins"} 0.0' in client.get("/metrics").text
    with app.app_context():
        strangers_fail(policy.FAILURES_IN_ALL.most)
        with caplog.at_level(logging.ERROR):
            limits.log_alarms(utcnow())
        db.session.remove()
    assert words in client.page("/admin").text
    assert 'gongdan_limit_alarms{alarm="sign_ins"} 1.0' in client.get("/metrics").text
    assert _alarms(caplog.records) == ["sign_ins"]


def _alarms(records: Sequence[logging.LogRecord]) -> list[str]:
    return [record.__dict__["alarm"] for record in records if record.message == "limit_alarm"]


def test_a_right_code_after_wrong_ones_still_signs_in(context: None) -> None:
    make_member("Alice")
    service.request_sign_in_code(
        "alice@example.org", visitor="v", address="192.0.2.7", language="en"
    )
    digits = sent_digits("login")
    for _ in range(4):
        with pytest.raises(Invalid):
            service.sign_in_with_code(wrong(digits), visitor="v", **HERE)
    assert isinstance(service.sign_in_with_code(digits, visitor="v", **HERE), OpenedSession)
