"""The verbs of saved replies: write, change, delete, undo that, and count a use."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, compare_and_set, db, new_uid, transaction
from support.core.errors import Expired, Stale
from support.core.words import N_
from support.workorders import policy
from support.workorders.models import SavedReply

UNDO_WITHIN = timedelta(minutes=10)
KEPT_DELETED = timedelta(days=2)
UNDO_TOO_LATE = N_("This can be undone within ten minutes only.")


def write_saved(
    actor: Actor, *, title: str, text_en: str, text_zh: str, now: datetime | None = None
) -> SavedReply:
    """Write a new saved reply and return it. One of the two texts may be "", not both; cleaned by the form."""
    now = now or utcnow()
    policy.require_saved_writer(actor)
    with transaction():
        saved = SavedReply(
            uid=new_uid(), title=title, text_en=text_en, text_zh=text_zh, changed_at=now
        )
        db.session.add(saved)
        db.session.flush()  # its id stands in the event
        _record(actor, "written", saved, now)
    return saved


def change_saved(
    actor: Actor,
    saved: SavedReply,
    *,
    version: int,
    title: str,
    text_en: str,
    text_zh: str,
    now: datetime | None = None,
) -> SavedReply:
    """Change a saved reply that still has `version`; raise `Stale` when a colleague changed or deleted it since."""
    now = now or utcnow()
    policy.require_saved_writer(actor)
    with transaction():
        if saved.deleted_at is not None:
            raise Stale()
        wanted = {"title": title, "text_en": text_en, "text_zh": text_zh}
        if version == saved.version and all(
            getattr(saved, name) == value for name, value in wanted.items()
        ):
            return saved
        saved = compare_and_set(saved, version=version, changed_at=now, **wanted)
        _record(actor, "changed", saved, now)
    return saved


def delete_saved(
    actor: Actor, saved: SavedReply, *, version: int, now: datetime | None = None
) -> SavedReply:
    """Take a saved reply off the list, as it was at `version`; twice is harmless. It can be undone for a while."""
    now = now or utcnow()
    policy.require_saved_writer(actor)
    with transaction():
        if saved.deleted_at is not None:
            return saved
        saved = compare_and_set(saved, version=version, deleted_at=now)
        _record(actor, "deleted", saved, now)
    return saved


def restore_saved(actor: Actor, saved: SavedReply, *, now: datetime | None = None) -> SavedReply:
    """Put a deleted saved reply back, within ten minutes; twice is harmless. Raises `Expired`."""
    now = now or utcnow()
    policy.require_saved_writer(actor)
    with transaction():
        if saved.deleted_at is None:
            return saved
        if now > saved.deleted_at + UNDO_WITHIN:
            raise Expired(UNDO_TOO_LATE)
        saved = compare_and_set(saved, version=saved.version, deleted_at=None)
        _record(actor, "restored", saved, now)
    return saved


def use_saved(actor: Actor, saved: SavedReply) -> None:
    """Count that the actor put it into a reply. No event: what is sent stands on the order, and has its own."""
    policy.require_staff(actor)
    with transaction():
        once_more = SavedReply.used + 1
        changed(update(SavedReply).where(SavedReply.id == saved.id).values(used=once_more))


def forget_deleted_saved(now: datetime) -> None:
    """Delete for good what was deleted two days ago. Safe to run twice."""
    with transaction() as session:
        session.execute(delete(SavedReply).where(SavedReply.deleted_at < now - KEPT_DELETED))


def _record(actor: Actor, act: str, saved: SavedReply, now: datetime) -> None:
    audit.record("system", f"saved_reply.{act}", actor=actor, at=now, saved_reply=saved.id)
