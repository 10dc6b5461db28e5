"""The end of the whole service, as one row: who decided it, its dates, its proof (PP-7.7, PIPL 47(2))."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.policies.lifecycle_cessation import CessationState

LEAST_NOTICE = 30
"""Days between the announcement and the end of the last day at least (ECL 16)."""


class Cessation(Model):
    """One end of the service. `standing` is True while it counts, None once it was withdrawn or called off.

    `stops_at` is the end of `last_day` where the operator is: from then on nothing new is taken. Until `export_until`
    the end of `last_export_day`, people read their orders and take their data along; then it is deleted, person after
    person. `notice_days` are the
    whole days between the second person's yes and `stops_at`. `called_en` and `called_zh` say why it was called off;
    `proof` is signed and holds nothing of anybody.
    """

    __tablename__ = "cessation"
    __table_args__ = (
        CheckConstraint("agreed_by IS NULL OR agreed_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "state NOT IN ('announced', 'called_off', 'erasing', 'done') OR "
            f"(agreed_by IS NOT NULL AND notice_days >= {LEAST_NOTICE})",
            name="announced",
        ),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    standing: Mapped[bool | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(10), default=CessationState.PROPOSED)
    last_day: Mapped[date]
    stops_at: Mapped[datetime]
    last_export_day: Mapped[date]
    export_until: Mapped[datetime]
    reason_en: Mapped[str] = mapped_column(Text)
    reason_zh: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int | None] = mapped_column(BigId)
    proposed_at: Mapped[datetime]
    agreed_by: Mapped[int | None] = mapped_column(BigId)
    agreed_at: Mapped[datetime | None]
    notice_days: Mapped[int | None]
    announcement_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("announcement.id"))
    called_en: Mapped[str] = mapped_column(Text, default="")
    called_zh: Mapped[str] = mapped_column(Text, default="")
    called_off_by: Mapped[int | None] = mapped_column(BigId)
    called_off_at: Mapped[datetime | None]
    erasing_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    proof: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(default=1)

    @property
    def status(self) -> CessationState:
        """The state with its title and tone."""
        return CessationState(self.state)
