"""Naming the verified record of an account: the name, and the last four signs of the document that proved it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from support.accounts import queries_names
from support.accounts.queries_names import RECORD_SIGNS, plain_signs
from support.assurance import service as assurance
from support.assurance.policy import ProofKind
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, insert_new, transaction
from support.core.errors import Invalid, NotFound, TooMany
from support.core.words import N_
from support.verification import queries
from support.verification.models import Check, RecordTries
from support.verification.policy import RECORD_LOCKED, RECORD_TRIES
from support.verification.service_steps import note_step
from support.verification.steps import RECORD


def match_record(
    actor: Actor, check: Check, name: str, last: str, *, now: datetime | None = None
) -> None:
    """Take the verified name and the last four signs of its document; with a code they make level 2.

    Three tries for an account, in whichever check, then none for 24 hours. What is wrong is not said, nor whether
    the account has a verified name. Call it outside a transaction: a try counts also when it fails.
    Raises `Invalid`, `TooMany`, `NotFound` where the step is not asked.
    """
    now = now or utcnow()
    if not RECORD.applies(check):
        raise NotFound()
    signs = plain_signs(last)
    if len(signs) != RECORD_SIGNS:
        raise Invalid("last", N_("These are four digits or letters."))
    if not name.strip():
        raise Invalid("name", N_("Write the name as it was verified."))
    _take_try(actor, check, now)
    if not queries_names.matches_record(check.subject_id, name, signs):
        raise Invalid(
            "record",
            N_("This is not what the record says. After three tries it is locked for 24 hours."),
        )
    with transaction():
        note_step(actor, check, "check.record_matched", now=now)
        assurance.write_case_proof(actor, ProofKind.RECORD_MATCH, check.case, now=now)


def _take_try(actor: Actor, check: Check, now: datetime) -> None:
    """Count a try, which the database decides on; raise `TooMany` when there is none left."""
    mine = RecordTries.subject_id == check.subject_id
    counted = update(RecordTries).where(mine)
    with transaction():
        note_step(actor, check, "check.record_tried", now=now)
        insert_new(RecordTries, subject_id=check.subject_id, tries=0, last_at=now)
        if changed(
            counted.where(RecordTries.last_at <= now - RECORD_LOCKED).values(tries=1, last_at=now)
        ):
            return
        left = counted.where(RecordTries.tries < RECORD_TRIES)
        if changed(left.values(tries=RecordTries.tries + 1, last_at=now)):
            return
        until = queries.record_locked_until(check, now) or now + timedelta(hours=1)
        raise TooMany(int((until - now).total_seconds()))
