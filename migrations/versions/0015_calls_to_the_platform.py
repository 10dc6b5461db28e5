"""What the operator's platform was asked for and answered; messages of its that were taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "platform_call",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("dedup_key", sa.String(length=160), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_platform_call"),
        sa.UniqueConstraint("uid", name="uq_platform_call_uid"),
        sa.UniqueConstraint("dedup_key", name="uq_platform_call_dedup_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_platform_call_state_id", "platform_call", ["state", "id"])
    op.create_index("ix_platform_call_state_due_at", "platform_call", ["state", "due_at"])
    op.create_table(
        "platform_message",
        sa.Column("id", ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_platform_message"),
        sa.UniqueConstraint("digest", name="uq_platform_message_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_platform_message_at", "platform_message", ["at"])


def downgrade() -> None:
    op.drop_table("platform_message")
    op.drop_table("platform_call")
