"""What the tick does for files: scan again what waits, purge what nobody sent, compare rows and store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from support.core.context import hooks, settings
from support.core.db import after_commit, changed, db, transaction
from support.core.files import STATE_AFTER, ScanState, StoredFile, store, thumbnail_name
from support.core.filestore import PREFIXES, FileStore
from support.core.scanner import Verdict, scan

log = logging.getLogger(__name__)

ORPHAN_AGE = timedelta(hours=24)
MISSING_AFTER = timedelta(hours=1)
SCAN_ALARM = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class BytesOf:
    """A hook: `known(prefix)` names the bytes in the store, by prefix, that rows elsewhere stand for."""

    known: Callable[[str], set[str]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """How many uploads nobody sent were purged, byte files without a row removed, rows found without bytes."""

    purged: int
    strays: int
    missing: int


def rescan_pending(limit: int, now: datetime) -> int:
    """Scan up to `limit` waiting files, oldest first; return how many got a verdict. Safe to run twice.

    No database connection is held while the scanner works. Logs an alarm when one has waited ten minutes.
    """
    command, settled = settings().scanner_command, 0
    if not command:
        return 0  # a scanner was configured once: what waits for it is not waved through
    waiting = (
        select(StoredFile.uid, StoredFile.created_at)
        .where(StoredFile.state == ScanState.PENDING, StoredFile.missing_since.is_(None))
        .order_by(StoredFile.created_at)
        .limit(limit)
    )
    found = db.session.execute(waiting).all()
    db.session.rollback()
    for uid, created_at in found:
        verdict = _scan_stored(uid, command)
        if verdict is Verdict.UNAVAILABLE:
            if now - created_at > SCAN_ALARM:
                log.error("scan_overdue", extra={"file": uid})
            continue
        mine = update(StoredFile).where(
            StoredFile.uid == uid, StoredFile.state == ScanState.PENDING
        )
        with transaction():
            settled += changed(mine.values(state=STATE_AFTER[verdict], scanned_at=now))
        if verdict is Verdict.BLOCKED:
            log.warning("file_blocked", extra={"file": uid})
    return settled


def _scan_stored(uid: str, command: str) -> Verdict:
    files = store()
    try:
        with files.open(uid) as stored, files.incoming.temporary() as copy, copy.open("wb") as out:
            while chunk := stored.read(1024 * 1024):
                out.write(chunk)
            out.flush()
            return scan(copy, command)
    except OSError:
        log.exception("file_unreadable", extra={"file": uid})
        return Verdict.UNAVAILABLE


def discard(uids: Iterable[str]) -> int:
    """Delete rows in the caller's transaction and their bytes after it; return how many rows.

    For erasure and retention; a withdrawn upload is deleted by `withdraw`.
    """
    return _delete(StoredFile.uid.in_(list(uids)))


def withdraw(uid: str, owner: str) -> bool:
    """Delete an upload that its owner did not send after all; False when there is none. Own transaction."""
    with transaction():
        return (
            _delete(
                StoredFile.uid == uid, StoredFile.owner == owner, StoredFile.attached_to.is_(None)
            )
            == 1
        )


def sweep_orphans(now: datetime) -> Sweep:
    """Purge uploads unattached for 24 h, remove bytes without a row, flag rows without bytes. Safe to run twice.

    Goes through the store in 256 parts, so that a large one is never held in memory.
    """
    with transaction():
        purged = _delete(StoredFile.attached_to.is_(None), StoredFile.created_at < now - ORPHAN_AGE)
    files = store()
    strays, missing = files.incoming.sweep(now - ORPHAN_AGE), 0
    for prefix in PREFIXES:
        part_strays, part_missing = _compare(files, prefix, now)
        strays, missing = strays + part_strays, missing + part_missing
    return Sweep(purged, strays, missing)


def _compare(files: FileStore, prefix: str, now: datetime) -> tuple[int, int]:
    kept = files.names(
        prefix
    )  # before the rows: a file that comes in between is too young to matter
    statement = select(StoredFile.uid, StoredFile.created_at, StoredFile.missing_since)
    rows = db.session.execute(
        statement.where(StoredFile.uid >= prefix, StoredFile.uid < prefix + "g")
    ).all()
    db.session.rollback()
    known = {uid for uid, _, _ in rows}.union(*(each.known(prefix) for each in hooks(BytesOf)))
    strays = [name for name, at in kept.items() if name[:32] not in known and at < now - ORPHAN_AGE]
    for name in strays:
        log.warning("file_without_row", extra={"file": name})
        files.remove(name)
    lost = [uid for uid, at, _ in rows if uid not in kept and at < now - MISSING_AFTER]
    newly = [uid for uid, _, since in rows if uid in set(lost) and since is None]
    back = [uid for uid, _, since in rows if uid in kept and since is not None]
    for uid in newly:
        log.error("row_without_file", extra={"file": uid})
    if newly or back:
        with transaction():
            changed(update(StoredFile).where(StoredFile.uid.in_(newly)).values(missing_since=now))
            changed(update(StoredFile).where(StoredFile.uid.in_(back)).values(missing_since=None))
    return len(strays), len(lost)


def _delete(*conditions: object) -> int:
    statement = delete(StoredFile).where(*conditions).returning(StoredFile.uid)  # type: ignore[arg-type]
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    gone, files = list(result.scalars()), store()
    if gone:
        after_commit(lambda: _remove_bytes(files, gone))
    return len(gone)


def _remove_bytes(files: FileStore, uids: list[str]) -> None:
    """What fails here the next sweep removes."""
    for uid in uids:
        for name in (uid, thumbnail_name(uid)):
            files.remove(name)
