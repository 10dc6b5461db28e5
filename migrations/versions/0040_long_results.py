"""What came of a form may be as long as it is: of a decision about many links, which were refused, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    _set_type(sa.Text())


def downgrade() -> None:
    """A long result is cut; no form that is older than two days needs one."""
    op.execute("UPDATE idempotency_key SET result = substr(result, 1, 120)")
    _set_type(sa.String(length=120))


def _set_type(kind: sa.types.TypeEngine[str]) -> None:
    with op.batch_alter_table(
        "idempotency_key", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.alter_column("result", type_=kind, existing_nullable=False)
