"""Passkeys: what is refused, what counts as what, and nobody without a way in (faults.md B 6.3.3, 6.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import (
    queries,
    queries_passkeys,
    queries_sessions,
    service,
    service_factors,
    service_passkey_uses,
    service_passkeys,
    service_retention,
    service_staff,
)
from support.accounts.models import Passkey, RecoveryCode, SignIn
from support.accounts.policy import Ceremony
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession, hash_of
from support.assurance import queries as assurance
from support.assurance.policy import ProofKind
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Expired, Invalid, NotAllowed, NotFound
from tests.accounts.authenticator import Authenticator
from tests.accounts.people import (
    HERE,
    PASSWORD,
    actor_of,
    app_code,
    make_member,
    make_staff,
    news,
    opened,
    signed_in,
    trail,
)

BROWSER = "v" * 32
ANOTHER = "w" * 32


def add(actor: Actor, key: Authenticator, name: str = "My phone", **wrong: Any) -> list[str]:
    """Add a passkey to the actor's account."""
    options = service_passkeys.begin_passkey(actor, visitor=BROWSER)
    credential = key.create(options, **wrong)
    return service_passkeys.add_passkey(actor, credential, name=name, visitor=BROWSER)


def asked(ceremony: Ceremony = Ceremony.SIGN_IN, person_id: int | None = None) -> str:
    """What the browser is asked to show."""
    return service_passkey_uses.begin_showing(ceremony, visitor=BROWSER, person_id=person_id)


def sign_in(credential: str, visitor: str = BROWSER) -> OpenedSession:
    """Sign in with a passkey alone."""
    return service_passkey_uses.sign_in_with_passkey(credential, visitor=visitor, **HERE)


def first_step(name: str) -> SecondStep:
    """Pass the first step."""
    step = service.sign_in_with_password(name, PASSWORD, **HERE)
    assert isinstance(step, SecondStep)
    return step


@pytest.fixture
def key(context: None) -> Authenticator:
    """Alice's passkey, added."""
    make_member("Alice")
    key = Authenticator()
    add(signed_in("Alice"), key)
    return key


def test_the_first_one_gives_recovery_codes_and_ends_other_sessions(
    app: Flask, context: None
) -> None:
    alice_id = make_member("Alice")
    alice, other = signed_in("Alice"), opened("Alice")
    codes = add(alice, Authenticator())
    assert len(set(codes)) == 10
    assert queries_sessions.speaker(hash_of(other.secret), utcnow()) is None
    assert service.sign_in_second_step(first_step("Alice"), codes[0], **HERE)
    assert add(alice, Authenticator(backed_up=True), "Key") == [], "the codes of before stay"
    assert [(one.name, one.backed_up) for one in queries_passkeys.passkeys_of(alice_id)] == [
        ("My phone", False),
        ("Key", True),
    ]
    told = [one["how"] for one in news(app, "factor.changed")]
    assert told == ["passkey_added", "recovery_used", "passkey_added"]
    assert trail(alice_id).count("factor.passkey_added") == 2


def test_alone_it_counts_as_password_and_second_factor(key: Authenticator) -> None:
    session = sign_in(key.get(asked()))
    actor = actor_of(session)
    proofs = assurance.live_proofs(actor, utcnow())
    assert set(proofs) == {ProofKind.FRESH_SESSION, ProofKind.SECOND_FACTOR}
    speaker = queries_sessions.speaker(hash_of(session.secret), utcnow())
    assert speaker is not None
    assert speaker.second_factor
    row = queries_sessions.sign_ins(actor.id or 0)[0]
    assert (row.method, row.outcome) == ("passkey", "ok")
    [view] = queries_passkeys.passkeys_of(actor.id or 0)
    assert view.last_used_at is not None


def test_alone_the_device_must_have_checked_the_person(key: Authenticator) -> None:
    with pytest.raises(Invalid):
        sign_in(key.get(asked(), verified=False))


def test_as_second_step_after_the_password(key: Authenticator) -> None:
    step = first_step("Alice")
    shown = key.get(asked(Ceremony.SECOND_STEP, step.person_id), verified=False)
    session = service_passkey_uses.sign_in_second_step_with_passkey(
        step, shown, visitor=BROWSER, **HERE
    )
    assert session.person_id == step.person_id
    late = utcnow() + timedelta(minutes=5, seconds=1)
    with pytest.raises(Expired):
        service_passkey_uses.sign_in_second_step_with_passkey(
            step, shown, visitor=BROWSER, **HERE, now=late
        )


def test_a_challenge_is_good_once_in_one_browser_for_one_thing_and_five_minutes(
    key: Authenticator,
) -> None:
    shown = key.get(asked())
    with pytest.raises(Invalid):
        sign_in(shown, visitor=ANOTHER)
    assert sign_in(shown)
    with pytest.raises(Invalid):
        sign_in(shown)
    step = first_step("Alice")
    for options in (asked(), asked(Ceremony.CONFIRM, step.person_id)):
        with pytest.raises(Invalid):
            service_passkey_uses.sign_in_second_step_with_passkey(
                step, key.get(options), visitor=BROWSER, **HERE
            )
    late = utcnow() + timedelta(minutes=5, seconds=1)
    old = key.get(asked())
    with pytest.raises(Invalid):
        service_passkey_uses.sign_in_with_passkey(old, visitor=BROWSER, **HERE, now=late)
    service_retention.forget_challenges(late)
    with pytest.raises(Invalid):
        sign_in(old)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:8000"},
        {"origin": "https://localhost"},
        {"origin": "http://evil.example.com"},
        {"rp_id": "evil.example.com"},
    ],
    ids=str,
)
def test_what_another_site_got_signed_is_refused(key: Authenticator, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        sign_in(key.get(asked(), **wrong))
    with pytest.raises(Invalid):
        add(signed_in_with(key), Authenticator(), **wrong)


def signed_in_with(key: Authenticator) -> Actor:
    """Whoever this passkey signs in."""
    return actor_of(sign_in(key.get(asked())))


def test_another_persons_passkey_is_no_second_step_and_no_proof(key: Authenticator) -> None:
    mallory_id, theirs = make_member("Mallory"), Authenticator()
    mallory = signed_in("Mallory")
    add(mallory, theirs)
    step = first_step("Alice")
    with pytest.raises(Invalid):
        service_passkey_uses.sign_in_second_step_with_passkey(
            step,
            theirs.get(asked(Ceremony.SECOND_STEP, step.person_id)),
            visitor=BROWSER,
            **HERE,
        )
    options = asked(Ceremony.CONFIRM, mallory_id)
    with pytest.raises(Invalid):
        service_passkey_uses.prove_passkey(mallory, key.get(options), visitor=BROWSER, **HERE)
    theirs.handle = key.handle
    with pytest.raises(Invalid):
        sign_in(theirs.get(asked()))
    [alices] = queries_passkeys.passkeys_of(step.person_id)
    with pytest.raises(NotFound):
        service_passkeys.remove_passkey(mallory, alices.uid)
    with pytest.raises(Invalid, match="already"):
        add(mallory, key)


def test_a_stranger_to_us_signs_nobody_in(key: Authenticator) -> None:
    stranger = Authenticator()
    stranger.id = key.id  # it knows the name of Alice's passkey, and has not its key
    with pytest.raises(Invalid):
        sign_in(stranger.get(asked()))
    for nonsense in ("", "{}", "[]", "null", '{"id": "x", "rawId": "x"}', "\ud800"):
        with pytest.raises(Invalid):
            sign_in(nonsense)
    with pytest.raises(Invalid):
        sign_in(Authenticator().get(asked()))
    tries = db.session.execute(select(SignIn.outcome).where(SignIn.method == "passkey")).scalars()
    assert list(tries) == ["failed", "failed"]


def test_one_that_counts_backwards_is_refused_and_told(app: Flask, key: Authenticator) -> None:
    for count in (0, 5):
        key.count = count
        person_id = sign_in(key.get(asked())).person_id
    for count in (3, 5, -1):  # shows 4, 6 once more, and 0
        key.count = count
        with pytest.raises(Invalid, match="copied"):
            sign_in(key.get(asked()))
    assert trail(person_id).count("passkey.cloned") == 3
    assert [one["how"] for one in news(app, "factor.changed")][1:] == ["passkey_cloned"] * 3


def test_one_that_does_not_count_at_all_signs_in_again_and_again(key: Authenticator) -> None:
    for _time in range(2):
        key.count = -1
        assert sign_in(key.get(asked()))


def test_a_removed_one_signs_in_no_more_and_the_last_takes_the_codes_along(
    key: Authenticator,
) -> None:
    alice = signed_in_with(key)
    other = sign_in(key.get(asked()))
    [view] = queries_passkeys.passkeys_of(alice.id or 0)
    service_passkeys.remove_passkey(alice, view.uid)
    assert queries_sessions.speaker(hash_of(other.secret), utcnow()) is None
    with pytest.raises(NotFound):
        service_passkeys.remove_passkey(alice, view.uid)
    with pytest.raises(Invalid):
        sign_in(key.get(asked()))
    assert not db.session.execute(select(RecoveryCode.id)).all()
    assert isinstance(service.sign_in_with_password("Alice", PASSWORD, **HERE), OpenedSession)


def test_staff_keep_one_factor_whichever_it_is(context: None) -> None:
    bob_id = make_staff("Bob")
    bob, key = signed_in("Bob"), Authenticator()
    add(bob, key)
    [view] = queries_passkeys.passkeys_of(bob_id)
    service_factors.switch_off_factor(bob)
    assert db.session.execute(select(RecoveryCode.id)).all(), "the codes stay with the passkey"
    with pytest.raises(NotAllowed):
        service_passkeys.remove_passkey(bob, view.uid)
    service_factors.switch_off_factor(bob)  # twice is harmless
    session = sign_in(key.get(asked()))
    speaker = queries_sessions.speaker(hash_of(session.secret), utcnow())
    assert speaker is not None
    assert speaker.actor.roles == {Role.AGENT}
    secret = service_factors.offered_secret(bob)
    service_factors.switch_on_factor(bob, secret, app_code(secret))
    service_passkeys.remove_passkey(bob, view.uid)
    assert queries.person(bob_id).has_factor


def test_a_reset_takes_passkeys_too(context: None) -> None:
    bob_id = make_staff("Bob")
    bob, key = signed_in("Bob"), Authenticator()
    add(bob, key)
    service_factors.switch_off_factor(bob)
    service_staff.reset_factor(SYSTEM, bob_id)
    assert not queries.person(bob_id).has_factor
    with pytest.raises(Invalid):
        sign_in(key.get(asked()))


def test_a_disabled_person_does_not_get_in(context: None) -> None:
    make_staff("Ann", Role.ADMIN)
    bob_id, key = make_staff("Bob"), Authenticator()
    add(signed_in("Bob"), key)
    service_staff.disable_person(SYSTEM, bob_id)
    with pytest.raises(Invalid):
        sign_in(key.get(asked()))


def test_ten_are_enough(key: Authenticator) -> None:
    alice = signed_in_with(key)
    for number in range(9):
        add(alice, Authenticator(), f"Key {number}")
    with pytest.raises(Invalid):
        add(alice, Authenticator())
    for name in ("", " ", "x" * 61):
        with pytest.raises(Invalid):
            add(alice, Authenticator(), name)
    assert len(db.session.execute(select(Passkey.id)).all()) == 10
