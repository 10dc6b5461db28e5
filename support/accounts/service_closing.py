"""Closing a member's account, as the first act of its deletion."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from support.accounts.models import Person
from support.accounts.service_sessions import end_sessions_of
from support.core import audit
from support.core.actors import Actor
from support.core.db import changed, transaction


def close_account(actor: Actor, person_id: int, *, now: datetime) -> None:
    """Let nobody sign in to the account any more, and end its sessions; the verb that calls it asked whether it may.

    Twice is harmless.
    """
    with transaction():
        living = (Person.id == person_id, Person.disabled_at.is_(None))
        if changed(update(Person).where(*living).values(disabled_at=now)):
            audit.record(f"person:{person_id}", "account.closed", actor=actor, at=now)
        end_sessions_of(actor, person_id, now=now)
