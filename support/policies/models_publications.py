"""The public ledger: what was published about cases and penalties, in order, and what was taken out again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.words import N_


class Withdrawal(StrEnum):
    """Why an entry was taken out."""

    CORRECTED = "corrected"
    OVERTURNED = "overturned"
    ORDERED = "ordered"
    ERASED = "erased"
    TERM = "term"

    @property
    def title(self) -> str:  # type: ignore[override]  # a reason's title, not str.title()
        """A message id."""
        return _WHY[self]


_WHY = {
    Withdrawal.CORRECTED: N_("Replaced by a correction"),
    Withdrawal.OVERTURNED: N_("The decision was overturned"),
    Withdrawal.ORDERED: N_("By order of a court or an authority"),
    Withdrawal.ERASED: N_("A person's data were removed"),
    Withdrawal.TERM: N_("Its term is over"),
}


class Publication(Model):
    """One entry of the public ledger. What was published is never changed; withdrawn, it loses its content for good.

    `series` joins the entries of one case. `facts` holds what its kind draws (`publications.PublicKind`), no person's
    data; `text` is what somebody wrote, already redacted, in `language`. `personal`: it is about a natural person, so
    it has an end (`ends_at`) and is no matter for search engines. `event_at` is when that happened which it tells of.
    A correction names the entry that it replaces. `changed_at` is of no two entries the same.
    """

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint("NOT personal OR ends_at IS NOT NULL", name="personal_ends"),
        UniqueConstraint("replaces_id"),
        Index(None, "series", "id"),
        Index(None, "kind", "id"),
        Index(None, "changed_at"),
        Index(None, "ends_at"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    series: Mapped[str] = mapped_column(String(32))
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    text: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(5))
    personal: Mapped[bool]
    event_at: Mapped[datetime]
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(BigId)
    ends_at: Mapped[datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("publication.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal: Mapped[str | None] = mapped_column(String(12))
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def number(self) -> str:
        """What people call the entry by: the year and its place in the ledger."""
        return f"T-{self.published_at:%y}-{self.id:06}"

    @property
    def why_withdrawn(self) -> Withdrawal | None:
        """Why it was taken out; None while it stands."""
        return Withdrawal(self.withdrawal) if self.withdrawal else None


class PublicationCount(Model):
    """What was published of a kind in a month (`2026-11`), by outcome (`Counting`); corrections count once."""

    __tablename__ = "publication_count"
    __table_args__ = (UniqueConstraint("month", "kind", "outcome"),)

    id: Mapped[Id]
    month: Mapped[str] = mapped_column(String(7))
    kind: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
