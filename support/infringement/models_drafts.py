"""What somebody has filled in of a notice before it is sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model


class NoticeDraft(Model):
    """A begun notice: `sealed` is one JSON text under a key of its own (`notice_draft:<uid>`), gone with it.

    `person_id` is the member whose it is; without one it opens in the browsers that began it or proved the address
    to which its link went.
    """

    __tablename__ = "notice_draft"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    sealed: Mapped[bytes]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
