"""When a holder showed that they complained or sued: a clerk has a working day to look at it. What a complaint says.

What was shown before counts as shown when its item last moved.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

MOMENT = sa.DateTime(timezone=True)
WAITS = "state IN ('counter_sent', 'waiting', 'extended')"


def upgrade() -> None:
    op.add_column("notice_item", sa.Column("shown_at", MOMENT, nullable=True))
    op.add_column("notice_item", sa.Column("complaint_sealed", sa.LargeBinary(), nullable=True))
    shown = f"dispute_sealed IS NOT NULL AND {WAITS}"
    op.execute(f"UPDATE notice_item SET shown_at = changed_at WHERE {shown}")  # noqa: S608 (constants)


def downgrade() -> None:
    op.drop_column("notice_item", "complaint_sealed")
    op.drop_column("notice_item", "shown_at")
