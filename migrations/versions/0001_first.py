"""First tables (while the rooms are being built: made from the models)."""

from __future__ import annotations

from alembic import op

from support.core.db import db

revision = "0001"
down_revision = None


def upgrade() -> None:
    db.metadata.create_all(op.get_bind())


def downgrade() -> None:
    db.metadata.drop_all(op.get_bind())
