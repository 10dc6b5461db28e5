"""Penalties on their way into the public ledger, the appeals against them, and corrections of what was published.

All that somebody wrote is sealed under the key of the penalty (`Penalty.stream`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.disclosure.lifecycle import PenaltyState

_OPEN = text("settled_at IS NULL")


class Penalty(Model):
    """One penalty of a member. `sealed` is `wording.Wording`, what is published; `reasons` is for the member alone.

    `series` joins its entries in the public ledger. `orders` names work orders, for the desk alone. `remark` is what
    was said when it was sent back or set aside. `months` is how long it stays published.
    """

    __tablename__ = "penalty"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_people"),
        Index(None, "state", "appeal_until"),
        Index(None, "person_id", "id"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    series: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(12), default=PenaltyState.DRAFT)
    sealed: Mapped[bytes]
    reasons: Mapped[bytes]
    remark: Mapped[bytes | None]
    personal: Mapped[bool]
    orders: Mapped[list[str]]
    months: Mapped[int]
    proposed_by: Mapped[int] = mapped_column(BigId)
    approved_by: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    appeal_until: Mapped[datetime | None]
    appeal_estimated: Mapped[bool] = mapped_column(default=False)
    publication_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("publication.id"))
    published_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def stream(self) -> str:
        """The key of everything sealed here, and the stream of its history."""
        return f"penalty:{self.uid}"

    @property
    def status(self) -> PenaltyState:
        """The state with its title and tone."""
        return PenaltyState(self.state)


class PenaltyAppeal(Model):
    """The member's one appeal against a penalty; `sealed` is what they wrote, `answer` why it was decided so."""

    __tablename__ = "penalty_appeal"

    id: Mapped[Id]
    penalty_id: Mapped[int] = mapped_column(BigId, ForeignKey("penalty.id"), unique=True)
    sealed: Mapped[bytes]
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_estimated: Mapped[bool]
    answer: Mapped[bytes | None]
    stands: Mapped[bool | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]


class PenaltyCorrection(Model):
    """A wording that shall replace the published one once a second person agrees; one at a time."""

    __tablename__ = "penalty_correction"
    __table_args__ = (
        CheckConstraint("settled_by IS NULL OR NOT made OR settled_by <> proposed_by", name="two"),
        Index(
            "uq_penalty_correction_open",
            "penalty_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    penalty_id: Mapped[int] = mapped_column(BigId, ForeignKey("penalty.id"))
    sealed: Mapped[bytes]
    proposed_by: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(BigId)
    settled_at: Mapped[datetime | None]
    made: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
