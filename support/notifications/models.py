"""What was told to whom, by which channel, and what people want to be told.

A delivery holds ids only: the words are made when it is sent or opened, in the reader's language, and only if
the reader may still see them. What the letters of a case said is kept beside it, sealed (`SentText`).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.words import N_


class Channel(StrEnum):
    """The ways in which people are told."""

    MAIL = "mail"
    SMS = "sms"
    INBOX = "inbox"

    @property
    def title(self) -> str:  # type: ignore[override]  # a message id, not str.title()
        """A message id."""
        return _CHANNEL_TITLES[self]


_CHANNEL_TITLES = {
    Channel.MAIL: N_("E-mail"),
    Channel.SMS: N_("Text message"),
    Channel.INBOX: N_("Inbox"),
}


class Purpose(StrEnum):
    """Why people are told; each has its own choices on `/account/notices`."""

    SECURITY = "security"
    ORDERS = "orders"
    NEWS = "news"
    LEGAL = "legal"

    @property
    def title(self) -> str:  # type: ignore[override]  # a message id, not str.title()
        """A message id."""
        return _PURPOSE_TITLES[self]


_PURPOSE_TITLES = {
    Purpose.SECURITY: N_("Security of your account"),
    Purpose.ORDERS: N_("Your work orders"),
    Purpose.NEWS: N_("News"),
    Purpose.LEGAL: N_("Our policy"),
}


class DeliveryState(StrEnum):
    """`waiting` for its turn or for another try; the others are ends, and staff may revive a dead one.

    `removed`: the address was no longer the person's when its turn came. `delivered`: the carrier says that it
    arrived, where a door tells of that.
    """

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    DEAD = "dead"

    @property
    def title(self) -> str:  # type: ignore[override]  # a message id, not str.title()
        """A message id."""
        return _STATE_TITLES[self]

    @property
    def left(self) -> bool:
        """True for a message that a door took."""
        return self in (DeliveryState.SENT, DeliveryState.DELIVERED)

    @property
    def tone(self) -> str:
        """The colour and shape of the state."""
        return _STATE_TONES[self]


_STATE_TITLES = {
    DeliveryState.WAITING: N_("Waiting"),
    DeliveryState.SENT: N_("Sent"),
    DeliveryState.DELIVERED: N_("Delivered"),
    DeliveryState.CANCELLED: N_("Not sent, no longer right"),
    DeliveryState.REMOVED: N_("Not sent, the address was removed"),
    DeliveryState.DEAD: N_("Could not be delivered"),
}
_STATE_TONES = {
    DeliveryState.WAITING: "wait",
    DeliveryState.SENT: "ok",
    DeliveryState.DELIVERED: "ok",
    DeliveryState.CANCELLED: "mute",
    DeliveryState.REMOVED: "mute",
    DeliveryState.DEAD: "bad",
}


class Delivery(Model):
    """One message to one address, or one line in one inbox.

    `person_id` and `contact_id` are None for a code to an address that belongs to nobody yet. `ids` are row ids
    and public references, never a person's data.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_about", "about", "id"),
        Index("ix_delivery_inbox", "person_id", "channel", "id"),
        Index("ix_delivery_unread", "person_id", "channel", "read_at"),
        Index("ix_delivery_state", "state", "id"),
        Index("ix_delivery_created", "created_at"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    dedup_key: Mapped[str] = mapped_column(String(240), unique=True)
    person_id: Mapped[int | None] = mapped_column(BigId)
    contact_id: Mapped[int | None] = mapped_column(BigId)
    channel: Mapped[str] = mapped_column(String(8))
    template: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(String(80))
    ids: Mapped[dict[str, Any]]
    language: Mapped[str] = mapped_column(String(5))
    check_code: Mapped[str] = mapped_column(String(8), unique=True)
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class SentText(Model):
    """The words of one delivery as they left, where its template has them kept.

    Sealed twice: under the key of its reader, and around that under the key of the case (`owner`). So they can't be
    read any more once either is erased, and are kept no longer than the case.
    """

    __tablename__ = "sent_text"

    id: Mapped[Id]
    delivery_uid: Mapped[str] = mapped_column(String(32), unique=True)
    owner: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bytes]


class Preference(Model):
    """What a person chose for one purpose and channel; without a row the default of `policy` holds."""

    __tablename__ = "notice_preference"
    __table_args__ = (UniqueConstraint("person_id", "purpose", "channel"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId)
    purpose: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(8))
    wanted: Mapped[bool]
    changed_at: Mapped[datetime]
