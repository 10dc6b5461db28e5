"""The end of the whole service: two people, dates, what was said, and the proof."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "cessation",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("stops_at", MOMENT, nullable=False),
        sa.Column("last_export_day", sa.Date(), nullable=False),
        sa.Column("export_until", MOMENT, nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("proposed_by", ID, nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("agreed_by", ID, nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.Column("announcement_id", ID, nullable=True),
        sa.Column("called_en", sa.Text(), nullable=False),
        sa.Column("called_zh", sa.Text(), nullable=False),
        sa.Column("called_off_by", ID, nullable=True),
        sa.Column("called_off_at", MOMENT, nullable=True),
        sa.Column("erasing_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("proof", sa.JSON(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "agreed_by IS NULL OR agreed_by <> proposed_by", name="ck_cessation_two_people"
        ),
        sa.CheckConstraint(
            "state NOT IN ('announced', 'called_off', 'erasing', 'done') OR "
            "(agreed_by IS NOT NULL AND notice_days >= 30)",
            name="ck_cessation_announced",
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name="fk_cessation_announcement_id_announcement",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cessation"),
        sa.UniqueConstraint("uid", name="uq_cessation_uid"),
        sa.UniqueConstraint("standing", name="uq_cessation_standing"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("cessation")
