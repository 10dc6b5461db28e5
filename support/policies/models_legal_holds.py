"""Legal holds: what must be kept although its time is over, since it is evidence."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.words import N_


class Ground(StrEnum):
    """Why something is held (`law.md` 3.1: an open dispute, a case before a court or an authority)."""

    IP_CASE = "ip_case"
    CASE = "case"
    LAWSUIT = "lawsuit"
    AUTHORITY = "authority"
    DISPUTE = "dispute"

    @property
    def title(self) -> str:  # type: ignore[override]  # a ground's title, not str.title()
        """A message id."""
        return _TITLES[self]


BY_HAND = (Ground.LAWSUIT, Ground.AUTHORITY, Ground.DISPUTE)
"""Those that people place and release; the others follow their cases by themselves."""

_TITLES = {
    Ground.IP_CASE: N_("A rights notice is open"),
    Ground.CASE: N_("A report, a measure or an appeal is open"),
    Ground.LAWSUIT: N_("A lawsuit"),
    Ground.AUTHORITY: N_("An authority investigates"),
    Ground.DISPUTE: N_("A dispute with the person is open"),
}
_STANDS = text("released_at IS NULL")


class LegalHold(Model):
    """One hold of what belongs to a stream (`order:<id>`, `person:<id>`), from its placing to its release.

    `reference` is the file number of the court or the authority, and nothing that names a person. People appear by id.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index(
            "uq_legal_hold_standing",
            "about",
            "ground",
            "reference",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(None, "about"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    about: Mapped[str] = mapped_column(String(80))
    ground: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(80), default="")
    placed_by: Mapped[int | None] = mapped_column(BigId)
    placed_at: Mapped[datetime]
    released_by: Mapped[int | None] = mapped_column(BigId)
    released_at: Mapped[datetime | None]

    @property
    def why(self) -> Ground:
        """The ground with its title."""
        return Ground(self.ground)
