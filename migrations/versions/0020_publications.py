"""The public ledger: what was published about cases and penalties, and its counts by month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("series", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("event_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", ID, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("replaces_id", ID, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawal", sa.String(length=12), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT personal OR ends_at IS NOT NULL", name="ck_publication_personal_ends"
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["publication.id"], name="fk_publication_replaces_id_publication"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("uid", name="uq_publication_uid"),
        sa.UniqueConstraint("replaces_id", name="uq_publication_replaces_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_publication_series_id", "publication", ["series", "id"])
    op.create_index("ix_publication_kind_id", "publication", ["kind", "id"])
    op.create_index("ix_publication_changed_at", "publication", ["changed_at"])
    op.create_index("ix_publication_ends_at", "publication", ["ends_at"])
    op.create_table(
        "publication_count",
        sa.Column("id", ID, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publication_count"),
        sa.UniqueConstraint(
            "month", "kind", "outcome", name="uq_publication_count_month_kind_outcome"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("publication_count")
    op.drop_table("publication")
