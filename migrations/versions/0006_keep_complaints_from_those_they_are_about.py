"""A complaint is kept from the staff whom it is about: the list of them, made for the complaints that are there."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_COMPLAINTS = sa.text(
    "SELECT id, related_id, created_at FROM work_order WHERE kind = 'complaint' AND related_id IS NOT NULL"
)
_WRITERS = sa.text(
    "SELECT author_id FROM message WHERE order_id = :about AND from_staff AND created_at <= :filed"
    " UNION SELECT author_id FROM note WHERE order_id = :about AND created_at <= :filed"
)
_EVENTS = sa.text(
    "SELECT action, actor_kind, actor_id, data FROM event WHERE stream = :stream AND at <= :filed"
    " AND action IN ('order.assigned', 'order.moved')"
)


def upgrade() -> None:
    op.create_table(
        "recusal",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name="fk_recusal_order_id_work_order"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recusal_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_recusal"),
        sa.UniqueConstraint("person_id", "order_id", name="uq_recusal_person_id_order_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recusal_order_id", "recusal", ["order_id"], unique=False)
    _fill()


def downgrade() -> None:
    op.drop_index("ix_recusal_order_id", table_name="recusal")
    op.drop_table("recusal")


def _fill() -> None:
    """Write down who had worked on the order that a complaint names when it was filed."""
    connection = op.get_bind()
    insert = sa.text("INSERT INTO recusal (person_id, order_id) VALUES (:person, :order)")
    for order, about, filed in connection.execute(_COMPLAINTS).all():
        given = {"about": about, "filed": filed, "stream": f"order:{about}"}
        people = set(connection.execute(_WRITERS, given).scalars())
        people |= {_worker(*row) for row in connection.execute(_EVENTS, given)} - {None}
        for person in sorted(people):
            connection.execute(insert, {"person": person, "order": order})


def _worker(action: str, actor_kind: str, actor_id: int | None, data: Any) -> int | None:
    """Return the member of staff who got the order, or who moved it."""
    if action == "order.assigned":
        found: int | None = (json.loads(data) if isinstance(data, str) else data).get("assignee")
        return found
    return actor_id if actor_kind == "staff" else None
