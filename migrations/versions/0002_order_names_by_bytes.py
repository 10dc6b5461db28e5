"""Member names are found by their beginning, by a range of the index: on PostgreSQL that takes an order by bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _collate("C")


def downgrade() -> None:
    _collate("default")


def _collate(name: str) -> None:
    """SQLite orders by bytes as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("person", "name_folded", type_=sa.String(60, collation=name))
