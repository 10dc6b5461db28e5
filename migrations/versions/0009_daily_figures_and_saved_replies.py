"""The figures of each day, folded by the tick for reports; the saved replies of the desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "day_figure",
        sa.Column("id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_figure"),
        sa.UniqueConstraint("day", "team", "name", name="uq_day_figure_day_team_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "day_fold",
        sa.Column("id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_fold"),
        sa.UniqueConstraint("day", name="uq_day_fold_day"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_reply",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("text_en <> '' OR text_zh <> ''", name="ck_saved_reply_text"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_reply"),
        sa.UniqueConstraint("uid", name="uq_saved_reply_uid"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("saved_reply")
    op.drop_table("day_fold")
    op.drop_table("day_figure")
