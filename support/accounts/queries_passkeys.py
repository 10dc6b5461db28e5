"""What may be asked about passkeys: a person's own ones, and whose a shown one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from support.accounts.models import Passkey
from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its owner sees it; `backed_up` says that it is kept by a service, on more than one device."""

    uid: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    backed_up: bool


def passkeys_of(person_id: int) -> list[PasskeyView]:
    """Return a person's passkeys, the oldest first."""
    mine = select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    return [
        PasskeyView(row.uid, row.name, row.created_at, row.last_used_at, row.backed_up)
        for row in db.session.execute(mine).scalars()
    ]


def own_passkey(actor: Actor, uid: str) -> PasskeyView:
    """Return the actor's own passkey with this public id; somebody else's is `NotFound`."""
    found = [one for one in passkeys_of(actor.id or 0) if one.uid == uid]
    if not found:
        raise NotFound()
    return found[0]


def credentials_of(person_id: int) -> list[tuple[bytes, list[str]]]:
    """Return what a browser must know to find a person's passkeys: id and ways to reach each."""
    mine = select(Passkey.credential_id, Passkey.transports).where(Passkey.person_id == person_id)
    return [(row[0], row[1]) for row in db.session.execute(mine.order_by(Passkey.id))]


def passkey_by_credential(credential_id: bytes) -> Passkey | None:
    """Return the passkey with this credential id, whosever it is."""
    return db.session.execute(
        select(Passkey).where(Passkey.credential_id == credential_id)
    ).scalar_one_or_none()
