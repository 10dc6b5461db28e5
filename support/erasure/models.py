"""A request for deletion, what was decided for each class of data, its steps, and its proof. No text of the person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model
from support.core.holders import Measure
from support.erasure.lifecycle import ErasureState

_RUNNING = text("state IN ('review', 'extended', 'proposed', 'approved', 'executing')")


class Erasure(Model):
    """One request, beside its work order.

    `ground` is one of `rules.GROUNDS` or `FOR_OTHERS`. `asker_id` is who asks for somebody else, or without a sign-in
    (`models_asking`); `person_id`, whose data it is, is the asker too until the account was found.
     `region` of `rules.REGIONS`; `scope` are the classes of data that it is about,
    none for everything; `rules` the version of the clocks that it began with. `complete_at` is when identity was
    shown, from which the clock runs. `remark` is what was said when a proposal was sent back or refused, sealed under
    the key of the request. `ledger` is the number of its entry in the erasure ledger, `receipt` the signed proof,
    which holds nothing of the person. `identity` is what names the person in a text, sealed under their own key from
    the ledger's entry on until that key goes: what others wrote is looked for by it when their data is gone already.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> decided_by", name="two_people"),
        Index(
            "uq_erasure_running",
            "person_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(None, "state", "due_at"),
        Index(None, "person_id", "id"),
        Index(None, "asker_id", "id"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(BigId, ForeignKey("work_order.id"), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    asker_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(12), default=ErasureState.IDENTITY)
    ground: Mapped[str] = mapped_column(String(16))
    scope: Mapped[list[str]] = mapped_column(default=list)
    region: Mapped[str] = mapped_column(String(4), default="")
    rules: Mapped[int]
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
    complete_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_estimated: Mapped[bool] = mapped_column(default=False)
    extended_at: Mapped[datetime | None]
    extension: Mapped[str] = mapped_column(String(16), default="")
    remark: Mapped[bytes | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(BigId)
    approved_at: Mapped[datetime | None]
    ledger: Mapped[int | None]
    identity: Mapped[bytes | None]
    receipt: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def stream(self) -> str:
        """The key of what is sealed here."""
        return f"erasure:{self.uid}"

    @property
    def told_id(self) -> int:
        """Who asked, is told, and may take it back."""
        return self.person_id if self.asker_id is None else self.asker_id

    @property
    def status(self) -> ErasureState:
        """The state with its title and tone."""
        return ErasureState(self.state)


class ErasureLine(Model):
    """What happens to one class of data. `found` is how many things the dry run counted, `until` when a term ends,
    `reason` one of `rules.REFUSALS` where it is kept.

    `held` says that a legal hold keeps the class for now: it is done when the hold is released.
    """

    __tablename__ = "erasure_line"
    __table_args__ = (UniqueConstraint("erasure_id", "data_class"),)

    id: Mapped[Id]
    erasure_id: Mapped[int] = mapped_column(BigId, ForeignKey("erasure.id"))
    data_class: Mapped[str] = mapped_column(String(16))
    measure: Mapped[str] = mapped_column(String(12))
    found: Mapped[int]
    until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(16), default="")
    held: Mapped[bool] = mapped_column(default=False)

    @property
    def what(self) -> Measure:
        """The measure with its title."""
        return Measure(self.measure)


class ErasureStep(Model):
    """One step of the execution, in order; `code` is a holder's or one of `execution.OWN_STEPS`."""

    __tablename__ = "erasure_step"
    __table_args__ = (
        UniqueConstraint("erasure_id", "code"),
        Index(None, "erasure_id", "position"),
    )

    id: Mapped[Id]
    erasure_id: Mapped[int] = mapped_column(BigId, ForeignKey("erasure.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(48))
    measure: Mapped[str] = mapped_column(String(12), default="")
    taken: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(40), default="")
    done_at: Mapped[datetime | None]

    @property
    def what(self) -> Measure:
        """The measure of a holder's step."""
        return Measure(self.measure)


class ErasureMention(Model):
    """Where somebody else wrote of the person: a text of a thread and the stretches that are taken out of it.

    `spans` are pairs of offsets with what each is (`mentions.What`); `blind` is the keyed hash of the text as it was,
    so that a restored one is known again.
    """

    __tablename__ = "erasure_mention"
    __table_args__ = (UniqueConstraint("erasure_id", "kind", "thing_id"),)

    id: Mapped[Id]
    erasure_id: Mapped[int] = mapped_column(BigId, ForeignKey("erasure.id"))
    kind: Mapped[str] = mapped_column(String(8))
    thing_id: Mapped[int] = mapped_column(BigId)
    spans: Mapped[list[Any]] = mapped_column(JSON)
    blind: Mapped[bytes]
    chosen: Mapped[bool] = mapped_column(default=True)
    done_at: Mapped[datetime | None]
