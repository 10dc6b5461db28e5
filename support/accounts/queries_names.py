"""Finding people by what they are called, or by a whole address."""

from __future__ import annotations

from sqlalchemy import bindparam, literal, select, union_all

from support.accounts.addresses import fold_name, normalise_address
from support.accounts.models import ContactPoint, NameStart, Person
from support.core import vault
from support.core.db import fetch
from support.core.errors import Invalid

MOST_FOUND = 50
SHORTEST_START, LONGEST_START = 2, 24
LAST_CHARACTER = "\U0010ffff"


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
