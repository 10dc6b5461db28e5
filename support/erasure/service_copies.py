"""The verbs of a copy of one's data: ask for it, save it, delete it, and what time and an erasure do to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from support.accounts import queries as people
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, outbox, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import after_commit, changed, db, each_of, new_uid, transaction
from support.core.errors import Expired, NotAllowed, NotFound, TooMany, Unavailable
from support.core.files import store
from support.core.holders import BATCH, Removal
from support.core.outbox_rows import OutboxState
from support.core.words import N_
from support.erasure import queries_copies
from support.erasure.models_copies import UNFINISHED, CopyState, DataCopy
from support.erasure.sealed_streams import Pieces

ASKED = "data_copy.asked"
"""Payload: `copy` (row id): put it together."""
NEWS = "data_copy.news"
"""Payload: `copy` (row id): it is ready, or could not be made."""

LASTS = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=30)
GIVEN_UP_AFTER = timedelta(hours=48)
"""Longer than the outbox tries, so that only a row whose job is lost ends by this."""
MOST_A_DAY = 3
DAY = timedelta(days=1)

STAFF = N_("Accounts of the people who work here are looked after by an administrator.")
ENOUGH = N_("You can ask for three copies a day. Please try again later.")
NOT_HERE = N_("This copy is no longer here. Please ask for a new one.")
UNREADABLE = N_("This copy can't be read from our store right now. Please try again later.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A copy as it is saved: the name of the file, its length, its bytes piece by piece."""

    name: str
    length: int
    pieces: Pieces


def require_person(actor: Actor) -> int:
    """Return the row id of who sees their own data; raise `NotFound` for nobody, `NotAllowed` for staff."""
    if actor.id is None:
        raise NotFound()
    if actor.is_staff:
        raise NotAllowed(STAFF)
    return actor.id


def ask_copy(actor: Actor, *, now: datetime | None = None) -> DataCopy:
    """Ask for a copy of one's own data; while one is being made that one is returned, so that twice is harmless.

    Raises `NeedsProof`, `TooMany`.
    """
    now = now or utcnow()
    person_id = require_person(actor)
    assurance.require(actor, Act.EXPORT_DATA, now=now)
    with transaction() as session:
        people.lock_person(person_id)
        running = queries_copies.unfinished_of(person_id)
        if running is not None:
            return running
        before = queries_copies.asked_since(person_id, now - DAY)
        if len(before) >= MOST_A_DAY:
            raise TooMany(int((before[0] + DAY - now).total_seconds()), ENOUGH)
        row = DataCopy(
            uid=new_uid(), person_id=person_id, language=actor.language[:2], asked_at=now
        )
        session.add(row)
        session.flush()
        audit.record(actor.ref, "data_copy.asked", actor=actor, at=now, copy=row.id)
        outbox.put(ASKED, row.uid, copy=row.id)
    return row


def open_copy(actor: Actor, uid: str, *, now: datetime | None = None) -> Opened:
    """Open one's own copy to save it, which is an event of its own.

    Raises `NotFound`, `Expired`, `NeedsProof`, `Unavailable` when the store fails.
    """
    now = now or utcnow()
    require_person(actor)
    row = queries_copies.own_copy(actor, uid)
    if row.status is not CopyState.READY or row.ends_at is None or row.ends_at <= now:
        raise Expired(NOT_HERE)
    assurance.require(actor, Act.EXPORT_DATA, now=now)
    name, length = f"my-data-{(row.ready_at or now):%Y-%m-%d}.zip", row.bytes
    try:
        pieces = Pieces(store().open(row.run), row.stream, place_of(row.run))
    except OSError as error:
        raise Unavailable(UNREADABLE) from error
    with transaction():
        audit.record(actor.ref, "data_copy.saved", actor=actor, at=now, copy=row.id)
    return Opened(name, length, pieces)


def place_of(run: str) -> str:
    """Return what the pieces of one try are bound to."""
    return f"data_copy.bytes:{run}"


def remove_copy(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Delete one's own copy at once, also one that is still being made; twice is harmless."""
    now = now or utcnow()
    require_person(actor)
    row = queries_copies.own_copy(actor, uid)
    with transaction():
        end(actor, row, now)


def end(actor: Actor, row: DataCopy, now: datetime, state: CopyState = CopyState.GONE) -> None:
    """End a copy inside the caller's transaction: its key first, so that bytes left anywhere are noise."""
    open_ = (DataCopy.id == row.id, DataCopy.state.in_([*UNFINISHED, CopyState.READY]))
    if changed(update(DataCopy).where(*open_).values(state=state, ends_at=now)) != 1:
        return
    db.session.refresh(row)  # the name of the present try
    audit.record(f"person:{row.person_id}", f"data_copy.{state}", actor=actor, at=now, copy=row.id)
    _destroy([row])


def _destroy(rows: list[DataCopy]) -> None:
    """Destroy the keys of copies in the caller's transaction, and their bytes after it; what fails there the sweep
    of orphans removes."""
    for row in rows:
        vault.destroy(row.stream)
    files, names = store(), [row.run for row in rows if row.run]

    def remove() -> None:
        for name in names:
            files.remove(name)

    if names:
        after_commit(remove)


def erase_copies(removal: Removal) -> int:
    """Remove a batch of somebody's copies with their bytes (a holder's verb)."""
    mine = select(DataCopy).where(DataCopy.person_id == removal.person_id).order_by(DataCopy.id)
    rows = list(db.session.execute(mine.limit(BATCH)).scalars())
    _destroy(rows)
    db.session.execute(delete(DataCopy).where(DataCopy.id.in_([row.id for row in rows])))
    return len(rows)


def note_failure(payload: dict[str, int], outcome: outbox.Outcome) -> None:
    """Say on the row that a copy could not be made, inside the transaction that gives its job up."""
    row = queries_copies.copy_by_id(payload["copy"])
    if outcome.state not in (OutboxState.DEAD, OutboxState.EXPIRED) or row is None:
        return
    fail(row, outcome.at)


def fail(row: DataCopy, now: datetime) -> None:
    """End a copy that could not be made, and tell its person, inside the caller's transaction."""
    if row.status in UNFINISHED:
        end(SYSTEM, row, now, CopyState.FAILED)
        outbox.put(NEWS, f"{row.uid}:failed", copy=row.id)


def end_copies(now: datetime) -> None:
    """End copies whose time is over, and those whose job is lost; forget old rows. Periodic, safe to run twice."""
    over = (DataCopy.state == CopyState.READY, DataCopy.ends_at <= now)
    each_of(DataCopy, *over, work=lambda row: end(SYSTEM, row, now), first=DataCopy.ends_at)
    lost = (DataCopy.state.in_([*UNFINISHED]), DataCopy.asked_at < now - GIVEN_UP_AFTER)
    each_of(DataCopy, *lost, work=lambda row: fail(row, now))
    ended = DataCopy.state.in_([CopyState.GONE, CopyState.FAILED])
    with transaction() as session:
        session.execute(delete(DataCopy).where(ended, DataCopy.ends_at < now - FORGOTTEN_AFTER))
