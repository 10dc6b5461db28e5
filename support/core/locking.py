"""What is locked away of somebody at their request: values and files under a restriction key, gone for every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, func, literal, select

from support.core import file_upkeep, vault
from support.core.context import hooks
from support.core.db import db, new_uid
from support.core.files import ScanState, StoredFile, store
from support.core.holders import Removal
from support.core.vault import KeyDestroyed

FILES = 5
"""How many files are locked away in one transaction: each is read and sealed whole."""


@dataclass(frozen=True, slots=True)
class LockedInside:
    """A hook: `of(person)` yields values of theirs that are locked away inside other sealed values."""

    of: Callable[[int], Iterable[bytes]]


def locked_values(restriction: str, person_id: int) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of all that is kept under a restriction key, wherever it stands.

    It looks through whole tables: for the rare moment in which somebody has to read it. Raises `KeyDestroyed` once its
    date is past.
    """
    name = f"{restriction}|".encode()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                said = func.substr(column, 3, len(name), type_=LargeBinary)
                which = (column.is_not(None), said == literal(name, LargeBinary))
                for sealed in db.session.execute(select(column).where(*which)).scalars():
                    yield from _opened(restriction, sealed)
    for hook in hooks(LockedInside):
        for sealed in hook.of(person_id):
            yield from _opened(restriction, sealed)


def _opened(restriction: str, sealed: bytes) -> Iterator[tuple[str, str]]:
    found, place = vault.restricted_by(sealed)
    if found == restriction:
        yield place, vault.unseal_restricted(place, sealed)


def locked_files(restriction: str) -> Iterator[tuple[str, bytes]]:
    """Yield (uid, bytes) of the files that are kept under a restriction key; their names are among the values."""
    found = select(StoredFile.uid).where(StoredFile.owner == restriction).order_by(StoredFile.id)
    for uid in db.session.execute(found).scalars():
        with store().open(uid) as stream:
            yield uid, vault.unseal_bytes(restriction, file_place(uid), stream.read())


def still_there(column: Any) -> ColumnElement[bool]:
    """Return the SQL that is true where a sealed column is neither emptied nor locked away."""
    head = func.substr(column, 1, 1, type_=LargeBinary)
    locked = literal(vault.RESTRICTED_HEAD, LargeBinary)
    return and_(column.is_not(None), func.length(column) > 0, head != locked)


def shut(removal: Removal, owner: str, place: str, sealed: bytes | None) -> bytes | None:
    """Return a sealed value as it is kept from now on: locked away, or None where nothing of it is.

    To erase there is no restriction key; and what can't be opened any more can't be locked away.
    """
    if not sealed or not removal.restriction:
        return None
    if sealed[:1] == vault.RESTRICTED_HEAD:
        return sealed
    try:
        return vault.restrict(owner, place, sealed, removal.restriction)
    except KeyDestroyed:
        return None


def shut_file(removal: Removal, row: StoredFile) -> str | None:
    """Put a sealed copy in the place of a file, in the caller's transaction; return its uid, None where none is kept.

    The copy is served to nobody and attached to no stream that a page asks for. It is written before the commit and
    the file goes after it: what a kill leaves behind has no row, and the sweep takes it.
    """
    uid = _sealed_copy(removal, row) if removal.restriction else None
    file_upkeep.discard([row.uid])
    return uid


def _sealed_copy(removal: Removal, row: StoredFile) -> str | None:
    owner, uid, files = removal.restriction, new_uid(), store()
    try:
        name = vault.seal(owner, name_place(uid), row.name)
        with files.open(row.uid) as stream:
            data = vault.seal_bytes(owner, file_place(uid), stream.read())
    except (KeyDestroyed, OSError):
        return None
    with files.incoming.temporary() as copy:
        copy.write_bytes(data)
        files.put(copy, uid)
    kept = {
        "uid": uid,
        "owner": owner,
        "attached_to": f"locked:{row.attached_to}",
        "name_owner": owner,
        "name_sealed": vault.restrict(owner, name_place(uid), name, owner),
        "sha256": b"",
        "size": len(data),
        "media_type": row.media_type,
        "state": ScanState.BLOCKED,
        "created_at": row.created_at,
    }
    db.session.add(StoredFile(**kept))
    db.session.flush()
    return uid


def file_place(uid: str) -> str:
    """Return the vault place of a file that is locked away."""
    return f"locked_file:{uid}"


def name_place(uid: str) -> str:
    """Return the vault place of its name."""
    return f"stored_file.name:{uid}"
