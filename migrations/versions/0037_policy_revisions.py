"""Next versions of the policy are prepared, commented and compared; a version says whether it is major."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NONE = sa.text("''")


def upgrade() -> None:
    for column in (
        sa.Column("summary_en", sa.Text(), server_default=NONE, nullable=False),
        sa.Column("summary_zh", sa.Text(), server_default=NONE, nullable=False),
        sa.Column("tests", sa.String(length=60), server_default=NONE, nullable=False),
        sa.Column("shrinks", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), server_default=NONE, nullable=False),
    ):
        op.add_column("policy_version", column)
    op.create_table(
        "policy_revision",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("summary_zh", sa.Text(), nullable=False),
        sa.Column("tests", sa.String(length=60), nullable=False),
        sa.Column("shrinks", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("comment_from", MOMENT, nullable=True),
        sa.Column("comment_until", MOMENT, nullable=True),
        sa.Column("version_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'comment', 'announced', 'dropped')", name="ck_policy_revision_state"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_version.id"],
            name="fk_policy_revision_version_id_policy_version",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_revision"),
        sa.UniqueConstraint("uid", name="uq_policy_revision_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_policy_revision_state", "policy_revision", ["state"])
    op.create_table(
        "policy_comment",
        sa.Column("id", ID, nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["policy_revision.id"],
            name="fk_policy_comment_revision_id_policy_revision",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_comment"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_policy_comment_revision_id_id", "policy_comment", ["revision_id", "id"])
    op.create_index("ix_policy_comment_person_id", "policy_comment", ["person_id"])
    op.create_index("ix_policy_comment_at", "policy_comment", ["at"])


def downgrade() -> None:
    op.drop_table("policy_comment")
    op.drop_table("policy_revision")
    for name in ("reason", "shrinks", "tests", "summary_zh", "summary_en"):
        op.drop_column("policy_version", name)
