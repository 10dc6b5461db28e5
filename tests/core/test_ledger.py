"""The ledger of erasures: one number for each erasure, never changed, and no service behind its back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from obstore.store import MemoryStore

from support.core import installation, ledger, readiness
from support.core.config import Config
from support.core.context import Ground
from support.core.db import db, new_uid, transaction
from support.core.files import store
from support.core.filestore import BucketStore, DirectoryStore, FileStore
from tests.fixtures.live import LiveServer
from tests.fixtures.pages import PageClient
from tests.fixtures.servers import free_port

ROOT = Path(__file__).parents[2]
APPENDING = """
import sys
from app import create_app
from support.core import ledger
name, count = sys.argv[1], int(sys.argv[2])
with create_app().app_context():
    for each in range(count):
        print(ledger.append({"key": f"{name}-{each}"}))
"""


def environ_of(app: Flask) -> dict[str, str]:
    """What another process needs to work on the database and files of `app`."""
    return {
        **os.environ,
        "INSTANCE_DIR": app.instance_path,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "PUBLIC_URL": "http://localhost",
    }


@pytest.fixture(params=["directory", "bucket"])
def files(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FileStore:
    """One store of each sort, in which the ledger lies."""
    made: FileStore = DirectoryStore(tmp_path)
    if request.param == "bucket":
        made = BucketStore(MemoryStore(), tmp_path)
    monkeypatch.setattr(ledger, "store", lambda: made)
    return made


def test_erasures_are_numbered_from_one_and_read_back_in_order(files: FileStore) -> None:
    assert ledger.last() == 0
    assert [ledger.append({"key": f"k{each}", "who": "ab"}) for each in range(11)] == [
        *range(1, 12)
    ]
    assert ledger.last() == 11
    assert [*ledger.entries(9)] == [
        (10, {"key": "k9", "who": "ab"}),
        (11, {"key": "k10", "who": "ab"}),
    ]
    assert files.entries()[0] == "ledger/00000001.json"


def test_the_same_erasure_keeps_its_number(files: FileStore) -> None:
    for each in range(3):
        ledger.append({"key": f"k{each}"})
    assert ledger.append({"key": "k1"}) == 2
    assert ledger.last() == 3


def test_two_at_once_never_get_the_same_number(files: FileStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = [f"k{each % 20}" for each in range(60)]  # each of them three times
        numbers = list(pool.map(lambda key: ledger.append({"key": key}), keys))
    assert sorted(set(numbers)) == [*range(1, 21)]
    assert dict(zip(keys, numbers, strict=True)) == {
        entry["key"]: number for number, entry in ledger.entries(0)
    }


def test_nothing_changes_or_removes_an_entry(files: FileStore) -> None:
    ledger.append({"key": "first"})
    name = ledger.name_of(1)
    with files.incoming.temporary() as path:
        path.write_text("{}")
        assert not files.create(path, name)
        for refused in (name, "ledger", "ledger/../x"):
            with pytest.raises(FileNotFoundError):
                files.put(path, refused)
            with suppress(FileNotFoundError):
                files.remove(refused)
        with pytest.raises(FileNotFoundError):
            files.create(path, new_uid())
    with files.open(name) as stream:
        assert json.load(stream) == {"key": "first"}


@pytest.mark.slow
def test_processes_that_append_at_once_share_no_number(app: Flask) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDING, name, "40"],
            cwd=ROOT,
            env=environ_of(app),
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "a")
    ]
    first, second, again = [process.communicate(timeout=120)[0].split() for process in started]
    assert len(first) == len(second) == 40
    assert first == again
    assert sorted(map(int, first + second)) == [*range(1, 81)]


def test_how_far_a_database_is_never_goes_back(app: Flask) -> None:
    with app.app_context():
        assert ledger.applied() is None
        installation.mark(demo=False)
        assert ledger.applied() == 0
        assert ledger.mark_applied(3)
        assert not ledger.mark_applied(2)
        assert not ledger.mark_applied(3)
        assert ledger.applied() == 3


def lag(app: Flask, *, demo: bool = False) -> None:
    """Leave one erasure in the ledger that the database has not carried out."""
    with app.app_context():
        installation.mark(demo=demo)
        ledger.append({"key": "one"})
        db.session.remove()


@pytest.mark.parametrize("demo", [False, True])
def test_a_database_behind_the_ledger_serves_nobody(
    app: Flask, client: PageClient, demo: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.core.readiness._AGAIN_SECONDS", 0.0)
    monkeypatch.setattr("installer.problems._LOOK_AGAIN_SECONDS", 0.0)
    lag(app, demo=demo)
    plain = app.test_client()
    assert plain.get("/login").status_code == 503
    ready = plain.get("/readyz")
    assert ready.status_code == 503
    assert "flask erasure replay" in ready.get_data(as_text=True)
    assert plain.get("/healthz").status_code == 200
    with app.app_context():
        ledger.mark_applied(1)
        db.session.remove()
    assert plain.get("/readyz").status_code == 200
    assert plain.get("/login").status_code == 200


@pytest.mark.parametrize("command", ["worker", "tick"])
def test_worker_and_tick_refuse_to_start_behind_the_ledger(app: Flask, command: str) -> None:
    lag(app)
    result = app.test_cli_runner().invoke(args=[command])
    assert result.exit_code == 1
    [line] = result.output.splitlines()
    assert line.startswith(
        "Error: This database is older than the ledger; erasures that are not in it: 1."
    )
    assert line.endswith("Run: flask erasure replay")


def test_a_ledger_is_no_hindrance_to_a_database_that_was_never_set_up(
    app: Flask, client: PageClient
) -> None:
    with app.app_context():
        ledger.append({"key": "one"})
    assert client.get("/login").status_code == 200


def test_where_the_store_is_away_nobody_is_served_until_it_is_back(
    app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.core.readiness._AGAIN_SECONDS", 0.0)
    ground = app.extensions["ground"]
    url = "s3://key:secret@bucket?region=x&endpoint=http://127.0.0.1:9"
    app.extensions["ground"] = Ground(config.with_changes(files_url=url), ground.keys)
    with app.app_context():
        installation.mark(demo=False)
        with pytest.raises(OSError, match="ledger"):
            store().entries()
        db.session.remove()
    assert app.test_client().get("/readyz").status_code == 503
    with app.app_context():
        found = readiness.closed()
        assert found is not None
        assert found.passing
        db.session.remove()
    app.extensions["ground"] = ground
    assert app.test_client().get("/readyz").status_code == 200
    away = Ground(config.with_changes(files_url=url), ground.keys, ground.hooks, ground.kept)
    app.extensions["ground"] = away
    assert app.test_client().get("/readyz").status_code == 200, "what was read once holds"


@pytest.mark.slow
@pytest.mark.xdist_group("supervisor")
def test_make_run_says_what_to_do(app: Flask) -> None:
    lag(app, demo=True)
    instance = Path(app.instance_path)
    (instance / "demo-logins.json").write_text("{}")  # what is there is not loaded again
    server = LiveServer(
        instance, free_port(), {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}
    )
    try:
        server.launch()
        assert server.wait_ended(seconds=60) == 1
        assert "Run: flask erasure replay" in server.log()
        assert "`flask ready` failed" in server.log()
    finally:
        server.stop()


def test_a_rollback_takes_no_entry_back(app: Flask) -> None:
    with app.app_context():
        with suppress(ZeroDivisionError), transaction():
            ledger.append({"key": "one"})
            raise ZeroDivisionError
        assert ledger.last() == 1
