"""Run migrations in the database of the current application."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import text
from sqlalchemy.schema import SchemaItem

from support.core.db import db

config = context.config


def include_object(
    _object: SchemaItem, name: str | None, kind: str, _reflected: bool, _compare: SchemaItem | None
) -> bool:
    """Leave SQLite's full-text tables to the migration that made them."""
    return not (kind == "table" and (name or "").startswith("search_fts"))


def run() -> None:
    """Upgrade or downgrade inside one transaction, waiting at most a second for a lock."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(gongdan_write=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET lock_timeout = '1s'"))
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=include_object,
            compare_type=True,
            render_as_batch=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
