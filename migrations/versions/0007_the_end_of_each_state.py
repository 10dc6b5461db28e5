"""A state's own term, and since when the desk's clock stands still, are kept on the order; timers ask the term."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from support.core.calendars import CN_ZONE, Due, cn_calendar_days

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)
DAYS = {"waiting": 7 + 3, "resolved": 7, "closed": 30}
"""As `law.md` 5.3 has them on the day of this migration."""
BATCH = 5000
_TIMED = sa.text("status IN ('waiting', 'resolved')")
_ESTIMATED = sa.text("term_estimated")

orders = sa.table(
    "work_order",
    sa.column("id", sa.BigInteger()),
    sa.column("status", sa.String()),
    sa.column("status_at", MOMENT),
    sa.column("stopped_at", MOMENT),
    sa.column("term_ends_at", MOMENT),
    sa.column("term_estimated", sa.Boolean()),
)


def upgrade() -> None:
    op.add_column("work_order", sa.Column("stopped_at", MOMENT, nullable=True))
    op.add_column("work_order", sa.Column("term_ends_at", MOMENT, nullable=True))
    estimated = sa.Column("term_estimated", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("work_order", estimated)
    _fill()
    op.drop_index("ix_work_order_timed", table_name="work_order")
    _index("ix_work_order_timed", ["status", "term_ends_at"], _TIMED)
    _index("ix_work_order_estimated", ["id"], _ESTIMATED)


def downgrade() -> None:
    op.drop_index("ix_work_order_estimated", table_name="work_order")
    op.drop_index("ix_work_order_timed", table_name="work_order")
    for name in ("term_estimated", "term_ends_at", "stopped_at"):
        op.drop_column("work_order", name)
    _index("ix_work_order_timed", ["status", "status_at"], _TIMED)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(
        name, "work_order", columns, unique=False, sqlite_where=where, postgresql_where=where
    )


def _fill() -> None:
    """Give each standing order its term. A day that was promised before ends later now, at midnight: none is lost."""
    statement = (
        sa.update(orders)
        .where(orders.c.id == sa.bindparam("order"))
        .values(
            stopped_at=orders.c.status_at,
            term_ends_at=sa.bindparam("ends", type_=MOMENT),
            term_estimated=sa.bindparam("estimated", type_=sa.Boolean()),
        )
    )
    for rows in _batches():
        ends = [(row.id, _term(row.status, _day(row.status_at))) for row in rows]
        given = [{"order": key, "ends": due.at, "estimated": due.estimated} for key, due in ends]
        op.get_bind().execute(statement, given)


def _batches() -> Iterator[list[Any]]:
    last = 0
    statement = (
        sa.select(orders.c.id, orders.c.status, orders.c.status_at)
        .where(orders.c.status.in_(DAYS), orders.c.id > sa.bindparam("last"))
        .order_by(orders.c.id)
        .limit(BATCH)
    )
    while rows := list(op.get_bind().execute(statement, {"last": last})):
        yield rows
        last = rows[-1].id


def _day(moment: datetime) -> date:
    """SQLite gives moments without their zone, which is UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(CN_ZONE)).date()


@cache
def _term(status: str, day: date) -> Due:
    """Orders that began to stand on the same day have the same term."""
    return cn_calendar_days(datetime.combine(day, time(), ZoneInfo(CN_ZONE)), DAYS[status])
