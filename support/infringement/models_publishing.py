"""What is to be published of a notice, and by when: one row for what happened to some of its links on one day."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.infringement.lifecycle import ItemState
from support.infringement.regimes import RegimeCode


class Entry(StrEnum):
    """What is published; the codes stand in `regimes.Regime.publishes` and name the kinds of the public ledger."""

    NOTICE = "notice"
    COUNTER = "counter"
    RESULT = "result"


class DueState(StrEnum):
    """Where it stands. Dropped: a complaint overturned it before it was published."""

    OPEN = "open"
    PUBLISHED = "published"
    DROPPED = "dropped"


class DuePublication(Model):
    """One entry of the public ledger that the law asks for (E-Commerce Law 44).

    `items` maps row ids of items to the event that brought them here (`seq`), its `reason`, a code, and whether it
    `stands`: a complaint may overturn it before it is published. `what` is the
    state that they reached on `day` (Shanghai), `part` the respondent whose declaration it is, else 0. `since` starts
    the clock: the event, or the end of a complaint. `turn` counts entries about one day, where some were published
    before others came.
    """

    __tablename__ = "due_publication"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'published', 'dropped')", name="state"),
        UniqueConstraint("notice_id", "kind", "what", "part", "regime", "day", "turn"),
        Index(None, "state", "due_at", "id"),
        Index(None, "publication_id"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"))
    kind: Mapped[str] = mapped_column(String(8))
    what: Mapped[str] = mapped_column(String(16))
    part: Mapped[int] = mapped_column(BigId)
    regime: Mapped[str] = mapped_column(String(8))
    rules: Mapped[int]
    day: Mapped[str] = mapped_column(String(10))
    turn: Mapped[int]
    items: Mapped[dict[str, Any]]
    event_at: Mapped[datetime]
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    due_estimated: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default=DueState.OPEN)
    publication_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("publication.id"))
    version: Mapped[int] = mapped_column(default=1)

    @property
    def entry(self) -> Entry:
        """What it becomes in the ledger."""
        return Entry(self.kind)

    @property
    def reached(self) -> ItemState:
        """The state that it tells of."""
        return ItemState(self.what)

    @property
    def law(self) -> RegimeCode:
        """Under which law."""
        return RegimeCode(self.regime)

    @property
    def item_ids(self) -> list[int]:
        """Row ids of the items that it is about."""
        return sorted(int(each) for each, said in self.items.items() if said["stands"])

    def reason_of(self, item_id: int) -> str:
        """Why the item came here; a code, or none."""
        return str(self.items[str(item_id)]["reason"])
