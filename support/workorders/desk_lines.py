"""What the desk's page of one order reads, in few queries whose statements are made once.

Measured: making a statement costs as much as carrying it out, and twenty small ones were half of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    exists,
    false,
    literal_column,
    null,
    select,
    true,
    union_all,
)

from support.accounts import queries as people
from support.accounts.models import Person
from support.core.actors import Actor
from support.core.audit import Event, StreamHead
from support.core.db import fetch
from support.core.files import StoredFile
from support.workorders.describe import DESCRIBED
from support.workorders.desk_filters import View
from support.workorders.desk_queries import conditions, kept_statement
from support.workorders.desk_sorts import SORTS, lists
from support.workorders.desk_staff import colleagues
from support.workorders.models import Message, Note, Tag, WorkOrder
from support.workorders.queries import IS_SHOWN

EARLIER, LATER, OTHERS = 1, 5, 5


class Line(NamedTuple):
    """One thing in the thread: `kind` is message, note or event; what a kind does not have is empty.

    `author` is the public name of `author_id`, "" for guests, whose addresses are sealed.
    """

    kind: str
    id: int
    seq: int
    at: datetime
    author_id: int | None
    author: str
    from_staff: bool
    body: str
    language: str
    redacted_at: datetime | None
    action: str
    data: dict[str, Any]
    has_files: bool

    @property
    def actor_id(self) -> int | None:
        """Who did it, as an event calls it."""
        return self.author_id


def _word(text: str) -> ColumnElement[str]:
    """Return a word of ours as it stands in a statement: as a parameter it would be prepared for each page anew."""
    return literal_column(f"'{text}'", String())


_DESCRIBED: ColumnElement[Any] = literal_column(
    f"({', '.join(repr(each) for each in sorted(DESCRIBED))})"
)
_NO_NUMBER, _NOTHING = literal_column("0", Integer()), _word("")


def _leg(kind: str, table: Any, own: ColumnElement[bool], **given: Any) -> Any:
    """Return one table's part of the thread, with the columns of `Line` in their order."""
    usual: dict[str, Any] = {
        "id": table.id if hasattr(table, "id") else _NO_NUMBER,
        "seq": _NO_NUMBER,
        "at": table.created_at if hasattr(table, "created_at") else null(),
        "author_id": null(),
        "author": _NOTHING,
        "from_staff": false(),
        "body": _NOTHING,
        "language": _NOTHING,
        "redacted_at": null(),
        "action": _NOTHING,
        "data": cast(null(), Event.data.type),
        "has_files": false(),
    }
    columns = (each.label(name) for name, each in (usual | given).items())
    found = select(_word(kind).label("kind"), *columns).where(own)
    if "author" in given:
        found = found.join(Person, Person.id == given["author_id"], isouter=True)
    return found


def _said(kind: str, table: Any) -> dict[str, Any]:
    names = ("author_id", "body", "language", "redacted_at")
    stream = _word(f"{kind}:") + cast(table.id, String)
    own = {"author": Person.name, "has_files": exists().where(StoredFile.attached_to == stream)}
    return {name: getattr(table, name) for name in names} | own


_ORDER, _STREAM = (
    bindparam("order", type_=WorkOrder.id.type),
    bindparam("stream", type_=Event.stream.type),
)
_TEXTS = (
    _leg(
        "message",
        Message,
        Message.order_id == _ORDER,
        **_said("message", Message),
        from_staff=Message.from_staff,
    ),
    _leg("note", Note, Note.order_id == _ORDER, **_said("note", Note), from_staff=true()),
)


def _events(*clauses: ColumnElement[bool]) -> Any:
    """Return the part of the events; every word of the thread has one too, which only says that it was said."""
    return _leg(
        "event",
        Event,
        and_(Event.stream == _STREAM, *clauses),
        seq=Event.seq,
        at=Event.at,
        author_id=Event.actor_id,
        author=Person.name,
        action=Event.action,
        data=Event.data,
    )


_WHOLE = union_all(*_TEXTS, _events())
_SHOWN = union_all(
    *_TEXTS,
    _events(Event.action.op("IN", is_comparison=True)(_DESCRIBED)),
    _leg("tag", Tag, Tag.order_id == _ORDER, body=Tag.word),
    _leg("head", StreamHead, StreamHead.stream == _STREAM, seq=StreamHead.seq),
)


class Thread(NamedTuple):
    """A thread for the eye, oldest first, the tags in alphabetical order, the number of the newest event."""

    lines: list[Line]
    tags: list[str]
    seq: int


def read(order: WorkOrder) -> Thread:
    """Return what the page of an order shows of its thread. One query."""
    found = _rows(_SHOWN, order)
    tags = sorted(line.body for line in found if line.kind == "tag")
    seq = next((line.seq for line in found if line.kind == "head"), 0)
    return Thread(_in_order(line for line in found if line.kind not in ("tag", "head")), tags, seq)


def read_whole(order: WorkOrder) -> list[Line]:
    """Return the thread with every event, oldest first. One query."""
    return _in_order(_rows(_WHOLE, order))


def _rows(statement: Any, order: WorkOrder) -> list[Line]:
    rows = fetch(statement, {"order": order.id, "stream": order.stream}).all()
    return [Line._make(row) for row in rows]


def _in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.at, line.kind == "event", line.seq, line.id))


def names_in(lines: Iterable[Line], requester_id: int, requester: str = "") -> dict[int, str]:
    """Return the names that a thread needs; `requester` is the requester's public name where it is known."""
    found = {requester_id: requester}
    staff = colleagues()
    for line in lines:
        if line.author_id is not None:
            found[line.author_id] = line.author or found.get(line.author_id, "")
        assignee = line.data.get("assignee") if line.data else None
        if assignee in staff:
            found[assignee] = staff[assignee].name
    if nameless := [person_id for person_id, name in found.items() if not name]:
        found |= people.names(nameless)
    return found


@dataclass(frozen=True, slots=True)
class Around:
    """An order as a row, the rows before and after it in a view, and the newest others of its requester."""

    here: Any
    earlier: list[Any]
    later: list[Any]
    others: list[Any]


def around(view: View, actor: Actor, now: datetime, order: WorkOrder) -> Around:
    """Return what surrounds `order` in a view, whether or not it is in it itself. One query."""
    sort = lists().sorts[view.sort]
    statement = kept_statement("around", view, actor, lambda: _around(view, actor, now))
    key = sort.key_of(order, due_at=lists().due_of(order))
    place = {f"key_{at}": value for at, value in enumerate(key)}
    given = {"order": order.id, "requester_of": order.requester_id, "reader": actor.id, **place}
    found: dict[str, list[Any]] = {"here": [], "earlier": [], "later": [], "others": []}
    for row in fetch(statement, given).all():
        found[row.leg].append(row)
    for name in ("earlier", "later"):
        found[name].sort(key=sort.key_of, reverse=sort.descending)
    found["others"].sort(key=SORTS["updated"].key_of, reverse=True)
    return Around(found["here"][0], found["earlier"], found["later"], found["others"])


def _around(view: View, actor: Actor, now: datetime) -> Any:
    listed, another = lists(), WorkOrder.id != _ORDER
    place = listed.sorts[view.sort].place()
    inside = [*conditions(view, actor, now), another]
    others = [WorkOrder.requester_id == bindparam("requester_of"), another, IS_SHOWN]
    legs = {
        "here": listed.rows.where(WorkOrder.id == _ORDER),
        "earlier": listed.page(view.sort, inside, place, EARLIER, backwards=True),
        "later": listed.page(view.sort, inside, place, LATER),
        "others": listed.page("updated", others, None, OTHERS),
    }
    return union_all(
        *(select(_word(name).label("leg"), *leg.subquery().c) for name, leg in legs.items())
    )
