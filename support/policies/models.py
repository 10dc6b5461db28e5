"""Policy versions, what people accepted or were told, and announcements. People appear by opaque id only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.policies.lifecycle import AnnouncementState


class Purpose(StrEnum):
    """What a consent is for; one row of the ledger never covers two."""

    SERVICE = "service"
    PREFERENCE_COOKIES = "preference_cookies"
    IDENTITY_EVIDENCE = "identity_evidence"
    DOCUMENT_NUMBER = "document_number"
    FACE = "face"
    BANK_ACCOUNT = "bank_account"
    REAL_NAME = "real_name"


class ConsentAct(StrEnum):
    """`accepted` is the person's own express act; `informed` says only that the short notice was shown."""

    ACCEPTED = "accepted"
    INFORMED = "informed"


class PolicyVersion(Model):
    """One version of the legal notice and privacy policy, in both languages; never changed once written (PP-8.1).

    `tests` are the codes of PP-8.4 that make it major, apart by spaces; without one `reason` says why it is minor.
    `shrinks`: it takes rights away, so it binds only those who agree (PP-8.2). `summary_*` say what changes.
    """

    __tablename__ = "policy_version"
    __table_args__ = (Index(None, "effective_from"),)

    id: Mapped[Id]
    label: Mapped[str] = mapped_column(String(40), unique=True)
    effective_from: Mapped[datetime]
    sample: Mapped[bool] = mapped_column(default=False)
    text_en: Mapped[str] = mapped_column(Text)
    text_zh: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text, default="", server_default="")
    summary_zh: Mapped[str] = mapped_column(Text, default="", server_default="")
    tests: Mapped[str] = mapped_column(String(60), default="", server_default="")
    shrinks: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]

    @property
    def major(self) -> bool:
        """True where one of the six tests of PP-8.4 applies (`revisions.py`)."""
        return bool(self.tests)


class Consent(Model):
    """A row of the ledger: who, what for, which version, when, how, and when it was taken back (PIPL 14, 15)."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("act IN ('accepted', 'informed')", name="act"),
        Index(
            "uq_consent_standing",
            "person_id",
            "purpose",
            "version_id",
            "act",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId)
    purpose: Mapped[str] = mapped_column(String(32))
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("policy_version.id"))
    act: Mapped[str] = mapped_column(String(10))
    how: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class AnswerAct(StrEnum):
    """What somebody did about a version beside agreeing: said no, or closed its notice."""

    REFUSED = "refused"
    READ = "read"


class PolicyAnswer(Model):
    """That somebody refused a version, so that the one before goes on for them, or closed the notice of it."""

    __tablename__ = "policy_answer"
    __table_args__ = (
        CheckConstraint("act IN ('refused', 'read')", name="act"),
        UniqueConstraint("person_id", "version_id", "act"),
        Index(None, "at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId)
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("policy_version.id"))
    act: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class Announcement(Model):
    """News for everybody, in both languages. A draft may change; what was published stays as it was."""

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'ended')", name="state"),
        Index("ix_announcement_list", "state", "pinned", "published_at"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=AnnouncementState.DRAFT)
    title_en: Mapped[str] = mapped_column(String(120))
    title_zh: Mapped[str] = mapped_column(String(120))
    body_en: Mapped[str] = mapped_column(Text)
    body_zh: Mapped[str] = mapped_column(Text)
    pinned: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def status(self) -> AnnouncementState:
        """Where it stands, with title and tone."""
        return AnnouncementState(self.state)
