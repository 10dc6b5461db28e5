"""Content reports: what one person reported, the case of each link, which report names which, appeals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("state = 'check'")
_IS_ESTIMATED = sa.text("due_estimated")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def upgrade() -> None:
    op.create_table(
        "content_report",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("ground", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("reveal_at", MOMENT, nullable=True),
        sa.Column("reveal_by", ID, nullable=True),
        sa.Column("reveal_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("content_report", "order_id", "work_order"),
        _to("content_report", "person_id", "person"),
        _to("content_report", "reveal_by", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_content_report"),
        sa.UniqueConstraint("uid", name="uq_content_report_uid"),
        sa.UniqueConstraint("order_id", name="uq_content_report_order_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_content_report_person_id", "content_report", ["person_id"])
    op.create_table(
        "reported_content",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("url_blind", sa.LargeBinary(), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("platform_item", sa.String(length=80), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("content", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=12), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("call_uid", sa.String(length=32), nullable=True),
        sa.Column("clock_start", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("due_estimated", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("reported_content", "person_id", "person"),
        _to("reported_content", "contact_id", "contact_point"),
        _to("reported_content", "decided_by", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_reported_content"),
        sa.UniqueConstraint("uid", name="uq_reported_content_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reported_content_person_id", "reported_content", ["person_id"])
    op.create_index(
        "ix_reported_content_open",
        "reported_content",
        ["url_blind"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(
        "ix_reported_content_estimated",
        "reported_content",
        ["id"],
        sqlite_where=_IS_ESTIMATED,
        postgresql_where=_IS_ESTIMATED,
    )
    op.create_table(
        "report_link",
        sa.Column("id", ID, nullable=False),
        sa.Column("report_id", ID, nullable=False),
        sa.Column("content_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _to("report_link", "report_id", "content_report"),
        _to("report_link", "content_id", "reported_content"),
        sa.PrimaryKeyConstraint("id", name="pk_report_link"),
        sa.UniqueConstraint("report_id", "content_id", name="uq_report_link_report_id_content_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_report_link_content_id", "report_link", ["content_id"])
    op.create_table(
        "report_appeal",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("content_id", ID, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("heard_by", ID, nullable=True),
        sa.Column("heard_at", MOMENT, nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        _to("report_appeal", "content_id", "reported_content"),
        _to("report_appeal", "person_id", "person"),
        _to("report_appeal", "heard_by", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_report_appeal"),
        sa.UniqueConstraint("uid", name="uq_report_appeal_uid"),
        sa.UniqueConstraint(
            "content_id",
            "side",
            "person_id",
            name="uq_report_appeal_content_id_side_person_id",
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("report_appeal", "report_link", "reported_content", "content_report"):
        op.drop_table(table)
