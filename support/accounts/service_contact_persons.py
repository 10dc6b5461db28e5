"""Contact persons: third people whom a member names; each address is theirs once they read back a code (M5)."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from support.accounts import code_secrets, policy, queries, service_codes, service_contacts
from support.accounts.models import ContactPerson, ContactPoint, Person
from support.accounts.policy import CodePurpose, require_self
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import Expired, Invalid, NotAllowed, NotFound
from support.core.words import N_

_LEFT = N_("This person does not want to be a contact any more.")


@dataclass(frozen=True, slots=True)
class NamedContact:
    """One contact person: name, position, addresses, and whether they opted out."""

    id: int
    uid: str
    name: str
    position: str
    contacts: tuple[queries.ContactView, ...]
    opted_out: bool


def contact_persons(person_id: int) -> list[NamedContact]:
    """Return the contact persons of a member, oldest first."""
    rows = list(
        db.session.execute(
            select(ContactPerson)
            .where(ContactPerson.person_id == person_id)
            .order_by(ContactPerson.id)
        ).scalars()
    )
    addresses = queries.contacts_by_contact_person([row.id for row in rows])
    return [_named(row, tuple(addresses[row.id])) for row in rows]


def contact_person(actor: Actor, uid: str) -> NamedContact:
    """Return one of the actor's own contact persons; somebody else's is `NotFound`."""
    row = db.session.execute(
        select(ContactPerson).where(ContactPerson.uid == uid, ContactPerson.person_id == actor.id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return _named(row, tuple(queries.contacts_by_contact_person([row.id])[row.id]))


def add_contact_person(
    actor: Actor, *, name: str, position: str, authorised: bool, now: datetime | None = None
) -> str:
    """Add a contact person and return the public id; no address is theirs until a code sent there was read back.

    They are a third person: the member states that they agreed (`Invalid` otherwise). Twenty at most.
    """
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    if not authorised:
        raise Invalid("authorised", N_("Tell us that this person agreed to be named."))
    with transaction():
        db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        mine = (
            select(func.count())
            .select_from(ContactPerson)
            .where(ContactPerson.person_id == person_id)
        )
        if db.session.execute(mine).scalar_one() >= policy.MOST_CONTACT_PERSONS:
            raise Invalid(
                "name", N_("You have named as many contact persons as possible. Remove one first.")
            )
        uid = new_uid()
        text = json.dumps({"name": name.strip(), "position": position.strip()}, ensure_ascii=False)
        sealed = vault.seal(queries.owner(person_id), _named_place(uid), text)
        row = ContactPerson(uid=uid, person_id=person_id, sealed=sealed, created_at=now)
        db.session.add(row)
        audit.record(f"person:{person_id}", "contact_person.added", actor=actor, at=now)
    return uid


def request_contact_code(
    actor: Actor, uid: str, text: str, *, visitor: str, address: str, now: datetime | None = None
) -> None:
    """Send a code, and the link to opt out, to the address that a contact person is to be reached at."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    named = contact_person(actor, uid)
    if named.opted_out:
        raise NotAllowed(_LEFT)
    kind, value = service_contacts.normalise(text)
    service_codes.request_code(
        actor,
        CodePurpose.CONTACT,
        kind=kind,
        value=value,
        visitor=visitor,
        address=address,
        language=actor.language,
        person_id=person_id,
        about=uid,
        now=now,
    )


def prove_contact_address(
    actor: Actor, digits: str, *, visitor: str, now: datetime | None = None
) -> str:
    """Keep the address whose code was read back as its contact person's (one of each kind); return the public id.

    Raises `NotAllowed` when they opted out by the link meanwhile.
    """
    person_id, now = require_self(actor), now or utcnow()
    code = service_codes.check_code(CodePurpose.CONTACT, visitor=visitor, digits=digits, now=now)
    if code.person_id != person_id:
        raise Invalid("code", service_codes.WRONG)
    named = contact_person(actor, code.about)
    with transaction() as session:
        service_codes.use_code(code.id, now=now)
        row = session.execute(
            select(ContactPerson.opted_out_at).where(ContactPerson.id == named.id).with_for_update()
        ).one_or_none()
        if row is None:
            raise NotFound()
        if row[0] is not None:
            raise NotAllowed(_LEFT)
        same_kind = (ContactPoint.contact_person_id == named.id, ContactPoint.kind == code.kind)
        session.execute(delete(ContactPoint).where(*same_kind))
        service_contacts.add_contact(
            person_id, code.kind, code.value, now=now, verified=True, contact_person_id=named.id
        )
        audit.record(
            f"person:{person_id}", "contact_person.proved", actor=actor, at=now, kind=code.kind
        )
    return named.uid


def remove_contact_person(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Delete a contact person with all addresses; needs a fresh proof (`NeedsProof`), somebody else's is `NotFound`."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    named = contact_person(actor, uid)
    with transaction() as session:
        session.execute(delete(ContactPoint).where(ContactPoint.contact_person_id == named.id))
        session.execute(delete(ContactPerson).where(ContactPerson.id == named.id))
        audit.record(f"person:{person_id}", "contact_person.removed", actor=actor, at=now)


def opt_out_subject(uid: str, token: str) -> NamedContact:
    """Return the contact person behind an opt-out link; raise `Expired` for a wrong or dead link."""
    return _named(_by_link(uid, token), ())


def opt_out(uid: str, token: str, *, now: datetime | None = None) -> None:
    """Stop naming a person who asked for it by their link: the addresses are deleted at once. Twice is harmless."""
    now = now or utcnow()
    row = _by_link(uid, token)
    person_id, row_id = row.person_id, row.id
    with transaction() as session:
        standing = (ContactPerson.id == row_id, ContactPerson.opted_out_at.is_(None))
        if changed(update(ContactPerson).where(*standing).values(opted_out_at=now)) == 1:
            session.execute(delete(ContactPoint).where(ContactPoint.contact_person_id == row_id))
            guest = Actor("anonymous")
            audit.record(f"person:{person_id}", "contact_person.opted_out", actor=guest, at=now)


def _by_link(uid: str, token: str) -> ContactPerson:
    right = hmac.compare_digest(code_secrets.opt_out_token(uid).encode(), token.encode())
    row = db.session.execute(
        select(ContactPerson).where(ContactPerson.uid == uid)
    ).scalar_one_or_none()
    if row is None or not right:
        raise Expired()
    return row


def _named(row: ContactPerson, contacts: tuple[queries.ContactView, ...]) -> NamedContact:
    said = json.loads(vault.unseal(queries.owner(row.person_id), _named_place(row.uid), row.sealed))
    return NamedContact(
        row.id, row.uid, said["name"], said["position"], contacts, row.opted_out_at is not None
    )


def _named_place(uid: str) -> str:
    return f"contact_person.sealed:{uid}"
