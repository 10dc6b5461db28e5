"""A rights notice beside its work order: its items, those who answer for them, counter-notices, and what arrived when.

What names a person or a thing of theirs is sealed under the key of the notice (`Notice.stream`); a right that is used
again, under its owner's own key.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, text
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.infringement.lifecycle import Content, ItemState
from support.infringement.regimes import ContentKind, RegimeCode, RightType


class HeldRight(Model):
    """A right that somebody entered once and uses in each of their notices; name, number and class are sealed."""

    __tablename__ = "held_right"
    __table_args__ = (Index(None, "person_id", "id"), Index(None, "number_blind"))

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    type: Mapped[str] = mapped_column(String(20))
    territory: Mapped[str] = mapped_column(String(80))
    valid_until: Mapped[date | None]
    sealed: Mapped[bytes]
    number_blind: Mapped[bytes | None]
    at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]


class Notice(Model):
    """One rights notice. `sealed` is `elements.SEALED_FACTS`; what the right was then stands in it too.

    `statements` are codes that were ticked, in the wording `statements_version`. `holder_blind` finds notices of one
    holder. `erasure` says whether what its filer wrote was taken out at their request (`personal_data`).
    """

    __tablename__ = "notice"
    __table_args__ = (Index(None, "person_id", "id"), Index(None, "holder_blind"))

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(String(5))
    filer_type: Mapped[str] = mapped_column(String(6))
    right_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("held_right.id"))
    right_type: Mapped[str] = mapped_column(String(20))
    territory: Mapped[str] = mapped_column(String(80))
    valid_until: Mapped[date | None]
    content_kind: Mapped[str] = mapped_column(String(10))
    us_law: Mapped[bool]
    eu: Mapped[bool]
    sealed: Mapped[bytes | None]
    holder_blind: Mapped[bytes]
    statements: Mapped[list[str]]
    statements_version: Mapped[int]
    signed_at: Mapped[datetime | None]
    at: Mapped[datetime]
    erasure: Mapped[str] = mapped_column(String(6), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def stream(self) -> str:
        """The key of everything sealed here, and the stream of its history."""
        return f"notice:{self.uid}"

    @property
    def content(self) -> ContentKind:
        """Where the content stands."""
        return ContentKind(self.content_kind)

    @property
    def right(self) -> RightType:
        """The kind of right."""
        return RightType(self.right_type)


class Respondent(Model):
    """Who answers for items of a notice: a member, or somebody reached by an address, which is sealed.

    Without either nobody can be reached; then the notice is published instead (RTNIC 15). `forwarded_at` is when the
    notice was sent on to them first. `erasure` as in `Notice`, of what they said.
    """

    __tablename__ = "respondent"
    __table_args__ = (
        UniqueConstraint("notice_id", "person_id"),
        UniqueConstraint("notice_id", "address_blind"),
        Index(None, "person_id", "id"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"))
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contact_point.id"))
    address_sealed: Mapped[bytes | None]
    address_blind: Mapped[bytes | None]
    language: Mapped[str] = mapped_column(String(5))
    forwarded_at: Mapped[datetime | None]
    erasure: Mapped[str] = mapped_column(String(6), default="", server_default="")

    @property
    def reachable(self) -> bool:
        """True when a letter has somewhere to go."""
        return self.person_id is not None or self.address_sealed is not None


_IS_DUE = text("state IN ('to_complete', 'awaiting', 'counter_lacks', 'waiting', 'extended')")
_IS_ESTIMATED = text("due_estimated")


class Item(Model):
    """One thing that the notice names, with its own state. `sealed` holds link, normal form and title.

    `platform_item` is the platform's own id, a code. `due_at` ends the clock of the state, which runs since
    `clock_start`; None while none runs. `due_estimated`: it counts holidays that are not published, and may only
    become later. `before` is where it stood before a complaint (`reason_before` says why) or before it was withdrawn.
    `reason` is a code; what was written with it, and court or authority with their number, is sealed. `shown_at` is
    when the holder showed a dispute that no clerk has judged.
    """

    __tablename__ = "notice_item"
    __table_args__ = (
        UniqueConstraint("notice_id", "position"),
        UniqueConstraint("notice_id", "url_blind"),
        Index(None, "url_blind"),
        Index(None, "respondent_id"),
        Index(
            "ix_notice_item_timed",
            "state",
            "due_at",
            sqlite_where=_IS_DUE,
            postgresql_where=_IS_DUE,
        ),
        Index(
            "ix_notice_item_estimated",
            "id",
            sqlite_where=_IS_ESTIMATED,
            postgresql_where=_IS_ESTIMATED,
        ),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"))
    position: Mapped[int]
    url_blind: Mapped[bytes]
    sealed: Mapped[bytes | None]
    platform_item: Mapped[str] = mapped_column(String(80))
    respondent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("respondent.id"))
    state: Mapped[str] = mapped_column(String(16), default=ItemState.RECEIVED)
    before: Mapped[str] = mapped_column(String(16), default="")
    content: Mapped[str] = mapped_column(String(12), default=Content.UP)
    regime: Mapped[str | None] = mapped_column(String(8))
    rules: Mapped[int]
    qualified_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(24), default="")
    reason_before: Mapped[str] = mapped_column(String(24), default="")
    reason_sealed: Mapped[bytes | None]
    complaint_sealed: Mapped[bytes | None]
    dispute_sealed: Mapped[bytes | None]
    shown_at: Mapped[datetime | None]
    call_uid: Mapped[str | None] = mapped_column(String(32))
    clock_start: Mapped[datetime | None]
    extended_days: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    due_estimated: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def status(self) -> ItemState:
        """The state with its title and tone."""
        return ItemState(self.state)

    @property
    def standing(self) -> Content:
        """Where the content is."""
        return Content(self.content)

    @hybrid_method
    def is_held(self, now: datetime) -> bool:
        """True while it waits for the end of its filer's suspension: its clock begins later."""
        later = self.clock_start is not None and self.clock_start > now
        return self.state == ItemState.RECEIVED and later

    @is_held.expression
    @classmethod
    def _held(cls, now: datetime) -> ColumnElement[bool]:
        return and_(cls.state == ItemState.RECEIVED, cls.clock_start > now)

    @property
    def law(self) -> RegimeCode | None:
        """The regime, once a clerk has confirmed one."""
        return RegimeCode(self.regime) if self.regime else None


class Paper(Model):
    """A file of a notice or of a counter-notice and what it is for (`elements.PAPERS`)."""

    __tablename__ = "notice_paper"
    __table_args__ = (Index(None, "notice_id", "counter_id"),)

    id: Mapped[Id]
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"))
    counter_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("counter_notice.id"))
    kind: Mapped[str] = mapped_column(String(12))
    file_uid: Mapped[str] = mapped_column(String(32), unique=True)


class CounterNotice(Model):
    """What a respondent answers to a notice; `sealed` is `elements.SEALED_COUNTER`. One for each respondent.

    `checked_by` is the clerk who found it complete; a change by its respondent asks for a new check.
    """

    __tablename__ = "counter_notice"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"))
    respondent_id: Mapped[int] = mapped_column(BigId, ForeignKey("respondent.id"), unique=True)
    language: Mapped[str] = mapped_column(String(5))
    sealed: Mapped[bytes | None]
    statements: Mapped[list[str]]
    statements_version: Mapped[int]
    signed_at: Mapped[datetime | None]
    at: Mapped[datetime]
    checked_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Answer(Model):
    """What a respondent says of one item: accepted, or contested with a reason of their own, which is sealed."""

    __tablename__ = "item_answer"

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice_item.id"), unique=True)
    respondent_id: Mapped[int] = mapped_column(BigId, ForeignKey("respondent.id"))
    choice: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[bytes | None]
    at: Mapped[datetime]


class Arrival(Model):
    """Evidence that something reached its reader: what starts their clock. `delivery` is the letter that did."""

    __tablename__ = "notice_arrival"
    __table_args__ = (UniqueConstraint("item_id", "what"),)

    id: Mapped[Id]
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"), index=True)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice_item.id"))
    what: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(12))
    delivery: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


def facts_place(notice: Notice) -> str:
    """Return the vault place of what a notice says."""
    return f"notice.sealed:{notice.uid}"


def right_place(uid: str) -> str:
    """Return the vault place of a right."""
    return f"held_right.sealed:{uid}"


def item_place(uid: str, column: str = "sealed") -> str:
    """Return the vault place of a sealed column of an item."""
    return f"notice_item.{column}:{uid}"


def counter_place(uid: str) -> str:
    """Return the vault place of a counter-notice."""
    return f"counter_notice.sealed:{uid}"


def address_place(uid: str) -> str:
    """Return the vault place of a respondent's address."""
    return f"respondent.address_sealed:{uid}"


def answer_place(item_uid: str) -> str:
    """Return the vault place of what a respondent wrote about one item."""
    return f"item_answer.sealed:{item_uid}"
