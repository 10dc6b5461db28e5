"""What somebody writes of their document for the people who look at it, and which documents have verified whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.realname.lifecycle import ChangeState


class NameClaim(Model):
    """What the person says the document shows, for one check; `sealed` is one JSON text under the key of the check.

    It goes with that key, or when the check ends without a name. `blind` finds the document by its number, which is
    nowhere else; `face` is what the automatic comparison said (`matcher.Opinion`), a remark for the people who decide.
    """

    __tablename__ = "name_claim"

    id: Mapped[Id]
    check_uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    document: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes | None]
    blind: Mapped[bytes]
    face: Mapped[str] = mapped_column(String(10), default="")
    at: Mapped[datetime]


class NameChange(Model):
    """The change of a verified name, beside its work order; the wanted name is sealed under the key of its check.

    `bears` says whether a person or a company bears it, `reason` is one of `policy.CHANGE_REASONS`.
    """

    __tablename__ = "name_change"
    __table_args__ = (Index(None, "person_id", "state"),)

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"), unique=True)
    person_id: Mapped[int] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(12), default=ChangeState.SUBMITTED)
    bears: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(10))
    check_uid: Mapped[str | None] = mapped_column(String(32), unique=True)
    sealed: Mapped[bytes | None]
    at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def status(self) -> ChangeState:
        """The state with its title and tone."""
        return ChangeState(self.state)


class FaceAssessment(Model):
    """The impact assessment of the way by face (PIPL 55): rows are added, the newest counts; `on` is the switch."""

    __tablename__ = "face_assessment"

    id: Mapped[Id]
    assessed_on: Mapped[date]
    assessor: Mapped[str] = mapped_column(String(120))
    document: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[int] = mapped_column(BigId)
    recorded_at: Mapped[datetime]
    on: Mapped[bool] = mapped_column(default=False)
    switched_at: Mapped[datetime | None]


class UsedDocument(Model):
    """The blind index of a document that verified somebody: it verifies nobody else from then on."""

    __tablename__ = "used_document"

    id: Mapped[Id]
    blind: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    at: Mapped[datetime]
