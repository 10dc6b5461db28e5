"""Notices that somebody has begun to fill in, each sealed under a key of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice_draft",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_notice_draft_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_draft"),
        sa.UniqueConstraint("uid", name="uq_notice_draft_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_draft_person_id", "notice_draft", ["person_id"])
    op.create_index("ix_notice_draft_ends_at", "notice_draft", ["ends_at"])


def downgrade() -> None:
    op.drop_table("notice_draft")
