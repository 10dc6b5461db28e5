"""What members answer to a version of the policy, and how far they are told of it."""

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


def downgrade() -> None:
    op.drop_table("policy_telling")
    op.drop_table("policy_answer")
