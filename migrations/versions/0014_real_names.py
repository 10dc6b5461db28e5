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
        sa.Column("face", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_name_claim"),
        sa.UniqueConstraint("check_uid", name="uq_name_claim_check_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_name_claim_person_id", "name_claim", ["person_id"])
    op.create_table(
        "name_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("bears", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("check_uid", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_name_change_order_id_work_order"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_name_change"),
        sa.UniqueConstraint("order_id", name="uq_name_change_order_id"),
        sa.UniqueConstraint("check_uid", name="uq_name_change_check_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_name_change_person_id_state", "name_change", ["person_id", "state"])
    op.create_table(
        "face_assessment",
        sa.Column("id", ID, nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("assessor", sa.String(length=120), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("switched_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_face_assessment"),
        sqlite_autoincrement=True,
    )
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
    op.drop_table("face_assessment")
    op.drop_table("name_change")
    op.drop_table("name_claim")
