"""People, how they are reached, how they sign in, and the sessions that speak for them.

What identifies a person (addresses, names, positions) is sealed under the key `person:<id>`; look-up goes
through blind indexes. Other rooms take only the type names from here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import PASSING, BigId, Id, Model
from support.core.words import N_


class PersonKind(StrEnum):
    """A guest has proved (or will prove) one address; a member has an account; staff work at the desk."""

    GUEST = "guest"
    MEMBER = "member"
    STAFF = "staff"


class ContactKind(StrEnum):
    """The two kinds of address that codes and messages go to."""

    EMAIL = "email"
    MOBILE = "mobile"

    @property
    def title(self) -> str:  # type: ignore[override]  # the kind's name, not str.title()
        """A message id."""
        return {ContactKind.EMAIL: N_("E-mail"), ContactKind.MOBILE: N_("Mobile")}[self]


class Person(Model):
    """A member, a member of staff, or a guest. `name` is the member name (public), never a legal name.

    The row of somebody erased (`erased_at`) stays without anything of theirs, since orders and decisions point to it.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("name_folded"), Index(None, "kind"))

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60), default="")
    name_folded: Mapped[str | None] = mapped_column(
        String(60).with_variant(String(60, collation="C"), "postgresql")
    )
    """Ordered by bytes on both databases, so that a beginning is a range of its index."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None]
    roles: Mapped[list[str]] = mapped_column(default=list)
    language: Mapped[str] = mapped_column(String(5), default="en")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    character_keys: Mapped[bool] = mapped_column(default=True)
    totp_sealed: Mapped[bytes | None]
    totp_last_step: Mapped[int | None]
    disabled_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ContactPoint(Model):
    """One address of a person, sealed. `bound` ones sign in and must be unique among all bound ones.

    `contact_person_id` marks the address of somebody whom the person named (M5), not the person's own. Of an erased one
    to which a case points the row stays with an empty `sealed`, and is in no list.
    """

    __tablename__ = "contact_point"
    __table_args__ = (
        Index("ix_contact_point_person", "person_id"),
        Index("ix_contact_point_contact_person", "contact_person_id"),
        Index("ix_contact_point_blind", "kind", "blind"),
        Index(
            "uq_contact_point_bound",
            "kind",
            "blind",
            unique=True,
            sqlite_where=text("bound"),
            postgresql_where=text("bound"),
        ),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    contact_person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contact_person.id"))
    kind: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[bytes]
    blind: Mapped[bytes]
    bound: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]


class ContactPerson(Model):
    """Somebody whom an enterprise names as a contact (M5): name and position sealed, addresses proved by code."""

    __tablename__ = "contact_person"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    sealed: Mapped[bytes]
    opted_out_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class BasicInformation(Model):
    """What a member tells about themself (M4), all of it optional and sealed as one JSON text.

    `organisation_known` is False until the beginnings of the organisation's name were written (`NameStart`).
    """

    __tablename__ = "basic_information"
    __table_args__ = (
        Index(
            "ix_basic_information_unknown",
            "id",
            sqlite_where=text("NOT organisation_known"),
            postgresql_where=text("NOT organisation_known"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), unique=True)
    enterprise: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes]
    organisation_known: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class RealName(Model):
    """The name that real-name authentication found (M7), and its other writing, sealed as one JSON text.

    `source` says who vouches for it, `about` names the check that proved it. `records` are blind indexes of each
    writing with the last four signs of the document's number: a later check compares them, the number is not kept.
    `voucher` is the blind index of the account elsewhere whose service vouches, empty where people do.
    """

    __tablename__ = "real_name"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    voucher: Mapped[bytes] = mapped_column(default=b"")
    sealed: Mapped[bytes]
    records: Mapped[list[str]] = mapped_column(default=list)
    about: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class NameStart(Model):
    """The blind index of one beginning of a member's organisation name: the name itself is sealed, and stays it."""

    __tablename__ = "name_start"
    __table_args__ = (UniqueConstraint("blind", "person_id"),)

    id: Mapped[Id]
    blind: Mapped[bytes]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)


class Session(Model):
    """One signed-in browser. The cookie holds a random secret; the row holds only its hash."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_person", "person_id", "ended_at"), PASSING)

    id: Mapped[Id]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(45), default="")
    device: Mapped[str] = mapped_column(String(120), default="")


_IS_WHOLE = text("address = rtrim(address, 'x')")
"""Not cut yet (`policy.cut_address`)."""


class SignIn(Model):
    """One try to sign in, listed to the member field by field (M8); retention empties this table.

    `target_blind` is the blind index of the account, or of what was typed when it is nobody's: limits count it, so
    that a locked account can't be told from one that doesn't exist. `network` is set for IPv6 alone. `device_hash` is
    of the browser that it ended in a session for.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_person", "person_id", "at"),
        Index("ix_sign_in_address", "address", "at"),
        Index("ix_sign_in_network", "network", "at"),
        Index("ix_sign_in_target", "target_blind", "at"),
        Index("ix_sign_in_at", "at"),
        Index("ix_sign_in_whole", "at", sqlite_where=_IS_WHOLE, postgresql_where=_IS_WHOLE),
    )

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]
    target_blind: Mapped[bytes]
    method: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(45))
    network: Mapped[str | None] = mapped_column(String(24))
    device: Mapped[str] = mapped_column(String(120))
    device_hash: Mapped[bytes | None]


class Code(Model):
    """A one-time code: the row keeps purpose, target and tries; the six digits are derived, never stored.

    `visitor` binds it to the browser (or `session:<id>`) that asked; `person_id` is None when nobody is known
    under the target: the same row is written either way, so that nothing can be learnt from it. An invitation
    is such a row too; its secret is the token of a link.
    """

    __tablename__ = "code"
    __table_args__ = (
        Index("ix_code_target", "target_blind", "created_at"),
        Index("ix_code_visitor", "visitor", "purpose"),
        Index("ix_code_address", "address", "created_at"),
        Index("ix_code_network", "network", "created_at"),
        Index("ix_code_person", "person_id", "created_at"),
        Index("ix_code_created", "created_at"),
        PASSING,
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    nonce: Mapped[bytes]
    purpose: Mapped[str] = mapped_column(String(16))
    visitor: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(BigId)
    target_kind: Mapped[str] = mapped_column(String(8))
    target_sealed: Mapped[bytes]
    target_blind: Mapped[bytes]
    about: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(5))
    send: Mapped[bool] = mapped_column(default=True)
    tries: Mapped[int] = mapped_column(default=0)
    address: Mapped[str] = mapped_column(String(45))
    network: Mapped[str | None] = mapped_column(String(24))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


class Door(Model):
    """The way out for one kind of address: when it last gave no answer, None once it answered again."""

    __tablename__ = "door"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    away_at: Mapped[datetime | None]


class ExternalIdentity(Model):
    """An account elsewhere that signs in here (M6): who it is there is sealed, and found through its blind index.

    The unique keys decide between two who bind at the same moment: an account belongs to one person, and a person
    has one account with each provider.
    """

    __tablename__ = "external_identity"
    __table_args__ = (
        UniqueConstraint("provider", "subject_blind"),
        UniqueConstraint("person_id", "provider"),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    provider: Mapped[str] = mapped_column(String(16))
    subject_blind: Mapped[bytes]
    sealed: Mapped[bytes]
    bound_at: Mapped[datetime]


class RecoveryCode(Model):
    """One of ten codes that replace the second factor once; only a hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class Passkey(Model):
    """A public key that signs in (WebAuthn): the private half never leaves the person's device or key.

    `sign_count` is what the device counted at its last use; one that counts backwards was copied.
    """

    __tablename__ = "passkey"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigId)
    transports: Mapped[list[str]] = mapped_column(default=list)
    backed_up: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Model):
    """What a passkey has to sign, once, within minutes: for one ceremony, in one browser; its use deletes the row."""

    __tablename__ = "passkey_challenge"
    __table_args__ = PASSING

    id: Mapped[Id]
    challenge: Mapped[bytes] = mapped_column(unique=True)
    ceremony: Mapped[str] = mapped_column(String(16))
    visitor: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(BigId)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Training(Model):
    """A training that a member of staff passed, and until when it is valid (PP-7.1); rows are only added.

    `told` is how far its lapse was told: 0 not yet, then the steps of `policy.LapseStep`.
    """

    __tablename__ = "training"
    __table_args__ = (Index(None, "person_id", "expires_at"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    passed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")
    told: Mapped[int] = mapped_column(default=0)


class FactorReset(Model):
    """An admin's wish to reset somebody's second factor; only another admin can carry it out."""

    __tablename__ = "factor_reset"
    __table_args__ = (
        Index(
            "uq_factor_reset_open",
            "person_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    asked_by: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    approved: Mapped[bool] = mapped_column(default=False)
