"""The account, its ways in and its addresses, and what somebody told: counted, read for a copy, and erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from support.accounts import (
    providers,
    queries,
    queries_identities,
    queries_names,
    queries_passkeys,
    service_contact_persons,
    service_profile,
)
from support.accounts.models import (
    BasicInformation,
    ContactPerson,
    ContactPoint,
    FactorReset,
    NameStart,
    Passkey,
    Person,
    RecoveryCode,
)
from support.core.db import changed, db, new_uid
from support.core.holders import BATCH, Item, Removal, count_of, delete_some
from support.core.vault import KeyDestroyed
from support.core.web_parts import page_language
from support.core.words import N_

_FEW = 5
"""So many rows a call, where each makes the database look through all that may point to it."""


def information(person_id: int) -> Iterator[Item]:
    """Yield what somebody told about themself."""
    found = select(BasicInformation.changed_at).where(BasicInformation.person_id == person_id)
    at = db.session.execute(found).scalar_one_or_none()
    try:
        told = service_profile.profile_of(person_id)
    except KeyDestroyed:
        return
    if at is not None:
        fields = {_TOLD[name]: value for name, value in told.values.items()}
        yield Item(N_("Basic information"), at, fields)


_TOLD = {
    "organisation": N_("Organisation name"),
    "years": N_("Years in business"),
    "size": N_("Number of people"),
    "industry": N_("Industry"),
    "business": N_("Main business"),
    "products": N_("Main products"),
    "website": N_("Website"),
    "country": N_("Country or region"),
    "region": N_("Province or state"),
    "street": N_("Street and number"),
    "phone": N_("Phone"),
    "fax": N_("Fax"),
}


def erase_information(removal: Removal) -> int:
    """Delete it, and what finds people by the beginning of their organisation's name."""
    starts = delete_some(NameStart, NameStart.person_id == removal.person_id)
    told = BasicInformation.person_id == removal.person_id
    return starts or delete_some(BasicInformation, told)


def contact_persons(person_id: int) -> Iterator[Item]:
    """Yield the contact persons whom somebody named."""
    try:
        named = service_contact_persons.contact_persons(person_id)
    except KeyDestroyed:
        return
    for one in named:
        addresses = ", ".join(each.address for each in one.contacts)
        fields = {
            N_("Name"): one.name,
            N_("Position"): one.position,
            N_("Addresses"): addresses,
        }
        yield Item(N_("Contact person"), None, fields)


def erase_contact_persons(removal: Removal) -> int:
    """Delete them with their addresses."""
    some = select(ContactPerson.id).where(ContactPerson.person_id == removal.person_id)
    ids = list(db.session.execute(some.order_by(ContactPerson.id).limit(BATCH)).scalars())
    empty_addresses(removal.now, ContactPoint.contact_person_id.in_(ids))
    db.session.execute(delete(ContactPerson).where(ContactPerson.id.in_(ids)))
    return len(ids) or _delete_shells(removal.person_id)


def real_name(person_id: int) -> Iterator[Item]:
    """Yield the verified name; by what it was checked is in the copy of the check."""
    found = queries_names.verified_name_of(person_id)
    if found is not None:
        fields = {N_("Name"): found.name, N_("Name in another script"): found.other_name}
        yield Item(
            N_("Verified name"), found.at, {key: each for key, each in fields.items() if each}
        )


def identities(person_id: int) -> Iterator[Item]:
    """Yield the bound accounts of other services, and what their owner is called there."""
    try:
        bound = queries_identities.identities_of(person_id)
    except KeyDestroyed:
        return
    for one in bound:
        service = providers.title(one.method, page_language())
        fields = {N_("Service"): service, N_("Name"): one.name}
        yield Item(N_("Account of another service"), one.bound_at, fields)


def factors(person_id: int) -> Iterator[Item]:
    """Yield the passkeys by their names, and how many recovery codes are left; what they prove is kept as hashes."""
    for key in queries_passkeys.passkeys_of(person_id):
        yield Item(N_("Passkey"), key.created_at, {N_("Name"): key.name})
    if left := count_of(RecoveryCode, RecoveryCode.person_id == person_id):
        yield Item(N_("Recovery codes"), None, {N_("How many"): left})


def count_factors(person_id: int) -> int:
    """Return how many passkeys and recovery codes there are."""
    return sum(count_of(table, table.person_id == person_id) for table in (Passkey, RecoveryCode))


def erase_factors(removal: Removal) -> int:
    """Delete passkeys, recovery codes, and wishes to reset them."""
    tables: tuple[Any, ...] = (Passkey, RecoveryCode, FactorReset)
    return sum(delete_some(table, table.person_id == removal.person_id) for table in tables)


def addresses(person_id: int) -> Iterator[Item]:
    """Yield the addresses, those that sign in no more as well."""
    for one in queries.contacts_of(person_id):
        yield Item(one.kind.title, one.changed_at, {N_("Address"): one.address})


def count_addresses(person_id: int) -> int:
    """Return how many addresses are kept."""
    return count_of(ContactPoint, *_own(person_id), ContactPoint.sealed != b"")


def erase_addresses(removal: Removal) -> int:
    """Empty all of them at once, then delete those to which nothing points: nobody is found by one of them any more."""
    whole = (*_own(removal.person_id), ContactPoint.sealed != b"")
    return empty_addresses(removal.now, *whole) or _delete_shells(removal.person_id)


def empty_addresses(now: datetime, *which: ColumnElement[bool]) -> int:
    """Take everything out of some addresses, of which nobody has more than a few; return how many."""
    bare = {
        "contact_person_id": None,
        "sealed": b"",
        "blind": b"",
        "bound": False,
        "verified_at": None,
        "failing_since": None,
        "changed_at": now,
    }
    return changed(update(ContactPoint).where(*which).values(**bare))


def _delete_shells(person_id: int) -> int:
    shells = (*_own(person_id), ContactPoint.sealed == b"", ~_is_pointed_to())
    some = select(ContactPoint.id).where(*shells).order_by(ContactPoint.id).limit(_FEW)
    ids = list(db.session.execute(some).scalars())
    db.session.execute(delete(ContactPoint).where(ContactPoint.id.in_(ids)))
    return len(ids)


def _is_pointed_to() -> ColumnElement[bool]:
    """Say, as SQL, that a row of another room points to the address: a party of an order, a side of a case."""
    own = ContactPoint.__table__
    keys = [key for table in own.metadata.tables.values() for key in table.foreign_keys]  # type: ignore[attr-defined]
    here = [key.parent for key in keys if key.column.table is own]
    return or_(*(exists().where(column == ContactPoint.id) for column in here))


def _own(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return ContactPoint.person_id == person_id, ContactPoint.contact_person_id.is_(None)


def person(person_id: int) -> Iterator[Item]:
    """Yield the account itself: its name and settings. Of the password there is nothing that can be read."""
    row = db.session.execute(select(Person).where(*_living(person_id))).scalar_one_or_none()
    if row is not None:
        fields: dict[str, Any] = {N_("Language"): row.language, N_("Time zone"): row.timezone}
        if row.name:
            fields = {N_("Member name"): row.name} | fields
        if row.password_set_at is not None:
            fields[N_("Password set")] = row.password_set_at
        yield Item(N_("Account"), row.created_at, fields)


def count_person(person_id: int) -> int:
    """Return 1 until somebody is erased."""
    return count_of(Person, *_living(person_id))


def erase_person(removal: Removal) -> int:
    """Leave a row without name, password and settings, by which nobody is found or signs in, under a new public id."""
    bare = {
        "uid": new_uid(),
        "name": "",
        "name_folded": None,
        "password_hash": None,
        "password_set_at": None,
        "totp_sealed": None,
        "totp_last_step": None,
        "roles": [],
        "language": Person.language.default.arg,
        "timezone": Person.timezone.default.arg,
        "character_keys": True,
        "disabled_at": func.coalesce(Person.disabled_at, removal.now),
        "erased_at": removal.now,
        "version": Person.version + 1,
    }
    return changed(update(Person).where(*_living(removal.person_id)).values(**bare))


def _living(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return Person.id == person_id, Person.erased_at.is_(None)
