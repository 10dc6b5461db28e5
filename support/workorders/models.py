"""The envelope that every work order shares, its parties, and what they wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.workorders.lifecycle import ACTIVE, Priority, Status
from support.workorders.reference import format_reference

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The due time of an order on which no clock runs: it sorts last."""

_MINUTE = timedelta(minutes=1)
_IS_TIMED = text("status IN ('waiting', 'resolved')")
_IS_ESTIMATED = text("term_estimated")
_IS_ACTIVE = text("status NOT IN ('resolved', 'closed')")
_HAS_WORDS = text("status = 'closed' AND subject <> ''")
_IS_WHOLE = text("redacted_at IS NULL")


class WorkOrder(Model):
    """One work order. `due_at` is the next moment the desk must act by; `fresh` means an unanswered message.

    `status_at` is when the state began, or began anew; `stopped_at` since when the desk's clock stands still, over
    every standing state in a row; `term_ends_at` when the state's own term is over (`lifecycle.TERM_DAYS`).
    `identity_check` is the newest check of who is asking, "" where nobody was asked.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        Index(
            "ix_work_order_queue",
            "due_at",
            "id",
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        Index(
            "ix_work_order_open",
            "id",
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        Index(
            "ix_work_order_urgent",
            "priority",
            "due_at",
            "id",
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        Index(
            "ix_work_order_kind",
            "kind",
            "created_at",
            "id",
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        Index("ix_work_order_mine", "assignee_id", "status", "due_at", "id"),
        Index("ix_work_order_status", "status", "due_at", "id"),
        Index(
            "ix_work_order_timed",
            "status",
            "term_ends_at",
            sqlite_where=_IS_TIMED,
            postgresql_where=_IS_TIMED,
        ),
        Index(
            "ix_work_order_estimated",
            "id",
            sqlite_where=_IS_ESTIMATED,
            postgresql_where=_IS_ESTIMATED,
        ),
        Index("ix_work_order_requester", "requester_id", "updated_at"),
        Index("ix_work_order_changed", "updated_at", "id"),
        Index(
            "ix_work_order_over",
            "status",
            "status_at",
            sqlite_where=_HAS_WORDS,
            postgresql_where=_HAS_WORDS,
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str] = mapped_column(String(24), default="")
    subject: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(10), default=Status.NEW)
    priority: Mapped[int] = mapped_column(default=Priority.NORMAL)
    team: Mapped[str] = mapped_column(String(24))
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    requester_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(String(5))
    channel: Mapped[str] = mapped_column(String(8), default="web")
    related_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("work_order.id"))
    fresh: Mapped[bool] = mapped_column(default=True)
    identity_check: Mapped[str] = mapped_column(String(32), default="", server_default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    status_at: Mapped[datetime]
    first_reply_due: Mapped[datetime]
    first_replied_at: Mapped[datetime | None]
    resolve_due: Mapped[datetime]
    paused_minutes: Mapped[int] = mapped_column(default=0)
    stopped_at: Mapped[datetime | None]
    term_ends_at: Mapped[datetime | None]
    term_estimated: Mapped[bool] = mapped_column(default=False, server_default=false())
    due_at: Mapped[datetime]
    closed_reason: Mapped[str | None] = mapped_column(String(24))
    reopened_at: Mapped[datetime | None]
    solved: Mapped[bool | None]
    rated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def reference(self) -> str:
        """The number people quote, made of the year and the row id with two check characters."""
        return format_reference(self.created_at.year, self.id)

    @property
    def is_anonymous(self) -> bool:
        """True once the subject was taken out with its requester's other data; no order is filed without one."""
        return not self.subject

    @property
    def stream(self) -> str:
        """The name of the order's audit stream."""
        return f"order:{self.id}"

    @property
    def state(self) -> Status:
        """The status as the enum."""
        return Status(self.status)

    @property
    def last_minute(self) -> datetime | None:
        """The last minute of the state's term, as it is said in words: 24:00 would read as the day after."""
        return self.term_ends_at - _MINUTE if self.term_ends_at is not None else None

    @property
    def active(self) -> bool:
        """True while the desk or the requester still has something to do."""
        return self.status in ACTIVE


class Party(Model):
    """Somebody who takes part: requester, participant or respondent. A party sees its own stream only."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("order_id", "person_id", "role"), Index(None, "person_id"))

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contact_point.id"))
    role: Mapped[str] = mapped_column(String(12))
    proved_at: Mapped[datetime | None]


class Recusal(Model):
    """Somebody of the staff from whom an order is kept: it is about what they did."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("person_id", "order_id"), Index(None, "order_id"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"))


class Message(Model):
    """What a party wrote to the desk, or the desk to that party."""

    __tablename__ = "message"
    __table_args__ = (
        Index(None, "order_id", "id"),
        Index(None, "party_id", "id"),
        Index(
            "ix_message_whole",
            "created_at",
            sqlite_where=_IS_WHOLE,
            postgresql_where=_IS_WHOLE,
        ),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"))
    party_id: Mapped[int] = mapped_column(BigId, ForeignKey("party.id"))
    author_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    from_staff: Mapped[bool]
    body: Mapped[str]
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime]
    redacted_at: Mapped[datetime | None]

    @property
    def stream(self) -> str:
        """The name under which the message's files are attached."""
        return f"message:{self.id}"


class Note(Model):
    """What staff wrote for staff; no party ever sees it."""

    __tablename__ = "note"
    __table_args__ = (
        Index(None, "order_id", "id"),
        Index(
            "ix_note_whole",
            "created_at",
            sqlite_where=_IS_WHOLE,
            postgresql_where=_IS_WHOLE,
        ),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"))
    author_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    body: Mapped[str]
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime]
    redacted_at: Mapped[datetime | None]


class Tag(Model):
    """A word by which the desk groups orders."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("order_id", "word"), Index(None, "word"))

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"))
    word: Mapped[str] = mapped_column(String(40))


class Draft(Model):
    """What somebody is typing, saved on the server and sealed, so that no tab, crash or device loses it."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("owner", "about"),)

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    owner: Mapped[str] = mapped_column(String(48))
    about: Mapped[str] = mapped_column(String(48))
    sealed: Mapped[bytes]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class QueueCount(Model):
    """How many active orders stand where; folded from the orders by the tick, read by every desk page."""

    __tablename__ = "queue_count"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int]


class DayFigure(Model):
    """How many of something one team had on one day of the desk; folded from orders and events, read by reports.

    `name` is one of those that `desk_figures` folds.
    """

    __tablename__ = "day_figure"
    __table_args__ = (UniqueConstraint("day", "team", "name"),)

    id: Mapped[Id]
    day: Mapped[date]
    team: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(48))
    number: Mapped[int]


class DayFold(Model):
    """When the figures of a day were last folded: which day comes next, and how fresh a report is."""

    __tablename__ = "day_fold"

    id: Mapped[Id]
    day: Mapped[date] = mapped_column(unique=True)
    at: Mapped[datetime]


class SavedReply(Model):
    """A text that the desk sends often, in English, in Chinese or in both ("" where it is missing).

    Deleted ones stay for a while, so that deleting can be undone; `used` counts how often it was put in.
    """

    __tablename__ = "saved_reply"
    __table_args__ = (CheckConstraint("text_en <> '' OR text_zh <> ''", name="text"),)

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    text_en: Mapped[str] = mapped_column(Text)
    text_zh: Mapped[str] = mapped_column(Text)
    used: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
