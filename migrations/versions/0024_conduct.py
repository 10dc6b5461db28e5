"""The conduct of filers and respondents: signals, steps, appeals, and the record of the fast lane."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_ONE_OPEN = sa.text("kind IN ('suspension', 'lane') AND state IN ('proposed', 'standing')")
_ENDS = sa.text("state = 'standing'")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}")


def upgrade() -> None:
    op.create_table(
        "notice_print",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("text_blind", sa.LargeBinary(), nullable=True),
        _refers("notice_print", "notice_id", "notice"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_print"),
        sa.UniqueConstraint("notice_id", name="uq_notice_print_notice_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_print_text_blind", "notice_print", ["text_blind"])
    op.create_table(
        "conduct_signal",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _refers("conduct_signal", "person_id", "person"),
        _refers("conduct_signal", "notice_id", "notice"),
        sa.PrimaryKeyConstraint("id", name="pk_conduct_signal"),
        sa.UniqueConstraint("notice_id", "code", name="uq_conduct_signal_notice_id_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conduct_signal_person_id_at", "conduct_signal", ["person_id", "at"])
    op.create_table(
        "conduct_step",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("imposed_by", ID, nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("until_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            _refers("conduct_step", each, "person")
            for each in ("person_id", "imposed_by", "decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conduct_step"),
        sa.UniqueConstraint("uid", name="uq_conduct_step_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conduct_step_person_id_id", "conduct_step", ["person_id", "id"])
    op.create_index(
        "uq_conduct_step_open",
        "conduct_step",
        ["person_id", "side", "kind"],
        unique=True,
        sqlite_where=_ONE_OPEN,
        postgresql_where=_ONE_OPEN,
    )
    op.create_index(
        "ix_conduct_step_ends",
        "conduct_step",
        ["until_at"],
        sqlite_where=_ENDS,
        postgresql_where=_ENDS,
    )
    op.create_table(
        "conduct_appeal",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("step_id", ID, nullable=True),
        sa.Column("notice_id", ID, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("conduct_appeal", "person_id", "person"),
        _refers("conduct_appeal", "step_id", "conduct_step"),
        _refers("conduct_appeal", "notice_id", "notice"),
        _refers("conduct_appeal", "decided_by", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_conduct_appeal"),
        sa.UniqueConstraint("uid", name="uq_conduct_appeal_uid"),
        sa.UniqueConstraint("step_id", name="uq_conduct_appeal_step_id"),
        sa.UniqueConstraint("notice_id", name="uq_conduct_appeal_notice_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conduct_appeal_person_id_id", "conduct_appeal", ["person_id", "id"])
    op.create_index("ix_conduct_appeal_state_due_at", "conduct_appeal", ["state", "due_at"])
    op.create_table(
        "filer_record",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.Column("fast", sa.Boolean(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=False),
        _refers("filer_record", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_filer_record"),
        sa.UniqueConstraint("person_id", name="uq_filer_record_person_id"),
        sqlite_autoincrement=True,
    )
    op.add_column(
        "notice_item",
        sa.Column("reason_before", sa.String(length=24), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("notice_item", "reason_before")
    for table in (
        "filer_record",
        "conduct_appeal",
        "conduct_step",
        "conduct_signal",
        "notice_print",
    ):
        op.drop_table(table)
