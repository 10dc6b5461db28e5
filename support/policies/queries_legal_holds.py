"""What is held, for pages and for the jobs that must let it lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import String, literal, select

from support.core.db import db
from support.core.errors import NotFound
from support.policies.models_legal_holds import LegalHold

MOST = 200


def held_streams() -> Any:
    """Return the streams that are held, as a SELECT for the WHERE of whoever destroys what is over."""
    return select(LegalHold.about).where(LegalHold.released_at.is_(None))


def stream_of(name: str, column: Any) -> Any:
    """Return the SQL of the stream of a thing whose number or uid stands in `column`."""
    return literal(f"{name}:") + column.cast(String)


def person_stream(column: Any) -> Any:
    """Return the SQL of the stream of the person whose row id stands in `column`."""
    return stream_of("person", column)


def on_person(column: Any) -> Callable[[Any], Any]:
    """Return a `Keeping.held`: a hold on the person whose row id stands in `column`."""
    return lambda held: person_stream(column).in_(held)


def is_held(*streams: str) -> bool:
    """True while any of these streams is held."""
    found = held_streams().where(LegalHold.about.in_(streams)).limit(1)
    return db.session.execute(found).first() is not None


def holds_on(stream: str) -> Sequence[LegalHold]:
    """Return the holds of a stream, released ones too, the newest first."""
    found = select(LegalHold).where(LegalHold.about == stream).order_by(LegalHold.id.desc())
    return db.session.execute(found).scalars().all()


def standing_holds() -> Sequence[LegalHold]:
    """Return what is held, the oldest first, `MOST` at most."""
    found = select(LegalHold).where(LegalHold.released_at.is_(None)).order_by(LegalHold.id)
    return db.session.execute(found.limit(MOST)).scalars().all()


def hold_on(stream: str, uid: str) -> LegalHold:
    """Return one hold of a stream; raise `NotFound`."""
    found = select(LegalHold).where(LegalHold.uid == uid, LegalHold.about == stream)
    hold = db.session.execute(found).scalar_one_or_none()
    if hold is None:
        raise NotFound()
    return hold
