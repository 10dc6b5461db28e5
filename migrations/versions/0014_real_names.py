"""Real names proved by people: what the document says, which documents were used, changes, the face's assessment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "name_claim",
        sa.Column("id", ID, nullable=False),
        sa.Column("check_uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_name_claim"),
        sa.UniqueConstraint("check_uid", name="uq_name_claim_check_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_name_claim_person_id", "name_claim", ["person_id"])
    op.create_table(
        "used_document",
        sa.Column("id", ID, nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_used_document"),
        sa.UniqueConstraint("blind", name="uq_used_document_blind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_used_document_person_id", "used_document", ["person_id"])


def downgrade() -> None:
    op.drop_table("used_document")
    op.drop_table("name_claim")
