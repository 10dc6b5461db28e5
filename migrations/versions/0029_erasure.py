"""Requests for deletion: what was decided for each class of data, the steps, what others wrote of the person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("state IN ('review', 'extended', 'proposed', 'approved', 'executing')")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(length=4), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("complete_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("due_estimated", sa.Boolean(), nullable=False),
        sa.Column("extended_at", MOMENT, nullable=True),
        sa.Column("extension", sa.String(length=16), nullable=False),
        sa.Column("remark", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("ledger", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> decided_by", name="ck_erasure_two_people"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_erasure_order_id_work_order"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_erasure_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sa.UniqueConstraint("uid", name="uq_erasure_uid"),
        sa.UniqueConstraint("order_id", name="uq_erasure_order_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_erasure_running",
        "erasure",
        ["person_id"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_index("ix_erasure_state_due_at", "erasure", ["state", "due_at"])
    op.create_index("ix_erasure_person_id_id", "erasure", ["person_id", "id"])
    op.create_table(
        "erasure_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("erasure_id", ID, nullable=False),
        sa.Column("data_class", sa.String(length=16), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasure.id"], name="fk_erasure_line_erasure_id_erasure"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_line"),
        sa.UniqueConstraint(
            "erasure_id", "data_class", name="uq_erasure_line_erasure_id_data_class"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "erasure_step",
        sa.Column("id", ID, nullable=False),
        sa.Column("erasure_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=40), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasure.id"], name="fk_erasure_step_erasure_id_erasure"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_step"),
        sa.UniqueConstraint("erasure_id", "code", name="uq_erasure_step_erasure_id_code"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_erasure_step_erasure_id_position", "erasure_step", ["erasure_id", "position"]
    )
    op.create_table(
        "erasure_mention",
        sa.Column("id", ID, nullable=False),
        sa.Column("erasure_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("thing_id", ID, nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasure.id"], name="fk_erasure_mention_erasure_id_erasure"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_mention"),
        sa.UniqueConstraint(
            "erasure_id", "kind", "thing_id", name="uq_erasure_mention_erasure_id_kind_thing_id"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("erasure_mention")
    op.drop_table("erasure_step")
    op.drop_table("erasure_line")
    op.drop_table("erasure")
