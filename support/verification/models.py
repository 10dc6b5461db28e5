"""Checks of identity, the evidence of each, and what people decided on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.assurance.queries import Case
from support.core.db import BigId, Id, Model
from support.verification.lifecycle import CheckState, PaymentState


class Check(Model):
    """One check: `asker_id` says that the account `subject_id` is theirs, and wants `act` done.

    `about` and `reference` name the order that it belongs to, if any. The wanted new address is sealed under the key
    of the check. `old_channel` is "" until the person shows an older address ("proved", with `old_contact`) or says why
    not ("lost", "stolen", with the addresses named in `named`). `unpaid` says that a company can't take a payment, and
    shows more pictures instead. `round` counts how often evidence was asked for.
    """

    __tablename__ = "identity_check"
    __table_args__ = (
        Index(None, "state", "given_at"),
        Index(None, "evidence_until"),
        Index(None, "about"),
        Index(None, "asker_id"),
        Index(None, "subject_id"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    about: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str] = mapped_column(String(24))
    act: Mapped[str] = mapped_column(String(40))
    policy: Mapped[int]
    asker_id: Mapped[int] = mapped_column(BigId)
    asker_contact: Mapped[int | None] = mapped_column(BigId)
    subject_id: Mapped[int] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(12), default=CheckState.OPEN)
    wanted_kind: Mapped[str | None] = mapped_column(String(8))
    wanted_sealed: Mapped[bytes | None]
    old_channel: Mapped[str] = mapped_column(String(8), default="")
    old_contact: Mapped[int | None] = mapped_column(BigId)
    named: Mapped[list[int]] = mapped_column(default=list)
    way: Mapped[str] = mapped_column(String(12))
    unpaid: Mapped[bool] = mapped_column(default=False)
    round: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(String(24), default="")
    opened_by: Mapped[int | None] = mapped_column(BigId)
    opened_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    evidence_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def status(self) -> CheckState:
        """The state with its title and tone."""
        return CheckState(self.state)

    @property
    def stream(self) -> str:
        """What proofs, holds and the vault call this check."""
        return f"check:{self.uid}"

    @property
    def of_order(self) -> bool:
        """True when a work order stands behind the check; else its reference is its own."""
        return self.about.startswith("order:")

    @property
    def case(self) -> Case:
        """The check as the gate sees it."""
        return Case(self.subject_id, self.stream, self.policy)


class Payment(Model):
    """A payment of some cents to a company's account, by whose amount the person shows that they see the account.

    What was said of the account is sealed under the key of the check, and gone with it. The amount is derived from
    `nonce`, stored nowhere. `number` counts the payments of a check; `ended_at` is when no amount is taken any more.
    `tries` are the wrong amounts, the last at `tried_at`; they stay when the payment is given up. `blind` finds other
    payments to the same account, for 30 days. Of one that the bank gives back `sent_at` and `tried_at` are forgotten:
    it uses no try up.
    """

    __tablename__ = "bank_payment"
    __table_args__ = (
        UniqueConstraint("check_id", "number"),
        Index(None, "state", "expires_at"),
        Index(None, "blind"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    check_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=PaymentState.DUE)
    sealed: Mapped[bytes | None]
    blind: Mapped[bytes | None]
    nonce: Mapped[bytes]
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def status(self) -> PaymentState:
        """The state with its title and tone."""
        return PaymentState(self.state)


class RecordTries(Model):
    """How often somebody tried to name the verified record of an account, in any check about it."""

    __tablename__ = "record_tries"

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(BigId, unique=True)
    tries: Mapped[int]
    last_at: Mapped[datetime]


class Evidence(Model):
    """One sealed picture of a check; the bytes are in the store (`core.sealed_files`), gone once `destroyed_at`."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "check_id", "round"),)

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    check_id: Mapped[int] = mapped_column(BigId)
    round: Mapped[int]
    part: Mapped[str] = mapped_column(String(12))
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[bytes]
    at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


class Review(Model):
    """One person's verdict on one round of a check; `marks` are the points that they compared and found to fit."""

    __tablename__ = "identity_review"
    __table_args__ = (
        UniqueConstraint("check_id", "round", "seat"),
        UniqueConstraint("check_id", "round", "person_id"),
    )

    id: Mapped[Id]
    check_id: Mapped[int] = mapped_column(BigId)
    round: Mapped[int]
    seat: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(BigId)
    verdict: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(24))
    marks: Mapped[list[str]]
    at: Mapped[datetime]


class EvidenceView(Model):
    """One permission to look at one picture once, within a minute; given with a reason, and told to its owner."""

    __tablename__ = "evidence_view"
    __table_args__ = (Index(None, "evidence_id"),)

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    evidence_id: Mapped[int] = mapped_column(BigId)
    viewer_id: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
