"""The desk's saved replies: one, or the list of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from support.core.actors import Actor
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.workorders import policy
from support.workorders.models import SavedReply

_COLUMNS = (
    SavedReply.uid,
    SavedReply.title,
    (SavedReply.text_en != "").label("in_en"),
    (SavedReply.text_zh != "").label("in_zh"),
    SavedReply.used,
)
_LIST = select(*_COLUMNS).where(SavedReply.deleted_at.is_(None))


def saved_replies() -> list[Any]:
    """Return (uid, title, in_en, in_zh, used) of every saved reply by title. One query."""
    return sorted(fetch(_LIST), key=lambda row: (row.title.casefold(), row.uid))


def saved_for(actor: Actor, uid: str, *, deleted: bool = False) -> SavedReply:
    """Return the saved reply `uid`, with `deleted` also one that was deleted; raise `NotFound`."""
    policy.require_staff(actor)
    found = db.session.execute(select(SavedReply).where(SavedReply.uid == uid)).scalar_one_or_none()
    if found is None or (found.deleted_at is not None and not deleted):
        raise NotFound()
    return found
