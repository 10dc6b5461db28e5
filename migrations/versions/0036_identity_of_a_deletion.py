"""What names the person of a deletion, sealed under their key, for as long as a legal hold keeps a part of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("erasure", sa.Column("identity", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("erasure", "identity")
