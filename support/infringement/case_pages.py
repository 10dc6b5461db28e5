"""What the filer's page of a sent notice shows, put into the shapes that the macros take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from support.core.clock import utcnow
from support.infringement import (
    complaints,
    desk_case,
    queries,
    queries_conduct,
)
from support.infringement.elements import Element, Meter
from support.infringement.filing_pages import lang_of
from support.infringement.lifecycle import ANSWERABLE, ENDED, LIFECYCLE, MEASURED, ItemState
from support.infringement.models import Item, Notice
from support.infringement.service import OPEN_TO_SUPPLEMENT
from support.workorders import queries as orders

S = ItemState
_PERHAPS = (2, 4)
"""The stages that a link may never reach: taken down, contested."""
_UNCHECKED = OPEN_TO_SUPPLEMENT
_COUNTERED = frozenset(
    {
        S.COUNTER_CHECK,
        S.COUNTER_TO_COMPLETE,
        S.COUNTER_FORWARDED,
        S.WAITING,
        S.EXTENDED,
        S.PENDING,
        S.RESTORE_ASKED,
        S.RESTORED,
        S.DECIDED,
    }
)
_UNSENT = _UNCHECKED | {
    S.NOT_QUALIFIED,
    S.QUALIFIED,
    S.MEASURE_ASKED,
    S.MEASURE_TAKEN,
    S.NO_MEASURE,
}


def status_page(notice: Notice) -> dict[str, Any]:
    """Return what the page needs; the number of queries does not grow with the links."""
    lines, now = desk_case.lines_of(notice), utcnow()
    items = queries.items_of(notice)
    order = orders.order_by_id(notice.order_id)
    return {
        "order": order,
        "notice": notice,
        "lines": lines,
        "meter": meter(notice),
        "supplement": any(line.status in _UNCHECKED for line in lines),
        "withdrawable": [line for line in lines if LIFECYCLE.can(line.status, S.WITHDRAWN)],
        "complaints": {item.id: complaints.said_of(item, "holder", now) for item in items},
        "complain": any(complaints.may_complain(item, "holder", now) for item in items),
        "countered": any(line.status in ANSWERABLE for line in lines),
        "stages": _stages([line.status for line in lines]),
        "lang_of": lang_of,
        "papers": desk_case.papers_of(notice),
        "held": queries_conduct.held_until(notice, utcnow()),
    }


def meter(notice: Notice) -> Meter:
    """Return how complete the notice is: under the law that a clerk confirmed, or the one that seems to fit."""
    for item in queries.items_of(notice, OPEN_TO_SUPPLEMENT):
        if item.law is not None and item.rules is not None:
            return queries.meter_of(notice, item.law, item.rules)
    return desk_case.meter_at_check(notice)[1]


def missing(notice: Notice) -> tuple[Element[Any], ...]:
    """Return what the notice lacks."""
    return meter(notice).missing


def may_supplement(notice: Notice) -> bool:
    """True while something can be added: before a link is qualified."""
    return bool(queries.items_of(notice, OPEN_TO_SUPPLEMENT))


def answerable(notice: Notice) -> list[desk_case.Line]:
    """Return the links whose counter-notice the holder can still answer."""
    return [line for line in desk_case.lines_of(notice) if line.status in ANSWERABLE]


def withdrawable(notice: Notice) -> Sequence[Item]:
    """Return the links whose notice can be withdrawn."""
    found = queries.items_of(notice)
    return [item for item in found if LIFECYCLE.can(item.status, S.WITHDRAWN)]


def _stages(states: Sequence[ItemState]) -> list[dict[str, Any]]:
    """Return the timeline: a stage is reached once one link has reached it, the last one once all have ended."""
    reached = [
        True,
        any(state not in _UNCHECKED for state in states),
        any(state in MEASURED for state in states),
        any(state not in _UNSENT for state in states),
        any(state in _COUNTERED for state in states),
        all(state in ENDED for state in states),
    ]
    titles = (
        _("Received"),
        _("Checked"),
        _("Taken down"),
        _("Sent to the seller"),
        _("The seller contests it"),
        _("Every link decided"),
    )
    last = max(place for place, done in enumerate(reached) if done)
    ended = reached[-1]
    shown = [
        (title, done, place)
        for place, (title, done) in enumerate(zip(titles, reached, strict=True))
        if done or not (ended or place < last or place in _PERHAPS)
    ]
    return [
        {
            "title": title,
            "state": "next" if not done else "now" if place == last and not ended else "done",
        }
        for title, done, place in shown
    ]
