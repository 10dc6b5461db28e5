"""What the public pages of a deletion show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from flask_babel import gettext as _

from support.core.holders import Measure
from support.core.web_times import local_time
from support.erasure import execution, queries, queries_told, receipts
from support.erasure.lifecycle import ENDED
from support.erasure.models import Erasure, ErasureLine, ErasureStep
from support.erasure.service_execution import HELD
from support.policies.data_classes import rule_named
from support.workorders import queries as orders


def shown(row: Erasure) -> dict[str, Any]:
    """Return the steps in words, how far it is, and what the proof says."""
    steps = queries.steps_of(row)
    done = sum(step.done_at is not None for step in steps)
    return {
        "reference": orders.order_by_id(row.order_id).reference,
        "steps": step_lines(steps),
        "done": done,
        "all": len(steps),
        "over": row.status in ENDED,
        "told": queries_told.platform_told(row),
        "classes": [
            [_(rule_named(line.data_class).title), line.found, _said(line)]
            for line in queries.lines_of(row)
        ],
    }


def _said(line: ErasureLine) -> str:
    if line.until is None:
        return str(_(line.what.title))
    return str(_("locked away until %(until)s", until=local_time(line.until)))


def step_lines(steps: Sequence[ErasureStep]) -> list[dict[str, Any]]:
    """Return steps in words, as `data.steps` draws them."""
    titles = execution.titles()
    first = next((step.id for step in steps if step.done_at is None and step.note != HELD), None)
    return [_step(step, titles.get(step.code, step.code), step.id == first) for step in steps]


def _step(step: ErasureStep, title: str, now: bool) -> dict[str, Any]:
    state = "done" if step.done_at is not None else "now" if now else "next"
    words = _("a legal hold keeps it until it is released") if step.note == HELD else ""
    if step.measure and step.done_at is not None:
        words = _("%(label)s: %(value)s", label=_(Measure(step.measure).title), value=step.taken)
    return {"title": _(title), "text": words, "state": state}


def genuine(found: receipts.Receipt) -> dict[str, Any]:
    """Return what a genuine proof says, for its page."""
    facts = found.facts
    classes = map(itemgetter("title", "found", "measure"), facts["classes"])
    return {
        "reference": facts["reference"],
        "finished": datetime.fromisoformat(facts["finished_at"]),
        "classes": [
            [_(title), number, _(Measure(measure).title)] for title, number, measure in classes
        ],
    }


def file_name(row: Erasure) -> str:
    """Return the name of the proof's file."""
    return f"deletion-{orders.order_by_id(row.order_id).reference}.json"
