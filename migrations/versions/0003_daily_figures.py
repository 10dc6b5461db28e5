"""The figures of each day, folded by the tick for reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

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


def downgrade() -> None:
    op.drop_table("day_fold")
    op.drop_table("day_figure")
