"""Which side of a notice, and of reported content, was taken out at its request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

TABLES = ("notice", "respondent", "content_report", "reported_content")


def upgrade() -> None:
    for table in TABLES:
        column = sa.Column("erasure", sa.String(length=6), nullable=False, server_default="")
        op.add_column(table, column)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "erasure")
