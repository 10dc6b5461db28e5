"""Access that members give to their own open business data (PP-4.1, 3.3.1): to whom, to what, until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.lifecycle import State
from support.core.words import N_
from support.policies.sharing_words import Data


class GrantState(State):
    """Where a grant stands at a moment."""

    STANDS = "stands", N_("In force"), "ok"
    REVOKED = "revoked", N_("Taken back"), "mute"
    OVER = "over", N_("Its time is over"), "mute"


class AccessGrant(Model):
    """One grant. Its key is derived from `nonce` and stands nowhere; `shown_at` is when its member saw it, once.

    `grantee` is what the member wrote. `reads` counts since the beginning, `hour_reads` since `hour_at`.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        CheckConstraint("ends_at > at", name="ends"),
        Index(None, "person_id", "id"),
        Index(None, "ends_at"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId)
    grantee: Mapped[str] = mapped_column(String(120))
    data: Mapped[list[str]]
    nonce: Mapped[bytes]
    at: Mapped[datetime]
    ends_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    reads: Mapped[int] = mapped_column(default=0)
    last_read_at: Mapped[datetime | None]
    hour_at: Mapped[datetime | None]
    hour_reads: Mapped[int] = mapped_column(default=0)

    @property
    def what(self) -> list[Data]:
        """What may be read."""
        return [Data(each) for each in self.data]

    def state_at(self, now: datetime) -> GrantState:
        """Return where the grant stands."""
        if self.revoked_at is not None:
            return GrantState.REVOKED
        return GrantState.STANDS if now < self.ends_at else GrantState.OVER
