"""Proofs as they were written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model


class Proof(Model):
    """One proof by one person in one session. It says what was shown, never the secret itself."""

    __tablename__ = "proof"
    __table_args__ = (Index(None, "person_id", "session_id", "expires_at"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId)
    session_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(24))
    about: Mapped[str] = mapped_column(String(80), default="")
    proved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
