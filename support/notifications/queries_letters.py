"""Letters as they were sent: one for each message, whatever the ways by which it went, for pages that print them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.core.db import fetch
from support.core.errors import NotFound
from support.notifications.models import Channel, Delivery, DeliveryState

_COLUMNS = (
    Delivery.uid,
    Delivery.dedup_key,
    Delivery.person_id,
    Delivery.template,
    Delivery.about,
    Delivery.ids,
    Delivery.language,
    Delivery.check_code,
    Delivery.channel,
    Delivery.state,
    Delivery.created_at,
    Delivery.sent_at,
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which a letter went: where that stands, and since when."""

    channel: Channel
    state: DeliveryState
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter to somebody; `uid` and `check_code` are those of its first way."""

    uid: str
    person_id: int
    template: str
    about: str
    ids: dict[str, Any]
    language: str
    check_code: str
    at: datetime
    ways: list[Way] = field(default_factory=list)


def letters_about(streams: Collection[str], person_id: int | None = None) -> list[Sent]:
    """Return the letters about any of `streams`, oldest first, those to one person where one is named. One query."""
    found = select(*_COLUMNS).where(Delivery.about.in_(streams), Delivery.person_id.is_not(None))
    if person_id is not None:
        found = found.where(Delivery.person_id == person_id)
    return _joined(fetch(found.order_by(Delivery.id)))


def letter_in(letters: Iterable[Sent], uid: str) -> Sent:
    """Return the letter at `uid` among these; raises `NotFound`."""
    for letter in letters:
        if letter.uid == uid:
            return letter
    raise NotFound()


def _joined(rows: Iterable[Any]) -> list[Sent]:
    found: dict[str, Sent] = {}
    for row in rows:
        letter = found.setdefault(
            row.dedup_key.rsplit("|", 2)[0],
            Sent(
                row.uid,
                row.person_id,
                row.template,
                row.about,
                row.ids,
                row.language,
                row.check_code,
                row.created_at,
            ),
        )
        way = Way(Channel(row.channel), DeliveryState(row.state), row.sent_at or row.created_at)
        letter.ways.append(way)
    return list(found.values())
