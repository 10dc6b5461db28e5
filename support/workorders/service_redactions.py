"""Taking stretches out of what somebody wrote, where it names a person whose data is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from support.core import search
from support.core.db import changed, db, fetch, transaction
from support.workorders import index
from support.workorders.models import Message, Note, Party, WorkOrder

_TABLES: Mapping[str, Any] = {"message": Message, "note": Note}


@dataclass(frozen=True, slots=True)
class Text:
    """A message or a note as it stands: `kind` and row id name it."""

    kind: str
    id: int
    order_id: int
    body: str


def texts_beside(person_id: int) -> Iterator[Text]:
    """Yield what others wrote in the orders in which somebody takes part, notes of the desk too."""
    theirs = select(Party.order_id).where(Party.person_id == person_id)
    for kind, table in _TABLES.items():
        yield from _texts(kind, table.order_id.in_(theirs), table.author_id != person_id)


def texts_with(words: str, person_id: int, most: int) -> Iterator[Text]:
    """Yield what others wrote anywhere that holds these words, by the index, up to `most` orders, newest first."""
    for hit in search.find(index.KIND, words, staff=True, limit=most):
        for kind, table in _TABLES.items():
            yield from _texts(kind, table.order_id == hit.thing_id, table.author_id != person_id)


def text_of(kind: str, thing_id: int) -> Text | None:
    """Return one message or note as it stands; None where there is none."""
    return next(_texts(kind, _TABLES[kind].id == thing_id), None)


def _texts(kind: str, *which: Any) -> Iterator[Text]:
    table = _TABLES[kind]
    found = select(table.id, table.order_id, table.body).where(*which).order_by(table.id)
    for row in fetch(found).all():
        yield Text(kind, *row)


def rewrite(text: Text, change: Callable[[str], str]) -> bool:
    """Put the changed words in the place of a text, and into the index; return whether that is news.

    Only while it says what `text` says.
    """
    table, new = _TABLES[text.kind], change(text.body)
    same = (table.id == text.id, table.body == text.body)
    if new == text.body:
        return False
    with transaction():
        if not changed(update(table).where(*same).values(body=new)):
            return False
        part, order = f"{text.kind}:{text.id}", db.session.get_one(WorkOrder, text.order_id)
        search.remove(index.KIND, order.id, part)
        index.add(order, part, new, staff_only=text.kind == "note")
    return True
