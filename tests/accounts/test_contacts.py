"""Addresses, guests, contact persons, basic information (M3, M4, M5; faults.md C 2, 8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from support.accounts import (
    code_secrets,
    queries,
    queries_names,
    service,
    service_codes,
    service_contact_persons,
    service_contacts,
    service_profile,
)
from support.accounts.models import ContactKind, ContactPoint, Person
from support.accounts.policy import CodePurpose
from support.core import vault
from support.core.actors import ANONYMOUS, Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import Expired, Invalid, NeedsProof, NotAllowed, NotFound, Stale
from tests.accounts.people import (
    HERE,
    PASSWORD,
    actor_of,
    make_member,
    make_staff,
    news,
    sent_digits,
    signed_in,
)


def bind(actor: Actor, text: str) -> int:
    """Bind an address by the code that goes there."""
    service_contacts.request_binding(actor, text, visitor="v", address="192.0.2.7")
    return service_contacts.bind_contact(actor, sent_digits("bind"), visitor="v")


def test_a_bound_address_signs_in_and_the_older_one_is_told(app: Flask, context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    older = queries.contacts_of(alice.id or 0)[0]
    contact_id = bind(alice, "138 0013 8000")
    assert service.sign_in_with_password("+86 13800138000", PASSWORD, **HERE)
    assert news(app, "contact.changed") == [
        {"person": alice.id, "contact": contact_id, "change": "bound", "tell": [older.id]}
    ]


def test_the_last_way_in_stays(app: Flask, context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    [only] = queries.contacts_of(alice.id or 0)
    with pytest.raises(NotAllowed):
        service_contacts.unbind_contact(alice, only.uid)
    newer = bind(alice, "new@example.org")
    service_contacts.unbind_contact(alice, only.uid)
    with pytest.raises(NotFound):
        service_contacts.unbind_contact(alice, only.uid)
    with pytest.raises(Invalid):
        service.sign_in_with_password("alice@example.org", PASSWORD, **HERE)
    told = news(app, "contact.changed")[-1]
    assert told["change"] == "unbound"
    assert set(told["tell"]) == {only.id, newer}


def test_two_removals_at_once_leave_one_address(app: Flask) -> None:
    with app.app_context():
        make_member("Alice", "alice@example.org", "alice2@example.org")
        alice = signed_in("Alice")
        uids = [one.uid for one in queries.contacts_of(alice.id or 0)]
        db.session.remove()

    def unbind(uid: str) -> None:
        with app.app_context():
            try:
                service_contacts.unbind_contact(alice, uid)
            except NotAllowed:
                pass
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(unbind, uids))
    with app.app_context():
        assert sum(one.bound for one in queries.contacts_of(alice.id or 0)) == 1


def test_an_address_belongs_to_one_account(context: None) -> None:
    make_member("Alice")
    make_member("Charlie")
    charlie = signed_in("Charlie")
    service_contacts.request_binding(charlie, "alice@example.org", visitor="v", address="192.0.2.7")
    assert sent_digits("bind") == ""
    with pytest.raises(Invalid), transaction():
        service_contacts.add_bound(
            charlie.id or 0, ContactKind.EMAIL, "alice@example.org", now=utcnow()
        )


def test_changing_addresses_needs_a_fresh_proof(context: None) -> None:
    make_member("Alice")
    alice, later = signed_in("Alice"), utcnow() + timedelta(minutes=16)
    with pytest.raises(NeedsProof):
        service_contacts.request_binding(
            alice, "new@example.org", visitor="v", address="192.0.2.7", now=later
        )
    [only] = queries.contacts_of(alice.id or 0)
    with pytest.raises(NeedsProof):
        service_contacts.unbind_contact(alice, only.uid, now=later)


def test_another_persons_address_is_not_found(context: None) -> None:
    make_member("Alice")
    make_member("Charlie")
    charlie = signed_in("Charlie")
    [alices] = queries.contacts_of(1)
    with pytest.raises(NotFound):
        service_contacts.unbind_contact(charlie, alices.uid)
    with pytest.raises(NotFound):
        service_contacts.request_confirmation(charlie, alices.uid, visitor="v", address="192.0.2.7")


def test_a_missing_key_is_an_alarm_and_a_destroyed_one_is_not(context: None) -> None:
    alice = make_member("Alice", "alice@example.org")
    bob = make_member("Bob", "bob@example.org")
    with transaction() as session:
        vault.destroy(f"person:{bob}")
        session.execute(delete(vault.VaultKey).where(vault.VaultKey.owner == f"person:{alice}"))
    db.session.remove()
    assert queries.contacts_of(bob) == []
    with pytest.raises(vault.SealBroken):
        queries.contacts_of(alice)


def test_addresses_are_sealed_and_found_whole(context: None) -> None:
    alice = make_member("Alice", "alice@example.org", "13800138000")
    rows = db.session.execute(select(ContactPoint)).scalars().all()
    assert not any(b"alice" in row.sealed or b"alice" in row.blind for row in rows)
    assert queries_names.find_people("ali") == [alice]
    assert queries_names.find_people("138 0013 8000") == [alice]
    assert queries_names.find_people("1380013800") == []
    assert queries_names.find_people("%") == []
    wang = make_member("王小明", "wang@example.org")
    assert queries_names.find_people("王小") == [wang]
    assert queries_names.find_people("王大") == []
    assert queries.names([alice]) == {alice: "Alice"}


def test_a_guest_is_made_once_and_never_a_member(context: None) -> None:
    alice = make_member("Alice")
    first = service_contacts.guest_for(ContactKind.EMAIL, "alice@example.org", "zh")
    again = service_contacts.guest_for(ContactKind.EMAIL, "alice@example.org", "en")
    assert first == again
    assert first.person_id != alice
    guest = queries.person(first.person_id)
    assert (guest.kind, guest.language, guest.has_password) == ("guest", "zh", False)
    assert queries.names([guest.id]) == {guest.id: "al•••e@ex•••.org"}


def test_one_guest_is_made_by_many_at_once(app: Flask) -> None:
    def make(_number: int) -> int:
        with app.app_context():
            try:
                made = service_contacts.guest_for(ContactKind.EMAIL, "dora@example.org", "en")
            finally:
                db.session.remove()
            return made.person_id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(make, range(6)))) == 1
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(Person)).scalar_one() == 1


def test_a_guest_session_is_short_and_only_for_guests(context: None) -> None:
    guest = service_contacts.guest_for(ContactKind.EMAIL, "dora@example.org", "en")
    assert not queries.contact(guest.contact_id).verified
    session = service.open_guest_session(guest.contact_id, **HERE)
    assert actor_of(session).kind == "guest"
    db.session.expire_all()
    assert queries.contact(guest.contact_id).verified
    make_member("Alice")
    [alices] = queries.contacts_of(queries.person_id_by_name("Alice") or 0)
    with pytest.raises(NotFound):
        service.open_guest_session(alices.id, **HERE)


def named(actor: Actor, name: str = "Frank") -> str:
    """Name a contact person with a proved address."""
    uid = service_contact_persons.add_contact_person(
        actor, name=name, position="Accounts", authorised=True
    )
    service_contact_persons.request_contact_code(
        actor, uid, f"{name}@example.net", visitor="v", address="192.0.2.7"
    )
    return service_contact_persons.prove_contact_address(actor, sent_digits("contact"), visitor="v")


def test_a_contact_person_has_an_address_once_it_is_proved(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    with pytest.raises(Invalid):
        service_contact_persons.add_contact_person(alice, name="F", position="", authorised=False)
    uid = service_contact_persons.add_contact_person(
        alice, name="Frank", position="Accounts", authorised=True
    )
    assert service_contact_persons.contact_person(alice, uid).contacts == ()
    named(alice, "Grace")
    people = service_contact_persons.contact_persons(alice.id or 0)
    assert [(one.name, [each.address for each in one.contacts]) for one in people] == [
        ("Frank", []),
        ("Grace", ["grace@example.net"]),
    ]
    assert [one.address for one in queries.contacts_of(alice.id or 0)] == ["alice@example.org"]


def test_a_contact_persons_address_signs_nobody_in(context: None) -> None:
    make_member("Alice")
    named(signed_in("Alice"))
    with pytest.raises(Invalid):
        service.sign_in_with_password("frank@example.net", PASSWORD, **HERE)


def test_only_the_owner_sees_a_contact_person(context: None) -> None:
    make_member("Alice")
    make_member("Charlie")
    uid = named(signed_in("Alice"))
    charlie = signed_in("Charlie")
    with pytest.raises(NotFound):
        service_contact_persons.contact_person(charlie, uid)
    with pytest.raises(NotFound):
        service_contact_persons.remove_contact_person(charlie, uid)


def test_a_contact_person_leaves_by_the_link_in_the_message(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    uid = named(alice)
    token = code_secrets.opt_out_token(uid)
    for guess in ("", token[:-1], token.upper(), code_secrets.opt_out_token("another")):
        with pytest.raises(Expired):
            service_contact_persons.opt_out(uid, guess)
    service_contact_persons.opt_out(uid, token)
    service_contact_persons.opt_out(uid, token)  # twice is harmless
    person = service_contact_persons.contact_person(alice, uid)
    assert person.opted_out
    assert person.contacts == ()
    with pytest.raises(NotAllowed):
        service_contact_persons.request_contact_code(
            alice, uid, "frank@example.net", visitor="v", address="192.0.2.7"
        )


def test_removing_a_contact_person_needs_a_fresh_proof(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    uid, later = named(alice), utcnow() + timedelta(minutes=16)
    with pytest.raises(NeedsProof):
        service_contact_persons.remove_contact_person(alice, uid, now=later)
    assert service_contact_persons.contact_person(alice, uid).contacts


def test_a_code_read_back_after_the_opt_out_adds_no_address(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    uid = service_contact_persons.add_contact_person(alice, name="F", position="", authorised=True)
    service_contact_persons.request_contact_code(
        alice, uid, "frank@example.net", visitor="v", address="192.0.2.7"
    )
    digits = sent_digits("contact")
    service_contact_persons.opt_out(uid, code_secrets.opt_out_token(uid))
    with pytest.raises(NotAllowed):
        service_contact_persons.prove_contact_address(alice, digits, visitor="v")
    assert service_contact_persons.contact_person(alice, uid).contacts == ()


def test_the_message_of_a_contact_code_carries_the_way_out(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    uid = service_contact_persons.add_contact_person(alice, name="F", position="", authorised=True)
    service_contact_persons.request_contact_code(
        alice, uid, "frank@example.net", visitor="v", address="192.0.2.7"
    )
    row = db.session.execute(select(db.metadata.tables["code"].c.id)).scalars().all()[-1]
    message = service_codes.reveal_code(row)
    assert message is not None
    assert message.path == f"/contact-persons/{uid}/{code_secrets.opt_out_token(uid)}"


def save(actor: Actor, version: int, **values: str) -> None:
    """Save basic information."""
    service_profile.save_profile(actor, enterprise=True, values=values, version=version)


def test_basic_information_keeps_what_is_told_and_drops_the_rest(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    assert service_profile.profile_of(alice.id or 0).version == 0
    save(alice, 0, organisation=" Umbrella ", website="", roles="admin", kind="staff")
    profile = service_profile.profile_of(alice.id or 0)
    assert (profile.enterprise, dict(profile.values)) == (True, {"organisation": "Umbrella"})
    assert queries.person(alice.id or 0).kind == "member"
    with pytest.raises(Stale):
        save(alice, 1, organisation="Other")
    save(alice, profile.version)
    assert service_profile.profile_of(alice.id or 0).values == {}


def test_settings_are_kept_and_zones_checked(context: None) -> None:
    make_member("Alice")
    alice = signed_in("Alice")
    with pytest.raises(Invalid):
        service_profile.save_settings(
            alice, language="zh", timezone="../etc/passwd", character_keys=False
        )
    service_profile.save_settings(
        alice, language="zh", timezone="Europe/Berlin", character_keys=False
    )
    who = queries.person(alice.id or 0)
    assert (who.language, who.timezone) == ("zh", "Europe/Berlin")
    assert not service_profile.character_keys(who.id)


def test_guests_and_strangers_have_no_account_to_change(context: None) -> None:
    guest = Actor("guest", 1, session=1)
    make_staff("Bob")
    for actor in (ANONYMOUS, guest):
        with pytest.raises(NotAllowed):
            service_contacts.request_binding(actor, "a@example.org", visitor="v", address="a")
        with pytest.raises(NotAllowed):
            save(actor, 0)
    with pytest.raises(Invalid):
        service_codes.check_code(CodePurpose.BIND, visitor="v", digits="000000")
