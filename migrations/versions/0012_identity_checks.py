"""Checks of identity, their evidence and verdicts; the waiting periods of what was proved weakly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "work_order", sa.Column("identity_check", sa.String(32), nullable=False, server_default="")
    )
    op.create_table(
        "evidence",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("check_id", ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("destroyed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.UniqueConstraint("uid", name="uq_evidence_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evidence_check_id_round", "evidence", ["check_id", "round"])
    op.create_table(
        "evidence_view",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("evidence_id", ID, nullable=False),
        sa.Column("viewer_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_view"),
        sa.UniqueConstraint("uid", name="uq_evidence_view_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evidence_view_evidence_id", "evidence_view", ["evidence_id"])
    op.create_table(
        "hold",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("unheeded", sa.JSON(), nullable=False),
        sa.Column("objected", sa.JSON(), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        sa.UniqueConstraint("about", "round", name="uq_hold_about_round"),
        sa.UniqueConstraint("uid", name="uq_hold_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hold_person_id", "hold", ["person_id"])
    op.create_index("ix_hold_state_ends_at", "hold", ["state", "ends_at"])
    op.create_table(
        "identity_check",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("asker_id", ID, nullable=False),
        sa.Column("asker_contact", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("wanted_kind", sa.String(length=8), nullable=True),
        sa.Column("wanted_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("old_channel", sa.String(length=8), nullable=False),
        sa.Column("old_contact", ID, nullable=True),
        sa.Column("named", sa.JSON(), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("opened_by", ID, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("given_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("evidence_until", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_check"),
        sa.UniqueConstraint("uid", name="uq_identity_check_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_identity_check_about", "identity_check", ["about"])
    op.create_index("ix_identity_check_asker_id", "identity_check", ["asker_id"])
    op.create_index("ix_identity_check_evidence_until", "identity_check", ["evidence_until"])
    op.create_index("ix_identity_check_state_given_at", "identity_check", ["state", "given_at"])
    op.create_index("ix_identity_check_subject_id", "identity_check", ["subject_id"])
    op.create_table(
        "identity_review",
        sa.Column("id", ID, nullable=False),
        sa.Column("check_id", ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seat", sa.String(length=10), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_review"),
        sa.UniqueConstraint(
            "check_id", "round", "person_id", name="uq_identity_review_check_id_round_person_id"
        ),
        sa.UniqueConstraint(
            "check_id", "round", "seat", name="uq_identity_review_check_id_round_seat"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proof_about", "proof", ["about"])


def downgrade() -> None:
    op.drop_column("work_order", "identity_check")
    op.drop_index("ix_proof_about", table_name="proof")
    op.drop_table("identity_review")
    op.drop_index("ix_identity_check_subject_id", table_name="identity_check")
    op.drop_index("ix_identity_check_state_given_at", table_name="identity_check")
    op.drop_index("ix_identity_check_evidence_until", table_name="identity_check")
    op.drop_index("ix_identity_check_asker_id", table_name="identity_check")
    op.drop_index("ix_identity_check_about", table_name="identity_check")
    op.drop_table("identity_check")
    op.drop_index("ix_hold_state_ends_at", table_name="hold")
    op.drop_index("ix_hold_person_id", table_name="hold")
    op.drop_table("hold")
    op.drop_index("ix_evidence_view_evidence_id", table_name="evidence_view")
    op.drop_table("evidence_view")
    op.drop_index("ix_evidence_check_id_round", table_name="evidence")
    op.drop_table("evidence")
