"""What somebody writes of their document for the people who look at it, and which documents have verified whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model


class NameClaim(Model):
    """What the person says the document shows, for one check; `sealed` is one JSON text under the key of the check.

    It goes with that key. `blind` finds the document by its number, which is nowhere else.
    """

    __tablename__ = "name_claim"

    id: Mapped[Id]
    check_uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    document: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes | None]
    blind: Mapped[bytes]
    at: Mapped[datetime]


class UsedDocument(Model):
    """The blind index of a document that verified somebody: it verifies nobody else from then on."""

    __tablename__ = "used_document"

    id: Mapped[Id]
    blind: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    at: Mapped[datetime]
