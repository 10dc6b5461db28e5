"""A finished sign-in keeps a hash of the browser's random id, so that one from an unknown browser can be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("device_hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in", "device_hash")
