"""`flask restore PATH/<stamp>`: the data of then, the newest keys, and everything erased since erased again.

Checked whole before the first write, and only into an empty database. The rows go in at the schema that they come
from, in one transaction, and are migrated as in any update. A table that is there only meanwhile (`readiness`) keeps
worker, tick and pages away until the last step is done: killed anywhere, the same command goes on where it was.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, inspect, select, table, text

from support.core import audit, dump, ledger, outbox_upkeep
from support.core.actors import SYSTEM
from support.core.audit import Broken
from support.core.backup_parts import (
    DAMAGED,
    DATA,
    FORMAT,
    KEY_TABLE,
    KEYS,
    LIST,
    MANIFEST,
    ROOT,
    STAMPED,
    BackupError,
    Tell,
    check_file,
    no_backup,
    read_manifest,
)
from support.core.clock import utcnow
from support.core.context import hooks, keys
from support.core.db import db
from support.core.files import store
from support.core.filestore import LEDGER
from support.core.readiness import UNFINISHED
from support.core.words import N_

RESTORED = "backup.restored"
NOT_EMPTY = N_(
    "This database holds data (%(tables)s). Restore into a new one: set DATABASE_URL, or move the old file away."
)
OTHER_UNFINISHED = N_(
    "A restore of another backup did not finish here. Finish that one, or take a new database."
)
NEWER = N_(
    "Release %(release)s wrote this backup, and this release does not know its tables. Install that one first."
)
NO_KEYS = N_("There are no keys in %(path)s.")
OLD_KEYS = N_("The newest keys in %(path)s are older than this backup, so they can't open it.")
LACKS_KEY = N_(
    "The people's keys are wrapped by %(name)s, which is not in instance/keys. "
    "Put the kept copy of that directory in place first."
)
OTHER_LEDGER = N_(
    "The file store has another ledger: %(file)s differs. It belongs to another desk."
)
STOPPED = N_("The restore stopped: %(reason)s. Run it again; until it is done nothing is served.")
_ROWS, _KEYS = 1, 2
"""Steps that are behind us: the rows are in, the keys are in."""


@dataclass(frozen=True, slots=True)
class AfterRestore:
    """A hook: what has to be done again in a restored desk, before anybody is served; safe to run twice."""

    title: str
    """A message id, shown with the progress."""
    work: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: its keys' time, broken rows of the trail, erasures still to replay, messages that wait."""

    keys: str
    rows: int
    files: int
    broken: list[Broken]
    behind: int
    waiting: int


def restore_backup(path: Path, tell: Tell) -> Restored:
    """Bring the backup at `path` back; raises `BackupError`, and before its first write for all that can be known."""
    path = path.absolute()
    body = read_manifest(path)
    if "tables" not in body:
        raise no_backup(path)
    _check_release(body)
    secrets = _newest_keys(path)
    held = read_manifest(secrets)
    if datetime.fromisoformat(held["made_at"]) < datetime.fromisoformat(body["made_at"]):
        raise BackupError(OLD_KEYS, path=secrets.parent)
    _check_release(held)
    with db.engine.connect() as connection:
        _step_of(connection, _digest(path))
    _check_hashes(path, body, secrets, held, tell)
    _check_wrapping(held["wrapped_by"])
    try:
        _check_ledger(secrets, held)
        return _restore(path, body, secrets, held, tell)
    except OSError as error:
        raise BackupError(STOPPED, reason=error.strerror or str(error)) from error
    finally:
        db.session.remove()


def _newest_keys(path: Path) -> Path:
    place = path.parent / KEYS
    found = sorted(each for each in place.glob("*") if STAMPED.fullmatch(each.name))
    if not found:
        raise BackupError(NO_KEYS, path=place)
    return found[-1]


def _check_release(body: dict[str, Any]) -> None:
    from alembic.script import ScriptDirectory  # a web process never migrates

    script = ScriptDirectory(str(ROOT / "migrations"))
    known = {each.revision for each in script.walk_revisions()}
    if body["format"] != FORMAT or body["revision"] not in known:
        raise BackupError(NEWER, release=body["release"])


def _check_hashes(
    path: Path, body: dict[str, Any], secrets: Path, held: dict[str, Any], tell: Tell
) -> None:
    total = len(body["tables"]) + len(held["files"]) + body["files"]
    wanted = _wanted(path, body, secrets, held)
    number = 0
    for number, (file, sha256) in enumerate(wanted, 1):
        check_file(file, sha256)
        tell(N_("Checking"), number, total)
    if number != total:
        raise BackupError(DAMAGED, file=path / LIST)


def _wanted(
    path: Path, body: dict[str, Any], secrets: Path, held: dict[str, Any]
) -> Iterator[tuple[Path, str]]:
    for name, each in body["tables"].items():
        yield path / DATA / f"{name}.jsonl.gz", each["sha256"]
    for name, sha256 in held["files"].items():
        yield secrets / name, sha256
    check_file(path / LIST, body["list"])
    yield from ((path / name, sha256) for sha256, name in _listed(path))


def _listed(path: Path) -> Iterator[list[str]]:
    """Yield (hash, path) of each stored file; the list is as `sha256sum` writes and checks it."""
    with (path / LIST).open(encoding="utf-8") as lines:
        yield from (line.rstrip("\n").split("  ", 1) for line in lines)


def _check_wrapping(names: list[str]) -> None:
    for name in names:
        if not keys().wrapping.named(name):
            raise BackupError(LACKS_KEY, name=name)


def _check_ledger(secrets: Path, held: dict[str, Any]) -> None:
    """Entries never change: where one differs, the store is another desk's."""
    files = store()
    there = set(files.entries())
    for name in there.intersection(held["files"]):
        with files.open(name) as stream:
            if stream.read() != (secrets / name).read_bytes():
                raise BackupError(OTHER_LEDGER, file=name)


def _restore(
    path: Path, body: dict[str, Any], secrets: Path, held: dict[str, Any], tell: Tell
) -> Restored:
    import flask_migrate  # a web process never migrates

    step = _begin(_digest(path))
    least = {
        name: max(body["last_ids"].get(name, 0), held["last_ids"].get(name, 0))
        for name in {*body["last_ids"], *held["last_ids"]}
    }
    if step < _ROWS:
        _move_schema(body["revision"])
        _load_rows(path / DATA, body["tables"], least, tell)
    if step < _KEYS:
        _load_keys(secrets / f"{KEY_TABLE}.jsonl.gz", held)
    flask_migrate.upgrade()
    with _writing() as connection:
        dump.set_last_ids(connection, dump.shapes(connection), least)
    _put_files(path, secrets, body, held, tell)
    broken = list(audit.verify())
    for hook in hooks(AfterRestore):
        tell(hook.title, 0, 1)
        hook.work()
        tell(hook.title, 1, 1)
    audit.record_system(RESTORED, at=utcnow(), actor=SYSTEM, stamp=path.name, keys=secrets.name)
    db.session.remove()
    with _writing() as connection:
        connection.execute(text(f"DROP TABLE {UNFINISHED}"))
    rows = sum(each["rows"] for each in body["tables"].values())
    waiting, _late = outbox_upkeep.waiting(utcnow())
    return Restored(secrets.name, rows, body["files"], broken, ledger.behind(), waiting)


@contextmanager
def _writing() -> Iterator[Connection]:
    """One transaction past the session: what stands in it is none of the models' business."""
    db.session.remove()
    with (
        db.engine.connect().execution_options(gongdan_write=True) as connection,
        connection.begin(),
    ):
        yield connection


def _digest(path: Path) -> str:
    return hashlib.sha256((path / MANIFEST).read_bytes()).hexdigest()


def _step_of(connection: Connection, digest: str) -> int:
    """Return which step an earlier try of this backup got to, 0 for an empty database; else refuse."""
    if inspect(connection).has_table(UNFINISHED):
        found = connection.execute(text(f"SELECT backup, step FROM {UNFINISHED}")).one()  # noqa: S608
        if found.step and found.backup != digest:
            raise BackupError(OTHER_UNFINISHED)
        if found.step:
            return int(found.step)
    if full := [each.name for each in dump.shapes(connection) if _holds_data(connection, each)]:
        raise BackupError(NOT_EMPTY, tables=", ".join(full[:5]))
    return 0


def _begin(digest: str) -> int:
    """Mark the database as unfinished and return the step that is behind us."""
    with _writing() as connection:
        step = _step_of(connection, digest)
        if not inspect(connection).has_table(UNFINISHED):
            columns = "backup VARCHAR(64) NOT NULL, step INTEGER NOT NULL"
            connection.execute(text(f"CREATE TABLE {UNFINISHED} ({columns})"))
            connection.execute(text(f"INSERT INTO {UNFINISHED} VALUES ('', 0)"))  # noqa: S608
        connection.execute(text(f"UPDATE {UNFINISHED} SET backup = :it"), {"it": digest})  # noqa: S608
    return step


def _holds_data(connection: Connection, shape: dump.Shape) -> bool:
    if dump.is_passing(shape.name):
        return False
    any_row: Any = select(column(shape.key[0])).select_from(table(shape.name)).limit(1)
    return connection.execute(any_row).first() is not None


def _note(connection: Connection, step: int) -> None:
    connection.execute(text(f"UPDATE {UNFINISHED} SET step = :step"), {"step": step})  # noqa: S608


def _move_schema(revision: str) -> None:
    """Give the empty database the tables of `revision`."""
    import flask_migrate

    present = None
    with db.engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            version = text("SELECT version_num FROM alembic_version")
            present = connection.execute(version).scalar_one_or_none()
    if present == revision:
        return
    if present is not None:
        flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade(revision=revision)


def _load_rows(directory: Path, tables: dict[str, Any], least: dict[str, int], tell: Tell) -> None:
    total, done = sum(each["rows"] for each in tables.values()), 0

    def step(number: int) -> None:
        nonlocal done
        done += number
        tell(N_("Rows"), done, total)

    step(0)
    with _writing() as connection:
        found = dump.shapes(connection)
        check = dump.defer(connection, found)
        for shape in found:
            if shape.name in tables:
                path = directory / f"{shape.name}.jsonl.gz"
                with path.open("rb") as source:
                    dump.read_rows(connection, shape, source, step)
        check()
        dump.set_last_ids(connection, found, least)
        if done != total:
            raise BackupError(DAMAGED, file=directory)
        _note(connection, _ROWS)


def _load_keys(path: Path, held: dict[str, Any]) -> None:
    """Load the keys at the schema of the data where they fit into it: a migration may want to open something."""
    import flask_migrate

    with db.engine.connect() as connection:
        [shape] = [each for each in dump.shapes(connection) if each.name == KEY_TABLE]
    with path.open("rb") as source:
        fits = set(dump.columns_in(source)) <= set(shape.columns)
    if not fits:
        flask_migrate.upgrade(revision=held["revision"])
    with _writing() as connection:
        [shape] = [each for each in dump.shapes(connection) if each.name == KEY_TABLE]
        with path.open("rb") as source:
            dump.read_rows(connection, shape, source, lambda _number: None)
        _note(connection, _KEYS)


def _put_files(
    path: Path, secrets: Path, body: dict[str, Any], held: dict[str, Any], tell: Tell
) -> None:
    files = store()
    for number, (_sha256, name) in enumerate(_listed(path), 1):
        with files.incoming.temporary() as copy:
            shutil.copyfile(path / name, copy)
            files.put(copy, Path(name).name)
        tell(N_("Files"), number, body["files"])
    for name in sorted(name for name in held["files"] if name.startswith(LEDGER)):
        with files.incoming.temporary() as copy:
            shutil.copyfile(secrets / name, copy)
            files.create(copy, name)
