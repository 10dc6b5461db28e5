"""How people are reached: addresses bound and unbound by a code, and the unverified addresses of guests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from support.accounts import limits, policy, queries, service_codes
from support.accounts.addresses import normalise_address
from support.accounts.models import ContactKind, ContactPoint, Person, PersonKind
from support.accounts.policy import CodePurpose, require_self
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, outbox, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.words import N_

_TAKEN = N_("This address already signs in to an account. Sign in there, or use another address.")


@dataclass(frozen=True, slots=True)
class GuestRef:
    """A guest and the address that they gave."""

    person_id: int
    contact_id: int


def normalise(text: str) -> tuple[ContactKind, str]:
    """Return kind and spelling of an address typed into a field named `address`; raise `Invalid`."""
    return normalise_address("auto", text)


def request_binding(
    actor: Actor, text: str, *, visitor: str, address: str, now: datetime | None = None
) -> None:
    """Send a code to an address that the actor wants to sign in with; needs a fresh proof (`NeedsProof`).

    An address that signs in to another account gets that news instead of a code; the answer is the same.
    """
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    kind, value = normalise(text)
    mine = [one for one in queries.contacts_of(person_id) if one.bound]
    if any(one.kind == kind and one.address == value for one in mine):
        raise Invalid("address", N_("This address is yours already."))
    if len(mine) >= policy.MOST_CONTACT_POINTS:
        raise Invalid(
            "address", N_("You have as many addresses as one account can hold. Remove one first.")
        )
    service_codes.request_code(
        actor,
        CodePurpose.BIND,
        kind=kind,
        value=value,
        visitor=visitor,
        address=address,
        language=actor.language,
        person_id=person_id,
        now=now,
    )


def bind_contact(actor: Actor, digits: str, *, visitor: str, now: datetime | None = None) -> int:
    """Bind the address whose code was typed, tell the older addresses, and return the contact point's id."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    code = service_codes.check_code(CodePurpose.BIND, visitor=visitor, digits=digits, now=now)
    if code.person_id != person_id:
        raise Invalid("code", service_codes.WRONG)
    with transaction():
        service_codes.use_code(code.id, now=now)
        older = [one.id for one in queries.contacts_of(person_id) if one.verified]
        contact_id = add_bound(person_id, code.kind, code.value, now=now)
        tell_change(actor, person_id, contact_id, "bound", older, now)
    return contact_id


def unbind_contact(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Stop signing in with an address; every older address is told, the removed one too.

    Raises `NotAllowed` for the last one: an account without any can't be retrieved.
    """
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    found = queries.own_contact(actor, uid)
    with transaction():
        db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        known = queries.contacts_of(person_id)
        if not [one for one in known if one.bound and one.id != found.id]:
            raise NotAllowed(
                N_("This is the last address that you can sign in with. Add another one first.")
            )
        bound = (ContactPoint.id == found.id, ContactPoint.bound)
        if changed(update(ContactPoint).where(*bound).values(bound=False, changed_at=now)) == 1:
            older = [one.id for one in known if one.verified]
            tell_change(actor, person_id, found.id, "unbound", older, now)


def request_confirmation(
    actor: Actor, uid: str, *, visitor: str, address: str, now: datetime | None = None
) -> None:
    """Send a code to one of the actor's own addresses, to prove that it is them."""
    person_id, found = require_self(actor), queries.own_contact(actor, uid)
    service_codes.request_code(
        actor,
        CodePurpose.CONFIRM,
        kind=found.kind,
        value=found.address,
        visitor=visitor,
        address=address,
        language=actor.language,
        person_id=person_id,
        now=now,
    )


def add_bound(person_id: int, kind: ContactKind, value: str, *, now: datetime) -> int:
    """Insert a verified, bound address inside the caller's transaction; raise `Invalid` where it is bound already.

    The unique index over bound addresses decides between two at the same moment; the advisory lock only makes
    the loser wait for a clear answer.
    """
    limits.one_at_a_time(vault.blind_index(kind, value))
    taken = queries.bound_contact(kind, value)
    if taken is not None and taken[0] == person_id:
        return taken[1]
    if taken is not None:
        raise Invalid("address", _TAKEN)
    return add_contact(person_id, kind, value, now=now, bound=True, verified=True)


def add_contact(
    person_id: int,
    kind: ContactKind,
    value: str,
    *,
    now: datetime,
    bound: bool = False,
    verified: bool = False,
    contact_person_id: int | None = None,
) -> int:
    """Insert an address, sealed, inside the caller's transaction and return its row id."""
    uid = new_uid()
    row = ContactPoint(
        uid=uid,
        person_id=person_id,
        contact_person_id=contact_person_id,
        kind=kind,
        sealed=vault.seal(queries.owner(person_id), queries.contact_place(uid), value),
        blind=vault.blind_index(kind, value),
        bound=bound,
        verified_at=now if verified else None,
        changed_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def guest_for(
    kind: ContactKind, value: str, language: str, now: datetime | None = None
) -> GuestRef:
    """Return the guest with this address, making one with an unverified address if there is none.

    Members are never found here: an address typed into a form opens nobody's account. Nor is a guest whose data is
    being deleted just now: what is filed meanwhile would be left behind, so it is somebody new's.
    """
    now = now or utcnow()
    with transaction():
        blind = vault.blind_index(kind, value)
        limits.one_at_a_time(blind)
        known = db.session.execute(
            select(Person.id, ContactPoint.id)
            .join(ContactPoint, ContactPoint.person_id == Person.id)
            .where(
                Person.kind == PersonKind.GUEST,
                Person.disabled_at.is_(None),
                ContactPoint.kind == kind,
                ContactPoint.blind == blind,
                ContactPoint.contact_person_id.is_(None),
            )
            .order_by(Person.id)
            .limit(1)
        ).one_or_none()
        if known is not None:
            return GuestRef(known[0], known[1])
        guest = Person(
            uid=new_uid(),
            kind=PersonKind.GUEST,
            name="",
            roles=[],
            language=language,
            timezone=settings().operator_timezone,
            created_at=now,
        )
        db.session.add(guest)
        db.session.flush()
        return GuestRef(guest.id, add_contact(guest.id, kind, value, now=now))


def tell_change(
    actor: Actor, person_id: int, contact_id: int, change: str, tell: list[int], now: datetime
) -> None:
    """Write down that an address was bound or unbound, and have the contact points `tell` told of it."""
    audit.record(
        f"person:{person_id}", f"contact.{change}", actor=actor, at=now, contact=contact_id
    )
    outbox.put(
        "contact.changed",
        f"{contact_id}:{new_uid()}",
        person=person_id,
        contact=contact_id,
        change=change,
        tell=tell,
    )
