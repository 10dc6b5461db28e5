"""Copies of what is kept about somebody, that they asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
UNFINISHED = sa.text("state IN ('asked', 'building')")


def upgrade() -> None:
    op.create_table(
        "data_copy",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("beat_at", MOMENT, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("bytes", ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_data_copy_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_data_copy"),
        sa.UniqueConstraint("uid", name="uq_data_copy_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_data_copy_unfinished",
        "data_copy",
        ["person_id"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
    op.create_index("ix_data_copy_person_id_id", "data_copy", ["person_id", "id"])
    op.create_index("ix_data_copy_state_ends_at", "data_copy", ["state", "ends_at"])
    op.create_index("ix_data_copy_run", "data_copy", ["run"])


def downgrade() -> None:
    op.drop_table("data_copy")
