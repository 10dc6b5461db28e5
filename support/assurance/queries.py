"""What is proved right now, and what is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from support.assurance.lifecycle import HoldState
from support.assurance.models import Hold, Proof
from support.assurance.policy import CURRENT, POLICIES, Level, Policy, ProofKind, level_of
from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Case:
    """A check as the gate sees it: whose account it is about, the check (`check:<uid>`), the table that counts."""

    person_id: int
    about: str
    policy: int = CURRENT.number

    @property
    def rules(self) -> Policy:
        """The version of the table under which the check began."""
        return POLICIES[self.policy]


def live_proofs(actor: Actor, now: datetime) -> list[ProofKind]:
    """Return the kinds of proof that the actor's present session has and that have not expired."""
    if actor.id is None or actor.session is None:
        return []
    mine = (Proof.person_id == actor.id, Proof.session_id == actor.session)
    return _kinds(*mine, Proof.expires_at > now)


def level(actor: Actor, now: datetime) -> Level:
    """Return the assurance level of the actor's session at `now`."""
    return level_of(live_proofs(actor, now))


def case_proofs(case: Case, now: datetime) -> list[ProofKind]:
    """Return the kinds of proof that were shown in a check about this account and have not expired."""
    mine = (Proof.person_id == case.person_id, Proof.about == case.about, Proof.session_id == 0)
    return _kinds(*mine, Proof.expires_at > now)


def case_level(case: Case, now: datetime) -> Level:
    """Return the level that a check has reached, by the table under which it began."""
    return case.rules.level_of(case_proofs(case, now))


def hold_of(about: str) -> Hold | None:
    """Return the newest hold of a check."""
    newest = select(Hold).where(Hold.about == about).order_by(Hold.round.desc()).limit(1)
    return db.session.execute(newest).scalar_one_or_none()


def hold_by_uid(uid: str) -> Hold:
    """Return a hold; raise `NotFound`."""
    found = db.session.execute(select(Hold).where(Hold.uid == uid)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def due_holds(now: datetime, most: int) -> list[int]:
    """Return the row ids of running holds whose time is over."""
    due = (Hold.state == HoldState.RUNNING, Hold.ends_at <= now)
    return list(
        db.session.execute(select(Hold.id).where(*due).order_by(Hold.id).limit(most)).scalars()
    )


def _kinds(*which: object) -> list[ProofKind]:
    kinds = db.session.execute(select(Proof.kind).where(*which)).scalars()  # type: ignore[arg-type]
    return [ProofKind(kind) for kind in kinds]
