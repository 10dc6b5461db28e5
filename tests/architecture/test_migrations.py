"""Migrations: head equals the models, there is one head, and up, down and up again works on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from support.core.actors import SYSTEM
from support.core.db import db
from support.workorders import service
from support.workorders.lifecycle import Status
from tests.workorders.desk_world import make_member, make_order


def _compared() -> list[Any]:
    """What autogenerate would change, but for the full-text tables that SQLite makes itself."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda _o, name, kind, *_: (
                    kind != "table" or not str(name).startswith("search_fts")
                ),
            },
        )
        found: list[Any] = compare_metadata(context, db.metadata)
    return [change for change in found if "ix_search_doc_tokens" not in repr(change)]


def test_the_newest_migration_makes_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert _compared() == []


def test_there_is_one_head_and_every_number_is_used_once(app: Flask) -> None:
    script = ScriptDirectory(str(app.extensions["migrate"].directory))
    assert len(script.get_heads()) == 1
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert sorted(revisions) == [f"{number:04d}" for number in range(1, len(revisions) + 1)]
    for revision in script.walk_revisions():
        named = Path(revision.path).name[:4]
        assert named == revision.revision, (
            "`migrations_pending` reads the newest from its file's name"
        )


def test_down_to_nothing_and_up_again_leaves_the_same(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        flask_migrate.downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
        assert left == set()
        flask_migrate.upgrade()
        assert _compared() == []


def test_the_triggers_and_the_search_index_are_there(app: Flask) -> None:
    """Alembic's batch mode drops triggers in silence; whoever uses it must bring them back."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            names = text("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'table')")
            wanted = {
                "event_no_update",
                "event_no_delete",
                "search_doc_added",
                "search_doc_removed",
                "search_fts",
            }
        else:
            names = text("SELECT tgname FROM pg_trigger UNION SELECT indexname FROM pg_indexes")
            wanted = {"event_append_only", "ix_search_doc_tokens"}
        assert wanted <= set(db.session.execute(names).scalars())


def test_orders_of_before_get_the_term_and_the_pause_that_their_state_has(app: Flask) -> None:
    """Migration 0007 counts for what is there already; whoever was promised ten days keeps at least those."""
    began = datetime(2026, 9, 23, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
    with app.app_context():
        alice = make_member("Alice")
        for status in Status:
            order = make_order(alice, str(status), now=began)
            if status is not Status.NEW:
                service.move_order(SYSTEM, order, status=status, version=order.version, now=began)
        kept = text("SELECT subject, stopped_at, term_ends_at, term_estimated FROM work_order")
        before = sorted(tuple(map(str, row)) for row in db.session.execute(kept))
        assert len({row[2] for row in before}) == 4
        db.session.remove()
        script = ScriptDirectory(str(app.extensions["migrate"].directory))
        flask_migrate.downgrade(revision=script.get_revision("0007").down_revision)
        assert "term_ends_at" not in {each["name"] for each in _columns("work_order")}
        flask_migrate.upgrade()
        assert sorted(tuple(map(str, row)) for row in db.session.execute(kept)) == before


def _columns(table: str) -> Any:
    return inspect(db.engine).get_columns(table)
