"""What is proved right now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from support.assurance.models import Proof
from support.assurance.policy import Level, ProofKind, level_of
from support.core.actors import Actor
from support.core.db import db


def live_proofs(actor: Actor, now: datetime) -> list[ProofKind]:
    """Return the kinds of proof that the actor's present session has and that have not expired."""
    if actor.id is None or actor.session is None:
        return []
    kinds = db.session.execute(
        select(Proof.kind).where(
            Proof.person_id == actor.id, Proof.session_id == actor.session, Proof.expires_at > now
        )
    ).scalars()
    return [ProofKind(kind) for kind in kinds]


def level(actor: Actor, now: datetime) -> Level:
    """Return the assurance level of the actor's session at `now`."""
    return level_of(live_proofs(actor, now))
