"""`flask backup PATH`: the data of one moment, the files, and apart from them the keys, while people work.

The data holds no key: an old backup of it opens only with newer keys, in which those of erased people are destroyed.
So of the keys only the newest two are kept. The keys that wrap the keys (`instance/keys`) are in neither.
Rows of passing tables (`db.PASSING`) stay out: sessions and codes would come back to life. The outbox is in: what
waits in it is sent again after a restore, rather twice than never.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from support.core import audit, dump
from support.core.actors import SYSTEM
from support.core.backup_parts import (
    DATA,
    FILES,
    KEY_TABLE,
    KEYS,
    LIST,
    STAMP,
    STAMPED,
    BackupError,
    Tell,
    copy,
    flush_directory,
    new_file,
    write_manifest,
)
from support.core.clock import utcnow
from support.core.db import snapshot
from support.core.files import store
from support.core.filestore import PREFIXES
from support.core.words import N_

KEPT_KEYS = 2
RUNNING = N_("Another backup to %(path)s is running.")
NO_ROOM = N_("The backup was not made: %(reason)s. Nothing of it was left in %(path)s.")
MADE = "backup.made"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup; `data` is None where only the keys were asked for."""

    data: Path | None
    keys: Path
    rows: int
    files: int


def make_backup(path: Path, tell: Tell, *, only_keys: bool = False) -> Made:
    """Write a backup below `path` and return it; it has its name only when it is whole and on the disk.

    Killed or out of room, it leaves nothing that could be taken for one: raises `BackupError` for what the disk or
    the store refuses, and for a second one at the same time.
    """
    path = path.absolute()
    try:
        with _alone(path):
            return _make(path, tell, only_keys=only_keys)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BackupError(NO_ROOM, reason=reason, path=path) from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of the place; what killed backups left there is removed."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    (path / KEYS).mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(RUNNING, path=path) from error
        for left in (*path.glob(".*.partial"), *(path / KEYS).glob(".*.partial")):
            shutil.rmtree(left)
        yield
    finally:
        os.close(handle)


def _make(path: Path, tell: Tell, *, only_keys: bool) -> Made:
    stamp = _free_stamp(path)
    data, secrets = path / f".{stamp}.partial", path / KEYS / f".{stamp}.partial"
    try:
        data.mkdir(mode=0o700)
        secrets.mkdir(mode=0o700)
        with snapshot() as session:
            connection = session.connection()
            found = dump.shapes(connection)
            facts = {"made_at": utcnow().isoformat(), "revision": _revision(connection)}
            facts |= {"engine": connection.dialect.name}
            last = dump.last_ids(connection, found)
            held = _write_keys(connection, found, secrets)
            tables = {} if only_keys else _write_tables(connection, found, data, tell)
        _write_ledger(secrets, held["files"])
        write_manifest(secrets, facts | held | {"last_ids": last})
        number = 0
        if not only_keys:
            number, listed = _write_files(data, tell)
            body = {"tables": tables, "last_ids": last, "files": number, "list": listed}
            write_manifest(data, facts | body)
        _finish(secrets, path / KEYS / stamp)
        if not only_keys:
            _finish(data, path / stamp)
        _forget_old_keys(path / KEYS)
    finally:
        for left in (data, secrets):
            shutil.rmtree(left, ignore_errors=True)
    rows = sum(each["rows"] for each in tables.values())
    made = Made(None if only_keys else path / stamp, path / KEYS / stamp, rows, number)
    if not only_keys:
        audit.record_system(MADE, at=utcnow(), actor=SYSTEM, stamp=stamp, rows=rows, files=number)
    return made


def _free_stamp(path: Path) -> str:
    at = datetime.now(UTC)
    while any((place / at.strftime(STAMP)).exists() for place in (path, path / KEYS)):
        at += timedelta(seconds=1)
    return at.strftime(STAMP)


def _revision(connection: Connection) -> str:
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _write_table(
    connection: Connection, shape: dump.Shape, path: Path, step: dump.Step
) -> dict[str, Any]:
    with new_file(path) as out:
        rows = dump.write_rows(connection, shape, out, step)
    return {"rows": rows, "sha256": out.sha256, "bytes": out.size}


def _write_keys(connection: Connection, found: list[dump.Shape], directory: Path) -> dict[str, Any]:
    [shape] = [each for each in found if each.name == KEY_TABLE]
    name = f"{KEY_TABLE}.jsonl.gz"
    written = _write_table(connection, shape, directory / name, lambda _number: None)
    named = text("SELECT DISTINCT wrapped_by FROM vault_key WHERE wrapped IS NOT NULL")
    by = sorted(connection.execute(named).scalars())
    return {"rows": written["rows"], "wrapped_by": by, "files": {name: written["sha256"]}}


def _write_tables(
    connection: Connection, found: list[dump.Shape], directory: Path, tell: Tell
) -> dict[str, Any]:
    wanted = [each for each in found if each.name != KEY_TABLE and not dump.is_passing(each.name)]
    total, done, tables = sum(dump.count(connection, each) for each in wanted), 0, {}

    def step(number: int) -> None:
        nonlocal done
        done += number
        tell(N_("Rows"), done, total)

    step(0)
    for shape in wanted:
        path = directory / DATA / f"{shape.name}.jsonl.gz"
        tables[shape.name] = _write_table(connection, shape, path, step)
    return tables


def _write_ledger(directory: Path, hashes: dict[str, str]) -> None:
    """After the snapshot: an erasure that comes in between is in the ledger, though its key is still in the rows."""
    files = store()
    for name in files.entries():
        with files.open(name) as stream, new_file(directory / name) as out:
            copy(stream, out)
        hashes[name] = out.sha256


def _write_files(directory: Path, tell: Tell) -> tuple[int, str]:
    """Copy what the store has; what is removed meanwhile is wanted by no row any more, or soon by none."""
    files, number = store(), 0
    with new_file(directory / LIST) as listed:
        for done, prefix in enumerate(PREFIXES):
            tell(N_("Files"), done, len(PREFIXES))
            for name in sorted(files.names(prefix)):
                path = Path(FILES, name[:2], name[2:4], name)
                try:
                    stream = files.open(name)
                except FileNotFoundError:
                    continue
                with stream, new_file(directory / path) as out:
                    copy(stream, out)
                listed.write(f"{out.sha256}  {path}\n".encode())
                number += 1
        tell(N_("Files"), len(PREFIXES), len(PREFIXES))
    return number, listed.sha256


def _finish(partial: Path, final: Path) -> None:
    """Give the whole directory its name, once all in it is on the disk."""
    for directory, _names, _files in os.walk(partial):
        flush_directory(Path(directory))
    partial.rename(final)
    flush_directory(final.parent)


def _forget_old_keys(directory: Path) -> None:
    found = sorted(each for each in directory.iterdir() if STAMPED.fullmatch(each.name))
    for each in found[:-KEPT_KEYS]:
        shutil.rmtree(each)
