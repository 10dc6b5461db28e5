"""What somebody wrote who asks without signing in to the account: who they are, whose data it is, how it is found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model


class Asking(Model):
    """Beside a request of `rules.FOR_OTHERS`.

    `sealed` is one JSON text (`queries_asking.Asked`) under the key of the request, gone 30 days after its end;
    `blind` finds the same asked twice by the same person. `check_uid` is the check of who asks, `about` its order's
    stream; `refusal` one of `asking.REFUSALS`, where no account was found or it is refused before one is touched.
    """

    __tablename__ = "erasure_asking"
    __table_args__ = (Index(None, "ended_at"), Index(None, "asker_id", "id"), Index(None, "blind"))

    id: Mapped[Id]
    erasure_id: Mapped[int] = mapped_column(BigId, ForeignKey("erasure.id"), unique=True)
    asker_id: Mapped[int] = mapped_column(BigId)
    about: Mapped[str] = mapped_column(String(80))
    check_uid: Mapped[str] = mapped_column(String(32), unique=True)
    sealed: Mapped[bytes | None]
    blind: Mapped[bytes]
    refusal: Mapped[str] = mapped_column(String(16), default="")
    ended_at: Mapped[datetime | None]
