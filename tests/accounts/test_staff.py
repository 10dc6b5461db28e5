"""Staff: invitations, roles, disabling, factor resets by two (faults.md B 6.3.2, 6.4.1, C 9, 17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import (
    queries,
    queries_sessions,
    service,
    service_closing,
    service_register,
    service_staff,
)
from support.accounts.models import FactorReset
from support.accounts.service_sessions import OpenedSession, hash_of
from support.core.actors import ANONYMOUS, SYSTEM, Actor, Role
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import AlreadyDone, Expired, Invalid, NeedsProof, NotAllowed, NotFound
from tests.accounts.people import (
    HERE,
    PASSWORD,
    browse,
    make_member,
    make_staff,
    news,
    opened,
    signed_in,
)


def invite(actor: Actor = SYSTEM, name: str = "Bob", *roles: Role) -> tuple[str, str]:
    """Invite somebody and return the two parts of the link."""
    path = service_staff.invite_staff(
        actor, name=name, email=f"{name}@desk.example.org", roles=roles or (Role.AGENT,)
    )
    _join, uid, token = path.strip("/").split("/")
    return uid, token


def test_an_invitation_works_once(context: None) -> None:
    uid, token = invite()
    session = service_staff.accept_invitation(uid, token, password=PASSWORD, **HERE)
    speaker = queries_sessions.speaker(hash_of(session.secret), utcnow())
    assert speaker is not None
    assert (speaker.actor.kind, speaker.actor.roles) == ("staff", frozenset())
    with pytest.raises(Expired):
        service_staff.accept_invitation(uid, token, password=PASSWORD, **HERE)
    [contact] = queries.contacts_of(speaker.actor.id or 0)
    assert (contact.address, contact.bound) == ("bob@desk.example.org", True)


def test_an_invitation_ends_after_seventy_two_hours(context: None) -> None:
    uid, token = invite()
    late = utcnow() + timedelta(hours=72, seconds=1)
    with pytest.raises(Expired):
        service_staff.accept_invitation(uid, token, password=PASSWORD, **HERE, now=late)


@pytest.mark.parametrize("guess", ["", " ", "%20", "null", "[]", "0", "upper", "short"])
def test_no_other_token_opens_an_invitation(context: None, guess: str) -> None:
    uid, token = invite()
    tried = {"upper": token.upper(), "short": token[:-1]}.get(guess, guess)
    with pytest.raises(Expired):
        service_staff.accept_invitation(uid, tried, password=PASSWORD, **HERE)


def test_a_renewed_invitation_kills_the_older(context: None) -> None:
    uid, token = invite()
    bob = queries.person_id_by_name("Bob") or 0
    service_staff.renew_invitation(SYSTEM, bob, email="bob@desk.example.org")
    with pytest.raises(Expired):
        service_staff.accept_invitation(uid, token, password=PASSWORD, **HERE)


def test_an_invited_person_cannot_sign_in_before_accepting(context: None) -> None:
    invite()
    for password in ("", PASSWORD):
        with pytest.raises(Invalid):
            service.sign_in_with_password("Bob", password, **HERE)


def test_nobody_works_here_after_installation(context: None) -> None:
    assert queries.all_staff() == []
    for name, password in (("admin", "admin"), ("root", "root"), ("admin", "")):
        with pytest.raises(Invalid):
            service.sign_in_with_password(name, password, **HERE)


def test_only_a_fresh_admin_changes_roles(context: None) -> None:
    make_staff("Ann", Role.ADMIN)
    bob = make_staff("Bob")
    make_member("Alice")
    admin, agent, alice = signed_in("Ann"), signed_in("Bob"), signed_in("Alice")
    roles = [Role.VERIFIER, Role.AGENT]
    for actor, refusal in ((agent, NotAllowed), (alice, NotFound), (ANONYMOUS, NotFound)):
        with pytest.raises(refusal):
            service_staff.change_roles(actor, bob, roles)
        with pytest.raises(refusal):
            invite(actor, "Carol")
        with pytest.raises(refusal):
            service_staff.disable_person(actor, bob)
        with pytest.raises(refusal):
            service_staff.ask_factor_reset(actor, bob)
    with pytest.raises(NeedsProof):
        service_staff.change_roles(admin, bob, roles, now=utcnow() + timedelta(minutes=16))
    service_staff.change_roles(admin, bob, roles)
    service_staff.change_roles(admin, bob, roles)  # twice is harmless
    assert queries.person(bob).roles == frozenset(roles)
    events = db.session.execute(
        select(Event.action).where(Event.stream == f"person:{bob}")
    ).scalars()
    assert list(events).count("staff.roles_changed") == 1


def test_the_last_admin_stays(context: None) -> None:
    ann = make_staff("Ann", Role.ADMIN)
    admin = signed_in("Ann")
    with pytest.raises(NotAllowed):
        service_staff.change_roles(admin, ann, [Role.AGENT])
    for actor in (SYSTEM, admin):
        with pytest.raises(NotAllowed):
            service_staff.disable_person(actor, ann)
    make_staff("Eve", Role.ADMIN)
    service_staff.change_roles(admin, ann, [Role.AGENT])
    assert queries.staff_count(Role.ADMIN) == 1
    assert [one.name for one in queries.staff(Role.ADMIN)] == ["Eve"]


def test_an_invited_admin_who_never_joined_is_no_last_admin(context: None) -> None:
    ann = make_staff("Ann", Role.ADMIN)
    admin = signed_in("Ann")
    uid, token = invite(SYSTEM, "Eve", Role.ADMIN)
    with pytest.raises(NotAllowed):
        service_staff.change_roles(admin, ann, [Role.AGENT])
    with pytest.raises(NotAllowed):
        service_staff.disable_person(SYSTEM, ann)
    service_staff.accept_invitation(uid, token, password=PASSWORD, **HERE)
    service_staff.disable_person(SYSTEM, ann)
    assert [one.name for one in queries.staff(Role.ADMIN)] == ["Eve"]


def test_an_invitation_of_an_admin_can_be_taken_back_while_another_can_sign_in(
    context: None,
) -> None:
    invite(SYSTEM, "Eve", Role.ADMIN)
    eve = queries.person_id_by_name("Eve") or 0
    with pytest.raises(NotAllowed):
        service_staff.disable_person(SYSTEM, eve)
    make_staff("Ann", Role.ADMIN)
    service_staff.disable_person(SYSTEM, eve)
    assert queries.person(eve).disabled


def test_disabling_ends_sessions_and_is_told(app: Flask, context: None) -> None:
    make_staff("Ann", Role.ADMIN)
    bob = make_staff("Bob")
    session, admin = opened("Bob"), signed_in("Ann")
    service_staff.disable_person(admin, bob)
    service_staff.disable_person(admin, bob)  # twice is harmless
    assert queries_sessions.speaker(hash_of(session.secret), utcnow()) is None
    assert [one.name for one in queries.staff()] == ["Ann"]
    service_staff.enable_person(admin, bob)
    assert queries_sessions.speaker(hash_of(session.secret), utcnow()) is None
    assert opened("Bob")


@pytest.mark.parametrize("disabled_before", [False, True])
def test_an_account_that_was_closed_to_be_deleted_is_not_opened_again(
    app: Flask, context: None, disabled_before: bool
) -> None:
    make_staff("Ann", Role.ADMIN)
    bob, admin = make_staff("Bob"), signed_in("Ann")
    if disabled_before:
        service_staff.disable_person(admin, bob)
    service_closing.close_account(SYSTEM, bob, now=utcnow())
    service_closing.close_account(SYSTEM, bob, now=utcnow())  # twice is harmless
    with pytest.raises(NotAllowed):
        service_staff.enable_person(admin, bob)
    assert queries.person(bob).disabled


def test_a_factor_is_reset_by_two(app: Flask, context: None) -> None:
    make_staff("Ann", Role.ADMIN)
    eve = make_staff("Eve", Role.ADMIN)
    bob = make_staff("Bob")
    ann, other, session = signed_in("Ann"), signed_in("Eve"), opened("Bob")
    service_staff.ask_factor_reset(ann, bob)
    service_staff.ask_factor_reset(other, bob)  # one wish at a time
    [(uid, asked_by)] = service_staff.open_resets().values()
    assert asked_by == ann.id
    with pytest.raises(NotAllowed):
        service_staff.decide_factor_reset(ann, uid, approve=True)
    assert queries.person(bob).has_factor
    service_staff.decide_factor_reset(other, uid, approve=True)
    with pytest.raises(AlreadyDone):
        service_staff.decide_factor_reset(other, uid, approve=True)
    assert not queries.person(bob).has_factor
    assert queries_sessions.speaker(hash_of(session.secret), utcnow()) is None
    [told] = news(app, "factor.reset")
    assert (told["person"], told["by"], set(told["tell"])) == (bob, eve, {ann.id, eve})


def test_nobody_has_a_hand_in_the_reset_of_their_own_factor(context: None) -> None:
    make_staff("Ann", Role.ADMIN)
    eve = make_staff("Eve", Role.ADMIN)
    ann, other = signed_in("Ann"), signed_in("Eve")
    with pytest.raises(NotAllowed):
        service_staff.ask_factor_reset(other, eve)
    service_staff.ask_factor_reset(ann, eve)
    [(uid, _asked)] = service_staff.open_resets().values()
    with pytest.raises(NotAllowed):
        service_staff.decide_factor_reset(other, uid, approve=True)
    service_staff.decide_factor_reset(other, uid, approve=False)
    assert not service_staff.open_resets()
    assert db.session.execute(select(FactorReset.approved)).scalar_one() is False


def test_create_from_the_command_line_prints_a_link_that_works(app: Flask) -> None:
    runner = app.test_cli_runner()
    shown = runner.invoke(args=["admin", "create", "Ann", "ann@desk.example.org"])
    assert shown.exit_code == 0, shown.output
    path = shown.output.splitlines()[-1].removeprefix("http://localhost")
    client = browse(app)
    answer = client.submit(path, {"password": PASSWORD, "password_again": PASSWORD}, button="Go on")
    assert answer.location == "/account/second-factor"
    assert client.get("/account").location == "/account/second-factor"
    again = browse(app).get(path)
    assert again.status_code == 410
    refused = runner.invoke(args=["admin", "create", "Ann", "ann2@desk.example.org"])
    assert refused.exit_code == 1
    assert "taken" in refused.output
    nonsense = runner.invoke(args=["admin", "create", "Zed", "no address"])
    assert nonsense.exit_code == 1


def test_reset_factor_from_the_command_line(app: Flask) -> None:
    with app.app_context():
        ann = make_staff("Ann", Role.ADMIN)
        db.session.remove()
    runner = app.test_cli_runner()
    for _ in range(2):  # twice is harmless
        shown = runner.invoke(args=["admin", "reset-factor", "ann", "--yes"])
        assert shown.exit_code == 0, shown.output
    assert runner.invoke(args=["admin", "reset-factor", "Nobody", "--yes"]).exit_code == 1
    assert runner.invoke(args=["admin", "reset-factor", "Ann"], input="n\n").exit_code == 1
    with app.app_context():
        assert not queries.person(ann).has_factor
        assert len(news(app, "factor.reset")) == 1
        step = service.sign_in_with_password("Ann", PASSWORD, **HERE)
        assert isinstance(step, OpenedSession)


def test_only_the_system_makes_people_without_codes(context: None) -> None:
    for actor in (ANONYMOUS, Actor("staff", 1, frozenset({Role.ADMIN}), 1)):
        with pytest.raises(NotAllowed):
            service_register.create_member(actor, name="Zed", password=PASSWORD, contacts=[])
        with pytest.raises(NotAllowed):
            service_staff.create_staff(
                actor, name="Zed", email="z@example.org", roles=[Role.ADMIN], password=PASSWORD
            )
        with pytest.raises(NotAllowed):
            service_staff.reset_factor(actor, 1)
