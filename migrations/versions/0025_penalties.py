"""Penalties on their way into the public ledger, appeals against them, corrections of what was published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "penalty",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("series", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("remark", sa.LargeBinary(), nullable=True),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("appeal_until", MOMENT, nullable=True),
        sa.Column("appeal_estimated", sa.Boolean(), nullable=False),
        sa.Column("publication_id", ID, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_people"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_penalty_person_id_person"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name="fk_penalty_publication_id_publication"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_penalty"),
        sa.UniqueConstraint("uid", name="uq_penalty_uid"),
        sa.UniqueConstraint("series", name="uq_penalty_series"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_penalty_state_appeal_until", "penalty", ["state", "appeal_until"])
    op.create_index("ix_penalty_person_id_id", "penalty", ["person_id", "id"])
    op.create_table(
        "penalty_appeal",
        sa.Column("id", ID, nullable=False),
        sa.Column("penalty_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("due_estimated", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("stands", sa.Boolean(), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["penalty_id"], ["penalty.id"], name="fk_penalty_appeal_penalty_id_penalty"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_penalty_appeal"),
        sa.UniqueConstraint("penalty_id", name="uq_penalty_appeal_penalty_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "penalty_correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("penalty_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "settled_by IS NULL OR NOT made OR settled_by <> proposed_by",
            name="two",
        ),
        sa.ForeignKeyConstraint(
            ["penalty_id"], ["penalty.id"], name="fk_penalty_correction_penalty_id_penalty"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_penalty_correction"),
        sa.UniqueConstraint("uid", name="uq_penalty_correction_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_penalty_correction_open",
        "penalty_correction",
        ["penalty_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("penalty_correction")
    op.drop_table("penalty_appeal")
    op.drop_table("penalty")
