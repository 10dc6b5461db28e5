"""The history of a case: each move with who made it, when and why, from the audit trail; what moved together is one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select

from support.accounts import queries as people
from support.core.audit import Event
from support.core.db import fetch
from support.core.text import ranges
from support.core.words import N_
from support.infringement.elements import PAPERS
from support.infringement.lifecycle import ItemState
from support.infringement.policy import ARRIVALS, REASONS
from support.infringement.queries_case import Case

PAGE = 40
_READ = 1_000
"""Events that are read for a page: many links that move in one act are many events and one line."""
_TOGETHER = timedelta(minutes=1)

TITLES: Mapping[str, tuple[str, str]] = {
    "notice.filed": (N_("Notice filed"), "inbox"),
    "notice.supplemented": (N_("Notice completed by its filer"), "file-plus"),
    "item.arrived": (N_("Evidence of an arrival noted"), "mail-check"),
    "item.recounted": (N_("Date counted anew: holidays were published"), "calendar-days"),
    "item.refused_there": (N_("The platform did not do it"), "circle-x"),
    "counter.written": (N_("Counter-notice written"), "reply"),
    "counter.checked": (N_("Counter-notice checked"), "clipboard-check"),
    "dispute.shown": (N_("The holder showed that they complained or sued"), "scale"),
    "dispute.dismissed": (N_("What the holder showed is no proof"), "circle-x"),
}
"""What happened, as a message id, with its sign; a move of items says the state that it brought."""

_Kept = tuple[int, datetime, str, str, int | None, dict[str, Any]]


@dataclass(slots=True)
class Line:
    """One line: what happened to which links, who did it, and why (message ids)."""

    seq: int
    at: datetime
    action: str
    icon: str
    title: str
    who: str
    reasons: list[str]
    positions: list[int] = field(default_factory=list)

    @property
    def numbers(self) -> str:
        """The links that it was about."""
        return ranges(self.positions)


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first, and where the next page begins; None where there is none."""

    lines: list[Line]
    before: int | None


def page_of(case: Case, before: int | None = None) -> Page:
    """Return a page of the history, in two queries however many events it has."""
    event = Event
    found = select(
        event.seq, event.at, event.action, event.actor_kind, event.actor_id, event.data
    ).where(event.stream == case.notice.stream)
    if before is not None:
        found = found.where(event.seq < before)
    rows = fetch(found.order_by(event.seq.desc()).limit(_READ)).all()
    names = people.names({row.actor_id for row in rows if row.actor_id is not None})
    lines = _lines(case, rows, names)
    before = rows[-1].seq if len(rows) == _READ else None
    if len(lines) > PAGE:
        before = lines[PAGE].seq + 1
    return Page(lines[:PAGE], before)


def _lines(case: Case, rows: Sequence[Row[_Kept]], names: Mapping[int, str]) -> list[Line]:
    places = {item.id: item.position for item in case.items}
    lines: list[Line] = []
    open_lines: dict[Hashable, Line] = {}
    for row in rows:
        line = _line(case, row, names)
        key = (line.action, line.who, tuple(line.reasons))
        together = open_lines.get(key)
        if together is None or together.at - line.at > _TOGETHER or not _moves(line):
            lines.append(line)
            open_lines[key] = together = line
        items = row.data.get("items")  # how many, where a notice was filed
        if isinstance(items, list):
            together.positions += [places[item] for item in items if item in places]
    return lines


def _moves(line: Line) -> bool:
    return line.action.startswith("item.")


def _line(case: Case, row: Row[_Kept], names: Mapping[int, str]) -> Line:
    title, icon = TITLES.get(row.action, ("", "git-commit-horizontal"))
    state = row.action.removeprefix("item.")
    if not title:
        title = ItemState(state).title if state in set(ItemState) else row.action
    who = names.get(row.actor_id or 0) or _nameless(case, row)
    return Line(row.seq, row.at, row.action, icon, title, who, _reasons(row.data))


def _nameless(case: Case, row: Row[_Kept]) -> str:
    """Return who acted that has no name: the system, or somebody by their part; a guest files before the first code."""
    if row.actor_kind == "system":
        return str(_("the system"))
    if row.action.startswith("notice.") or row.actor_id == case.notice.person_id:
        return str(_("The filer"))
    return str(_("Somebody without an account"))


def _reasons(data: Mapping[str, Any]) -> list[str]:
    said = [
        REASONS.get(data.get("reason", ""), ""),
        ARRIVALS.get(data.get("channel", ""), ""),
        *(PAPERS[kind] for kind in data.get("papers", ()) if kind in PAPERS),
    ]
    if "ok" in data:
        said.append(N_("complete") if data["ok"] else N_("something is missing"))
    return [words for words in said if words]
