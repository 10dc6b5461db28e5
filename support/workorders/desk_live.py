"""What the desk's pages ask every few seconds: rows that changed, and who else is at an order.

An answer carries a cursor. It holds how far the changes were read and which orders had somebody at them, so that
"nothing new" (204) needs no memory here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, current_app, jsonify, request

from support.core.clock import utcnow
from support.core.web import current_actor
from support.workorders import desk_presence, desk_queries, queries
from support.workorders.desk_filters import View, read_view
from support.workorders.desk_pages import presence_words
from support.workorders.desk_presence import Present
from support.workorders.desk_queries import MOST_CHANGED, OVERLAP
from support.workorders.desk_rows import pieces, shown
from support.workorders.desk_sorts import SORTS, read_key, write_key
from support.workorders.desk_views import blueprint

Answer = Response | tuple[str, int]

_ROW = re.compile(r"[1-9][0-9]{0,17}")
MOST_TOLD = 100
"""Orders that a cursor or a page may name."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far changes were read, and what was told: who is at which order, "" for an order that only was news."""

    place: tuple[datetime, int]
    told: Mapping[int, str]


@blueprint.get("/live")
def live() -> Answer:
    """Answer the rows of a view that changed since the cursor; 204 when there are none.

    `known` names the orders on the page. Of others only those are told that came in, or were written to.
    """
    actor, now, view = current_actor(), utcnow(), read_view(request.args, SORTS)
    cursor, page = _read_cursor(now), _ids(request.args.get("known", ""))
    changed = desk_queries.changed_since(*cursor.place, actor)
    present = desk_presence.everybody(actor.id or 0, now)
    if present:
        seen = queries.shown_at_desk(actor, present)
        present = {at: who for at, who in present.items() if at in seen}
    marks = {at: _mark(who) for at, who in present.items() if not page or at in page}
    ids = {at for at, _moment in changed} | _differ(cursor.told, marks)
    if not ids:
        return "", 204
    rows = desk_queries.rows_of(sorted(ids), view, actor, now)
    if page:
        rows = [row for row in rows if row.id in page or _is_news(row, cursor)]
    return _answer(cursor, page, changed, marks, rows, _drawn(rows, view, now, present), now)


def _is_news(row: Any, cursor: Cursor) -> bool:
    return row.fresh or row.created_at > cursor.place[0] or row.id in cursor.told


def _differ(told: Mapping[int, str], marks: Mapping[int, str]) -> set[int]:
    """Return the orders at which somebody came or left."""
    return {at for at in told.keys() | marks.keys() if told.get(at, "") != marks.get(at, "")}


def _answer(
    cursor: Cursor,
    page: frozenset[int],
    changed: list[tuple[int, datetime]],
    marks: Mapping[int, str],
    rows: list[Any],
    drawn: list[dict[str, str]],
    now: datetime,
) -> Response:
    """Go on behind what was read, but not past a moment at which a slow writer may still commit an older change."""
    cut_off = len(changed) == MOST_CHANGED
    place = changed[-1][::-1] if cut_off else max(cursor.place, (now - OVERLAP, 0))
    shown_ids = {row.id for row in rows}
    news = (shown_ids | cursor.told.keys()) - page if page else set()
    told = {**dict.fromkeys(sorted(news)[-MOST_TOLD:], ""), **marks}
    return jsonify(
        cursor=".".join([write_key(place), *(f"{at}-{mark}" for at, mark in told.items())]),
        now=now.isoformat(),
        rows=drawn,
        gone=[
            str(at) for at, _moment in changed if at not in shown_ids and (not page or at in page)
        ],
    )


@blueprint.post("/orders/<reference>/presence")
def presence(reference: str) -> Answer:
    """Note that the agent is at this order, and answer who else is and whether it changed; 204 for as before."""
    actor, now = current_actor(), utcnow()
    order = queries.order_at_desk(actor, reference)
    desk_presence.beat(order.id, actor.id or 0, request.form.get("state", ""), now)
    present = desk_presence.others(order.id, actor.id or 0, now)
    cursor = f"{order.version}.{_mark(present)}"
    if cursor == request.args.get("since"):
        return "", 204
    return jsonify(
        cursor=cursor, now=now.isoformat(), version=order.version, **presence_words(present)
    )


def _mark(present: Present) -> str:
    """Return who is there in a few characters, the same for the same people."""
    viewing = "v".join(str(each) for each in sorted(present.viewing))
    return f"{viewing}t{'t'.join(str(each) for each in sorted(present.typing))}"


def _read_cursor(now: datetime) -> Cursor:
    """Return the cursor of this request; one that nobody wrote begins now."""
    said, _, told_said = request.args.get("since", "").partition(".")
    place = read_key(said, SORTS["updated"]) or (now - OVERLAP, 0)
    told = {}
    for item in told_said.split("."):
        order, _, mark = item.partition("-")
        told.update(dict.fromkeys(_ids(order), mark))
    return Cursor((place[0], place[1]), told)


def _ids(said: str) -> frozenset[int]:
    """Return the row ids in a list with dots; anything else in it is left out."""
    parts = said.split(".")[:MOST_TOLD]
    return frozenset(int(part) for part in parts if _ROW.fullmatch(part))


def _drawn(
    rows: list[Any], view: View, now: datetime, present: dict[int, Present]
) -> list[dict[str, str]]:
    viewers = {}
    for order_id, each in present.items():
        words = presence_words(each)
        if said := words["typing"] or words["viewing"]:
            viewers[order_id] = (said, bool(each.typing))
    draw: Any = current_app.jinja_env.get_template("workorders/desk/_row.html").module
    made = pieces()
    return [
        {"key": str(row.id), "html": str(draw.row(row, made))}
        for row in shown(rows, view, now, viewers=viewers)
    ]
