"""Taking stretches out of what somebody wrote, where it names a person whose data is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from support.core import search
from support.core.db import changed, db, fetch, transaction
from support.workorders import index
from support.workorders.models import Message, Note, Party, WorkOrder

_MESSAGE, _NOTE, _ORDER = Message.__table__.c, Note.__table__.c, WorkOrder.__table__.c
SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where texts of a kind stand: the row, its order, who wrote it, and the words."""

    table: Any
    id: Any
    order: Any
    author: Any
    words: Any


_PLACES = {
    "message": _Place(Message, _MESSAGE.id, _MESSAGE.order_id, _MESSAGE.author_id, _MESSAGE.body),
    "note": _Place(Note, _NOTE.id, _NOTE.order_id, _NOTE.author_id, _NOTE.body),
    SUBJECT: _Place(WorkOrder, _ORDER.id, _ORDER.id, _ORDER.requester_id, _ORDER.subject),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A message, a note or the subject of an order as it stands: `kind` and row id name it."""

    kind: str
    id: int
    order_id: int
    body: str


def texts_beside(person_id: int) -> Iterator[Text]:
    """Yield what others wrote in the orders in which somebody takes part, notes of the desk too."""
    theirs = select(Party.order_id).where(Party.person_id == person_id)
    for kind, place in _PLACES.items():
        yield from _texts(kind, place.order.in_(theirs), place.author != person_id)


def texts_with(words: str, person_id: int, most: int) -> Iterator[Text]:
    """Yield what others wrote anywhere that holds these words, by the index, up to `most` orders, newest first."""
    for hit in search.find(index.KIND, words, staff=True, limit=most):
        for kind, place in _PLACES.items():
            yield from _texts(kind, place.order == hit.thing_id, place.author != person_id)


def _texts(kind: str, *which: Any) -> Iterator[Text]:
    place = _PLACES[kind]
    rows = select(place.id, place.order, place.words).where(*which).order_by(place.id)
    for number, order_id, words in fetch(rows).all():
        yield Text(kind, number, order_id, words)


def text_of(kind: str, thing_id: int) -> Text | None:
    """Return one text as it stands; None where there is none."""
    return next(_texts(kind, _PLACES[kind].id == thing_id), None)


def rewrite(text: Text, change: Callable[[str], str]) -> bool:
    """Put the changed words in the place of a text, and into the index; return whether that is news.

    Only while it says what `text` says.
    """
    place, new = _PLACES[text.kind], change(text.body)
    same = (place.id == text.id, place.words == text.body)
    if new == text.body:
        return False
    with transaction():
        if not changed(update(place.table).where(*same).values({place.words.name: new})):
            return False
        if text.kind == SUBJECT:
            order = db.session.get_one(WorkOrder, text.order_id, populate_existing=True)
            index.remake(order)
            return True
        part, order = f"{text.kind}:{text.id}", db.session.get_one(WorkOrder, text.order_id)
        search.remove(index.KIND, order.id, part)
        index.add(order, part, new, staff_only=text.kind == "note")
    return True
