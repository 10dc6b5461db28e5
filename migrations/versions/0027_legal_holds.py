"""Legal holds: what is kept although its time is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STANDS = sa.text("released_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("ground", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("placed_by", ID, nullable=True),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("released_by", ID, nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
        sa.UniqueConstraint("uid", name="uq_legal_hold_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_legal_hold_about", "legal_hold", ["about"])
    op.create_index(
        "uq_legal_hold_standing",
        "legal_hold",
        ["about", "ground", "reference"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    op.drop_table("legal_hold")
