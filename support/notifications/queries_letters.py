"""Letters as they were sent: one for each message, whatever the ways by which it went, for pages that print them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.core import vault
from support.core.db import fetch
from support.core.errors import NotFound
from support.core.vault import KeyDestroyed
from support.notifications.models import Channel, Delivery, DeliveryState, SentText

_COLUMNS = (
    Delivery.uid,
    Delivery.dedup_key,
    Delivery.person_id,
    Delivery.template,
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
    """One way by which a letter went: its delivery, where that stands, and since when."""

    uid: str
    channel: Channel
    state: DeliveryState
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter to somebody; `uid` and `check_code` are those of its first way."""

    uid: str
    person_id: int
    template: str
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


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a letter as they left, and the name of whom it was written to."""

    name: str
    title: str
    paragraphs: list[list[str]]


def said_in(person_id: int, ways: Iterable[str]) -> Said | None:
    """Return the words of a letter to somebody as they left, by the uids of its ways; None where they are not kept.

    Of a letter that went by several ways that which says most: the mail, the line in the inbox, the text message.
    """
    found = fetch(
        select(SentText.delivery_uid, SentText.owner, SentText.sealed, Delivery.channel)
        .join(Delivery, Delivery.uid == SentText.delivery_uid)
        .where(SentText.delivery_uid.in_(list(ways)))
    ).all()
    if not found:
        return None
    row = min(found, key=lambda each: _FULLEST.index(each.channel))
    place = place_of(row.delivery_uid)
    try:
        inner = vault.unseal_bytes(row.owner, place, row.sealed)
        return Said(**json.loads(vault.unseal(f"person:{person_id}", place, inner)))
    except KeyDestroyed:
        return None


def place_of(uid: str) -> str:
    """Return where the words of a delivery are sealed."""
    return f"sent_text.sealed:{uid}"


_FULLEST = (Channel.MAIL, Channel.INBOX, Channel.SMS)


def _joined(rows: Iterable[Any]) -> list[Sent]:
    found: dict[str, Sent] = {}
    for row in rows:
        letter = found.setdefault(
            row.dedup_key.rsplit("|", 2)[0],
            Sent(
                row.uid,
                row.person_id,
                row.template,
                row.ids,
                row.language,
                row.check_code,
                row.created_at,
            ),
        )
        at = row.sent_at or row.created_at
        letter.ways.append(Way(row.uid, Channel(row.channel), DeliveryState(row.state), at))
    return list(found.values())
