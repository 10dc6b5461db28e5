"""Next versions of the policy while they are prepared, what members say of them, and how far they are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.policies.lifecycle import RevisionState


class Revision(Model):
    """A version that is being prepared; announced, it is written down as a `PolicyVersion`, which nobody changes.

    `tests`, `shrinks`, `reason` and the summaries as there. `comment_until` is when comments end or ended; it is
    forgotten with the words that were commented, so that others need comments of their own.
    """

    __tablename__ = "policy_revision"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'comment', 'announced', 'dropped')", name="state"),
        Index(None, "state"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=RevisionState.DRAFT)
    label: Mapped[str] = mapped_column(String(40))
    text_en: Mapped[str] = mapped_column(Text)
    text_zh: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    summary_zh: Mapped[str] = mapped_column(Text)
    tests: Mapped[str] = mapped_column(String(60))
    shrinks: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    comment_from: Mapped[datetime | None]
    comment_until: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("policy_version.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def status(self) -> RevisionState:
        """Where it stands, with title and tone."""
        return RevisionState(self.state)

    @property
    def major(self) -> bool:
        """True where one of the six tests of PP-8.4 applies."""
        return bool(self.tests)


class RevisionComment(Model):
    """What a member said of a version while it was open for comment."""

    __tablename__ = "policy_comment"
    __table_args__ = (
        Index(None, "revision_id", "id"),
        Index(None, "person_id"),
        Index(None, "at"),
    )

    id: Mapped[Id]
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("policy_revision.id"))
    person_id: Mapped[int] = mapped_column(BigId)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(5))
    at: Mapped[datetime]


class PolicyTelling(Model):
    """How far the members are told of a version: up to which row id, how many, and since when all are."""

    __tablename__ = "policy_telling"

    id: Mapped[Id]
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("policy_version.id"), unique=True)
    after_id: Mapped[int] = mapped_column(BigId, default=0)
    told: Mapped[int] = mapped_column(BigId, default=0)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
