"""The names that real-name authentication found have a table of their own; nothing was written in the old column."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "real_name",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("voucher", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_real_name_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_real_name"),
        sa.UniqueConstraint("person_id", name="uq_real_name_person_id"),
        sqlite_autoincrement=True,
    )
    op.drop_column("basic_information", "verified_name_sealed")
    op.create_table(
        "record_tries",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_tries"),
        sa.UniqueConstraint("subject_id", name="uq_record_tries_subject_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bank_payment",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("check_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("blind", sa.LargeBinary(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bank_payment"),
        sa.UniqueConstraint("uid", name="uq_bank_payment_uid"),
        sa.UniqueConstraint("check_id", "number", name="uq_bank_payment_check_id_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bank_payment_blind", "bank_payment", ["blind"])
    op.create_index("ix_bank_payment_state_expires_at", "bank_payment", ["state", "expires_at"])
    op.add_column(
        "identity_check",
        sa.Column("unpaid", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("identity_check", "unpaid")
    op.drop_table("bank_payment")
    op.drop_table("record_tries")
    op.add_column(
        "basic_information", sa.Column("verified_name_sealed", sa.LargeBinary(), nullable=True)
    )
    op.drop_table("real_name")
