"""New purposes that somebody proposed, and what the privacy officer decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.policies.lifecycle import UseState


class NewUse(Model):
    """A purpose beyond those of the first version (`processing.USES`); blocked until it is allowed and its day came.

    `classes` are codes of `data_classes`, apart by spaces. The answers of the screen are None until it is decided;
    `version_id` is the version of the policy that tells people of it, and before that is in force it stays blocked.
    """

    __tablename__ = "new_purpose"
    __table_args__ = (CheckConstraint("state IN ('proposed', 'allowed', 'refused')", name="state"),)

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=UseState.PROPOSED)
    title_en: Mapped[str] = mapped_column(String(200))
    title_zh: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text)
    classes: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(String(12))
    proposed_by: Mapped[int] = mapped_column(BigId)
    proposed_at: Mapped[datetime]
    related: Mapped[bool | None]
    sensitive: Mapped[bool | None]
    needs_consent: Mapped[bool | None]
    assessment: Mapped[str] = mapped_column(String(200), default="")
    version_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("policy_version.id"))
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def status(self) -> UseState:
        """Where it stands, with title and tone."""
        return UseState(self.state)
