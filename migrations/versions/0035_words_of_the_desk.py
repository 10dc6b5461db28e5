"""Indexes that find what the desk wrote on orders whose requester was deleted, once it is over its time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

WHOLE = sa.text("redacted_at IS NULL")


def upgrade() -> None:
    for table in ("message", "note"):
        op.create_index(
            f"ix_{table}_whole",
            table,
            ["created_at"],
            sqlite_where=WHOLE,
            postgresql_where=WHOLE,
        )


def downgrade() -> None:
    for table in ("note", "message"):
        op.drop_index(f"ix_{table}_whole", table)
