"""The charts of the privacy officer, in the words of the page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from support.core.actors import Actor
from support.erasure.queries_figures import Figures, figures_of
from support.workorders import queries as orders

_MINUTE = timedelta(minutes=1)


def figures(actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what the page of figures shows."""
    found = figures_of(actor, now)
    references = orders.references_of({order for order, *_rest in found.due})
    return {
        "states": [(_(state.title), number) for state, number in found.states.items() if number],
        "shares": _shares(found) if found.decided else [],
        "in_time": ngettext(
            "%(num)s decision within a year, %(late)s of them too late",
            "%(num)s decisions within a year, %(late)s of them too late",
            found.decided,
            late=found.shares[-1],
        ),
        "days": _days(found, now),
        "due": [
            {
                "uid": uid,
                "reference": references[order],
                "status": state,
                "until": date - _MINUTE,
                "late": date <= now,
            }
            for order, uid, state, date in found.due
        ],
    }


def _shares(found: Figures) -> list[tuple[str, int]]:
    words = (
        _("within a quarter of their time"),
        _("within half of it"),
        _("within three quarters"),
        _("within the whole of it"),
        _("too late"),
    )
    return list(zip(words, found.shares, strict=True))


def _days(found: Figures, now: datetime) -> list[tuple[str, int]]:
    """Return how many dates end on each day of the week to come, those that are over first."""
    if not found.due:
        return []
    late = sum(date <= now for *_rest, date in found.due)
    days: dict[str, int] = {_("Overdue"): late}
    for ahead in range(8):
        days.setdefault(str(format_date(now + timedelta(days=ahead), "medium")), 0)
    for *_rest, date in found.due:
        if date > now:
            label = str(format_date(date - _MINUTE, "medium"))
            days[label] = days.get(label, 0) + 1
    return list(days.items())
