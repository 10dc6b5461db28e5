"""Who works here, and which kinds of work orders nobody can take. A process asks every half a minute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from support.accounts import queries as people
from support.accounts.queries import PersonView
from support.core.kept import Kept
from support.workorders import policy
from support.workorders.kind import kinds


@dataclass(frozen=True, slots=True)
class _Staff:
    """What was read: names and roles, nothing sealed."""

    by_id: dict[int, PersonView]
    unstaffed: frozenset[str]


def _read() -> _Staff:
    by_id = {one.id: one for one in people.all_staff()}
    return _Staff(by_id, without_takers(by_id.values()))


_staff = Kept("desk_staff", 30.0, _read)


def colleagues() -> dict[int, PersonView]:
    """Return the staff by id, those who left included."""
    return _staff().by_id


def working() -> list[PersonView]:
    """Return the staff who can be given work now, by name."""
    return [one for one in colleagues().values() if not one.disabled]


def takers() -> list[PersonView]:
    """Return those of them who can be given orders of some kind."""
    return [one for one in working() if any(policy.may_be_given(one, kind, ()) for kind in kinds())]


def unstaffed_kinds() -> frozenset[str]:
    """Return the codes of the kinds whose roles nobody holds who can work now (design section 2)."""
    return _staff().unstaffed


def without_takers(staff: Iterable[PersonView]) -> frozenset[str]:
    """Return the codes of the kinds whose roles none of `staff` holds, those who left not counted."""
    held = {role for one in staff if not one.disabled for role in one.roles}
    return frozenset(kind.code for kind in kinds() if not kind.first_roles & held)
