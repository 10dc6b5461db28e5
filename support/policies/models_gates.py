"""The gate before a new kind of sharing, a transfer or an export: what was weighed, and the two people who did."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.policies.lifecycle_gates import GateState
from support.policies.sharing_words import Aim, Basis, Data, Kind


class SharingGate(Model):
    """One record (PP-7.6, PIPL 38, 39, 55). It names organisations, and staff by id alone.

    It is in force once another person than who proposed it has approved it, until the end of `ends` in the operator's
    zone, or until it was ended. `consent` says whether each person has to agree. `necessity` and `words` (why it was
    refused) are the desk's own.
    """

    __tablename__ = "sharing_gate"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "state NOT IN ('approved', 'refused', 'ended') OR decided_by IS NOT NULL",
            name="decided",
        ),
        Index(None, "state", "region"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    receiver: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    region: Mapped[str] = mapped_column(String(2))
    data: Mapped[list[str]]
    aim: Mapped[str] = mapped_column(String(12))
    basis: Mapped[str] = mapped_column(String(12))
    necessity: Mapped[str] = mapped_column(Text)
    assessment: Mapped[str] = mapped_column(String(80))
    consent: Mapped[bool]
    ends: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default=GateState.PROPOSED)
    words: Mapped[str] = mapped_column(String(500), default="")
    proposed_by: Mapped[int] = mapped_column(BigId)
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def number(self) -> str:
        """What people call it by."""
        return f"G-{self.proposed_at:%y}-{self.id:04}"

    @property
    def status(self) -> GateState:
        """The state with its title and tone."""
        return GateState(self.state)

    @property
    def how(self) -> Kind:
        """What is done."""
        return Kind(self.kind)

    @property
    def what(self) -> list[Data]:
        """What is given."""
        return [Data(each) for each in self.data]

    @property
    def why(self) -> Aim:
        """What for."""
        return Aim(self.aim)

    @property
    def ground(self) -> Basis:
        """Why it may be given."""
        return Basis(self.basis)

    def stands_on(self, day: date) -> bool:
        """True where it is in force on a day of the operator's."""
        return self.status is GateState.APPROVED and day <= self.ends
