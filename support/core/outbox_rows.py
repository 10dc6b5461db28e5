"""The table of the outbox: one row for each message and handler."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import Id, Model


class OutboxState(StrEnum):
    """`pending` waits for its due time; the last three are ends."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    DEAD = "dead"
    EXPIRED = "expired"


class OutboxRow(Model):
    """One message for one handler."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "priority", "due_at"),
        Index(None, "state", "lease_until"),
    )

    id: Mapped[Id]
    dedup_key: Mapped[str] = mapped_column(String(240), unique=True)
    topic: Mapped[str] = mapped_column(String(80))
    handler: Mapped[str] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]]
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=OutboxState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
