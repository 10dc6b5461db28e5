"""The record of the nightly runs: what was over its time, what went, what a legal hold kept."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.words import N_


class RunState(StrEnum):
    """Where a run, or a place in it, stands: it counts first, then carries out; a dry run ends with counting."""

    WAITING = "waiting"
    COUNTING = "counting"
    COUNTED = "counted"
    CARRYING = "carrying"
    DONE = "done"
    FAILED = "failed"

    @property
    def title(self) -> str:  # type: ignore[override]  # a state's title, not str.title()
        """A message id."""
        return _STATES[self][0]

    @property
    def tone(self) -> str:
        """The colour and shape of the state."""
        return _STATES[self][1]


_STATES = {
    RunState.WAITING: (N_("Not begun"), "wait"),
    RunState.COUNTING: (N_("Counting"), "open"),
    RunState.COUNTED: (N_("Counted, to be deleted"), "open"),
    RunState.CARRYING: (N_("Deleting"), "open"),
    RunState.DONE: (N_("Done"), "ok"),
    RunState.FAILED: (N_("Failed"), "bad"),
}
OPEN = (RunState.COUNTING, RunState.CARRYING)
_OPEN = text("state IN ('counting', 'carrying')")


class RetentionRun(Model):
    """One run through all places. `night` is the day of a nightly one, None for one that somebody asked for.

    `dry` counts and touches nothing. `reason` says why it failed: the codes of classes that nobody ends, or nothing
    where a place failed. `worker` works on it until `busy_until`; after that anybody may go on.
    """

    __tablename__ = "retention_run"
    __table_args__ = (
        Index("ix_retention_run_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "began_at"),
    )

    id: Mapped[Id]
    night: Mapped[date | None] = mapped_column(unique=True)
    dry: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default=RunState.COUNTING)
    reason: Mapped[str] = mapped_column(String(200), default="")
    asked_by: Mapped[int | None] = mapped_column(BigId)
    worker: Mapped[str] = mapped_column(String(32), default="")
    busy_until: Mapped[datetime | None]
    began_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def status(self) -> RunState:
        """The state with its title and tone."""
        return RunState(self.state)

    @property
    def is_open(self) -> bool:
        """True while there is something left to do."""
        return self.status in OPEN


class RetentionPart(Model):
    """One place in one run: what was over when it was counted, what is done since, what a hold keeps.

    `before` is the moment before which things are over; `after` the number of the last row that was looked at, where a
    place is gone through in order. `error` is the name of what went wrong.
    """

    __tablename__ = "retention_part"
    __table_args__ = (UniqueConstraint("run_id", "code"),)

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(BigId, ForeignKey("retention_run.id"))
    code: Mapped[str] = mapped_column(String(40))
    data_class: Mapped[str] = mapped_column(String(12))
    before: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=RunState.WAITING)
    found: Mapped[int] = mapped_column(BigId, default=0)
    held: Mapped[int] = mapped_column(BigId, default=0)
    done: Mapped[int] = mapped_column(BigId, default=0)
    after: Mapped[int] = mapped_column(BigId, default=0)
    error: Mapped[str] = mapped_column(String(60), default="")
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def status(self) -> RunState:
        """The state with its title and tone."""
        return RunState(self.state)
