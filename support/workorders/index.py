"""What of a work order can be found: its subject, and each message and note together with the subject."""

from __future__ import annotations

from support.core import search
from support.workorders.models import WorkOrder

KIND = "order"


def add(order: WorkOrder, part: str, words: str, *, staff_only: bool) -> None:
    """Make one part of the order findable; the subject's words count for every part, so that
    "subject word, reply word" finds the reply."""
    text = words if part == "subject" else f"{order.subject}\n{words}"
    search.add(KIND, order.id, part, text, staff_only=staff_only)
