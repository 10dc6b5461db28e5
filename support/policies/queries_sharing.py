"""What was given of somebody, for themself and for the privacy officer; and what may go by its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select

from support.core.actors import Actor
from support.core.audit import Event
from support.core.db import db
from support.core.errors import NotFound
from support.policies.models_sharing import Sharing
from support.policies.policy_sharing import check_may_read_ledger

PAGE = 20
READ = "sharing.read"
OPEN_FOR = timedelta(minutes=15)
"""How long a ledger stays open to who wrote down why they look at it."""


def given_of(person_id: int, *, before: int | None = None) -> Sequence[Sharing]:
    """Return up to `PAGE` + 1 rows of a person, the newest first; one more than a page: there is a next."""
    found = select(Sharing).where(Sharing.person_id == person_id)
    if before is not None:
        found = found.where(Sharing.id < before)
    return db.session.execute(found.order_by(Sharing.id.desc()).limit(PAGE + 1)).scalars().all()


def own_sharing(actor: Actor, *, before: int | None = None) -> Sequence[Sharing]:
    """Return what was given of the actor; raise `NotFound` for who is nobody's account."""
    if actor.id is None:
        raise NotFound()
    return given_of(actor.id, before=before)


def is_open_to(actor: Actor, person_id: int, now: datetime) -> bool:
    """True where the actor wrote down within 15 minutes why they look at the ledger of this person."""
    look = select(Event.id).where(
        Event.stream == f"person:{person_id}",
        Event.action == READ,
        Event.actor_id == actor.id,
        Event.at > now - OPEN_FOR,
    )
    return db.session.execute(look.limit(1)).first() is not None


def opened_sharing(
    actor: Actor, person_id: int, now: datetime, *, before: int | None = None
) -> Sequence[Sharing]:
    """Return what was given of somebody to whom it is open (`is_open_to`); raise `NotFound` else."""
    check_may_read_ledger(actor)
    if not is_open_to(actor, person_id, now):
        raise NotFound()
    return given_of(person_id, before=before)


def people_of(reference: str) -> Sequence[tuple[int, int]]:
    """Return of whom something was given in a work order, and how many times each."""
    found = (
        select(Sharing.person_id, func.count())
        .where(Sharing.reference == reference)
        .group_by(Sharing.person_id)
        .order_by(Sharing.person_id)
    )
    return [(person, number) for person, number in db.session.execute(found)]


def partners_given(person_id: int) -> set[str]:
    """Return the codes of the partners who were given something of a person."""
    found = select(Sharing.partner).where(Sharing.person_id == person_id, Sharing.partner != "")
    return set(db.session.execute(found.distinct()).scalars())


def is_known(person_id: int) -> bool:
    """True when something was given of this person."""
    found = select(Sharing.id).where(Sharing.person_id == person_id).limit(1)
    return db.session.execute(found).first() is not None


def is_recorded(key: Any) -> Any:
    """Return, as SQL, whether the act with this key stands in the ledger."""
    return exists().where(Sharing.key == key)


def row_with(key: str) -> Sharing | None:
    """Return the row of an act."""
    return db.session.execute(select(Sharing).where(Sharing.key == key)).scalar_one_or_none()
