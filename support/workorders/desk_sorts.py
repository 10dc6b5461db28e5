"""The sorts of the desk's lists as data: what a row is, where it stands in an order, and how a page is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, not_, select, union_all

from support.accounts.models import Person
from support.core.db import UtcDateTime
from support.core.words import N_
from support.workorders.desk_staff import unstaffed_kinds
from support.workorders.models import NEVER, WorkOrder

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

    legs: tuple[tuple[Any, Mapping[str, Sort]], ...]
    """The same rows in parts, each with its sorts, in which the due time that counts is a column of an index."""

    def page(
        self,
        name: str,
        conditions: Sequence[Any],
        key: tuple[Any, ...] | None,
        limit: int,
        *,
        backwards: bool = False,
    ) -> Any:
        """Return the rows that meet the conditions in the order `name`, cut to what lies behind `key`.

        Each part is cut by itself first, so that an index leads to its rows, and then they are merged.
        """
        sort = self.sorts[name]
        by_due = any(each is self.due for each in sort.columns)
        if not by_due or len(self.legs) == 1:
            return sort.page(self.rows.where(*conditions), key, limit, backwards=backwards)
        parts = [
            sorts[name].page(rows.where(*conditions), key, limit, backwards=backwards)
            for rows, sorts in self.legs
        ]
        found = union_all(*(part.subquery().select() for part in parts)).subquery()
        columns = tuple(found.c[each.key] for each in sort.columns)
        return replace(sort, columns=columns).page(select(found), None, limit, backwards=backwards)

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


def _sorts(due: Any) -> Mapping[str, Sort]:
    number = WorkOrder.id
    return {
        "due": Sort(N_("Due first"), (due, number)),
        "newest": Sort(N_("Newest first"), (number,), descending=True),
        "oldest": Sort(N_("Oldest first"), (number,)),
        "updated": Sort(N_("Latest change first"), (WorkOrder.updated_at, number), descending=True),
        "priority": Sort(N_("Most urgent first"), (WorkOrder.priority, due, number)),
    }


def _rows(due: Any) -> Any:
    return select(*_COLUMNS, due).join(Person, Person.id == WorkOrder.requester_id)


def _legs(unstaffed: frozenset[str]) -> tuple[tuple[Any, Mapping[str, Sort]], ...]:
    due, since = WorkOrder.due_at, WorkOrder.created_at
    taken = [not_(nobody_takes(unstaffed))] if unstaffed else []
    legs = [(_rows(due).where(*taken), _sorts(due))]
    for kind in sorted(unstaffed):
        rows = _rows(since.label(due.key)).where(WorkOrder.kind == kind, due < NEVER)
        legs.append((rows, _sorts(since)))
    return tuple(legs)


@lru_cache(maxsize=64)
def _lists(unstaffed: frozenset[str]) -> Lists:
    due = due_column(unstaffed)
    rows = _rows(due)
    among = rows.where(WorkOrder.id.in_(bindparam("ids", expanding=True)))
    return Lists(unstaffed, due, rows, among, _sorts(due), _legs(unstaffed))


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
