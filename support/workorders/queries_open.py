"""What a member may open of their work orders to others: reference and status, and nothing that anybody wrote."""

from __future__ import annotations

from sqlalchemy import select

from support.core.db import db
from support.workorders.models import WorkOrder
from support.workorders.reference import format_reference

MOST = 200


def open_orders(person_id: int) -> list[dict[str, str]]:
    """Return reference and status of somebody's newest orders, `MOST` at most."""
    mine = (
        select(WorkOrder.id, WorkOrder.created_at, WorkOrder.status)
        .where(WorkOrder.requester_id == person_id)
        .order_by(WorkOrder.id.desc())
        .limit(MOST)
    )
    return [
        {"reference": format_reference(at.year, order_id), "status": status}
        for order_id, at, status in db.session.execute(mine)
    ]
