"""The comment that came with "solved" is a message of the thread, where both sides read it; its own table goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.execute(
        "INSERT INTO message (order_id, party_id, author_id, from_staff, body, language, created_at) "
        "SELECT rating.order_id, party.id, party.person_id, false, rating.comment, work_order.language, "
        "rating.created_at FROM rating JOIN work_order ON work_order.id = rating.order_id "
        "JOIN party ON party.order_id = work_order.id AND party.person_id = work_order.requester_id "
        "AND party.role = 'requester'"
    )
    op.drop_table("rating")


def downgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_rating_order_id_work_order"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rating"),
        sa.UniqueConstraint("order_id", name="uq_rating_order_id"),
        sqlite_autoincrement=True,
    )
