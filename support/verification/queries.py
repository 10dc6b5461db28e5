"""Checks as those see them who may: the person, the desk, the people who decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from support.accounts import queries as people
from support.assurance import queries as assurance
from support.assurance.policy import Act
from support.core import vault
from support.core.actors import Actor, Role
from support.core.db import db
from support.core.errors import NotFound
from support.policies import queries_legal_holds
from support.verification import policy
from support.verification.goal import rule_of, steps_of
from support.verification.lifecycle import ENDED, UNDER_REVIEW, CheckState
from support.verification.models import Check, Evidence, EvidenceView, RecordTries, Review


@dataclass(frozen=True, slots=True)
class Reading:
    """That somebody opened a picture: which, who, why, when."""

    part: str
    viewer_id: int
    reason: str
    at: datetime


def own_check(actor: Actor, uid: str) -> Check:
    """Return the actor's own check; raise `NotFound` for another's."""
    found = _named(uid)
    if not policy.is_party(actor, found):
        raise NotFound()
    return found


def check_to_review(actor: Actor, uid: str) -> Check:
    """Return a check to somebody who decides; nobody sees one of their own. Raises `NotFound`, `NotAllowed`."""
    policy.require_reviewer(actor)
    found = _named(uid)
    if actor.id in (found.asker_id, found.subject_id):
        raise NotFound()
    return found


def check_by_stream(stream: str) -> Check | None:
    """Return the check that a hold or proof is about (`check:<uid>`), None for anything else."""
    kind, _, uid = stream.partition(":")
    return check_by_uid(uid) if kind == "check" else None


def check_of(about: str) -> Check | None:
    """Return the newest check of an order."""
    newest = select(Check).where(Check.about == about).order_by(Check.id.desc()).limit(1)
    return db.session.execute(newest).scalar_one_or_none()


def check_by_uid(uid: str) -> Check | None:
    """Return a check to a room that knows it, None where there is none; who may see what of it is that room's."""
    return db.session.execute(select(Check).where(Check.uid == uid)).scalar_one_or_none()


def checks_of_person(person_id: int) -> Sequence[Check]:
    """Return the newest checks that a person asked for, or that were about their account."""
    mine = (Check.asker_id == person_id) | (Check.subject_id == person_id)
    found = select(Check).where(mine).order_by(Check.id.desc()).limit(50)
    return db.session.execute(found).scalars().all()


def evidence_of(check: Check) -> dict[str, Evidence]:
    """Return the pictures of the present round by part, the newest of each."""
    own = (Evidence.check_id == check.id, Evidence.round == check.round)
    found = select(Evidence).where(*own, Evidence.destroyed_at.is_(None)).order_by(Evidence.id)
    return {each.part: each for each in db.session.execute(found).scalars()}


def is_held(check: Check) -> bool:
    """True while a legal hold keeps what belongs to the check: it is on its order, or on the person it is about."""
    return queries_legal_holds.is_held(check.about, f"person:{check.subject_id}")


def picture(check: Check, uid: str) -> Evidence:
    """Return one picture of this very check; raise `NotFound` for one of another."""
    own = (Evidence.check_id == check.id, Evidence.uid == uid, Evidence.destroyed_at.is_(None))
    found = db.session.execute(select(Evidence).where(*own)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def seen_by(actor: Actor, check: Check) -> set[int]:
    """Return the row ids of the pictures that the actor has looked at since the check was last given."""
    if check.given_at is None:
        return set()
    looked = (
        select(EvidenceView.evidence_id)
        .join(Evidence, Evidence.id == EvidenceView.evidence_id)
        .where(
            Evidence.check_id == check.id,
            EvidenceView.viewer_id == actor.id,
            EvidenceView.opened_at >= check.given_at,
        )
    )
    return set(db.session.execute(looked).scalars())


def readings(checks: Sequence[Check]) -> dict[int, list[Reading]]:
    """Return who opened the pictures of these checks, by check, newest first."""
    found: dict[int, list[Reading]] = {check.id: [] for check in checks}
    opened = (
        select(Evidence.check_id, Evidence.part, EvidenceView)
        .join(Evidence, Evidence.id == EvidenceView.evidence_id)
        .where(Evidence.check_id.in_(found), EvidenceView.opened_at.is_not(None))
        .order_by(EvidenceView.id.desc())
    )
    for check_id, part, view in db.session.execute(opened):
        found[check_id].append(Reading(part, view.viewer_id, view.reason, view.at))
    return found


def is_contested(check: Check) -> bool:
    """True when the account's owner stopped it, or an address objects that can't stop it alone."""
    hold = assurance.hold_of(check.stream) if check.state == CheckState.HELD else None
    return check.state == CheckState.STOPPED or (hold is not None and bool(hold.objected))


def times_asked_again(check: Check) -> int:
    """Return how often the person was asked for new pictures."""
    again = (Review.check_id == check.id, Review.verdict == "again")
    return int(db.session.execute(select(func.count()).where(*again)).scalar_one())


def verdicts(check: Check) -> dict[str, Review]:
    """Return the verdicts of the present round by seat."""
    own = (Review.check_id == check.id, Review.round == check.round)
    return {each.seat: each for each in db.session.execute(select(Review).where(*own)).scalars()}


def shown_verdicts(actor: Actor, check: Check) -> dict[str, Review]:
    """Return the verdicts that the actor may see: all once it is decided, before only their own."""
    found = verdicts(check)
    if check.state not in UNDER_REVIEW:
        return found
    return {seat: each for seat, each in found.items() if each.person_id == actor.id}


def wanted_address(check: Check) -> tuple[str, str] | None:
    """Return (kind, address) that shall be bound; None before it is proved."""
    if check.wanted_sealed is None or check.wanted_kind is None:
        return None
    try:
        place = wanted_place(check.uid)
        return check.wanted_kind, vault.unseal(check.stream, place, check.wanted_sealed)
    except vault.KeyDestroyed:
        return None


def wanted_place(uid: str) -> str:
    """Return the vault place of the wanted address."""
    return f"identity_check.wanted_sealed:{uid}"


def steps_done(check: Check) -> dict[str, bool]:
    """Return the person's steps, in order, and whether each is done."""
    parts = {part for part, _words in rule_of(check).parts}
    before = {step.code: step.done(check) for step in steps_of(check)}
    return before | {"evidence": parts <= set(evidence_of(check))}


def is_ready(check: Check) -> bool:
    """True when every step is done that must be, so that the check can be given."""
    spared = {step.code for step in steps_of(check) if step.optional}
    return all(done or code in spared for code, done in steps_done(check).items())


def record_locked_until(check: Check, now: datetime) -> datetime | None:
    """Return until when nobody may name the record of the account, None while it may be tried."""
    found = select(RecordTries).where(RecordTries.subject_id == check.subject_id)
    row = db.session.execute(found).scalar_one_or_none()
    if row is None or row.tries < policy.RECORD_TRIES:
        return None
    until = row.last_at + policy.RECORD_LOCKED
    return until if until > now else None


def unstaffed_seats() -> list[str]:
    """Return the seats that nobody can take: one person can't hold both at once."""
    verifiers = {one.id for one in people.staff(Role.VERIFIER)}
    approvers = {one.id for one in people.staff(Role.APPROVER)}
    missing = [
        seat for seat, held in (("verifier", verifiers), ("approver", approvers)) if not held
    ]
    if not missing and len(verifiers | approvers) < 2:
        missing.append("approver")
    return missing


def forgotten_checks(now: datetime, most: int) -> list[int]:
    """Return the row ids of checks that have waited too long for their person."""
    begun = func.coalesce(Check.given_at, Check.opened_at)
    due = (Check.state == CheckState.OPEN, begun <= now - policy.OPEN_FOR)
    return list(db.session.execute(select(Check.id).where(*due).limit(most)).scalars())


def known_bytes(prefix: str) -> set[str]:
    """Return the names in the file store that our pictures stand for, by their beginning."""
    span = (Evidence.uid >= prefix, Evidence.uid < prefix + "g", Evidence.destroyed_at.is_(None))
    return set(db.session.execute(select(Evidence.uid).where(*span)).scalars())


def _named(uid: str) -> Check:
    found = check_by_uid(uid)
    if found is None:
        raise NotFound()
    return found


def is_claimed(account_id: int) -> bool:
    """True while a check runs by which somebody else than who is signed in may get the account back."""
    claims = (Check.subject_id == account_id, Check.act == Act.RECOVER_ACCOUNT)
    alive = select(Check.id).where(*claims, Check.state.not_in([*ENDED])).limit(1)
    return db.session.execute(alive).first() is not None
