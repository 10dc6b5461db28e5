"""The register of partners: who gets data, where they keep it, and until when the contract runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.lifecycle import State
from support.core.words import N_
from support.policies.sharing_words import HOME, Aim, Basis, Data, PartnerRole

WARNED = timedelta(days=30)


class PartnerState(State):
    """Where a contract stands on a day."""

    LATER = "later", N_("Not begun yet"), "mute"
    OPEN = "open", N_("In force"), "ok"
    ENDING = "ending", N_("Ends within 30 days"), "wait"
    ENDED = "ended", N_("Contract ended"), "bad"


class Partner(Model):
    """One partner. `code` is that of its door (`core.partners.OutsideDoor`), or the uid where it has none.

    Abroad it has a gate, which has to be in force too.
    It holds what is known of an organisation: `contact` is where it takes requests for deletion. The contract runs from
    `starts` to the end of `ends` in the operator's zone, None is open; `ended_at` ends it before. `told_end` is the end
    of which the desk was told.
    """

    __tablename__ = "partner"
    __table_args__ = (
        CheckConstraint("ends IS NULL OR starts IS NULL OR ends >= starts", name="order"),
        CheckConstraint("region IN ('', 'CN') OR gate_id IS NOT NULL", name="gate"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name_en: Mapped[str] = mapped_column(String(120), default="")
    name_zh: Mapped[str] = mapped_column(String(120), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    region: Mapped[str] = mapped_column(String(2), default="")
    gate_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sharing_gate.id"))
    role: Mapped[str] = mapped_column(String(12))
    data: Mapped[list[str]]
    aim: Mapped[str] = mapped_column(String(12))
    basis: Mapped[str] = mapped_column(String(12))
    assessment: Mapped[str] = mapped_column(String(80), default="")
    starts: Mapped[date | None]
    ends: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    told_end: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def what(self) -> list[Data]:
        """What goes there."""
        return [Data(each) for each in self.data]

    @property
    def part(self) -> PartnerRole:
        """What it may do with it."""
        return PartnerRole(self.role)

    @property
    def why(self) -> Aim:
        """What it gets it for."""
        return Aim(self.aim)

    @property
    def ground(self) -> Basis:
        """Why it may get it."""
        return Basis(self.basis)

    @property
    def abroad(self) -> bool:
        """True where it keeps data outside of the Chinese mainland, as far as somebody has said."""
        return self.region not in ("", HOME)

    @property
    def complete(self) -> bool:
        """True once everything that the register asks for is written down."""
        return all((self.name_en, self.name_zh, self.contact, self.region, self.assessment))

    def state_on(self, day: date) -> PartnerState:
        """Return where the contract stands on a day of the operator's."""
        if self.ended_at is not None or (self.ends is not None and self.ends < day):
            return PartnerState.ENDED
        if self.starts is not None and self.starts > day:
            return PartnerState.LATER
        soon = self.ends is not None and self.ends <= day + WARNED
        return PartnerState.ENDING if soon else PartnerState.OPEN
