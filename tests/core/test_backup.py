"""`flask backup`: one moment, whole or not at all, no key beside the data, nothing that lives again by mistake."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.core import audit, dump, ledger, vault
from support.core.backup import make_backup
from support.core.backup_parts import BackupError
from support.core.db import db, transaction
from support.workorders.models import WorkOrder
from tests.core.backup_world import add_many, back_up, fill, finished, quiet, start
from tests.core.files.uploads import take
from tests.fixtures.servers import wait_until
from tests.workorders.desk_world import make_member, make_order


def lines_of(path: Path) -> list[Any]:
    """Return what one file of rows holds."""
    with gzip.open(path) as packed:
        return [json.loads(line) for line in packed]


def modes_below(path: Path) -> set[tuple[bool, int]]:
    """Return (is a directory, mode) of everything below `path`."""
    return {(each.is_dir(), each.stat().st_mode & 0o777) for each in path.rglob("*")}


def test_every_table_is_in_it_but_for_keys_and_what_passes(app: Flask, tmp_path: Path) -> None:
    fill(app)
    made = back_up(app, tmp_path / "out")
    assert made.data
    held = {path.name.removesuffix(".jsonl.gz") for path in (made.data / "data").iterdir()}
    passing = {name for name, table in db.metadata.tables.items() if table.info.get("passing")}
    assert passing == {"session", "code", "passkey_challenge", "idempotency_key", "timer_run"}
    assert held | passing | {"vault_key"} == set(db.metadata.tables)
    assert not held & (passing | {"vault_key"})
    body = json.loads((made.data / "manifest.json").read_text())["body"]
    for name, each in body["tables"].items():
        path = made.data / "data" / f"{name}.jsonl.gz"
        assert len(lines_of(path)) == each["rows"] + 1
        assert hashlib.sha256(path.read_bytes()).hexdigest() == each["sha256"]
    assert body["revision"]
    assert body["release"]
    assert body["files"] == 3  # two and a thumbnail
    assert modes_below(tmp_path / "out") == {(True, 0o700), (False, 0o600)}


def test_nothing_that_stays_points_at_what_passes() -> None:
    pointing = [
        (table.name, key.parent.name)
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.info.get("passing") and not table.info.get("passing")
    ]
    assert pointing == []


def test_the_list_of_files_is_as_sha256sum_reads_it(app: Flask, tmp_path: Path) -> None:
    fill(app)
    made = back_up(app, tmp_path / "out")
    ran = subprocess.run(
        ["sha256sum", "--check", "--strict", "files.sha256"],
        cwd=made.data,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_no_key_lies_beside_the_data(app: Flask, tmp_path: Path) -> None:
    fill(app)
    with app.app_context():
        wrapped = db.session.execute(select(vault.VaultKey.wrapped)).scalars().all()
        db.session.remove()
    made = back_up(app, tmp_path / "out")
    assert made.data
    text = b"".join(gzip.decompress(path.read_bytes()) for path in made.data.glob("data/*"))
    assert wrapped
    for key in wrapped:
        assert key is not None
        assert dump._encoded(dump._BYTES.write, key).encode() not in text
    keys = lines_of(made.keys / "vault_key.jsonl.gz")
    assert len(keys) == len(wrapped) + 1
    assert not (made.keys / "kek").exists()


def test_it_shows_one_moment_and_people_work_on_meanwhile(app: Flask, tmp_path: Path) -> None:
    fill(app)
    with app.app_context():
        before = db.session.execute(select(func.count(WorkOrder.id))).scalar_one()
        db.session.remove()

    def tell(words: str, done: int, _total: int) -> None:
        if words == "Rows" and done == 0:
            with app.app_context():
                make_order(make_member("Zoe"), "Came in between")
                db.session.remove()

    with app.app_context():
        made = make_backup(tmp_path / "out", tell)
        assert made.data
        assert db.session.execute(select(func.count(WorkOrder.id))).scalar_one() == before + 1
    assert len(lines_of(made.data / "data" / "work_order.jsonl.gz")) == before + 1  # and the head
    names = lines_of(made.data / "data" / "person.jsonl.gz")
    assert "Zoe" not in json.dumps(names)


def test_of_the_keys_only_the_newest_two_are_kept(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        ledger.append({"key": "one"})
    made = [back_up(app, tmp_path / "out", only_keys=each > 0) for each in range(3)]
    assert [each.data is None for each in made] == [False, True, True]
    left = sorted((tmp_path / "out" / "keys").iterdir())
    assert left == [made[1].keys, made[2].keys]
    assert (left[1] / "ledger" / "00000001.json").exists()


def test_the_command_says_what_is_not_in_it(app: Flask, tmp_path: Path) -> None:
    fill(app)
    result = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert f"Not in it: {app.instance_path}/keys" in result.output
    assert "3 files" in result.output
    with app.app_context():
        noted = select(audit.Event.data).where(audit.Event.action == "backup.made")
        assert db.session.execute(noted).scalar_one()["files"] == 3


def test_a_second_one_at_the_same_time_is_refused(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="running"):
            back_up(app, out)
    back_up(app, out)


def test_a_killed_backup_is_never_taken_for_one(app: Flask, tmp_path: Path) -> None:
    add_many(app, 30_000)
    out = tmp_path / "out"
    process = start(app, "backup", str(out))
    wait_until(lambda: any(out.glob(".*.partial/data/*")), seconds=60, what="it writes rows")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert any(out.glob(".*.partial"))
    assert finished(out) == []
    made = back_up(app, out)
    assert made.rows >= 30_000
    assert not any(out.glob("**/.*.partial"))


def test_a_full_disk_is_said_and_leaves_nothing_half(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        take(b"a" * 400_000)
        db.session.remove()
    out = tmp_path / "out"
    # No file of this process may be larger than 300 kB: to a writer that is as a disk that is full.
    limited = ("bash", "-c", 'ulimit -f 300; exec "$@"', "limited")
    process = start(app, "backup", str(out), wrap=limited)
    said, _none = process.communicate(timeout=120)
    assert process.returncode == 1, said
    assert "The backup was not made: File too large" in said
    assert "Traceback" not in said
    assert finished(out) == []
    assert not any(out.glob("**/.*.partial"))


def test_a_directory_that_cannot_be_written_is_said(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with app.app_context(), pytest.raises(BackupError, match="not made"):
        make_backup(tmp_path / "out" / "below", quiet)


def test_a_value_that_no_backup_can_hold_is_refused_and_not_lost(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        sort = "interval" if db.engine.dialect.name == "postgresql" else "geometry"
        session.connection().exec_driver_sql(f"CREATE TABLE odd (id bigint, value {sort})")
        with pytest.raises(TypeError, match=r"odd\.value"):
            dump.shapes(session.connection())
        session.connection().exec_driver_sql("DROP TABLE odd")
