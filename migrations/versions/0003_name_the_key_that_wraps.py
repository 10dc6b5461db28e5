"""A wrapped data key says which key-encryption key wrapped it, so that a rotation can go on where it stopped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    column = sa.Column("wrapped_by", sa.String(length=16), nullable=False, server_default="")
    op.add_column("vault_key", column)
    op.create_index("ix_vault_key_wrapped_by_id", "vault_key", ["wrapped_by", "id"])


def downgrade() -> None:
    op.drop_index("ix_vault_key_wrapped_by_id", table_name="vault_key")
    op.drop_column("vault_key", "wrapped_by")
