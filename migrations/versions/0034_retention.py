"""Retention: the record of the nightly runs, and indexes that find what is over its time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('counting', 'carrying')")
OVER = sa.text("status = 'closed' AND subject <> ''")
WHOLE = sa.text("address = rtrim(address, 'x')")


def upgrade() -> None:
    op.create_table(
        "retention_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("dry", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_by", ID, nullable=True),
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("busy_until", MOMENT, nullable=True),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_retention_run"),
        sa.UniqueConstraint("night", name="uq_retention_run_night"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_retention_run_open", "retention_run", ["id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_retention_run_began_at", "retention_run", ["began_at"])
    op.create_table(
        "retention_part",
        sa.Column("id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("data_class", sa.String(length=12), nullable=False),
        sa.Column("before", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found", ID, nullable=False),
        sa.Column("held", ID, nullable=False),
        sa.Column("done", ID, nullable=False),
        sa.Column("after", ID, nullable=False),
        sa.Column("error", sa.String(length=60), nullable=False),
        sa.Column("began_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["retention_run.id"], name="fk_retention_part_run_id_retention_run"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_retention_part"),
        sa.UniqueConstraint("run_id", "code", name="uq_retention_part_run_id_code"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_work_order_over",
        "work_order",
        ["status", "status_at"],
        sqlite_where=OVER,
        postgresql_where=OVER,
    )
    op.create_index(
        "ix_sign_in_whole", "sign_in", ["at"], sqlite_where=WHOLE, postgresql_where=WHOLE
    )
    op.create_index("ix_delivery_created", "delivery", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_delivery_created", "delivery")
    op.drop_index("ix_sign_in_whole", "sign_in")
    op.drop_index("ix_work_order_over", "work_order")
    op.drop_table("retention_part")
    op.drop_table("retention_run")
