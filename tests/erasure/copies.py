"""What the tests of copies share: places that keep what a test says, and the zip that came of it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from support.core import vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import ground
from support.core.db import db, new_uid, transaction
from support.core.files import StoredFile, store
from support.core.holders import Holder, Item
from support.erasure import queries_copies, service_copies
from support.erasure.models_copies import DataCopy
from support.policies.data_classes import Class
from tests.erasure.world import ErasureWorld


def place(
    code: str, items: Iterable[Item] | Callable[[int], Iterable[Item]], data_class: str = "orders"
) -> Holder:
    """A place that keeps `items` of whoever it is."""
    known = () if callable(items) else tuple(items)
    return Holder(
        code=code,
        title="Messages of orders",
        data_class=Class(data_class),
        columns={},
        count=lambda _person: len(known),
        collect=items if callable(items) else lambda _person: known,
        measures={},
    )


def keep_only(monkeypatch: pytest.MonkeyPatch, *places: Holder) -> None:
    """Let nothing but these keep anything of people."""
    monkeypatch.setitem(ground().hooks, Holder, places)


def kept_file(owner: Actor, name: str, data: bytes | Path, state: str = "clean") -> str:
    """A stored file of somebody, of any size; its uid."""
    uid, files = new_uid(), store()
    with files.incoming.temporary() as path:
        if isinstance(data, bytes):
            path.write_bytes(data)
        else:
            data.replace(path)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
        size = path.stat().st_size
        files.put(path, uid)
    with transaction() as session:
        session.add(
            StoredFile(
                uid=uid,
                owner=owner.ref,
                name_owner=owner.ref,
                name_sealed=vault.seal(owner.ref, f"stored_file.name:{uid}", name),
                sha256=digest,
                size=size,
                media_type="application/pdf",
                state=state,
                created_at=utcnow(),
                attached_to="order:1",
            )
        )
    return uid


def ready_copy(world: ErasureWorld, who: Actor | None = None) -> DataCopy:
    """A copy that somebody asked for and that was put together."""
    row = service_copies.ask_copy(world.shown(who or world.alice), now=utcnow())
    world.drain()
    return fresh(row)


def fresh(row: DataCopy) -> DataCopy:
    """The row as the database has it now; what it says stays, whatever happens to it later."""
    db.session.rollback()
    found = queries_copies.copy_by_id(row.id)
    assert found is not None
    db.session.expunge(found)
    return found


def saved(world: ErasureWorld, row: DataCopy, who: Actor | None = None) -> zipfile.ZipFile:
    """The zip as its person saves it."""
    opened = service_copies.open_copy(world.shown(who or world.alice), row.uid, now=utcnow())
    data = b"".join(opened.pieces)
    assert len(data) == opened.length
    return zipfile.ZipFile(io.BytesIO(data))


def data_in(archive: zipfile.ZipFile) -> dict[str, Any]:
    """What is there for programs."""
    found: dict[str, Any] = json.loads(archive.read("data.json"))
    return found


def names_in_store() -> set[str]:
    """Every name in the file store."""
    return {name for number in range(256) for name in store().names(f"{number:02x}")}
