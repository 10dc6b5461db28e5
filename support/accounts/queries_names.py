"""Finding people by what they are called, or by a whole address; the names that were verified."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, literal, select, union_all

from support.accounts import queries
from support.accounts.addresses import fold_name, normalise_address
from support.accounts.models import (
    ContactPoint,
    ExternalIdentity,
    NameStart,
    Passkey,
    Person,
    RealName,
)
from support.core import vault
from support.core.audit import Event
from support.core.db import db, fetch
from support.core.errors import Invalid

MOST_FOUND = 50
SHORTEST_START, LONGEST_START = 2, 24
RECORD_SIGNS = 4
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class VerifiedName:
    """A name that real-name authentication found: whose `kind` it is, who vouches for it (`source`), since when.

    `other_name` is how it is written in other letters, where the document has both. `matchable` is True when a
    later check can ask for the document's last four signs.
    """

    name: str
    other_name: str
    kind: str
    source: str
    at: datetime
    matchable: bool


def verified_name_of(person_id: int) -> VerifiedName | None:
    """Return a person's verified name; None where there is none, or the person was erased."""
    found = select(RealName).where(RealName.person_id == person_id)
    row = db.session.execute(found).scalar_one_or_none()
    if row is None:
        return None
    try:
        opened = vault.unseal(queries.owner(person_id), real_name_place(person_id), row.sealed)
    except vault.KeyDestroyed:
        return None
    name, other = json.loads(opened)
    return VerifiedName(name, other, row.kind, row.source, row.at, bool(row.records))


def organisation_of(person_id: int) -> str | None:
    """Return the verified name of a person's organisation; None where it is no organisation's, or there is none."""
    found = verified_name_of(person_id)
    return found.name if found is not None and found.kind == "company" else None


def is_vouched_still(person_id: int) -> bool:
    """True while the account elsewhere that vouched for a person's name signs in as them, and so can be asked."""
    same = (
        ExternalIdentity.person_id == RealName.person_id,
        ExternalIdentity.provider == RealName.source,
        ExternalIdentity.subject_blind == RealName.voucher,
    )
    found = select(RealName.id).join(ExternalIdentity, and_(*same))
    mine = found.where(RealName.person_id == person_id)
    return db.session.execute(mine).first() is not None


_FACTOR_CHANGES = tuple(
    f"factor.{how}" for how in ("on", "off", "app_off", "new_codes", "passkey_removed")
)


def changes_since(person_id: int, since: datetime) -> dict[str, datetime]:
    """Return the changes after `since` by which somebody could have got into an account (`law.md` 5.4), and when.

    They are "address", "password", "service" (an account elsewhere was bound or taken off), "passkey" and "factor".
    """
    own = (ContactPoint.person_id == person_id, ContactPoint.contact_person_id.is_(None))
    factor = (Event.stream == f"person:{person_id}", Event.action.in_(_FACTOR_CHANGES))
    unbound = (Event.stream == f"person:{person_id}", Event.action == "identity.unbound")
    newest = {
        "address": select(func.max(ContactPoint.changed_at)).where(*own),
        "password": select(Person.password_set_at).where(Person.id == person_id),
        "service": select(func.max(ExternalIdentity.bound_at)).where(
            ExternalIdentity.person_id == person_id
        ),
        "passkey": select(func.max(Passkey.created_at)).where(Passkey.person_id == person_id),
        "factor": select(func.max(Event.at)).where(*factor),
        "unbound": select(func.max(Event.at)).where(*unbound),
    }
    found = {what: db.session.execute(each).scalar_one() for what, each in newest.items()}
    off = found.pop("unbound")
    found["service"] = max(filter(None, (found["service"], off)), default=None)
    return {what: at for what, at in found.items() if at is not None and at > since}


def real_name_place(person_id: int) -> str:
    """Return the vault place of a verified name."""
    return f"real_name.sealed:{person_id}"


def record(person_id: int, name: str, number: str) -> str:
    """Return the blind index of a name with the last four signs of a document's number.

    Spaces and the dots between parts of a name don't count. It is one person's own: equal ones can't be linked.
    """
    said = f"{person_id}\0{plain_signs(name)}\0{plain_signs(number)[-RECORD_SIGNS:]}"
    return vault.blind_index("real_name", said).hex()


def plain_signs(text: str) -> str:
    """Return the letters and digits of a name or number in the form in which they are compared."""
    return "".join(sign for sign in fold_name(text) if sign.isalnum())


def matches_record(person_id: int, name: str, number: str) -> bool:
    """True when `name` and the last four signs of `number` are those of the document that verified the person."""
    said = record(person_id, name, number)
    found = select(RealName.records).where(RealName.person_id == person_id)
    known = db.session.execute(found).scalar_one_or_none() or []
    return any(hmac.compare_digest(each, said) for each in known)


def find_people(text: str) -> list[int]:
    """Return the ids of people whose member or organisation name begins with `text`, or whose whole address it is.

    50 at most; addresses first, then member names. An organisation is found by two characters or more.
    """
    folded = fold_name(text)
    if not folded:
        return []
    given = {"first": folded, "beyond": folded + LAST_CHARACTER, "start": name_start(folded)}
    found = [*_with_address(text), *fetch(_CALLED, given).scalars()]
    return list(dict.fromkeys(found))[:MOST_FOUND]


def name_starts(name: str) -> set[bytes]:
    """Return the blind indexes under which a sealed name is found by each of its beginnings, up to 24 characters."""
    folded = fold_name(name)
    lengths = range(SHORTEST_START, min(len(folded), LONGEST_START) + 1)
    return {name_start(folded[:length]) for length in lengths}


def name_start(folded: str) -> bytes:
    """Return the blind index of one beginning of a folded name; more than 24 characters count as the first 24."""
    return vault.blind_index("name_start", folded[:LONGEST_START])


def _with_address(text: str) -> list[int]:
    try:
        kind, value = normalise_address("auto", text)
    except Invalid:
        return []
    blind = vault.blind_index(kind, value)
    owners = select(ContactPoint.person_id).where(ContactPoint.blind == blind).limit(MOST_FOUND)
    return list(fetch(owners).scalars())


# A range, not LIKE: both databases walk the index of names for it, however many people there are.
_NAMED = (
    select(Person.id, Person.name_folded, literal(0).label("place"))
    .where(Person.name_folded >= bindparam("first"), Person.name_folded < bindparam("beyond"))
    .order_by(Person.name_folded)
    .limit(MOST_FOUND)
    .subquery()
)

_ORGANISED = (
    select(NameStart.person_id, literal(""), literal(1))
    .where(NameStart.blind == bindparam("start"))
    .order_by(NameStart.person_id)
    .limit(MOST_FOUND)
    .subquery()
)

_EITHER = union_all(select(_NAMED), select(_ORGANISED)).subquery()
_CALLED = select(_EITHER.c.id).order_by(_EITHER.c.place, _EITHER.c.name_folded, _EITHER.c.id)
