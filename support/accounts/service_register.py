"""Becoming a member, and a password that is changed or retrieved (PP-2.1.1, M2, M3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from support.accounts import (
    limits,
    passwords,
    queries,
    service_codes,
    service_contacts,
    service_devices,
    service_identities,
    service_sessions,
)
from support.accounts.addresses import checked_name, fold_name
from support.accounts.models import ContactKind, Person, PersonKind
from support.accounts.policy import CodePurpose, Method, Outcome, require_self
from support.accounts.providers import Identity
from support.accounts.service_sessions import OpenedSession
from support.assurance import service as assurance
from support.assurance.policy import Act, ProofKind
from support.core import audit, outbox, vault
from support.core.actors import ANONYMOUS, SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import Expired, Invalid, NotAllowed
from support.core.words import N_
from support.policies import intake
from support.policies import service as policies

_BOUND = N_(
    "The account of the other service was bound to somebody meanwhile. You can register without it."
)
_TAKEN = N_("This member name is taken. Choose another one.")


def register_member(
    proved: str,
    *,
    visitor: str,
    name: str,
    password: str,
    policy_version: int,
    language: str,
    address: str,
    device: str,
    browser: str = "",
    identity: Identity | None = None,
    now: datetime | None = None,
) -> OpenedSession:
    """Make the account of the address that this visitor proved with the code `proved`, and open its first session.

    No account exists before its address is proved, so nobody can hold one for somebody else's (C-9). The
    policy version was accepted expressly on the form. An `identity` that this visitor showed is bound to it. Raises
    `Invalid` for the name or password, `Expired` half an hour after the code, `Invalid` for an address or identity
    that got an account meanwhile, `Ceased` once the service takes in nobody new.
    """
    now = now or utcnow()
    intake.require_intake(ANONYMOUS, now)
    code = service_codes.proved_code(CodePurpose.REGISTER, visitor=visitor, uid=proved, now=now)
    name = checked_name(name)
    passwords.check_password(password, own=[name, code.value])
    hashed = passwords.hash_password(password)
    with transaction():
        person_id = _new_person(PersonKind.MEMBER, name, hashed, language=language, now=now)
        contact_id = service_contacts.add_bound(person_id, code.kind, code.value, now=now)
        actor = Actor("member", person_id)
        audit.record(actor.ref, "member.registered", actor=actor, at=now, contact=contact_id)
        policies.record_acceptance(
            actor, person_id=person_id, version_id=policy_version, how="registration", now=now
        )
        outbox.put(
            "member.registered",
            str(person_id),
            person=person_id,
            contact=contact_id,
            kind=code.kind,
        )
        if identity and not service_identities.add_identity(actor, person_id, identity, now=now):
            raise Invalid("identity", _BOUND)
        target = vault.blind_index("login", code.value)
        try_id = limits.note_try(person_id, target, Method.CODE, Outcome.OK, address, device, now)
        service_devices.note_device(try_id, person_id, browser, begun=now, now=now)
        return service_sessions.open_session(
            person_id, Method.CODE, address, device, now, second=False
        )


def create_member(
    actor: Actor,
    *,
    name: str,
    password: str,
    contacts: Sequence[tuple[ContactKind, str]],
    language: str = "en",
    now: datetime | None = None,
) -> int:
    """Make a member with bound, verified addresses without codes and return the row id; for the system only."""
    if actor.kind != "system":
        raise NotAllowed()
    now = now or utcnow()
    hashed = passwords.hash_password(password)
    with transaction():
        person_id = _new_person(
            PersonKind.MEMBER, checked_name(name), hashed, language=language, now=now
        )
        for kind, value in contacts:
            service_contacts.add_bound(person_id, kind, value, now=now)
        audit.record(f"person:{person_id}", "member.created", actor=actor, at=now)
    return person_id


def add_person(
    kind: PersonKind, name: str, *, password: str | None, language: str, now: datetime
) -> int:
    """Insert a person inside the caller's transaction and return the row id; raise `Invalid` for a taken name."""
    hashed = passwords.hash_password(password) if password else None
    return _new_person(kind, checked_name(name), hashed, language=language, now=now)


def request_retrieval(
    text: str, *, visitor: str, address: str, language: str, now: datetime | None = None
) -> None:
    """Send a code to set a new password with, if the address belongs to an account; the answer is the same if not."""
    kind, value = service_contacts.normalise(text)
    service_codes.request_account_code(
        CodePurpose.RETRIEVE,
        kind,
        value,
        visitor=visitor,
        address=address,
        language=language,
        now=now,
    )


def request_registration(
    kind: ContactKind,
    value: str,
    *,
    visitor: str,
    address: str,
    language: str,
    now: datetime | None = None,
) -> None:
    """Send a code to register with; an address that has an account gets that news instead, the answer is the same.

    Raises `Ceased` once the service takes in nobody new.
    """
    intake.require_intake(ANONYMOUS, now or utcnow())
    service_codes.request_code(
        SYSTEM,
        CodePurpose.REGISTER,
        kind=kind,
        value=value,
        visitor=visitor,
        address=address,
        language=language,
        now=now,
    )


def prove_address(
    purpose: CodePurpose, digits: str, *, visitor: str, now: datetime | None = None
) -> str:
    """Use up the visitor's code of `purpose` and return its uid, good for the next page for half an hour."""
    now = now or utcnow()
    code = service_codes.check_code(purpose, visitor=visitor, digits=digits, now=now)
    with transaction():
        service_codes.use_code(code.id, now=now)
    return code.uid


def retrieve_password(
    proved: str, *, visitor: str, password: str, now: datetime | None = None
) -> None:
    """Set a new password after a `retrieve` code; every session ends, and a second factor is still asked (ASVS 6.4.3).

    Raises `Expired` when the code was not used by this visitor, too long ago, or for a password set already.
    """
    now = now or utcnow()
    code = service_codes.proved_code(CodePurpose.RETRIEVE, visitor=visitor, uid=proved, now=now)
    found = queries.bound_contact(code.kind, code.value)
    if found is None or found[0] != code.person_id:
        raise Expired()
    person_id = found[0]
    actor = Actor("anonymous", person_id)
    _check_new_password(person_id, password)
    hashed = passwords.hash_password(password)
    with transaction():
        used_at = service_codes.used_at(code.id)
        older = (Person.password_set_at.is_(None)) | (Person.password_set_at < used_at)
        mine = (Person.id == person_id, Person.disabled_at.is_(None), older)
        if (
            changed(update(Person).where(*mine).values(password_hash=hashed, password_set_at=now))
            != 1
        ):
            raise Expired()
        service_sessions.end_sessions_of(actor, person_id, now=now)
        _tell(actor, person_id, "retrieved", now)


def change_password(actor: Actor, password: str, *, now: datetime | None = None) -> None:
    """Set the actor's new password and end the other sessions; needs a fresh proof (`NeedsProof`, ASVS 6.2.3)."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_PASSWORD, now=now)
    _check_new_password(person_id, password)
    hashed = passwords.hash_password(password)
    with transaction():
        mine = (Person.id == person_id, Person.disabled_at.is_(None))
        changed(update(Person).where(*mine).values(password_hash=hashed, password_set_at=now))
        service_sessions.end_sessions_of(actor, person_id, keep=actor.session, now=now)
        _tell(actor, person_id, "changed", now)


def prove_password(
    actor: Actor, password: str, *, address: str, device: str, now: datetime | None = None
) -> None:
    """Write down that the present session gave the right password just now; raises `Invalid`, `TooMany`."""
    person_id, now = require_self(actor), now or utcnow()
    target = vault.blind_index("confirm", str(person_id))
    try_id = limits.begin_try(person_id, target, Method.PASSWORD, address, device, now)
    stored = _stored(person_id)
    db.session.rollback()  # hashing takes long: hold no read meanwhile
    if not passwords.verify_password(stored, password):
        raise Invalid("password", N_("This is not your password."))
    with transaction():
        limits.end_try(try_id)
        assurance.write_proof(
            actor, ProofKind.FRESH_SESSION, session_id=actor.session or 0, now=now
        )


def prove_code(actor: Actor, digits: str, *, visitor: str, now: datetime | None = None) -> None:
    """Write down that the present session read back a code from one of the person's addresses just now."""
    person_id, now = require_self(actor), now or utcnow()
    code = service_codes.check_code(CodePurpose.CONFIRM, visitor=visitor, digits=digits, now=now)
    if code.person_id != person_id:
        raise Invalid("code", service_codes.WRONG)
    with transaction():
        service_codes.use_code(code.id, now=now)
        assurance.write_proof(actor, ProofKind.CODE, session_id=actor.session or 0, now=now)


def _check_new_password(person_id: int, password: str) -> None:
    own = [queries.person(person_id).name, *(one.address for one in queries.contacts_of(person_id))]
    passwords.check_password(password, own=own)
    if passwords.verify_password(_stored(person_id), password):
        raise Invalid("password", N_("This is your present password. Choose a new one."))


def _stored(person_id: int) -> str | None:
    found: str | None = db.session.execute(
        select(Person.password_hash).where(Person.id == person_id)
    ).scalar_one_or_none()
    return found


def _new_person(
    kind: PersonKind, name: str, hashed: str | None, *, language: str, now: datetime
) -> int:
    """The unique folded name decides between two who want it at the same moment."""
    uid = new_uid()
    inserted = insert_new(
        Person,
        uid=uid,
        kind=kind,
        name=name,
        name_folded=fold_name(name),
        password_hash=hashed,
        password_set_at=now if hashed else None,
        roles=[],
        language=language,
        timezone=settings().operator_timezone,
        character_keys=True,
        created_at=now,
        version=1,
    )
    if not inserted:
        raise Invalid("name", _TAKEN)
    return db.session.execute(select(Person.id).where(Person.uid == uid)).scalar_one()


def _tell(actor: Actor, person_id: int, how: str, now: datetime) -> None:
    audit.record(f"person:{person_id}", f"password.{how}", actor=actor, at=now)
    outbox.put("password.changed", f"{person_id}:{new_uid()}", person=person_id, how=how)
