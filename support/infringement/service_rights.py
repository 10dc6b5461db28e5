"""Rights that somebody enters once and uses in each of their notices."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select, update

from support.core import vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import NotFound
from support.infringement import queries
from support.infringement.elements import NoticeFacts
from support.infringement.models import HeldRight, right_place


def right_for(
    actor: Actor, uid: str, facts: NoticeFacts, person_id: int, now: datetime
) -> HeldRight | None:
    """Return the right that a notice names, inside the caller's transaction: one entered before, or a new one.

    None for a right without a number or name: there is nothing to use again. Raises `NotFound` for another's.
    """
    if uid:
        return queries.own_right(actor, uid)
    named = facts.right_no or facts.right_name
    if not named:
        return None
    blind = vault.blind_index("right", f"{facts.right_type}\0{named}")
    known = select(HeldRight).where(
        HeldRight.person_id == person_id,
        HeldRight.number_blind == blind,
        HeldRight.forgotten_at.is_(None),
    )
    found = db.session.execute(known.limit(1)).scalar_one_or_none()
    return found or _keep(facts, person_id, blind, now)


def _keep(facts: NoticeFacts, person_id: int, blind: bytes, now: datetime) -> HeldRight:
    said = {"name": facts.right_name, "number": facts.right_no, "class": facts.right_class}
    uid = new_uid()
    right = HeldRight(
        uid=uid,
        person_id=person_id,
        type=facts.right_type,
        territory=facts.territory,
        valid_until=facts.valid_until,
        sealed=vault.seal(
            f"person:{person_id}", right_place(uid), json.dumps(said, ensure_ascii=False)
        ),
        number_blind=blind,
        at=now,
    )
    db.session.add(right)
    db.session.flush()
    return right


def forget_right(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Take a right off the actor's list; notices that name it keep what they said. Twice is harmless."""
    now = now or utcnow()
    if actor.id is None:
        raise NotFound()
    mine = (HeldRight.uid == uid, HeldRight.person_id == actor.id, HeldRight.forgotten_at.is_(None))
    with transaction():
        changed(update(HeldRight).where(*mine).values(forgotten_at=now))
