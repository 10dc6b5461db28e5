"""What may be asked about people. Sealed values are opened here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnExpressionArgument,
    Select,
    String,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
)

from support.accounts import policy
from support.accounts.addresses import fold_name, mask
from support.accounts.models import (
    ContactKind,
    ContactPoint,
    Passkey,
    Person,
    PersonKind,
    Training,
)
from support.core import vault
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.core.web_parts import words as gettext
from support.core.words import N_

DELETED = N_("Deleted account")
"""What is shown where the name of somebody erased stood."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person without anything sealed. `held` is the roles that were given, `roles` those that count now."""

    id: int
    uid: str
    kind: PersonKind
    name: str
    language: str
    timezone: str
    roles: frozenset[Role]
    held: frozenset[Role]
    trained_until: datetime | None
    untrained: bool
    disabled: bool
    erased: bool
    has_password: bool
    has_app: bool
    has_passkey: bool

    @property
    def has_factor(self) -> bool:
        """True with an authenticator app or a passkey: either alone is a second factor."""
        return self.has_app or self.has_passkey


@dataclass(frozen=True, slots=True)
class ContactView:
    """One address, opened; `masked` is what others may see of it."""

    id: int
    uid: str
    person_id: int
    contact_person_id: int | None
    kind: ContactKind
    address: str
    masked: str
    verified: bool
    bound: bool
    changed_at: datetime
    failing: bool


def owner(person_id: int) -> str:
    """Return the vault owner of a person."""
    return f"person:{person_id}"


def lock_person(person_id: int) -> None:
    """Let nobody else who asks for this lock act on the person before the caller's transaction ends."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def contact_place(uid: str) -> str:
    """Return the vault place of a contact point's address."""
    return f"contact_point.sealed:{uid}"


TRAINED_UNTIL = (
    select(func.max(Training.expires_at))
    .where(Training.person_id == Person.id)
    .correlate(Person)
    .scalar_subquery()
)
"""The end of a person's latest training, for a statement about people."""

_PERSON = (
    Person.id,
    Person.uid,
    Person.kind,
    Person.name,
    Person.language,
    Person.timezone,
    Person.roles,
    Person.disabled_at,
    Person.erased_at,
    Person.password_hash.is_not(None).label("has_password"),
    Person.totp_sealed.is_not(None).label("has_app"),
    TRAINED_UNTIL.label("trained_until"),
    exists().where(Passkey.person_id == Person.id).label("has_passkey"),
)


_WITH_ID = select(*_PERSON).where(Person.id == bindparam("id"))


def _people(
    statement: Select[*tuple[Any, ...]], given: dict[str, Any] | None = None
) -> list[PersonView]:
    now = utcnow()
    return [_person_view(row, now) for row in fetch(statement, given)]


def _person_view(row: Any, now: datetime) -> PersonView:
    required = settings().training_required
    untrained = required and policy.is_untrained(row.kind, row.trained_until, now)
    return PersonView(
        id=row.id,
        uid=row.uid,
        kind=PersonKind(row.kind),
        name=row.name,
        language=row.language,
        timezone=row.timezone,
        roles=policy.usable_roles(row.roles, untrained=untrained),
        held=frozenset(Role(role) for role in row.roles),
        trained_until=row.trained_until,
        untrained=untrained,
        disabled=row.disabled_at is not None,
        erased=row.erased_at is not None,
        has_password=row.has_password,
        has_app=row.has_app,
        has_passkey=row.has_passkey,
    )


def person(person_id: int) -> PersonView:
    """Return the person with this row id; raise `NotFound`."""
    found = _people(_WITH_ID, {"id": person_id})
    if not found:
        raise NotFound()
    return found[0]


def person_by_uid(uid: str) -> PersonView:
    """Return the person with this public id; raise `NotFound`."""
    found = _people(select(*_PERSON).where(Person.uid == uid))
    if not found:
        raise NotFound()
    return found[0]


def person_id_by_name(name: str) -> int | None:
    """Return the id of the member or member of staff with this name, however it is cased."""
    found: int | None = db.session.execute(
        select(Person.id).where(Person.name_folded == fold_name(name))
    ).scalar_one_or_none()
    return found


def names(ids: Iterable[int]) -> dict[int, str]:
    """Return the name of each person: the member name, a guest's masked address, or that they were erased."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = fetch(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    found: dict[int, str] = {person_id: name for person_id, name in rows}  # noqa: C416
    nameless = [person_id for person_id, name in found.items() if not name]
    return found | guest_names(nameless)


def guest_names(ids: Iterable[int]) -> dict[int, str]:
    """Return what people without a name are called, without asking who they are: guests by their masked address."""
    wanted = set(ids)
    if not wanted:
        return {}
    opened, masked = vault.opener(), dict[int, str]()
    for person_id, kind, uid, sealed, *key in fetch(_SEALED, {"people": list(wanted)}).all():
        address = opened(contact_place(uid), sealed, key)
        if address is not None:
            masked[person_id] = mask(kind, address)
    unknown = wanted - masked.keys()
    erased = fetch(_ERASED, {"people": list(unknown)}).scalars() if unknown else ()
    return masked | dict.fromkeys(erased, gettext(DELETED))


def contacts_of(person_id: int) -> list[ContactView]:
    """Return a person's own addresses, oldest first, older unbound ones included."""
    return _opened(_OWN, {"of": person_id})


def contacts(contact_ids: Iterable[int]) -> dict[int, ContactView]:
    """Return addresses by their row ids; one that is gone or erased is left out."""
    wanted = list(set(contact_ids))
    found = _opened(_BY_IDS, {"ids": wanted}) if wanted else []
    return {each.id: each for each in found}


def contact(contact_id: int) -> ContactView:
    """Return one address by its row id; raise `NotFound`."""
    found = contacts([contact_id])
    if not found:
        raise NotFound()
    return found[contact_id]


def own_contact(actor: Actor, uid: str) -> ContactView:
    """Return the actor's own bound address with this public id; somebody else's is `NotFound`."""
    found = _contacts(
        ContactPoint.uid == uid,
        ContactPoint.person_id == actor.id,
        ContactPoint.contact_person_id.is_(None),
        ContactPoint.bound,
    )
    if not found:
        raise NotFound()
    return found[0]


def contacts_by_contact_person(contact_person_ids: Iterable[int]) -> dict[int, list[ContactView]]:
    """Return the addresses of contact persons (M5), by the contact person's row id."""
    grouped: dict[int, list[ContactView]] = {key: [] for key in contact_person_ids}
    found = _contacts(ContactPoint.contact_person_id.in_(grouped)) if grouped else []
    for contact in found:
        grouped[contact.contact_person_id or 0].append(contact)
    return grouped


def contacts_by_address(kind: str, value: str) -> list[ContactView]:
    """Return every contact point with this whole normalised address."""
    return _contacts(
        ContactPoint.kind == kind, ContactPoint.blind == vault.blind_index(kind, value)
    )


def blinds_of(person_id: int) -> frozenset[bytes]:
    """Return the blind indexes of all addresses of a person, contact persons' among them; they need no key."""
    which = (ContactPoint.person_id == person_id, _KEPT)
    return frozenset(db.session.execute(select(ContactPoint.blind).where(*which)).scalars())


def bound_contact(kind: str, value: str) -> tuple[int, int] | None:
    """Return (person id, contact id) of the account that this address signs in to."""
    row = db.session.execute(
        select(ContactPoint.person_id, ContactPoint.id).where(
            ContactPoint.kind == kind,
            ContactPoint.blind == vault.blind_index(kind, value),
            ContactPoint.bound,
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def address_of(contact_id: int) -> str:
    """Return the opened address of a contact point; raise `NotFound`."""
    return contact(contact_id).address


def members_after(person_id: int, most: int) -> Sequence[int]:
    """Return the next members (row ids) after this one, in order; nobody erased."""
    found = select(Person.id).where(
        Person.kind == PersonKind.MEMBER, Person.erased_at.is_(None), Person.id > person_id
    )
    return fetch(found.order_by(Person.id).limit(most)).scalars().all()


def all_staff() -> list[PersonView]:
    """Return everybody who works or worked at the desk, by name."""
    return _people(
        select(*_PERSON).where(Person.kind == PersonKind.STAFF).order_by(Person.name_folded)
    )


def staff(role: Role | None = None) -> list[PersonView]:
    """Return the staff who can work now (not disabled), those with `role` if given."""
    return [one for one in all_staff() if not one.disabled and (role is None or role in one.roles)]


def staff_count(role: Role) -> int:
    """Return how many people hold `role` now."""
    return len(staff(role))


_KEPT = ContactPoint.sealed != b""
_OWNER = literal("person:") + cast(ContactPoint.person_id, String)
_CONTACTS = (
    vault.with_key(
        select(
            ContactPoint.id,
            ContactPoint.uid,
            ContactPoint.person_id,
            ContactPoint.contact_person_id,
            ContactPoint.kind,
            ContactPoint.sealed,
            ContactPoint.bound,
            ContactPoint.verified_at,
            ContactPoint.changed_at,
            ContactPoint.failing_since,
        ),
        _OWNER,
    )
    .where(_KEPT)
    .order_by(ContactPoint.id)
)
# Made once, since pages ask for them and making a statement costs as much as carrying it out.
_BY_IDS = _CONTACTS.where(ContactPoint.id.in_(bindparam("ids", expanding=True)))
_SEALED = vault.with_key(
    select(ContactPoint.person_id, ContactPoint.kind, ContactPoint.uid, ContactPoint.sealed).where(
        ContactPoint.person_id.in_(bindparam("people", expanding=True)), _KEPT
    ),
    _OWNER,
).order_by(ContactPoint.id)
_ERASED = select(Person.id).where(
    Person.id.in_(bindparam("people", expanding=True)), Person.erased_at.is_not(None)
)
_OWN = _CONTACTS.where(
    ContactPoint.person_id == bindparam("of"), ContactPoint.contact_person_id.is_(None)
)


def _contacts(*which: ColumnExpressionArgument[bool]) -> list[ContactView]:
    return _opened(_CONTACTS.where(*which), {})


def _opened(statement: Any, given: dict[str, Any]) -> list[ContactView]:
    """Return the addresses that can still be opened: those of erased people are in no list."""
    opened, found = vault.opener(), []
    for row in fetch(statement, given).all():
        address = opened(contact_place(row.uid), row.sealed, row[vault.KEY])
        if address is not None:
            found.append(_view(row, address))
    return found


def _view(row: Any, address: str) -> ContactView:
    return ContactView(
        id=row.id,
        uid=row.uid,
        person_id=row.person_id,
        contact_person_id=row.contact_person_id,
        kind=ContactKind(row.kind),
        address=address,
        masked=mask(row.kind, address),
        verified=row.verified_at is not None,
        bound=row.bound,
        changed_at=row.changed_at,
        failing=row.failing_since is not None,
    )
