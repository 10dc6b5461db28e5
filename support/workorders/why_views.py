"""The page "Why this date?", the same for the desk and for the person who filed the order."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext

from support.core.web import current_actor
from support.workorders import queries, targets, why
from support.workorders.desk_views import blueprint as desk
from support.workorders.kind import Sentence
from support.workorders.lifecycle import Priority
from support.workorders.models import WorkOrder
from support.workorders.say import moment_words, opening_hours, say
from support.workorders.views import blueprint as member


@member.get("/orders/<reference>/why", endpoint="why")
def show_member(reference: str) -> str:
    """Explain the dates to a party of the order."""
    order = queries.order_for(current_actor(), reference)
    back = url_for("workorders.show", reference=order.reference)
    return render_template("workorders/desk/why_member.html", back=back, **_facts(order))


@desk.get("/orders/<reference>/why", endpoint="why")
def show_desk(reference: str) -> str:
    """Explain the dates to the desk."""
    order = queries.order_at_desk(current_actor(), reference)
    back = url_for("desk.show", reference=order.reference)
    return render_template("workorders/desk/why.html", back=back, **_facts(order))


def _facts(order: WorkOrder) -> dict[str, Any]:
    return {
        "order": order,
        "hours": opening_hours(targets.office_hours().text),
        "zone": targets.office_hours().zone,
        "clocks": [
            {
                "title": gettext(clock.title),
                "at": clock.at,
                "words": moment_words(clock.at),
                "estimated": clock.estimated,
                "lines": [say(_spoken(line)) for line in clock.lines],
            }
            for clock in why.clocks(order)
        ],
    }


def _spoken(line: Sentence) -> Sentence:
    """A priority is named in the reader's language, like every other fact."""
    said = line.facts.get("priority")
    if not isinstance(said, Priority):
        return line
    return Sentence(line.words, {**line.facts, "priority": gettext(said.title)})
