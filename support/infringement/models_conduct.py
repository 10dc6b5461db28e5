"""Signals about filers, the steps of the ladder, appeals against them, and who stands in the fast lane.

Words are sealed under the key of the person whom they are about.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, text
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.infringement.conduct import AppealState, Side, StepKind, StepState

_ONE_OPEN = text("kind IN ('suspension', 'lane') AND state IN ('proposed', 'standing')")
_ENDS = text("state = 'standing'")


class NoticePrint(Model):
    """The blind fingerprint of what a notice explains; none where it is too short. The text itself stands nowhere."""

    __tablename__ = "notice_print"
    __table_args__ = (Index(None, "text_blind"),)

    id: Mapped[Id]
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"), unique=True)
    text_blind: Mapped[bytes | None]


class ConductSignal(Model):
    """A signal that a notice gave about its filer (`conduct.SIGNALS`); `figures` are numbers alone."""

    __tablename__ = "conduct_signal"
    __table_args__ = (UniqueConstraint("notice_id", "code"), Index(None, "person_id", "at"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"))
    code: Mapped[str] = mapped_column(String(16))
    figures: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ConductStep(Model):
    """One step about somebody. `sealed` is `SEALED_STEP`; `grounds` are `conduct.GROUNDS`.

    `imposed_by` wrote or proposed it (None: it was measured), `decided_by` approved or refused it. It stands from
    `starts_at` to `until_at`; what it does to handling ends then, or at `ended_at` if that is earlier.
    """

    __tablename__ = "conduct_step"
    __table_args__ = (
        Index(None, "person_id", "id"),
        Index(
            "uq_conduct_step_open",
            "person_id",
            "side",
            "kind",
            unique=True,
            sqlite_where=_ONE_OPEN,
            postgresql_where=_ONE_OPEN,
        ),
        Index("ix_conduct_step_ends", "until_at", sqlite_where=_ENDS, postgresql_where=_ENDS),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    side: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    grounds: Mapped[list[str]]
    figures: Mapped[dict[str, Any]]
    sealed: Mapped[bytes | None]
    imposed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]
    starts_at: Mapped[datetime | None]
    until_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def status(self) -> StepState:
        """The state with its title and tone."""
        return StepState(self.state)

    @hybrid_method
    def stands(self, now: datetime) -> bool:
        """True while it stands and its time is not over; a note, which has no end, never does."""
        on = self.until_at is not None and self.until_at > now
        return self.state == StepState.STANDING and on

    @stands.expression
    @classmethod
    def _stands(cls, now: datetime) -> ColumnElement[bool]:
        return and_(cls.state == StepState.STANDING, cls.until_at > now)

    @property
    def step(self) -> StepKind:
        """The kind with its title."""
        return StepKind(self.kind)

    @property
    def about(self) -> Side:
        """As what the person is looked at."""
        return Side(self.side)


SEALED_STEP = ("words", "gravity", "intent")


class ConductAppeal(Model):
    """Somebody asks another person to look: at a step, or at a notice that counts in their record.

    `sealed` are their words, `answer_sealed` those of who decided.
    """

    __tablename__ = "conduct_appeal"
    __table_args__ = (Index(None, "person_id", "id"), Index(None, "state", "due_at"))

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    step_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("conduct_step.id"), unique=True)
    notice_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("notice.id"), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=AppealState.OPEN)
    sealed: Mapped[bytes | None]
    answer_sealed: Mapped[bytes | None]
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def last_minute(self) -> datetime:
        """The last minute in which it is to be decided."""
        return self.due_at - timedelta(minutes=1)

    @property
    def status(self) -> AppealState:
        """The state with its title and tone."""
        return AppealState(self.state)


class FilerRecord(Model):
    """What was last counted of somebody's notices, and whether they stand in the fast lane."""

    __tablename__ = "filer_record"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), unique=True)
    decided: Mapped[int]
    taken: Mapped[int]
    restored: Mapped[int]
    fast: Mapped[bool]
    counted_at: Mapped[datetime]


def step_place(uid: str) -> str:
    """Return the vault place of a step's words."""
    return f"conduct_step.sealed:{uid}"


def appeal_place(uid: str, column: str = "sealed") -> str:
    """Return the vault place of an appeal's words, or of the answer to it."""
    return f"conduct_appeal.{column}:{uid}"
