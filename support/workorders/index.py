"""What of a work order can be found: its subject, and each message and note together with the subject."""

from __future__ import annotations

from sqlalchemy import select

from support.core import search
from support.core.db import db
from support.workorders.models import Message, Note, WorkOrder

KIND = "order"


def add(order: WorkOrder, part: str, words: str, *, staff_only: bool) -> None:
    """Make one part of the order findable; the subject's words count for every part, so that
    "subject word, reply word" finds the reply."""
    text = words if part == "subject" else f"{order.subject}\n{words}"
    search.add(KIND, order.id, part, text, staff_only=staff_only)


def remake(order: WorkOrder) -> None:
    """Index the order anew from what stands in it now, inside the caller's transaction: words that were taken out of
    its subject or a text find nothing more."""
    search.remove(KIND, order.id)
    for name, table, staff_only in (("message", Message, False), ("note", Note, True)):
        here = (table.order_id == order.id, table.redacted_at.is_(None))
        for row in db.session.execute(select(table.id, table.body).where(*here)):
            add(order, f"{name}:{row.id}", row.body, staff_only=staff_only)
    if order.subject:
        add(order, "subject", order.subject, staff_only=False)
