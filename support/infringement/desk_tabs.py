"""The tabs of a case, each an address of its own, and what stands above all of them. A further tab is a line here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from support.core.words import N_
from support.infringement import kind, queries_conduct
from support.infringement.lifecycle import ItemState
from support.infringement.queries_case import Case
from support.infringement.removals import TAKEN_OUT
from support.workorders.say import say

TABS = (
    ("notice_desk.show", N_("Notice")),
    ("notice_desk.links", N_("Links")),
    ("notice_desk.counters", N_("Counter-notice")),
    ("notice_desk.clock", N_("Clock")),
    ("notice_desk.letters", N_("Letters")),
    ("notice_desk.conduct", N_("Conduct")),
    ("notice_desk.history", N_("History")),
)
"""Endpoint and title of each; endpoints take the reference alone."""


def frame(case: Case, endpoint: str, now: datetime) -> dict[str, Any]:
    """Return what every tab shows: the case, what comes next, the tabs with `endpoint` as this one."""
    reference = case.order.reference
    held = queries_conduct.held_among(case.items, now)
    counts = {
        "notice_desk.links": len(case.rows),
        "notice_desk.counters": _to_check(case) or None,
    }
    return {
        "case": case,
        "notice": case.notice,
        "taken_out": TAKEN_OUT,
        "laws": list(dict.fromkeys(item.law for item in case.items if item.law)),
        "reference": reference,
        "next": say(kind.sentence_of(case.order, case.standing, "staff", now, held=held)),
        "tabs": [
            {
                "url": url_for(name, reference=reference),
                "words": _(title),
                "count": counts.get(name),
                "current": name == endpoint,
            }
            for name, title in TABS
        ],
    }


def _to_check(case: Case) -> int:
    return sum(item.status is ItemState.COUNTER_CHECK for item in case.items)
