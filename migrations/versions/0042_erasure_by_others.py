"""Requests for deletion by people who do not sign in: guardians, near relatives, owners without a way in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("erasure", sa.Column("asker_id", ID, nullable=True))
    op.create_index("ix_erasure_asker_id_id", "erasure", ["asker_id", "id"])
    op.create_table(
        "erasure_asking",
        sa.Column("id", ID, nullable=False),
        sa.Column("erasure_id", ID, nullable=False),
        sa.Column("asker_id", ID, nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("check_uid", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("refusal", sa.String(length=16), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasure.id"], name="fk_erasure_asking_erasure_id_erasure"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_asking"),
        sa.UniqueConstraint("erasure_id", name="uq_erasure_asking_erasure_id"),
        sa.UniqueConstraint("check_uid", name="uq_erasure_asking_check_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasure_asking_ended_at", "erasure_asking", ["ended_at"])
    op.create_index("ix_erasure_asking_asker_id_id", "erasure_asking", ["asker_id", "id"])
    op.create_index("ix_erasure_asking_blind", "erasure_asking", ["blind"])


def downgrade() -> None:
    op.drop_table("erasure_asking")
    op.drop_index("ix_erasure_asker_id_id", "erasure")
    op.drop_column("erasure", "asker_id")
