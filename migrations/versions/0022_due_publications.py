"""What is to be published of rights notices, and by when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "due_publication",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("part", ID, nullable=False),
        sa.Column("regime", sa.String(length=8), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("event_at", MOMENT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("due_estimated", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("publication_id", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'published', 'dropped')", name="ck_due_publication_state"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_due_publication_notice_id_notice"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name="fk_due_publication_publication_id_publication",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_due_publication"),
        sa.UniqueConstraint("uid", name="uq_due_publication_uid"),
        sa.UniqueConstraint(
            "notice_id",
            "kind",
            "what",
            "part",
            "regime",
            "day",
            "turn",
            name="uq_due_publication_notice_id_kind_what_part_regime_day_turn",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_due_publication_state_due_at_id", "due_publication", ["state", "due_at", "id"]
    )
    op.create_index("ix_due_publication_publication_id", "due_publication", ["publication_id"])


def downgrade() -> None:
    op.drop_table("due_publication")
