"""A desk to back up, a second and empty one to restore into, and how their rows are compared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, update

from app import create_app
from support.core import search, vault
from support.core.backup import Made, make_backup
from support.core.config import Config
from support.core.db import db, transaction
from support.core.files import files_of, store
from support.core.restore import Restored, restore_backup
from support.workorders.models import QueueCount, WorkOrder
from tests.core.files.uploads import PDF, jpeg, take
from tests.workorders.desk_world import make_guest_order, make_member, make_order

ROOT = Path(__file__).parents[2]
PLACE = "contact_point.sealed:7"


def quiet(_words: str, _done: int, _total: int) -> None:
    """Show nobody how far it is."""


def fill(app: Flask) -> dict[str, Any]:
    """Fill `app` with a little of each sort of value, and return what to look for."""
    with app.app_context():
        alice = make_member("Alice")
        first = make_order(alice, "香水 never arrived 发票")
        second = make_order(alice, "A later one")
        make_guest_order("guest@example.com")
        with transaction() as session:  # the earlier row points at the later one
            later = update(WorkOrder).where(WorkOrder.id == first.id)
            session.execute(later.values(related_id=second.id))
            sealed = vault.seal("person:77", PLACE, "Weiße Straße 5")
        file, picture = take(PDF, "a.pdf"), take(jpeg(), "b.jpg")
        found = {"order": first.id, "sealed": sealed, "files": [file.uid, picture.uid]}
        db.session.remove()
    return found


def other_desk(app: Flask, url: str, tmp_path: Path, *, same_keys: bool = True) -> Flask:
    """Return an application on the empty database at `url`, with the key files of `app`."""
    instance = tmp_path / "other"
    if same_keys:
        shutil.copytree(Path(app.instance_path) / "keys", instance / "keys")
    config = Config(instance_dir=instance, public_url="http://localhost", testing=True)
    return create_app(config.with_changes(database_url=url))


def back_up(app: Flask, path: Path, **how: bool) -> Made:
    """Make a backup in this process."""
    with app.app_context():
        made = make_backup(path, quiet, **how)
        db.session.remove()
    return made


def restore(app: Flask, path: Path | None) -> Restored:
    """Restore in this process."""
    assert path is not None
    with app.app_context():
        return restore_backup(path, quiet)


def rows_of(app: Flask) -> dict[str, list[Any]]:
    """Return all rows that a backup holds, by table; search words, whose form differs, are left out."""
    found = {}
    with app.app_context():
        for table in db.metadata.sorted_tables:
            if not table.info.get("passing"):
                columns = [each for each in table.c if each.name != "tokens"]
                asked = select(*columns).order_by(*table.primary_key)
                found[table.name] = [tuple(row) for row in db.session.execute(asked)]
        db.session.remove()
    return found


def but_for_what_backups_note(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Leave out what a backup and a restore write into the trail themselves."""
    kept = [row for row in rows["event"] if not str(row[4]).startswith("backup.")]
    heads = [row for row in rows["stream_head"] if row[0] != "system"]
    return rows | {"event": kept, "stream_head": heads}


def bytes_of(uid: str) -> bytes:
    """Return a stored file."""
    with store().open(uid) as stream:
        return stream.read()


def looked_for(app: Flask, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what `fill` put there, as the desk finds it."""
    with app.app_context():
        found = {
            "search": [hit.thing_id for hit in search.find("order", "发票", staff=True)],
            "opened": vault.unseal("person:77", PLACE, wanted["sealed"]),
            "files": [bytes_of(uid) for uid in wanted["files"]],
            "attached": len(files_of(["person:1"])),
        }
        db.session.remove()
    return found


def add_many(app: Flask, number: int) -> None:
    """Add rows enough that a backup or a restore takes a while."""
    with app.app_context(), transaction() as session:
        first = session.execute(select(func.count()).select_from(QueueCount)).scalar_one()
        rows = [{"name": f"n{first + each}", "number": each} for each in range(number)]
        session.execute(insert(QueueCount), rows)


def start(app: Flask, *words: str, wrap: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start `flask WORDS` on the database and files of `app` as a process of its own."""
    environ = {
        **os.environ,
        "INSTANCE_DIR": app.instance_path,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "PUBLIC_URL": "http://localhost",
    }
    command = [*wrap, sys.executable, "-m", "flask", "--app", "app", *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finished(path: Path) -> list[str]:
    """Return the names below `path` that somebody could take for a backup, or for its keys."""
    return sorted(str(each.relative_to(path)) for each in path.glob("**/2*Z"))
