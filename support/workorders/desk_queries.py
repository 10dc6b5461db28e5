"""The lists of the desk: columns, not objects; keyset pages that cost the same however deep they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    bindparam,
    select,
    text,
    tuple_,
)

from support.core import search
from support.core.actors import Actor
from support.core.db import fetch
from support.workorders import index
from support.workorders.desk_filters import View
from support.workorders.desk_sorts import lists, read_key, write_key
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import Tag, WorkOrder
from support.workorders.queries import IS_SHOWN, hidden_from

PAGE = 25
SOON = timedelta(hours=2)
MOST_FOUND = 200
MOST_CHANGED = 100
MOST_KEPT = 500
OVERLAP = timedelta(seconds=3)

IS_ACTIVE = text("work_order.status NOT IN ('resolved', 'closed')")
"""Literally what the partial indexes say, so that both planners see that they fit."""


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
        lambda: now_listed.page(
            view.sort, conditions(view, actor, now), place, PAGE + 1, backwards=backwards
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
    shown = [WorkOrder.id.in_(order_ids), *conditions(view, actor, now)]
    return list(fetch(lists().page(view.sort, shown, None, MOST_CHANGED * 2)))


def row_of(order_id: int) -> Any:
    """Return one order as a row."""
    return fetch(lists().among, {"ids": [order_id]}).one()


def orders_of(requester_id: int, actor: Actor) -> list[Any]:
    """Return the newest orders of one requester."""
    shown = (WorkOrder.requester_id == requester_id, WorkOrder.id.not_in(hidden_from(actor)))
    return list(fetch(lists().page("updated", shown, None, 5)))


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
