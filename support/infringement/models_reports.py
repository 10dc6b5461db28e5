"""Content reports beside their work orders, and the one case of each link that they share.

Many people report one link: each has a work order and a report, and the link has one open case, which is decided once.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.infringement.lifecycle import Content
from support.infringement.lifecycle_reports import CaseState, Ground, ReportState


class ContentReport(Model):
    """What one person reported. Who they are never leaves the desk unless legal decided so (`reveal_at`).

    `asked_at` is when more was asked for: that happens once. `reveal_sealed` is legal's reason. `erasure` as in
    `Notice`.
    """

    __tablename__ = "content_report"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    ground: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10), default=ReportState.OPEN)
    asked_at: Mapped[datetime | None]
    reveal_at: Mapped[datetime | None]
    reveal_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    reveal_sealed: Mapped[bytes | None]
    at: Mapped[datetime]
    erasure: Mapped[str] = mapped_column(String(6), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def stream(self) -> str:
        """The key of what is sealed here, and the stream of its history."""
        return f"report:{self.uid}"

    @property
    def status(self) -> ReportState:
        """The state with its title and tone."""
        return ReportState(self.state)

    @property
    def why(self) -> Ground:
        """The ground with its title."""
        return Ground(self.ground)


_OPEN = text("state = 'check'")
_IS_ESTIMATED = text("due_estimated")


class ReportedContent(Model):
    """One link that was reported, once or often; while it is to be looked at there is one row for each link.

    `person_id` answers for it: a member, or a guest made of `address_sealed` once there is something to tell
    (`told_at`). `urgent`: somebody called it unlawful. `ground` and `reason_sealed` are the decision's, by
    `decided_by`. `erasure` as in `Notice`, of who answers for it.
    """

    __tablename__ = "reported_content"
    __table_args__ = (
        Index(
            "ix_reported_content_open",
            "url_blind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_reported_content_estimated",
            "id",
            sqlite_where=_IS_ESTIMATED,
            postgresql_where=_IS_ESTIMATED,
        ),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    url_blind: Mapped[bytes]
    url_sealed: Mapped[bytes]
    title_sealed: Mapped[bytes]
    platform_item: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contact_point.id"))
    address_sealed: Mapped[bytes | None]
    language: Mapped[str] = mapped_column(String(5))
    told_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    urgent: Mapped[bool]
    rules: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default=CaseState.CHECK)
    before: Mapped[str] = mapped_column(String(16), default="")
    content: Mapped[str] = mapped_column(String(12), default=Content.UP)
    ground: Mapped[str] = mapped_column(String(12), default="")
    measure: Mapped[str] = mapped_column(String(12), default="")
    reason_sealed: Mapped[bytes | None]
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    call_uid: Mapped[str | None] = mapped_column(String(32))
    clock_start: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_estimated: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
    erasure: Mapped[str] = mapped_column(String(6), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def stream(self) -> str:
        """The key of what is sealed here, and the stream of its history."""
        return f"reported:{self.uid}"

    @property
    def status(self) -> CaseState:
        """The state with its title and tone."""
        return CaseState(self.state)

    @property
    def standing(self) -> Content:
        """Where the content is."""
        return Content(self.content)

    def place(self, column: str) -> str:
        """Return the vault place of a sealed column."""
        return f"reported_content.{column}:{self.uid}"


class ReportLink(Model):
    """That a report names a link, and as which one."""

    __tablename__ = "report_link"
    __table_args__ = (UniqueConstraint("report_id", "content_id"),)

    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(BigId, ForeignKey("content_report.id"))
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("reported_content.id"), index=True)
    position: Mapped[int]


class ReportAppeal(Model):
    """An appeal of somebody against how a link was decided; everybody has one. `heard_by` had no part in it before."""

    __tablename__ = "report_appeal"
    __table_args__ = (UniqueConstraint("content_id", "side", "person_id"),)

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("reported_content.id"))
    side: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    sealed: Mapped[bytes]
    at: Mapped[datetime]
    heard_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    heard_at: Mapped[datetime | None]
    upheld: Mapped[bool | None]


def reveal_place(report: ContentReport) -> str:
    """Return the vault place of legal's reason to show a name."""
    return f"content_report.reveal_sealed:{report.uid}"


def appeal_place(uid: str) -> str:
    """Return the vault place of what an appeal says."""
    return f"report_appeal.sealed:{uid}"
