"""The gate, the register of partners, and the ledger of what was given of people, which is append-only for 36 months."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER sharing_no_update BEFORE UPDATE ON sharing "
        "BEGIN SELECT RAISE(ABORT, 'the ledger of sharing is append-only'); END",
        "CREATE TRIGGER sharing_no_delete BEFORE DELETE ON sharing "
        "WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%S', 'now', '-36 months', '+1 day') "
        "BEGIN SELECT RAISE(ABORT, 'records of sharing are kept for three years'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION sharing_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF TG_OP = 'DELETE' THEN "
        "IF OLD.at <= now() - interval '36 months' + interval '1 day' THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'records of sharing are kept for three years'; END IF; "
        "RAISE EXCEPTION 'the ledger of sharing is append-only'; END $$",
        "CREATE TRIGGER sharing_append_only BEFORE UPDATE OR DELETE ON sharing "
        "FOR EACH ROW EXECUTE FUNCTION sharing_append_only()",
        "CREATE TRIGGER sharing_no_truncate BEFORE TRUNCATE ON sharing "
        "FOR EACH STATEMENT EXECUTE FUNCTION sharing_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "sharing_gate",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("receiver", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("aim", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("necessity", sa.Text(), nullable=False),
        sa.Column("assessment", sa.String(length=80), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name="ck_sharing_gate_two_people"
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused', 'ended') OR decided_by IS NOT NULL",
            name="ck_sharing_gate_decided",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sharing_gate"),
        sa.UniqueConstraint("uid", name="uq_sharing_gate_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sharing_gate_state_region", "sharing_gate", ["state", "region"])
    op.create_table(
        "partner",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("gate_id", ID, nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("aim", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("assessment", sa.String(length=80), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("told_end", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ends IS NULL OR starts IS NULL OR ends >= starts", name="ck_partner_order"
        ),
        sa.CheckConstraint("region IN ('', 'CN') OR gate_id IS NOT NULL", name="ck_partner_gate"),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["sharing_gate.id"], name="fk_partner_gate_id_sharing_gate"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner"),
        sa.UniqueConstraint("uid", name="uq_partner_uid"),
        sa.UniqueConstraint("code", name="uq_partner_code"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sharing",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=12), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("aim", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("approval", sa.String(length=8), nullable=False),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("(partner = '') <> (recipient = '')", name="ck_sharing_one_recipient"),
        sa.CheckConstraint(
            "(approval = 'staff') = (approved_by IS NOT NULL)", name="ck_sharing_approver"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sharing"),
        sa.UniqueConstraint("key", name="uq_sharing_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sharing_person_id_id", "sharing", ["person_id", "id"])
    op.create_index("ix_sharing_reference", "sharing", ["reference"])
    op.create_index("ix_sharing_at", "sharing", ["at"])
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("sharing")
    op.drop_table("partner")
    op.drop_table("sharing_gate")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION sharing_append_only()")
