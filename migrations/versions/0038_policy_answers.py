"""What members answer to a version of the policy, how far they are told of it, and new purposes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "policy_answer",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("act IN ('refused', 'read')", name="ck_policy_answer_act"),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_version.id"],
            name="fk_policy_answer_version_id_policy_version",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_answer"),
        sa.UniqueConstraint(
            "person_id", "version_id", "act", name="uq_policy_answer_person_id_version_id_act"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_policy_answer_at", "policy_answer", ["at"])
    op.create_table(
        "policy_telling",
        sa.Column("id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("after_id", ID, nullable=False),
        sa.Column("told", ID, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_version.id"],
            name="fk_policy_telling_version_id_policy_version",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_telling"),
        sa.UniqueConstraint("version_id", name="uq_policy_telling_version_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "new_purpose",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("classes", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("related", sa.Boolean(), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=True),
        sa.Column("needs_consent", sa.Boolean(), nullable=True),
        sa.Column("assessment", sa.String(length=200), nullable=False),
        sa.Column("version_id", ID, nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'allowed', 'refused')", name="ck_new_purpose_state"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["policy_version.id"], name="fk_new_purpose_version_id_policy_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_new_purpose"),
        sa.UniqueConstraint("uid", name="uq_new_purpose_uid"),
        sa.UniqueConstraint("code", name="uq_new_purpose_code"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("new_purpose")
    op.drop_table("policy_telling")
    op.drop_table("policy_answer")
