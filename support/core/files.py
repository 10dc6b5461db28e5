"""Uploaded files: the row, the intake, attaching. (`file_serving` opens them, `file_upkeep` cleans up.)

A file is checked, written anew if it is a picture, scanned, put into the store, and only then gets a row;
without a row nobody sees it. It belongs to the one who sent it (`owner`) until a verb attaches it to a
stream (`order:12`); nobody else can attach it, and unattached it is purged after a day.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import CheckConstraint, Index, String, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from support.core import vault
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import Id, Model, changed, db, in_transaction, new_uid, transaction
from support.core.errors import Invalid, NotFound, TooLarge, TooMany, Unavailable, WrongType
from support.core.filestore import FileStore, open_store
from support.core.filetypes import BY_MEDIA_TYPE, FileType, clean_name, identify, renamed
from support.core.images import Reencoded, reencode
from support.core.scanner import Verdict, scan
from support.core.words import N_

log = logging.getLogger(__name__)

CHUNK = 64 * 1024
DRAFT_NAMES = "files"  # the vault's owner for names that have no person yet
_OWNER = re.compile(r"(person|session):\d+|(draft|session):[0-9a-f]{32,64}")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one person may send: bytes of a file, files and bytes of a message, files waiting in drafts."""

    file_bytes: int = 20 * 1024 * 1024
    files: int = 10
    message_bytes: int = 60 * 1024 * 1024
    waiting: int = 20


LIMITS = Limits()

FILE_TOO_LARGE = N_("This file is larger than %(limit)s MB.")
MESSAGE_TOO_LARGE = N_("The files of one message may have %(limit)s MB together.")
TOO_MANY_FILES = N_("One message can have at most %(limit)s files.")
TOO_MANY_WAITING = N_("Too many files are waiting to be sent. Please send or remove some first.")
EMPTY = N_("This file is empty.")
INCOMPLETE = N_("This file did not arrive whole. Please send it again.")
UNSAFE = N_("The virus scanner found something in this file. It was not accepted.")
FILE_GONE = N_("We can't find this file. It may have been removed; please add it again.")
NO_ROOM = N_("We can't store files right now. Nothing was lost; please try again in a few minutes.")


class ScanState(StrEnum):
    """Only a clean file is ever served. `label` is a message id."""

    PENDING = "pending_scan"
    CLEAN = "clean"
    BLOCKED = "blocked"

    @property
    def label(self) -> str:
        """How the state is called on a page."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    ScanState.PENDING: N_("Being checked"),
    ScanState.CLEAN: N_("Ready"),
    ScanState.BLOCKED: N_("Blocked"),
}


class StoredFile(Model):
    """One file. `uid` is its address and its name in the store; `scanned_at` None and clean: no scanner was set."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("state IN ('pending_scan', 'clean', 'blocked')", name="state"),
        Index(None, "owner", "attached_to"),
        Index(None, "attached_to", "created_at"),
        Index(None, "state", "created_at"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    owner: Mapped[str] = mapped_column(String(80))
    name_owner: Mapped[str] = mapped_column(String(80))
    name_sealed: Mapped[bytes]
    sha256: Mapped[bytes]
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    width: Mapped[int | None]
    height: Mapped[int | None]
    thumbnail_type: Mapped[str | None] = mapped_column(String(20))
    thumbnail_width: Mapped[int | None]
    thumbnail_height: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16))
    scanned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    attached_to: Mapped[str | None] = mapped_column(String(80))
    missing_since: Mapped[datetime | None]

    @property
    def name(self) -> str:
        """The cleaned name that its sender gave it; raises `vault.KeyDestroyed` once the person is erased."""
        return vault.unseal(self.name_owner, _place(self.uid), self.name_sealed)

    @property
    def has_thumbnail(self) -> bool:
        """True when a small picture of at most 480 pixels can be shown."""
        return self.thumbnail_type is not None

    @property
    def servable(self) -> bool:
        """True when it can be opened now."""
        return self.state == ScanState.CLEAN and self.missing_since is None


def store() -> FileStore:
    """Return the file store of the present application."""
    config = settings()
    return open_store(config.files_url, config.instance_dir / "files")


def intake(
    stream: BinaryIO,
    declared_name: str,
    declared_length: int | None,
    owner: str,
    *,
    now: datetime | None = None,
) -> StoredFile:
    """Take one upload and return its row, committed; or raise, and nothing of it stays visible.

    `owner` is `person:<id>`, `session:<id>`, or `draft:<128 bits in hex>`. Call it outside a transaction:
    reading, decoding and scanning take long and hold no database connection.
    Raises `TooLarge`, `WrongType`, `Invalid` (empty, incomplete), `TooMany`, `Unavailable` (disk, store).
    """
    if in_transaction() or not _OWNER.fullmatch(owner):
        raise ValueError("intake stands outside transactions and needs a bound owner")
    now = now or utcnow()
    _refuse_hoarding(owner, declared_length)
    files, uid = store(), new_uid()
    with ExitStack() as stack:
        try:
            source = stack.enter_context(files.incoming.temporary())
            receive(stream, source, declared_length)
            name = clean_name(declared_name)
            kind = identify(source, name)
            picture = None
            if kind.image:
                target = stack.enter_context(files.incoming.temporary())
                thumbnail = stack.enter_context(files.incoming.temporary())
                picture = reencode(source, kind.image, target, thumbnail)
                source, kind = target, BY_MEDIA_TYPE[picture.media_type]
            verdict = scan(source, settings().scanner_command)
            row = _describe(source, uid, owner, kind, picture, verdict, now)
            files.put(source, uid)
            if picture:
                files.put(thumbnail, thumbnail_name(uid))
        except OSError as error:
            log.exception("file_store_failed")
            raise Unavailable(NO_ROOM) from error
        with transaction() as session:
            row.name_owner = owner if owner.startswith("person:") else DRAFT_NAMES
            row.name_sealed = vault.seal(row.name_owner, _place(uid), renamed(name, kind))
            session.add(row)
    if row.state == ScanState.BLOCKED:
        log.warning("file_blocked", extra={"file": uid})
        raise WrongType(UNSAFE)
    return row


def _refuse_hoarding(owner: str, declared_length: int | None) -> None:
    """Look before the bytes come; then give the database connection back."""
    waiting = select(func.count()).where(
        StoredFile.owner == owner, StoredFile.attached_to.is_(None)
    )
    too_many = db.session.execute(waiting).scalar_one() >= LIMITS.waiting
    db.session.rollback()
    if too_many:
        raise TooMany(0, TOO_MANY_WAITING)
    refuse_length(declared_length)


def refuse_length(declared_length: int | None) -> None:
    """Raise `TooLarge` where more is declared than one file may have."""
    if declared_length is not None and declared_length > LIMITS.file_bytes:
        raise too_large()


def too_large() -> TooLarge:
    """Return the refusal of a file above the limit, which names it."""
    return TooLarge(LIMITS.file_bytes, FILE_TOO_LARGE, limit=LIMITS.file_bytes // 1024**2)


def receive(stream: BinaryIO, target: Path, declared_length: int | None) -> None:
    """Copy in chunks; what exceeds the limit is refused while it comes, whatever was declared."""
    received = 0
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            received += len(chunk)
            if received > LIMITS.file_bytes:
                raise too_large()
            out.write(chunk)
    if declared_length is not None and received != declared_length:
        raise Invalid("file", INCOMPLETE)
    if not received:
        raise Invalid("file", EMPTY)


def _describe(
    source: Path,
    uid: str,
    owner: str,
    kind: FileType,
    picture: Reencoded | None,
    verdict: Verdict,
    now: datetime,
) -> StoredFile:
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
    row = StoredFile(
        uid=uid, owner=owner, sha256=digest, size=source.stat().st_size, created_at=now
    )
    row.media_type = kind.media_type
    row.state = STATE_AFTER[verdict]
    row.scanned_at = now if verdict in (Verdict.CLEAN, Verdict.BLOCKED) else None
    if picture:
        row.width, row.height = picture.width, picture.height
        row.thumbnail_type = picture.thumbnail_type
        row.thumbnail_width, row.thumbnail_height = (
            picture.thumbnail_width,
            picture.thumbnail_height,
        )
    return row


STATE_AFTER = {
    Verdict.CLEAN: ScanState.CLEAN,
    Verdict.NOT_SCANNED: ScanState.CLEAN,
    Verdict.BLOCKED: ScanState.BLOCKED,
    Verdict.UNAVAILABLE: ScanState.PENDING,
}


def thumbnail_name(uid: str) -> str:
    """Return the name in the store of the small picture of `uid`."""
    return f"{uid}-thumbnail"


def attach(
    uids: Sequence[str], owner: str, stream: str, *, person: str | None = None
) -> list[StoredFile]:
    """Attach uploads of `owner` to `stream` in the caller's transaction; return them in the order of `uids`.

    `person` (`person:<id>`) takes the names over: they are sealed anew under that person's key.
    Raises `NotFound` for a file that is another's, gone, blocked or attached elsewhere; `Invalid` for too many;
    `TooLarge` for too much together. Twice is harmless.
    """
    wanted = list(dict.fromkeys(uids))
    if len(wanted) > LIMITS.files:
        raise Invalid("file", TOO_MANY_FILES, limit=LIMITS.files)
    mine = (
        StoredFile.uid.in_(wanted),
        StoredFile.owner == owner,
        StoredFile.state != ScanState.BLOCKED,
    )
    free = or_(StoredFile.attached_to.is_(None), StoredFile.attached_to == stream)
    if changed(update(StoredFile).where(*mine, free).values(attached_to=stream)) != len(wanted):
        raise NotFound(FILE_GONE)
    found = db.session.execute(
        select(StoredFile).where(StoredFile.uid.in_(wanted)),
        execution_options={"populate_existing": True},
    )
    rows = {row.uid: row for row in found.scalars()}
    if sum(row.size for row in rows.values()) > LIMITS.message_bytes:
        raise TooLarge(
            LIMITS.message_bytes, MESSAGE_TOO_LARGE, limit=LIMITS.message_bytes // 1024**2
        )
    if person:
        for row in rows.values():
            name, row.name_owner = row.name, person
            row.name_sealed = vault.seal(person, _place(row.uid), name)
    return [rows[uid] for uid in wanted]


def hand_on(stream: str, new: str, *, person: str) -> list[StoredFile]:
    """Attach to `new` what is attached to `stream`, in the caller's transaction, and return it, oldest first.

    The names are sealed anew under the key of `person`, as in `attach`. Twice is harmless.
    """
    rows = files_of([stream])
    for row in rows:
        name, row.name_owner, row.attached_to = row.name, person, new
        row.name_sealed = vault.seal(person, _place(row.uid), name)
    return rows


def waiting_files(owner: str) -> list[StoredFile]:
    """Return the uploads of `owner` that are not attached yet, oldest first: what a reopened draft shows."""
    statement = select(StoredFile).where(
        StoredFile.owner == owner,
        StoredFile.attached_to.is_(None),
        StoredFile.state != ScanState.BLOCKED,
    )
    return list(db.session.execute(statement.order_by(StoredFile.id)).scalars())


def files_of(streams: Sequence[str]) -> list[StoredFile]:
    """Return what is attached to any of `streams`, oldest first, in two queries (rows, keys of their names)."""
    statement = (
        select(StoredFile).where(StoredFile.attached_to.in_(streams)).order_by(StoredFile.id)
    )
    rows = list(db.session.execute(statement).scalars())
    vault.load_keys(row.name_owner for row in rows)
    return rows


def file_by_uid(uid: str) -> StoredFile:
    """Return the file at `uid` or raise `NotFound`; the caller decides whether this person may see it."""
    row = db.session.execute(select(StoredFile).where(StoredFile.uid == uid)).scalar_one_or_none()
    if row is None:
        raise NotFound(FILE_GONE)
    return row


def _place(uid: str) -> str:
    return f"stored_file.name:{uid}"
