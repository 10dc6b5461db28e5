"""What is known of copies of somebody's data; only their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound
from support.erasure.models_copies import UNFINISHED, CopyState, DataCopy

SHOWN = 10
_HAS_BYTES = (CopyState.BUILDING, CopyState.READY)


def own_copies(actor: Actor) -> Sequence[DataCopy]:
    """Return the newest copies that the actor asked for, newest first."""
    mine = select(DataCopy).where(DataCopy.person_id == actor.id).order_by(DataCopy.id.desc())
    return db.session.execute(mine.limit(SHOWN)).scalars().all()


def own_copy(actor: Actor, uid: str) -> DataCopy:
    """Return a copy that the actor asked for; raise `NotFound`, for anybody else's too."""
    mine = select(DataCopy).where(DataCopy.uid == uid, DataCopy.person_id == actor.id)
    row = db.session.execute(mine).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def copy_by_id(copy_id: int) -> DataCopy | None:
    """Return a copy for jobs, as the database has it now; None where an erasure took it away."""
    fresh = select(DataCopy).where(DataCopy.id == copy_id).execution_options(populate_existing=True)
    return db.session.execute(fresh).scalar_one_or_none()


def unfinished_of(person_id: int) -> DataCopy | None:
    """Return the copy that is being made for somebody."""
    open_ = (DataCopy.person_id == person_id, DataCopy.state.in_([*UNFINISHED]))
    return db.session.execute(select(DataCopy).where(*open_)).scalar_one_or_none()


def asked_since(person_id: int, since: datetime) -> Sequence[datetime]:
    """Return when somebody asked for copies after `since`, oldest first; those that failed were our fault."""
    counted = (DataCopy.asked_at > since, DataCopy.state != CopyState.FAILED)
    found = select(DataCopy.asked_at).where(DataCopy.person_id == person_id, *counted)
    return db.session.execute(found.order_by(DataCopy.asked_at)).scalars().all()


def bytes_in_store(prefix: str) -> set[str]:
    """Return the names in the file store that belong to a copy, for the sweep of orphans."""
    named = (DataCopy.run >= prefix, DataCopy.run < prefix + "g")
    found = select(DataCopy.run).where(*named, DataCopy.state.in_(_HAS_BYTES))
    return set(db.session.execute(found).scalars())
