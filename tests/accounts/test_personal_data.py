"""What is kept of an account: read in its person's copy, gone after an erasure, and the empty row that stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select, update

from support.accounts import (
    queries,
    queries_names,
    queries_sessions,
    service,
    service_contacts,
    service_retention,
    service_sessions,
)
from support.accounts.models import (
    Code,
    ContactKind,
    ContactPerson,
    ContactPoint,
    Passkey,
    Person,
    Session,
    SignIn,
)
from support.accounts.policy import CodePurpose
from support.core import vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import Invalid, NotFound
from support.core.holders import Measure
from support.workorders.models import Party
from tests.accounts.people import HERE, make_member, sent_digits
from tests.fixtures import somebody
from tests.fixtures.removals import carry_out, collected, holder, holders_of, left_of, said
from tests.fixtures.somebody import CANARIES, DEVICE, IP, MAIL, MOBILE, NAME, PASSWORD
from tests.workorders.desk_world import make_order

pytestmark = pytest.mark.usefixtures("context")
ROOM = "accounts"


@pytest.fixture
def who(context: None) -> Actor:
    """Somebody with everything, beside Bob."""
    make_member("Bob")
    return somebody.make_somebody()


def erase(who: Actor) -> dict[str, int]:
    return carry_out(Measure.ERASE, who.id, *holders_of(ROOM))


def rows(table: Any, *which: Any) -> int:
    db.session.rollback()
    found = select(func.count()).select_from(table).where(*which)
    return int(db.session.execute(found).scalar_one())


def point_to(who: Actor) -> None:
    """Have a party of an order point to their first address, as one of a guest does."""
    make_order(who)
    with transaction():
        changed(update(Party).values(contact_id=queries.contacts_of(who.id or 0)[0].id))


def test_somebody_reads_in_their_copy_all_that_is_kept_of_their_account(who: Actor) -> None:
    text = said(collected(who.id, *holders_of(ROOM)))
    unread = (
        NAME.casefold(),
        somebody.SUBJECT,
        somebody.FILE,
    )  # the last is no matter of this room
    assert [one for one in CANARIES if one not in text and one not in unread] == []
    assert 0 not in [each.count(who.id or 0) for each in holders_of(ROOM)]


def test_nothing_of_an_erased_account_is_left_and_doing_it_twice_is_harmless(who: Actor) -> None:
    row = db.session.get_one(Person, who.id)
    hashes: list[str | bytes] = [row.password_hash or "", row.totp_sealed or b"", row.uid]
    hashes += [one.blind for one in db.session.execute(select(ContactPoint)).scalars()][1:]
    found = {one.target_blind for one in db.session.execute(select(SignIn)).scalars()}
    assert all(erase(who).values()), "each had something to take"
    assert left_of([*CANARIES, *hashes, *found], ROOM) == []
    assert [each.count(who.id or 0) for each in holders_of(ROOM)] == [0] * len(holders_of(ROOM))
    assert collected(who.id, *holders_of(ROOM)) == []
    assert not any(erase(who).values())


def test_an_account_is_erased_whose_key_is_gone_already(who: Actor) -> None:
    with transaction():
        vault.destroy(f"person:{who.id}")
    collected(who.id, *holders_of(ROOM))
    erase(who)
    assert left_of(CANARIES, ROOM) == []


def test_the_data_of_others_stays(who: Actor) -> None:
    bob = queries.person_id_by_name("Bob") or 0
    service.sign_in_with_password("Bob", "three green umbrellas", **HERE)
    before = collected(bob, *holders_of(ROOM))
    erase(who)
    assert collected(bob, *holders_of(ROOM)) == before != []
    service.sign_in_with_password("Bob", "three green umbrellas", **HERE)


def test_a_code_to_their_address_goes_although_nobody_knew_whose_it_was(who: Actor) -> None:
    mine = Code.purpose == CodePurpose.REGISTER
    assert rows(Code, mine, Code.person_id.is_(None)) == 1
    erase(who)
    assert rows(Code, mine) == 0


def test_of_a_restricted_sign_in_stays_when_and_from_which_network(who: Actor) -> None:
    mine = SignIn.person_id == who.id
    times = rows(SignIn, mine)
    last = holder("accounts.sign_ins").since(who.id or 0)
    assert last is not None
    assert last > utcnow() - timedelta(minutes=1)
    which = (holder("accounts.sessions"), holder("accounts.sign_ins"))
    taken = carry_out(Measure.RESTRICT, who.id, *which)
    assert taken == {"accounts.sessions": 1, "accounts.sign_ins": times}
    assert times > 1
    for row in db.session.execute(select(SignIn).where(mine)).scalars():
        kept = (row.address, row.network, row.device, row.device_hash, row.target_blind)
        assert kept == ("203.0.113.x", None, "", None, b"")
    assert not any(carry_out(Measure.RESTRICT, who.id, *which).values()), "twice is harmless"
    service_retention.forget_sign_ins(utcnow() + timedelta(days=191))
    assert rows(SignIn, mine) == 0


def test_an_erased_account_is_found_by_nobody_and_opens_to_nobody(who: Actor) -> None:
    cookie = db.session.execute(select(Session.secret_hash)).scalar_one()
    contact = queries.contacts_of(who.id or 0)[0].id
    key = db.session.execute(select(Passkey.credential_id)).scalar_one()
    point_to(who)
    erase(who)
    assert queries_sessions.speaker(cookie, utcnow()) is None
    for text in (NAME, MAIL, MOBILE):
        with pytest.raises(Invalid):
            service.sign_in_with_password(text, PASSWORD, **HERE)
        assert queries_names.find_people(text) == []
    assert queries_names.find_people(somebody.FIRM) == []
    assert rows(Passkey, Passkey.credential_id == key) == 0
    with pytest.raises(NotFound):
        queries.contact(contact)
    with pytest.raises(NotFound):
        service_sessions.open_guest_session(contact, **HERE)
    view = queries.person(who.id or 0)
    assert view.erased
    assert view.disabled
    assert view.name == ""
    assert not view.has_factor


def test_the_name_and_the_address_of_an_erased_account_are_free_again(who: Actor) -> None:
    erase(who)
    assert make_member(NAME, MAIL) != who.id


def test_where_their_name_stood_pages_say_that_the_account_is_deleted(who: Actor) -> None:
    erase(who)
    number, bob = who.id or 0, queries.person_id_by_name("Bob") or 0
    with force_locale("en"):
        assert queries.names([number, bob]) == {number: "Deleted account", bob: "Bob"}
    with force_locale("zh_Hans_CN"):
        assert queries.guest_names([number]) == {number: "已删除的账户"}
    assert queries.names([number]) == {number: "Deleted account"}, "also in a job, without a reader"


def test_a_guest_is_erased_like_a_member(context: None) -> None:
    guest = service_contacts.guest_for(ContactKind.EMAIL, MAIL, "zh").person_id
    assert MAIL in said(collected(guest, *holders_of(ROOM)))
    carry_out(Measure.ERASE, guest, *holders_of(ROOM))
    assert left_of([MAIL], ROOM) == []
    with force_locale("en"):
        assert queries.names([guest]) == {guest: "Deleted account"}
    assert service_contacts.guest_for(ContactKind.EMAIL, MAIL, "zh").person_id != guest


def test_an_address_to_which_an_order_points_stays_as_an_empty_row_until_nothing_does(
    who: Actor,
) -> None:
    point_to(who)
    mine = ContactPoint.person_id == who.id
    erase(who)
    shell = db.session.execute(select(ContactPoint).where(mine)).scalar_one()
    assert (shell.sealed, shell.blind, shell.bound, shell.verified_at) == (b"", b"", False, None)
    assert queries.contacts_of(who.id or 0) == [], "no page tries to open it"
    assert queries.contacts([shell.id]) == {}
    with transaction():
        changed(update(Party).values(contact_id=None))
    assert sum(erase(who).values()) == 1
    assert rows(ContactPoint, mine) == 0


def test_profile_and_contact_persons_go_without_the_account(who: Actor) -> None:
    own = ("accounts.basic_information", "accounts.contact_persons")
    carry_out(Measure.ERASE, who.id, *map(holder, own))
    assert rows(ContactPerson) == 0
    assert queries_names.find_people(somebody.FIRM) == []
    assert left_of([somebody.FRIEND], ROOM) == []
    assert [one.address for one in queries.contacts_of(who.id or 0)] == [MAIL, MOBILE]
    assert rows(ContactPoint, ContactPoint.person_id == who.id) == 2
    service.sign_in_with_password(NAME, PASSWORD, **HERE)


def test_a_new_code_to_the_address_is_of_somebody_new(app: Flask, who: Actor) -> None:
    erase(who)
    somebody.ask_code(CodePurpose.REGISTER, MAIL)
    assert sent_digits(CodePurpose.REGISTER)
    assert rows(Code, Code.address == IP) == 1
    assert DEVICE not in str(left_of([DEVICE], ROOM))
