"""Rows of orders as the desk's templates take them. What doesn't change with the row is made once for a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext
from markupsafe import Markup

from support.accounts import queries as people
from support.core.masking import mask_secrets
from support.core.web_parts import html_lang, page_language, part
from support.core.words import N_
from support.workorders.describe import subject_words
from support.workorders.desk_filters import STAFF_STATUS, View
from support.workorders.desk_queries import SOON
from support.workorders.desk_staff import colleagues
from support.workorders.kind import kinds
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import NEVER
from support.workorders.reference import format_reference

_DAYS, _HOURS, _MINUTES = N_("{d}d {h}h"), N_("{h}h {m}m"), N_("{m}m")
_A_DAY, _AN_HOUR, _A_MINUTE, _NO_TIME = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(minutes=1),
    timedelta(0),
)
_AGES = ((_A_DAY, N_("{n} d")), (_AN_HOUR, N_("{n} h")), (_A_MINUTE, N_("{n} min")))
_NO_CLOCK: Mapping[str, tuple[str, str]] = {
    Status.RESOLVED: ("met", N_("Solved")),
    Status.CLOSED: ("met", N_("Closed")),
}
_PAUSED = ("paused", N_("paused"))
_PLACE = "-0-"
_TYPED = frozenset({"q", "tag"})


@dataclass(frozen=True, slots=True)
class Heads:
    """The words of the columns."""

    due: str
    requester: str
    status: str
    priority: str
    owner: str
    updated: str
    fresh: str
    nobody: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """What rows are put together from, drawn by the face's macros once for each language and process."""

    statuses: Mapping[Any, Markup]
    states: Mapping[tuple[Any, Any], Markup]
    marks: Mapping[str, Markup]
    kinds: Mapping[str, str]
    heads: Heads
    units: tuple[str, str, str]
    ages: tuple[str, ...]
    no_clock: Mapping[str, tuple[str, str]]
    viewing: Markup
    typing: Markup


@dataclass(slots=True)
class Due:
    """A due time as it is shown; `due_iso` is None where no clock runs."""

    due_state: str
    due_words: str
    due_iso: str | None = None
    due_mark: Markup | None = None


@dataclass(slots=True)
class Row:
    """One order ready to draw. A class with slots, since templates reach its parts faster than a dict's."""

    id: int
    version: int
    url: str
    subject: str
    lang: str
    reference: str
    kind: str
    fresh: bool
    came_back: bool
    requester: str
    status: Markup
    states: Markup
    owner: Markup
    updated: str
    viewers: tuple[str, bool] | None
    due_state: str
    due_words: str
    due_iso: str | None
    due_mark: Markup | None


def pieces() -> Pieces:
    """Return the pieces in the language of this request."""
    kept: dict[str, Pieces] = current_app.extensions.setdefault("desk_pieces", {})
    language = page_language()
    if language not in kept:
        kept[language] = _made()
    return kept[language]


def _made() -> Pieces:
    draw: Any = current_app.jinja_env.get_template("_macros/_status.html").module
    row: Any = current_app.jinja_env.get_template("workorders/desk/_row.html").module
    icon: Any = current_app.jinja_env.globals["icon"]
    statuses = {each: draw.chip(gettext(STAFF_STATUS[each]), each.tone) for each in Status}
    priorities = {each: draw.priority(each.name.lower(), gettext(each.title)) for each in Priority}
    heads = _heads()
    return Pieces(
        statuses=statuses,
        states={
            (status, priority): row.state_cells(heads, statuses[status], priorities[priority])
            for status in Status
            for priority in Priority
        },
        marks={
            "breached": icon("triangle-alert", 14, gettext("Overdue")),
            "soon": icon("timer", 14, gettext("Due in 2 h")),
        },
        kinds={kind.code: gettext(kind.title) for kind in kinds()},
        heads=heads,
        units=(gettext(_DAYS), gettext(_HOURS), gettext(_MINUTES)),
        ages=tuple(gettext(words) for _unit, words in _AGES),
        no_clock={
            status: (state, gettext(words))
            for status, (state, words) in {**_NO_CLOCK, Status.WAITING: _PAUSED}.items()
        },
        viewing=icon("eye", 14),
        typing=icon("pencil", 14),
    )


def _heads() -> Heads:
    return Heads(
        due=gettext("Due"),
        requester=gettext("Requester"),
        status=gettext("Status"),
        priority=gettext("Priority"),
        owner=gettext("Owner"),
        updated=gettext("Updated"),
        fresh=gettext("New reply"),
        nobody=gettext("Unassigned"),
    )


def _owner(assignee_id: int | None) -> Markup:
    """Return the cell of an owner; there are few, and they change seldom."""
    found = colleagues().get(assignee_id) if assignee_id else None
    name, tone = (found.name, found.id % 5) if found else ("", 0)
    row: Any = current_app.jinja_env.get_template("workorders/desk/_row.html").module
    return part("desk_owner", lambda *_key: row.owner_cell(_heads(), name, tone), name, str(tone))


def due_of(status: str, due_at: datetime, now: datetime, made: Pieces) -> Due:
    """Return how a due time is shown; the script on the page ticks on in the same words."""
    if due_at >= NEVER or status in made.no_clock:
        state, words = made.no_clock.get(status, made.no_clock[Status.WAITING])
        return Due(state, words)
    left = due_at - now
    size = abs(left) // _A_MINUTE
    days, hours, short = made.units
    if size >= 48 * 60:
        words = days.replace("{d}", str(size // 1440)).replace("{h}", str(size // 60 % 24))
    elif size >= 60:
        words = hours.replace("{h}", str(size // 60)).replace("{m}", str(size % 60))
    else:
        words = short.replace("{m}", str(size))
    state = "breached" if left < _NO_TIME else "soon" if left < SOON else "fine"
    said = f"-{words}" if state == "breached" else words
    return Due(state, said, due_at.isoformat(), made.marks.get(state))


def age(moment: datetime, now: datetime, made: Pieces) -> str:
    """Return how long ago, in the narrow words of a table."""
    passed = max(now - moment, _NO_TIME)
    which = 0 if passed >= _A_DAY else 1 if passed >= _AN_HOUR else 2
    return made.ages[which].replace("{n}", str(passed // _AGES[which][0]))


def order_address(view: View) -> tuple[str, str]:
    """Return what stands before and after the reference in the address of an order seen from `view`."""
    return _around_reference("desk.show", request.script_root, tuple(view.address().items()))


def addresses_of(reference: str, view: View) -> Callable[..., str]:
    """Return what gives the addresses of one order: `to(endpoint)`, or `to(endpoint, here=True)` seen from `view`."""
    root, said = request.script_root, tuple(view.address().items())

    def to(endpoint: str, *, here: bool = False) -> str:
        head, tail = _around_reference(endpoint, root, said if here else ())
        return f"{head}{reference}{tail}"

    return to


def _around_reference(
    endpoint: str, root: str, said: tuple[tuple[str, str], ...]
) -> tuple[str, str]:
    """Make what stands around the reference once for a process; what somebody typed is not kept."""
    draw = _drawn_around if any(name in _TYPED for name, _value in said) else _kept_around
    return draw(endpoint, root, said)


def _drawn_around(endpoint: str, _root: str, said: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    url = url_for(endpoint, reference=_PLACE, **dict(said))  # type: ignore[arg-type]
    head, _place, tail = url.partition(_PLACE)
    return head, tail


_kept_around = lru_cache(maxsize=1_024)(_drawn_around)


def shown(
    rows: Iterable[Any],
    view: View,
    now: datetime,
    *,
    viewers: Mapping[int, tuple[str, bool]] | None = None,
) -> list[Row]:
    """Return rows ready to draw. `viewers` maps an order to (words, whether somebody types)."""
    rows, made = list(rows), pieces()
    head, tail = order_address(view)
    guests = people.guest_names(row.requester_id for row in rows if not row.requester)
    owners = {each: _owner(each) for each in {row.assignee_id for row in rows}}
    drawn = []
    for row in rows:
        reference = format_reference(row.created_at.year, row.id)
        due = due_of(row.status, row.due_at, now, made)
        drawn.append(
            Row(
                id=row.id,
                version=row.version,
                url=f"{head}{reference}{tail}",
                subject=subject_words(mask_secrets(row.subject).text),
                lang=html_lang(row.language if row.subject else page_language()),
                reference=reference,
                kind=made.kinds.get(row.kind, row.kind),
                fresh=row.fresh,
                came_back=row.fresh and row.status != Status.NEW,
                requester=row.requester or guests.get(row.requester_id, ""),
                status=made.statuses[row.status],
                states=made.states[row.status, row.priority],
                owner=owners[row.assignee_id],
                updated=age(row.updated_at, now, made),
                viewers=(viewers or {}).get(row.id),
                due_state=due.due_state,
                due_words=due.due_words,
                due_iso=due.due_iso,
                due_mark=due.due_mark,
            )
        )
    return drawn
