"""The gate: verbs that do something protected call `require` before they change anything."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from sqlalchemy import update

from support.assurance import queries
from support.assurance.lifecycle import HoldState
from support.assurance.models import Proof
from support.assurance.policy import ACTS, CURRENT, Act, Level, ProofKind
from support.assurance.queries import Case
from support.core import audit
from support.core.actors import Actor
from support.core.db import changed, db, transaction
from support.core.errors import NeedsProof, NotAllowed
from support.core.words import N_


class OnHold(NotAllowed):
    """What was shown is weak: the act waits until the account's older addresses have had time to stop it."""

    default_words: ClassVar[str] = N_("This waits for 72 hours, so that it can be stopped.")


def require(actor: Actor, act: Act, *, now: datetime, case: Case | None = None) -> Level:
    """Return the level held if it suffices for `act`; raise `NeedsProof` otherwise (promise 3 of `product.md`).

    An act by check passes with the proofs of its `case` alone, whoever carries it out, and raises `OnHold` while
    its waiting period has not ended. Of the others the system passes, since it acts on a person's behalf only
    through verbs that asked this before; nobody else does without a session.
    """
    if case is not None or ACTS[act].by_check:
        return _require_by_check(act, case, now)
    if actor.kind == "system":
        return Level.CHECKED
    held, needed = queries.level(actor, now), ACTS[act].level
    if held < needed:
        raise NeedsProof(act, needed, held)
    return held


def _require_by_check(act: Act, case: Case | None, now: datetime) -> Level:
    if case is None:
        raise NeedsProof(act, ACTS[act].level, Level.NOBODY)
    rule, proofs = case.rules.acts[act], queries.case_proofs(case, now)
    held = case.rules.level_of(proofs)
    if held < rule.level:
        raise NeedsProof(act, rule.level, held)
    if needs_hold(act, case, now):
        hold = queries.hold_of(case.about)
        if hold is None or hold.act != act or hold.state != HoldState.OVER:
            raise OnHold()
    return held


def needs_hold(act: Act, case: Case, now: datetime) -> bool:
    """True when nothing that was shown is sure enough to spare the waiting period, or its last one was stopped."""
    rule, before = case.rules.acts[act], queries.hold_of(case.about)
    stopped = before is not None and before.state == HoldState.CANCELLED
    return rule.by_check and (stopped or not rule.sure & set(queries.case_proofs(case, now)))


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
            expires_at=now + CURRENT.lives[kind],
        )
        db.session.add(proof)
        audit.record(actor.ref, "proof.given", actor=actor, at=now, kind=kind, session=session_id)
    return proof


def write_case_proof(actor: Actor, kind: ProofKind, case: Case, *, now: datetime) -> None:
    """Write down that `kind` was shown in a check; `actor` is who showed or decided it. It replaces an earlier one."""
    with transaction():
        withdraw_case_proofs([kind], case, now=now)
        db.session.add(
            Proof(
                person_id=case.person_id,
                session_id=0,
                kind=kind,
                about=case.about,
                proved_at=now,
                expires_at=now + case.rules.lives[kind],
            )
        )
        stream = f"person:{case.person_id}"
        audit.record(stream, "proof.given", actor=actor, at=now, kind=kind, check=case.about)


def withdraw_case_proofs(kinds: Collection[ProofKind], case: Case, *, now: datetime) -> None:
    """End proofs of a check that count no more, inside the caller's transaction."""
    mine = (Proof.person_id == case.person_id, Proof.about == case.about, Proof.session_id == 0)
    live = (Proof.kind.in_(list(kinds)), Proof.expires_at > now)
    changed(update(Proof).where(*mine, *live).values(expires_at=now))
