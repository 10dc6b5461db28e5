"""A copy of what is kept about somebody, from the moment they ask for it until its bytes are gone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.words import N_


class CopyState(StrEnum):
    """`asked` and `building` end as `ready` or `failed`; `gone` when time or the person ended it."""

    ASKED = "asked"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"

    @property
    def title(self) -> str:  # type: ignore[override]  # a state's name, not str.title()
        """A message id."""
        return _STATES[self][0]

    @property
    def tone(self) -> str:
        """How the state is drawn."""
        return _STATES[self][1]


_STATES = {
    CopyState.ASKED: (N_("Begins in a moment"), "wait"),
    CopyState.BUILDING: (N_("Being put together"), "wait"),
    CopyState.READY: (N_("Ready to save"), "ok"),
    CopyState.FAILED: (N_("Could not be made"), "bad"),
    CopyState.GONE: (N_("No longer here"), "mute"),
}
UNFINISHED = frozenset({CopyState.ASKED, CopyState.BUILDING})
_UNFINISHED = text("state IN ('asked', 'building')")


class DataCopy(Model):
    """One copy. `run` names the present try, and the bytes that it puts into the store: a try that lost its place to
    a later one removes what is its own and nothing else.

    `beat_at` is when that try last showed that it lives; `done` and `total` are things, for the progress. `bytes` is
    the length of the file as its person saves it; in the store it is sealed under the key of the copy.
    """

    __tablename__ = "data_copy"
    __table_args__ = (
        Index(
            "uq_data_copy_unfinished",
            "person_id",
            unique=True,
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        Index(None, "person_id", "id"),
        Index(None, "state", "ends_at"),
        Index(None, "run"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(10), default=CopyState.ASKED)
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime]
    run: Mapped[str] = mapped_column(String(32), default="")
    beat_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    ready_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    bytes: Mapped[int] = mapped_column(BigId, default=0)

    @property
    def stream(self) -> str:
        """The key under which its bytes lie."""
        return f"data_copy:{self.uid}"

    @property
    def status(self) -> CopyState:
        """The state with its title and tone."""
        return CopyState(self.state)
