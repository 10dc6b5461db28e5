"""Rights notices: held rights, notices with their items and papers, respondents, counter-notices, arrivals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_IS_DUE = sa.text("state IN ('to_complete', 'awaiting', 'counter_lacks', 'waiting', 'extended')")
_IS_ESTIMATED = sa.text("due_estimated")


def upgrade() -> None:
    op.create_table(
        "held_right",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("territory", sa.String(length=80), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_blind", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("forgotten_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_held_right_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_held_right"),
        sa.UniqueConstraint("uid", name="uq_held_right_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_right_number_blind", "held_right", ["number_blind"])
    op.create_index("ix_held_right_person_id_id", "held_right", ["person_id", "id"])
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("filer_type", sa.String(length=6), nullable=False),
        sa.Column("right_id", ID, nullable=True),
        sa.Column("right_type", sa.String(length=20), nullable=False),
        sa.Column("territory", sa.String(length=80), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("content_kind", sa.String(length=10), nullable=False),
        sa.Column("us_law", sa.Boolean(), nullable=False),
        sa.Column("eu", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("holder_blind", sa.LargeBinary(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("statements_version", sa.Integer(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_notice_order_id_work_order"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id_person"),
        sa.ForeignKeyConstraint(
            ["right_id"], ["held_right.id"], name="fk_notice_right_id_held_right"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("order_id", name="uq_notice_order_id"),
        sa.UniqueConstraint("uid", name="uq_notice_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_holder_blind", "notice", ["holder_blind"])
    op.create_index("ix_notice_person_id_id", "notice", ["person_id", "id"])
    op.create_table(
        "respondent",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_blind", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("forwarded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact_point.id"], name="fk_respondent_contact_id_contact_point"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_respondent_notice_id_notice"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_respondent_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_respondent"),
        sa.UniqueConstraint(
            "notice_id", "address_blind", name="uq_respondent_notice_id_address_blind"
        ),
        sa.UniqueConstraint("notice_id", "person_id", name="uq_respondent_notice_id_person_id"),
        sa.UniqueConstraint("uid", name="uq_respondent_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_respondent_person_id_id", "respondent", ["person_id", "id"])
    op.create_table(
        "notice_item",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url_blind", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("platform_item", sa.String(length=80), nullable=False),
        sa.Column("respondent_id", ID, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("content", sa.String(length=12), nullable=False),
        sa.Column("regime", sa.String(length=8), nullable=True),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("qualified_by", ID, nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("dispute_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("call_uid", sa.String(length=32), nullable=True),
        sa.Column("clock_start", MOMENT, nullable=True),
        sa.Column("extended_days", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("due_estimated", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_notice_item_notice_id_notice"
        ),
        sa.ForeignKeyConstraint(
            ["qualified_by"], ["person.id"], name="fk_notice_item_qualified_by_person"
        ),
        sa.ForeignKeyConstraint(
            ["respondent_id"], ["respondent.id"], name="fk_notice_item_respondent_id_respondent"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_item"),
        sa.UniqueConstraint("notice_id", "position", name="uq_notice_item_notice_id_position"),
        sa.UniqueConstraint("notice_id", "url_blind", name="uq_notice_item_notice_id_url_blind"),
        sa.UniqueConstraint("uid", name="uq_notice_item_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_notice_item_estimated",
        "notice_item",
        ["id"],
        sqlite_where=_IS_ESTIMATED,
        postgresql_where=_IS_ESTIMATED,
    )
    op.create_index("ix_notice_item_respondent_id", "notice_item", ["respondent_id"])
    op.create_index(
        "ix_notice_item_timed",
        "notice_item",
        ["state", "due_at"],
        sqlite_where=_IS_DUE,
        postgresql_where=_IS_DUE,
    )
    op.create_index("ix_notice_item_url_blind", "notice_item", ["url_blind"])
    op.create_table(
        "counter_notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("respondent_id", ID, nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("statements_version", sa.Integer(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("checked_by", ID, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["person.id"], name="fk_counter_notice_checked_by_person"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_counter_notice_notice_id_notice"
        ),
        sa.ForeignKeyConstraint(
            ["respondent_id"], ["respondent.id"], name="fk_counter_notice_respondent_id_respondent"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_counter_notice"),
        sa.UniqueConstraint("respondent_id", name="uq_counter_notice_respondent_id"),
        sa.UniqueConstraint("uid", name="uq_counter_notice_uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice_paper",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("counter_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("file_uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counter_notice.id"], name="fk_notice_paper_counter_id_counter_notice"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_notice_paper_notice_id_notice"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_paper"),
        sa.UniqueConstraint("file_uid", name="uq_notice_paper_file_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_notice_paper_notice_id_counter_id", "notice_paper", ["notice_id", "counter_id"]
    )
    op.create_table(
        "item_answer",
        sa.Column("id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("respondent_id", ID, nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["notice_item.id"], name="fk_item_answer_item_id_notice_item"
        ),
        sa.ForeignKeyConstraint(
            ["respondent_id"], ["respondent.id"], name="fk_item_answer_respondent_id_respondent"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_item_answer"),
        sa.UniqueConstraint("item_id", name="uq_item_answer_item_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice_arrival",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["notice_item.id"], name="fk_notice_arrival_item_id_notice_item"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_notice_arrival_notice_id_notice"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_arrival"),
        sa.UniqueConstraint("item_id", "what", name="uq_notice_arrival_item_id_what"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_arrival_notice_id", "notice_arrival", ["notice_id"])


def downgrade() -> None:
    op.drop_table("notice_arrival")
    op.drop_table("item_answer")
    op.drop_table("notice_paper")
    op.drop_table("counter_notice")
    op.drop_table("notice_item")
    op.drop_table("respondent")
    op.drop_table("notice")
    op.drop_table("held_right")
