"""Everything that happened to an order, with who did it: the audit trail as the desk reads it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from support.core.icons import icon
from support.core.masking import mask_secrets
from support.core.web import current_actor
from support.core.web_parts import words as gettext
from support.notifications.queries import deliveries_about
from support.workorders import desk_lines, queries
from support.workorders.describe import delivery_words, subject_words
from support.workorders.desk_thread import event_words
from support.workorders.desk_views import blueprint
from support.workorders.models import WorkOrder


@blueprint.get("/orders/<reference>/history")
def history(reference: str) -> str:
    """Show what happened, newest first."""
    order = queries.order_at_desk(current_actor(), reference)
    return render_template(
        "workorders/desk/history.html",
        order=order,
        subject=subject_words(mask_secrets(order.subject).text),
        rows=_rows(order),
    )


def _rows(order: WorkOrder) -> list[dict[str, Any]]:
    lines = desk_lines.read_whole(order)
    names = desk_lines.names_in(lines, order.requester_id)
    found = [
        _row(line.at, words, names.get(line.actor_id or 0))
        for line in lines
        if line.kind == "event" and (words := event_words(line, names))
    ]
    found += [
        _row(line.at, words, None)
        for line in deliveries_about(order.stream)
        if (words := delivery_words(line))
    ]
    return sorted(found, key=lambda row: row["at"], reverse=True)


def _row(at: Any, words: tuple[str, str], who: str | None) -> dict[str, Any]:
    said, sign = words
    return {"at": at, "words": said, "sign": icon(sign, 14), "who": who or gettext("the system")}
