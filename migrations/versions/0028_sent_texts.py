"""The words of a letter of a case as they left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sent_text",
        sa.Column("id", ID, nullable=False),
        sa.Column("delivery_uid", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sent_text"),
        sa.UniqueConstraint("delivery_uid", name="uq_sent_text_delivery_uid"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("sent_text")
