"""What a consent that was taken back ends in checks: pictures, faces, numbers and bank accounts go (PIPL 15, 47)."""

from __future__ import annotations

from datetime import datetime

from support.core.actors import Actor
from support.core.db import db, transaction
from support.policies.models import Purpose
from support.verification import queries, queries_payments
from support.verification.goal import goal_of, rule_of
from support.verification.lifecycle import DROPPABLE, ENDED, CheckState
from support.verification.models import Check
from support.verification.service import destroy_evidence, drop_payments, move, record

_GIVEN_UP = frozenset({CheckState.OPEN, CheckState.REVIEW, CheckState.APPROVAL})
WITHDRAWN = "consent"
"""Why a check that waited for nobody but time ends."""


def consent_withdrawn(person_id: int, purpose: Purpose, at: datetime, now: datetime) -> int:
    """End what the person's checks do under a consent that they took back at `at`; return how many checks it met.

    A check that rests on it is given up, or refused where people have decided already, and its key is destroyed; of an
    ended one what is left of its evidence goes. A bank account that was only asked for leaves the check open: other
    papers take its place. What a legal hold keeps stays until its release. Safe to run twice.
    """
    met = 0
    for check_id in [one.id for one in queries.checks_of_person(person_id)]:
        with transaction():
            check = db.session.get_one(Check, check_id)
            if check.asker_id == person_id and check.opened_at <= at and _rests_on(check, purpose):
                met += _stop(Actor("member", person_id), check, purpose, now)
    return met


def _rests_on(check: Check, purpose: Purpose) -> bool:
    if purpose is Purpose.BANK_ACCOUNT:
        return queries_payments.payment_of(check) is not None
    if any(step.consent is purpose and step.done(check) for step in goal_of(check).steps):
        return True
    return rule_of(check).purpose == purpose and bool(queries.evidence_of(check))


def _stop(actor: Actor, check: Check, purpose: Purpose, now: datetime) -> bool:
    """End one check, inside the caller's transaction; return whether there was something to end."""
    if check.status in ENDED:
        if check.evidence_until is None:
            return False
        destroy_evidence(check, now)
        return True
    if purpose is Purpose.BANK_ACCOUNT and check.status is CheckState.OPEN:
        drop_payments(check, now, DROPPABLE)
        record(actor, check, "check.payment_dropped", now)
        return True
    if check.status in _GIVEN_UP:
        move(actor, check, CheckState.WITHDRAWN, now)
    else:
        move(actor, check, CheckState.REFUSED, now, reason=WITHDRAWN)
    destroy_evidence(check, now)
    return True
