"""Closing a member's account, as the first act of its deletion."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from support.accounts.models import Person
from support.accounts.service_sessions import end_sessions_of
from support.core import audit
from support.core.actors import Actor
from support.core.audit import Event
from support.core.db import changed, db, transaction
from support.core.words import N_

CLOSED = "account.closed"


GONE = N_("This account was closed by its owner and is deleted. It can't be opened again.")


def is_closed(person_id: int) -> bool:
    """True for an account that is deleted, or was closed for it; inside the transaction of who wants to change it."""
    erased = select(Person.id).where(Person.id == person_id, Person.erased_at.is_not(None))
    closed = select(Event.id).where(Event.stream == f"person:{person_id}", Event.action == CLOSED)
    found = (db.session.execute(each.limit(1)).first() for each in (erased, closed))
    return any(row is not None for row in found)


def close_account(actor: Actor, person_id: int, *, now: datetime) -> None:
    """Let nobody sign in to the account any more, and end its sessions; the verb that calls it asked whether it may.

    Twice is harmless.
    """
    with transaction():
        living = (Person.id == person_id, Person.disabled_at.is_(None))
        changed(update(Person).where(*living).values(disabled_at=now))
        if not is_closed(person_id):
            audit.record(f"person:{person_id}", CLOSED, actor=actor, at=now)
        end_sessions_of(actor, person_id, now=now)
