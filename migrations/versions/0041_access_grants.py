"""Access that members give to their own open data, by a key that stands nowhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("grantee", sa.String(length=120), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("shown_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("last_read_at", MOMENT, nullable=True),
        sa.Column("hour_at", MOMENT, nullable=True),
        sa.Column("hour_reads", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > at", name="ck_access_grant_ends"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grant"),
        sa.UniqueConstraint("uid", name="uq_access_grant_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_grant_person_id_id", "access_grant", ["person_id", "id"])
    op.create_index("ix_access_grant_ends_at", "access_grant", ["ends_at"])


def downgrade() -> None:
    op.drop_table("access_grant")
