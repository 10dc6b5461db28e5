"""Proofs as they were written down, and the holds of what was proved weakly."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.assurance.lifecycle import HoldState
from support.core.db import BigId, Id, Model


class Proof(Model):
    """One proof by one person. It says what was shown, never the secret itself.

    One of a session bears its number; one of a check has no session (0) and `about` names the check (`check:<uid>`).
    """

    __tablename__ = "proof"
    __table_args__ = (
        Index(None, "person_id", "session_id", "expires_at"),
        Index("ix_proof_about", "about"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId)
    session_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(24))
    about: Mapped[str] = mapped_column(String(80), default="")
    proved_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Hold(Model):
    """The time between a weak proof and the act, in which the account's older addresses may stop it.

    `told` are the contact points that got the link, `unheeded` those of them that alone stop nothing: channels
    which the reporter names as stolen or that are too new, or all of them once people have heard both sides. `objected`
    are those of them that said no.
    """

    __tablename__ = "hold"
    __table_args__ = (UniqueConstraint("about", "round"), Index(None, "state", "ends_at"))

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    act: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(80))
    round: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=HoldState.RUNNING)
    told: Mapped[list[int]]
    unheeded: Mapped[list[int]]
    objected: Mapped[list[int]] = mapped_column(default=list)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
