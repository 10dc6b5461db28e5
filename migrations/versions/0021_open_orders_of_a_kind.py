"""An index of what is open by kind, in which what nobody can take is found in the order of its age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

ACTIVE = sa.text("status NOT IN ('resolved', 'closed')")


def upgrade() -> None:
    op.create_index(
        "ix_work_order_kind",
        "work_order",
        ["kind", "created_at", "id"],
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )


def downgrade() -> None:
    op.drop_index("ix_work_order_kind", "work_order")
