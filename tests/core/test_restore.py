"""`flask restore`: checked before the first write, the data of then, the newest keys; half done it serves nobody."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import delete, insert, inspect, select, text

from support.core import audit, installation, ledger, readiness, vault
from support.core.backup import Made
from support.core.backup_parts import BackupError, write_manifest
from support.core.context import register
from support.core.db import db, transaction
from support.core.readiness import UNFINISHED
from support.core.restore import AfterRestore
from support.workorders.models import QueueCount
from tests.core.backup_world import (
    PLACE,
    add_many,
    back_up,
    but_for_what_backups_note,
    fill,
    looked_for,
    other_desk,
    restore,
    rows_of,
    start,
)
from tests.fixtures.servers import wait_until


def entry(key: str) -> dict[str, Any]:
    """An entry of the ledger about somebody whom this desk does not know."""
    return {"key": key, "person": "00", "measures": {}, "mentions": []}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the backups lie."""
    return tmp_path / "out"


@pytest.fixture
def other(app: Flask, bare_database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An empty desk on each engine, with the key files of the first."""
    yield from _open(other_desk(app, bare_database_url, tmp_path))


def _open(made: Flask) -> Iterator[Flask]:
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def is_open(app: Flask) -> bool:
    """Whether worker, tick and pages would serve this database."""
    with app.app_context():
        app.extensions["ground"].kept.clear()
        found = readiness.closed() is None
        db.session.remove()
    return found


def tables(app: Flask) -> list[str]:
    """Return the names of all tables that are there."""
    with app.app_context():
        found = inspect(db.engine).get_table_names()
        db.session.remove()
    return found


def test_everything_comes_back_on_either_engine(app: Flask, other: Flask, out: Path) -> None:
    wanted = fill(app)
    before, found = rows_of(app), looked_for(app, wanted)
    made = back_up(app, out)
    done = restore(other, made.data)
    assert done.rows == made.rows
    assert done.broken == []
    assert but_for_what_backups_note(rows_of(other)) == but_for_what_backups_note(before)
    assert found["search"] == [wanted["order"]]
    assert looked_for(other, wanted) == found
    assert is_open(other)
    assert UNFINISHED not in tables(other)


def test_what_was_destroyed_after_the_backup_stays_unreadable(
    app: Flask, same_engine: Flask, out: Path
) -> None:
    wanted = fill(app)
    made = back_up(app, out)
    with app.app_context():
        with transaction():
            assert vault.destroy("person:77")
        db.session.remove()
    back_up(app, out, only_keys=True)
    done = restore(same_engine, made.data)
    assert done.keys > str(made.keys.name)
    with same_engine.app_context(), pytest.raises(vault.KeyDestroyed):
        vault.unseal("person:77", PLACE, wanted["sealed"])


def test_the_erasures_since_are_replayed_before_anybody_is_served(
    app: Flask, same_engine: Flask, out: Path
) -> None:
    with app.app_context():
        installation.mark(demo=False)
        ledger.append(entry("before"))
        ledger.mark_applied(1)
    made = back_up(app, out)
    with app.app_context():
        ledger.append(entry("since"))
        ledger.mark_applied(2)
    back_up(app, out, only_keys=True)
    seen = []

    def look() -> None:
        seen.append((is_open(same_engine), ledger.applied()))

    register(same_engine, AfterRestore("Look", look))
    done = restore(same_engine, made.data)
    assert seen == [(False, 2)]
    assert done.behind == 0
    assert is_open(same_engine)


def test_without_a_replay_it_says_what_to_run(app: Flask, same_engine: Flask, out: Path) -> None:
    with app.app_context():
        installation.mark(demo=False)
        db.session.remove()
    made = back_up(app, out)
    with app.app_context():
        ledger.append(entry("since"))
    back_up(app, out, only_keys=True)
    same_engine.extensions["ground"].hooks[AfterRestore].clear()
    result = same_engine.test_cli_runner().invoke(args=["restore", str(made.data)])
    assert result.exit_code == 0, result.output
    assert "Erasures made since: 1. Run: flask erasure replay" in result.output
    assert "The audit trail is whole." in result.output
    assert not is_open(same_engine)


def _spoil(made: Made) -> Iterator[str]:
    """Change one byte, or take one file away, of each sort of file in turn; it is put back afterwards."""
    assert made.data
    sorts = [
        made.data / "manifest.json",
        made.data / "files.sha256",
        made.data / "data" / "event.jsonl.gz",
        next(made.data.glob("files/*/*/*")),
        made.keys / "manifest.json",
        made.keys / "vault_key.jsonl.gz",
        made.keys / "ledger" / "00000001.json",
    ]
    for path in sorts:
        whole = path.read_bytes()
        for at in (5, len(whole) // 2, len(whole) - 2):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            yield f"{path.name} at {at}"
        path.unlink()
        yield f"without {path.name}"
        path.write_bytes(whole)


def test_a_damaged_backup_is_refused_before_anything_is_written(
    app: Flask, same_engine: Flask, out: Path
) -> None:
    fill(app)
    with app.app_context():
        ledger.append(entry("one"))
    made = back_up(app, out)
    for _what in _spoil(made):
        with pytest.raises(BackupError):
            restore(same_engine, made.data)
    assert tables(same_engine) == []
    assert not any(Path(same_engine.instance_path).glob("files/??/*/*"))
    restore(same_engine, made.data)


def test_only_an_empty_database_is_restored_into(app: Flask, out: Path) -> None:
    fill(app)
    made = back_up(app, out)
    before = rows_of(app)
    result = app.test_cli_runner().invoke(args=["restore", str(made.data)])
    assert result.exit_code == 1
    assert "This database holds data" in result.output
    assert "set DATABASE_URL" in result.output
    assert rows_of(app) == before
    assert is_open(app)


def test_what_is_no_backup_is_told_from_one(app: Flask, out: Path) -> None:
    made = back_up(app, out)
    for path in (out, out / "keys", made.keys, out / "nothing"):
        result = app.test_cli_runner().invoke(args=["restore", str(path)])
        assert result.exit_code == 1
        assert "is no backup" in result.output


def test_other_key_files_are_refused_by_name(
    app: Flask, second_database_url: str, tmp_path: Path, out: Path
) -> None:
    made = back_up(app, out)
    for strange in _open(other_desk(app, second_database_url, tmp_path, same_keys=False)):
        with pytest.raises(BackupError, match="other keys"):
            restore(strange, made.data)
        assert tables(strange) == []


def test_keys_that_a_lost_key_wraps_are_refused(app: Flask, same_engine: Flask, out: Path) -> None:
    wanted = fill(app)
    made = back_up(app, out)
    runner = app.test_cli_runner()
    for _twice in range(2):
        assert runner.invoke(args=["vault", "rotate"]).exit_code == 0
    target = Path(same_engine.instance_path) / "keys"
    shutil.rmtree(target)
    shutil.copytree(Path(app.instance_path) / "keys", target)
    same_engine.extensions["ground"].keys.wrapping._read()
    with pytest.raises(BackupError, match="wrapped by"):
        restore(same_engine, made.data)
    assert tables(same_engine) == []
    back_up(app, out, only_keys=True)
    restore(same_engine, made.data)
    assert looked_for(same_engine, wanted)["opened"] == "Weiße Straße 5"


def test_without_keys_or_with_older_ones_it_is_refused(
    app: Flask, same_engine: Flask, out: Path
) -> None:
    first = back_up(app, out)
    second = back_up(app, out)
    shutil.rmtree(second.keys)
    with pytest.raises(BackupError, match="older than"):
        restore(same_engine, second.data)
    shutil.rmtree(first.keys)
    with pytest.raises(BackupError, match="no keys"):
        restore(same_engine, second.data)


def test_the_ledger_of_another_desk_is_refused(app: Flask, same_engine: Flask, out: Path) -> None:
    with app.app_context():
        ledger.append(entry("ours"))
    made = back_up(app, out)
    with same_engine.app_context():
        ledger.append(entry("theirs"))
    with pytest.raises(BackupError, match="another ledger"):
        restore(same_engine, made.data)
    assert tables(same_engine) == []


def test_a_backup_of_an_older_release_is_migrated(
    app: Flask, same_engine: Flask, out: Path
) -> None:
    with app.app_context():
        db.session.remove()
        flask_migrate.downgrade(revision="0026")
        with transaction() as session:
            marked = "INSERT INTO installation (id, demo, created_at) VALUES (1, :no, :at)"
            given = {"no": False, "at": "2026-01-02 03:04:05.000000+00:00"[:26]}
            session.connection().execute(text(marked), given)
            sealed = vault.seal("person:77", PLACE, "kept")
        db.session.remove()
    made = back_up(app, out)
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
    back_up(app, out, only_keys=True)
    restore(same_engine, made.data)
    assert {"legal_hold", "installation"} <= set(tables(same_engine))
    with same_engine.app_context():
        assert ledger.applied() == 0
        assert not installation.is_demo()
        assert vault.unseal("person:77", PLACE, sealed) == "kept"
        db.session.remove()


def test_a_backup_of_a_newer_release_names_it(app: Flask, same_engine: Flask, out: Path) -> None:
    made = back_up(app, out)
    assert made.data
    with app.app_context():
        (made.data / "manifest.json").unlink()
        facts = {"revision": "9999", "release": "9.9", "tables": {}}
        write_manifest(made.data, facts)
    with pytest.raises(BackupError) as refused:
        restore(same_engine, made.data)
    assert refused.value.facts["release"] == "9.9"
    assert tables(same_engine) == []


def test_no_id_is_given_twice(app: Flask, same_engine: Flask, out: Path) -> None:
    """A second person 12 would get what was sealed for the first, or would find their key destroyed."""

    def add(to: Flask, name: str) -> int:
        with to.app_context(), transaction() as session:
            added = insert(QueueCount).values(name=name, number=1).returning(QueueCount.id)
            return int(session.execute(added).scalar_one())

    add(app, "kept")
    gone = add(app, "gone")
    with app.app_context(), transaction() as session:
        session.execute(delete(QueueCount).where(QueueCount.id == gone))
    made = back_up(app, out)
    later = add(app, "since the backup")
    back_up(app, out, only_keys=True)
    restore(same_engine, made.data)
    assert add(same_engine, "new") == later + 1


def test_one_that_failed_serves_nobody_and_goes_on_when_run_again(
    app: Flask, same_engine: Flask, out: Path
) -> None:
    wanted = fill(app)
    first, second = back_up(app, out), back_up(app, out)
    failing = [True]

    def work() -> None:
        if failing[0]:
            raise OSError("the store went away")

    register(same_engine, AfterRestore("Erasures", work))
    with pytest.raises(BackupError, match="Run it again"):
        restore(same_engine, second.data)
    assert not is_open(same_engine)
    assert same_engine.test_client().get("/readyz").status_code == 503
    with pytest.raises(BackupError, match="another backup"):
        restore(same_engine, first.data)
    failing[0] = False
    restore(same_engine, second.data)
    assert is_open(same_engine)
    assert looked_for(same_engine, wanted) == looked_for(app, wanted)


@pytest.mark.parametrize("moment", ["rows", "files"])
def test_killed_in_the_middle_it_never_looks_whole(
    app: Flask, same_engine: Flask, out: Path, moment: str
) -> None:
    wanted = fill(app)
    add_many(app, 20_000)
    made = back_up(app, out)
    before = rows_of(app)
    process = start(same_engine, "restore", str(made.data))

    def there() -> bool:
        if moment == "files":
            return any(Path(same_engine.instance_path).glob("files/??/*/*"))
        return UNFINISHED in tables(same_engine)

    wait_until(there, seconds=90, what=f"it is at the {moment}")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not is_open(same_engine)
    refused = same_engine.test_cli_runner().invoke(args=["tick"])
    assert refused.exit_code == 1
    assert "A restore did not finish here. Run: flask restore" in refused.output
    restore(same_engine, made.data)
    assert but_for_what_backups_note(rows_of(same_engine)) == but_for_what_backups_note(before)
    assert looked_for(same_engine, wanted) == looked_for(app, wanted)
    assert is_open(same_engine)


def test_a_trail_that_was_broken_is_named_and_comes_back_as_it_was(
    app: Flask, same_engine: Flask, out: Path
) -> None:
    fill(app)
    with app.app_context(), transaction() as session:
        session.execute(audit.StreamHead.__table__.update().values(hash=b"x" * 32))  # type: ignore[attr-defined]
    made = back_up(app, out)
    done = restore(same_engine, made.data)
    assert done.broken
    with same_engine.app_context():
        assert db.session.execute(select(audit.Event.id)).scalars().all()
        db.session.remove()
