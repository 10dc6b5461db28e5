"""How far this database has carried out the ledger of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    applied = sa.Column("ledger_applied", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("installation", applied)


def downgrade() -> None:
    op.drop_column("installation", "ledger_applied")
