"""The lists of the desk: columns, not objects; keyset pages that cost the same however deep they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    case,
    select,
    text,
    tuple_,
    union_all,
)

from support.accounts.models import Person
from support.core import search
from support.core.actors import Actor
from support.core.db import UtcDateTime, fetch
from support.core.words import N_
from support.workorders import index
from support.workorders.desk_filters import View
from support.workorders.desk_staff import unstaffed_kinds
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import NEVER, Tag, WorkOrder
from support.workorders.queries import IS_SHOWN, hidden_from

PAGE = 25
SOON = timedelta(hours=2)
MOST_FOUND = 200
MOST_CHANGED = 100
MOST_KEPT = 500
OVERLAP = timedelta(seconds=3)

IS_ACTIVE = text("work_order.status NOT IN ('resolved', 'closed')")
"""Literally what the partial indexes say, so that both planners see that they fit."""

_COLUMNS = (
    WorkOrder.id,
    WorkOrder.created_at,
    WorkOrder.kind,
    WorkOrder.subject,
    WorkOrder.language,
    WorkOrder.status,
    WorkOrder.priority,
    WorkOrder.team,
    WorkOrder.assignee_id,
    WorkOrder.requester_id,
    WorkOrder.updated_at,
    WorkOrder.fresh,
    WorkOrder.version,
    Person.name.label("requester"),
    Person.kind.label("requester_kind"),
)


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of rows: its title (a message id), the columns (the last is unique), the direction."""

    title: str
    columns: tuple[Any, ...]
    descending: bool = False

    def page(
        self, statement: Any, key: tuple[Any, ...] | None, limit: int, *, backwards: bool = False
    ) -> Any:
        """Return `statement` in this order (or from its end), cut to what lies behind `key`.

        Rows that share the first columns with `key` are asked for apart: SQLite walks an index to the row only
        by equal columns, and a thousand paused orders share one due time.
        """
        down = self.descending != backwards
        if key is None or len(self.columns) == 1:
            behind = [] if key is None else [_behind(self.columns[0], key[0], down=down)]
            return self._sorted(statement.where(*behind), self.columns, down=down).limit(limit)
        steps = []
        for place in range(len(self.columns) - 1, -1, -1):
            same = [each == key[at] for at, each in enumerate(self.columns[:place])]
            beyond = _behind(self.columns[place], key[place], down=down)
            step = self._sorted(statement.where(*same, beyond), self.columns, down=down)
            steps.append(step.limit(limit).subquery().select())
        found = union_all(*steps).subquery()
        columns = tuple(found.c[each.key] for each in self.columns)
        return self._sorted(select(found), columns, down=down).limit(limit)

    @staticmethod
    def _sorted(statement: Any, columns: tuple[Any, ...], *, down: bool) -> Any:
        return statement.order_by(*(each.desc() if down else each.asc() for each in columns))

    def place(self) -> tuple[Any, ...]:
        """Return parameters `key_0`, `key_1`, ... that stand for a place in this order."""
        return tuple(
            bindparam(f"key_{at}", type_=each.type) for at, each in enumerate(self.columns)
        )

    def key_of(self, row: Any, **instead: Any) -> tuple[Any, ...]:
        """Return the place of a row in this order; `instead` are values that count in place of the row's own."""
        return tuple(instead.get(each.key, getattr(row, each.key)) for each in self.columns)


def _behind(column: Any, value: Any, *, down: bool) -> Any:
    return column < value if down else column > value


@dataclass(frozen=True, slots=True)
class Lists:
    """How orders are listed while `unstaffed` kinds have nobody: the due time that counts, the rows, the sorts."""

    unstaffed: frozenset[str]
    due: Any
    rows: Any
    among: Any
    """The rows of the orders that `ids` names."""
    sorts: Mapping[str, Sort]

    def due_of(self, order: WorkOrder) -> datetime:
        """Return the due time that counts for an order."""
        nobody = order.kind in self.unstaffed and order.due_at < NEVER
        return order.created_at if nobody else order.due_at


def nobody_takes(unstaffed: frozenset[str]) -> Any:
    """Return the SQL that holds for an order whose clock runs and that nobody can take."""
    return and_(WorkOrder.kind.in_(sorted(unstaffed)), WorkOrder.due_at < NEVER)


def due_column(unstaffed: frozenset[str]) -> Any:
    """Return the moment by which the desk must act: what nobody can take is overdue from its first minute.

    Counted when asked, so that nothing is written when a role is given or taken. Without such kinds it is the
    plain column, which the indexes hold.
    """
    if not unstaffed:
        return WorkOrder.due_at
    counts = case((nobody_takes(unstaffed), WorkOrder.created_at), else_=WorkOrder.due_at)
    return counts.label(WorkOrder.due_at.key)


@lru_cache(maxsize=64)
def _lists(unstaffed: frozenset[str]) -> Lists:
    due, number = due_column(unstaffed), WorkOrder.id
    rows = select(*_COLUMNS, due).join(Person, Person.id == WorkOrder.requester_id)
    sorts = {
        "due": Sort(N_("Due first"), (due, number)),
        "newest": Sort(N_("Newest first"), (number,), descending=True),
        "oldest": Sort(N_("Oldest first"), (number,)),
        "updated": Sort(N_("Latest change first"), (WorkOrder.updated_at, number), descending=True),
        "priority": Sort(N_("Most urgent first"), (WorkOrder.priority, due, number)),
    }
    among = rows.where(WorkOrder.id.in_(bindparam("ids", expanding=True)))
    return Lists(unstaffed, due, rows, among, sorts)


def lists() -> Lists:
    """Return how orders are listed now."""
    return _lists(unstaffed_kinds())


SORTS: Mapping[str, Sort] = _lists(frozenset()).sorts
"""The sorts by name, as their titles and places in addresses are read."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_key(key: tuple[Any, ...]) -> str:
    """Return a row's place as it stands in an address."""
    return "_".join(
        str((part - _EPOCH) // _MICROSECOND if isinstance(part, datetime) else part) for part in key
    )


def read_key(said: str, sort: Sort) -> tuple[Any, ...] | None:
    """Return the place that an address names; None for anything that is none of this sort."""
    parts = said.split("_")
    if len(parts) != len(sort.columns):
        return None
    try:
        return tuple(
            _read_part(part, column) for part, column in zip(parts, sort.columns, strict=True)
        )
    except (ValueError, OverflowError):
        return None


def _read_part(said: str, column: Any) -> Any:
    """Return what a column may hold; `ValueError` or `OverflowError` for a number that no row can have in it."""
    wide = isinstance(column.type, BigInteger | UtcDateTime)
    if not said.isascii() or len(said) > (18 if wide else 9):
        raise ValueError("no row has this number")
    number = int(said)
    return _EPOCH + number * _MICROSECOND if isinstance(column.type, UtcDateTime) else number


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the places from which the pages before and after them go on ("" for none)."""

    rows: Sequence[Any]
    before: str
    after: str


def page(view: View, actor: Actor, now: datetime, *, after: str = "", before: str = "") -> Page:
    """Return one page of a view: the first, or the one behind `after`, or the one that ends before `before`."""
    now_listed = lists()
    sort = now_listed.sorts[view.sort]
    backwards = bool(before) and not after
    key = read_key(after or before, sort)
    place = None if key is None else sort.place()
    what = f"page {backwards} {key is None}"
    statement = kept_statement(
        what,
        view,
        actor,
        lambda: sort.page(
            now_listed.rows.where(*conditions(view, actor, now)),
            place,
            PAGE + 1,
            backwards=backwards,
        ),
    )
    given = {f"key_{at}": value for at, value in enumerate(key or ())}
    found = list(fetch(statement, given))
    more, rows = len(found) > PAGE, found[:PAGE]
    if backwards:
        rows.reverse()
    has_before = more if backwards else key is not None
    has_after = key is not None if backwards else more
    return Page(
        rows,
        write_key(sort.key_of(rows[0])) if rows and has_before else "",
        write_key(sort.key_of(rows[-1])) if rows and has_after else "",
    )


_kept: dict[tuple[Any, ...], Any] = {}


def kept_statement(what: str, view: View, actor: Actor, build: Callable[[], Any]) -> Any:
    """Return the statement that `build` makes for a view, made once where nothing in it moves with the moment.

    Making one costs as much as carrying it out. A view with words or a due time in it is built each time.
    """
    if view.value("q") or view.value("due"):
        return build()
    key = (what, lists().unstaffed, actor.id, *view.address().items())
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = build()
    return _kept[key]


def conditions(view: View, actor: Actor, now: datetime) -> list[Any]:
    """Return the WHERE of a view: what it narrows, and never an order that is kept from the reader."""
    found: list[Any] = [WorkOrder.id.not_in(hidden_from(actor))]
    status = view.value("status")
    if not status:
        found.append(IS_ACTIVE)
    elif status != "any":
        found.append(WorkOrder.status == status)
    if assignee := view.value("assignee"):
        wanted = {"me": actor.id, "none": None}.get(assignee, assignee)
        found.append(WorkOrder.assignee_id == (None if wanted is None else int(wanted)))
    found += [
        getattr(WorkOrder, name) == value
        for name in ("team", "kind", "language")
        if (value := view.value(name))
    ]
    if priority := view.value("priority"):
        found.append(WorkOrder.priority == Priority[priority.upper()])
    if due := view.value("due"):
        found.append(lists().due < (now if due == "late" else now + SOON))
    if tag := view.value("tag"):
        found.append(WorkOrder.id.in_(select(Tag.order_id).where(Tag.word == tag.lower())))
    if words := view.value("q"):
        within = select(WorkOrder.id).where(*found)
        hits = search.find(index.KIND, words, staff=True, limit=MOST_FOUND, within=within)
        found.append(WorkOrder.id.in_([hit.thing_id for hit in hits]))
    return found


_CHANGED = (
    select(WorkOrder.id, WorkOrder.updated_at)
    .where(
        tuple_(WorkOrder.updated_at, WorkOrder.id)
        > tuple_(
            bindparam("moment", type_=WorkOrder.updated_at.type),
            bindparam("place", type_=WorkOrder.id.type),
        ),
        IS_SHOWN,
    )
    .order_by(WorkOrder.updated_at, WorkOrder.id)
    .limit(MOST_CHANGED)
)


def changed_since(moment: datetime, order_id: int, actor: Actor) -> list[tuple[int, datetime]]:
    """Return (id, moment) of the orders that changed after (`moment`, `order_id`), oldest change first."""
    given = {"moment": moment, "place": order_id, "reader": actor.id}
    return [(row[0], row[1]) for row in fetch(_CHANGED, given)]


def rows_of(order_ids: Sequence[int], view: View, actor: Actor, now: datetime) -> list[Any]:
    """Return those of `order_ids` that belong to the view, as rows in its order."""
    if not order_ids:
        return []
    statement = lists().rows.where(WorkOrder.id.in_(order_ids), *conditions(view, actor, now))
    ordered = lists().sorts[view.sort].page(statement, None, MOST_CHANGED * 2)
    return list(fetch(ordered))


def row_of(order_id: int) -> Any:
    """Return one order as a row."""
    return fetch(lists().among, {"ids": [order_id]}).one()


def orders_of(requester_id: int, actor: Actor) -> list[Any]:
    """Return the newest orders of one requester."""
    shown = (WorkOrder.requester_id == requester_id, WorkOrder.id.not_in(hidden_from(actor)))
    return list(fetch(SORTS["updated"].page(lists().rows.where(*shown), None, 5)))


def own_desk(actor: Actor, until: datetime) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the actor's orders: what is due before `until`, replies that came back, the rest of what is open."""
    statement = (
        lists()
        .rows.where(
            WorkOrder.assignee_id == actor.id, IS_ACTIVE, WorkOrder.id.not_in(hidden_from(actor))
        )
        .order_by(lists().due, WorkOrder.id)
        .limit(200)
    )
    due: list[Any] = []
    back: list[Any] = []
    rest: list[Any] = []
    for row in fetch(statement):
        if row.due_at < until:
            due.append(row)
        elif row.fresh and row.status == Status.OPEN:
            back.append(row)
        else:
            rest.append(row)
    return due, back, rest
