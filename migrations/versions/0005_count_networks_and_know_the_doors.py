"""Tries and codes are counted by IPv6 network too, codes by person; whether mail and text messages leave is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("network", sa.String(24), nullable=True))
    op.create_index("ix_sign_in_network", "sign_in", ["network", "at"])
    op.add_column("code", sa.Column("network", sa.String(24), nullable=True))
    op.create_index("ix_code_network", "code", ["network", "created_at"])
    op.create_index("ix_code_person", "code", ["person_id", "created_at"])
    op.create_table(
        "door",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("away_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", name="pk_door"),
    )


def downgrade() -> None:
    op.drop_table("door")
    op.drop_index("ix_code_person", "code")
    op.drop_index("ix_code_network", "code")
    op.drop_column("code", "network")
    op.drop_index("ix_sign_in_network", "sign_in")
    op.drop_column("sign_in", "network")
