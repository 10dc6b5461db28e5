"""Registering, changing and retrieving a password (M2, M3, M22; faults.md B, C 9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.accounts import passwords, queries, queries_sessions, service, service_register
from support.accounts.addresses import checked_name, mask, normalise_address
from support.accounts.models import ContactKind, Person
from support.accounts.policy import CodePurpose
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession, hash_of
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Expired, Invalid, NeedsProof
from support.policies import queries as policies
from tests.accounts.people import (
    HERE,
    PASSWORD,
    make_member,
    make_staff,
    news,
    opened,
    sent_digits,
    signed_in,
)

NEW = "another four umbrellas"


def proved(value: str = "alice@example.org", visitor: str = "v", **more: object) -> str:
    """Prove an address for registration and return the proof."""
    kind, value = normalise_address("auto", value)
    service_register.request_registration(
        kind,
        value,
        visitor=visitor,
        address="192.0.2.7",
        language="en",
        **more,  # type: ignore[arg-type]
    )
    return service_register.prove_address(
        CodePurpose.REGISTER, sent_digits("register"), visitor=visitor
    )


def register(proof: str, name: str = "Alice", visitor: str = "v", **more: object) -> OpenedSession:
    """Register with a proved address."""
    version = policies.current_version(utcnow())
    assert version is not None
    facts = {"password": PASSWORD, "policy_version": version.id, "language": "zh", **HERE, **more}
    return service_register.register_member(proof, visitor=visitor, name=name, **facts)  # type: ignore[arg-type]


def test_a_member_registers_with_a_proved_mobile(app: Flask, context: None) -> None:
    session = register(proved("138 0013 8000"))
    speaker = queries_sessions.speaker(hash_of(session.secret), utcnow())
    assert speaker is not None
    assert (speaker.actor.kind, speaker.actor.name, speaker.actor.language) == (
        "member",
        "Alice",
        "zh",
    )
    [contact] = queries.contacts_of(speaker.actor.id or 0)
    assert (contact.address, contact.bound, contact.verified) == ("+8613800138000", True, True)
    version = policies.current_version(utcnow())
    assert version is not None
    assert policies.has_accepted(speaker.actor.id or 0, version.id)
    assert news(app, "member.registered") == [
        {"person": speaker.actor.id, "contact": contact.id, "kind": "mobile"}
    ]


def test_nobody_has_an_account_before_the_address_is_proved(context: None) -> None:
    service_register.request_registration(
        ContactKind.EMAIL, "alice@example.org", visitor="v", address="a", language="en"
    )
    for guess in ("", "0", "null", "a" * 32):
        with pytest.raises(Expired):
            register(guess)
    assert db.session.execute(select(func.count()).select_from(Person)).scalar_one() == 0


def test_a_proof_belongs_to_its_browser_for_half_an_hour(context: None) -> None:
    proof = proved()
    with pytest.raises(Expired):
        register(proof, visitor="somebody else")
    with pytest.raises(Expired):
        register(proof, now=utcnow() + timedelta(minutes=31))
    register(proof)


def test_one_address_makes_one_account(context: None) -> None:
    proof = proved()
    register(proof)
    with pytest.raises(Invalid) as refusal:
        register(proof, name="Alice again")
    assert refusal.value.field == "address"


def test_a_taken_name_is_refused_however_it_is_written(context: None) -> None:
    make_member("Alice", "first@example.org")
    proof = proved()
    for name in ("alice", "ＡＬＩＣＥ", "  Alice "):
        with pytest.raises(Invalid) as refusal:
            register(proof, name=name)
        assert refusal.value.field == "name"
    register(proof, name="Alice B")


@pytest.mark.parametrize(
    "name", ["A", "a" * 31, "alice@example.org", "13800138000", "a\u200bb", ""]
)
def test_a_member_name_is_no_address_and_visible(name: str) -> None:
    with pytest.raises(Invalid):
        checked_name(name)


@pytest.mark.parametrize(
    "password",
    ["k9#vTq2", "password1", "Qwerty123", "aaaaaaaaaaaa", "x" * 129, "alice2024", "2024Password!"],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_password(password, own=["Alice", "alice@example.org"])


@pytest.mark.parametrize(
    "password", ["k9#vTq2m", "three green umbrellas", "密码是一只会飞的猫", ("q8 Z" * 32)]
)
def test_long_enough_passwords_of_any_kind_are_taken(password: str) -> None:
    passwords.check_password(password, own=["Alice", "alice@example.org"])


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("Alice@Example.ORG", "email", "alice@example.org"),
        ("１３８ ００１３ ８０００", "mobile", "+8613800138000"),
        ("+44 7400 123456", "mobile", "+447400123456"),
        ("0044 7400 123456", "mobile", "+447400123456"),
    ],
)
def test_addresses_have_one_spelling(typed: str, kind: str, value: str) -> None:
    assert normalise_address("auto", typed) == (kind, value)


@pytest.mark.parametrize(
    "typed",
    ["", "alice", "a@b", "12345", "010 5550 0100", "a\u200b@example.org", "a@b.org\r\nBcc: x"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        normalise_address("auto", typed)


def test_masks_keep_just_enough() -> None:
    assert mask("email", "alice@example.org") == "al•••e@ex•••.org"
    assert mask("email", "al@example.org") == "a•••@ex•••.org"
    assert mask("mobile", "+8613800138000") == "+86 138••••8000"
    assert mask("mobile", "+447400123456") == "+44••••3456"


def retrieve(value: str, visitor: str = "v") -> str:
    """Prove an address for a new password."""
    service_register.request_retrieval(value, visitor=visitor, address="192.0.2.7", language="en")
    return service_register.prove_address(
        CodePurpose.RETRIEVE, sent_digits("retrieve"), visitor=visitor
    )


def test_a_retrieved_password_ends_every_session_and_works_once(app: Flask, context: None) -> None:
    make_member("Alice")
    before = opened("Alice")
    proof = retrieve("alice@example.org")
    service_register.retrieve_password(proof, visitor="v", password=NEW)
    assert queries_sessions.speaker(hash_of(before.secret), utcnow()) is None
    assert isinstance(service.sign_in_with_password("Alice", NEW, **HERE), OpenedSession)
    with pytest.raises(Invalid):
        service.sign_in_with_password("Alice", PASSWORD, **HERE)
    with pytest.raises(Expired):
        service_register.retrieve_password(proof, visitor="v", password=PASSWORD)
    assert [one["how"] for one in news(app, "password.changed")] == ["retrieved"]


def test_a_retrieved_password_does_not_replace_the_second_factor(context: None) -> None:
    make_staff("Bob")
    proof = retrieve("bob@desk.example.org")
    service_register.retrieve_password(proof, visitor="v", password=NEW)
    assert isinstance(service.sign_in_with_password("Bob", NEW, **HERE), SecondStep)


def test_nobody_else_retrieves_with_the_proof(context: None) -> None:
    make_member("Alice")
    proof = retrieve("alice@example.org")
    with pytest.raises(Expired):
        service_register.retrieve_password(proof, visitor="thief", password=NEW)
    with pytest.raises(Expired):
        service_register.retrieve_password("", visitor="v", password=NEW)
    with pytest.raises(Expired):
        register(proof)


def test_a_new_password_needs_a_fresh_proof_and_ends_the_others(context: None) -> None:
    make_member("Alice")
    alice, other = signed_in("Alice"), opened("Alice")
    with pytest.raises(NeedsProof):
        service_register.change_password(alice, NEW, now=utcnow() + timedelta(minutes=16))
    with pytest.raises(Invalid):
        service_register.change_password(alice, PASSWORD)
    service_register.change_password(alice, NEW)
    assert queries_sessions.speaker(hash_of(other.secret), utcnow()) is None
    assert [one.id for one in queries_sessions.live_sessions(alice.id or 0, utcnow())] == [
        alice.session
    ]


def test_the_present_password_or_a_code_is_such_a_proof(context: None) -> None:
    make_member("Alice")
    alice, later = signed_in("Alice"), utcnow() + timedelta(minutes=16)
    with pytest.raises(Invalid):
        service_register.prove_password(alice, "wrong", **HERE, now=later)
    with pytest.raises(NeedsProof):
        service_register.change_password(alice, NEW, now=later)
    service_register.prove_password(alice, PASSWORD, **HERE, now=later)
    service_register.change_password(alice, NEW, now=later)
