"""Migrations: head equals the models, there is one head, and up, down and up again works on both databases."""

from __future__ import annotations

from typing import Any

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from support.core.db import db


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
