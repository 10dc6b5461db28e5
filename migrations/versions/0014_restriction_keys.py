"""A restriction key of the vault has an end of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("vault_key", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_vault_key_ends_at", "vault_key", ["ends_at"])


def downgrade() -> None:
    op.drop_index("ix_vault_key_ends_at", table_name="vault_key")
    op.drop_column("vault_key", "ends_at")
