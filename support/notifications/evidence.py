"""Which messages have left, and when: the evidence by which a room knows that its reader was reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.core.db import fetch
from support.notifications.models import Channel, Delivery, DeliveryState


@dataclass(frozen=True, slots=True)
class Left:
    """A message that a door took, or that stands in an inbox: what it was about, and when."""

    uid: str
    channel: Channel
    ids: dict[str, Any]
    at: datetime


def left_about(stream: str, code: str) -> list[Left]:
    """Return the messages of template `code` about `stream` that have left, oldest first: evidence of an arrival."""
    left = (DeliveryState.SENT, DeliveryState.DELIVERED)
    rows = fetch(
        select(Delivery.uid, Delivery.channel, Delivery.ids, Delivery.sent_at)
        .where(Delivery.about == stream, Delivery.template == code)
        .where(Delivery.state.in_(left), Delivery.sent_at.is_not(None))
        .order_by(Delivery.sent_at, Delivery.id)
    )
    return [Left(row.uid, Channel(row.channel), row.ids, row.sent_at) for row in rows]


def is_through(stream: str, code: str, what: str) -> bool:
    """True when the messages of template `code` about `stream` that say `what` were written and none is on its way."""
    rows = fetch(
        select(Delivery.ids, Delivery.state).where(
            Delivery.about == stream, Delivery.template == code
        )
    )
    states = [row.state for row in rows if row.ids.get("what") == what]
    return bool(states) and DeliveryState.WAITING not in states


def is_on_its_way(stream: str, code: str) -> bool:
    """True while a message of template `code` about `stream` waits to leave; False also where none was written."""
    waits = (Delivery.about == stream, Delivery.template == code)
    found = select(Delivery.id).where(*waits, Delivery.state == DeliveryState.WAITING).limit(1)
    return fetch(found).first() is not None
