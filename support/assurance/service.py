"""The gate: verbs that do something protected call `require` before they change anything."""

from __future__ import annotations

from datetime import datetime

from support.assurance import queries
from support.assurance.models import Proof
from support.assurance.policy import ACTS, PROOF_LIVES, Act, Level, ProofKind
from support.core import audit
from support.core.actors import Actor
from support.core.db import db, transaction
from support.core.errors import NeedsProof


def require(actor: Actor, act: Act, *, now: datetime) -> Level:
    """Return the level held if it suffices for `act`; raise `NeedsProof` otherwise (promise 3 of `product.md`).

    The system and the command line act on a person's behalf only through verbs that asked this before, so the
    system passes; nobody else does without a session.
    """
    if actor.kind == "system":
        return Level.CHECKED
    held, needed = queries.level(actor, now), ACTS[act].level
    if held < needed:
        raise NeedsProof(act, needed, held)
    return held


def write_proof(
    actor: Actor, kind: ProofKind, *, session_id: int, now: datetime, about: str = ""
) -> Proof:
    """Write down that the actor showed `kind` in `session_id`, valid for the time that the policy gives."""
    with transaction():
        proof = Proof(
            person_id=actor.id,
            session_id=session_id,
            kind=kind,
            about=about,
            proved_at=now,
            expires_at=now + PROOF_LIVES[kind],
        )
        db.session.add(proof)
        audit.record(actor.ref, "proof.given", actor=actor, at=now, kind=kind, session=session_id)
    return proof
