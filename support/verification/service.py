"""A check from its beginning to its end: opened by the desk, answered by the person, carried out or refused."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import update

from support.accounts import queries as people
from support.assurance import queries as assurance_queries
from support.assurance import service as assurance
from support.assurance import service_holds
from support.assurance.policy import ACTS, CURRENT, STILL_TOLD, TOO_NEW, Act, ProofKind
from support.assurance.queries import Case
from support.core import audit, outbox, sealed_files, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import Invalid, Stale
from support.core.words import N_
from support.verification import policy, queries, queries_payments
from support.verification.goal import goal_for, goal_of, rule_of
from support.verification.lifecycle import ALIVE, ENDED, LIFECYCLE, CheckState, PaymentState
from support.verification.models import Check, Evidence, Payment
from support.verification.policy import EVIDENCE_KEPT, Way

CHANGED = "check.changed"
_BATCH = 100


def open_check(
    actor: Actor,
    *,
    about: str,
    reference: str,
    asker_id: int,
    subject_id: int,
    asker_contact: int | None = None,
    act: Act = Act.RECOVER_ACCOUNT,
    way: Way = Way.DOCUMENT,
    now: datetime | None = None,
) -> Check:
    """Ask a person to show that the account `subject_id` is theirs, or who they are; `about` is an order or the like.

    Raises `NotAllowed` for whoever may not begin it, `Invalid` for accounts of staff and while another check of the
    same thing runs.
    """
    now = now or utcnow()
    goal = goal_for(act)
    goal.may_open(actor, asker_id, subject_id)
    if people.person(subject_id).kind not in goal.subjects:
        raise Invalid("account", N_("Only a member's account can be given back this way."))
    with transaction() as session:
        before = queries.check_of(about)
        if before is not None and before.state not in ENDED:
            raise Invalid("account", N_("A check of this work order is running already."))
        check = Check(
            uid=new_uid(),
            about=about,
            reference=reference,
            act=act,
            policy=CURRENT.number,
            asker_id=asker_id,
            asker_contact=asker_contact,
            subject_id=subject_id,
            way=way,
            named=[],
            opened_by=actor.id,
            opened_at=now,
        )
        session.add(check)
        session.flush()
        record(actor, check, "check.opened", now)
        if actor.id != asker_id:  # who begins it themself is on its page
            news(check, "opened")
    return check


def withdraw_check(actor: Actor, check: Check, *, now: datetime | None = None) -> None:
    """Give a check up: by the person, or by the desk; its pictures go with the key at once."""
    now = now or utcnow()
    if not policy.is_party(actor, check):
        policy.require_desk(actor)
    with transaction():
        move(actor, check, CheckState.WITHDRAWN, now)
        destroy_evidence(check, now)


def phrase_of(check: Check) -> str:
    """Return what the person writes on the paper in the picture; asked for new pictures, they write another."""
    text = f"phrase\0{check.uid}\0{queries.times_asked_again(check)}".encode()
    number = int.from_bytes(hmac.new(keys().codes, text, hashlib.sha256).digest()[:4], "big")
    return f"{check.reference} {number % 10_000:04d}"


def move(actor: Actor, check: Check, new: CheckState, now: datetime, **values: Any) -> None:
    """Move a check inside the caller's transaction, tell its order, and ring; `Stale` where somebody was faster."""
    old = check.status
    LIFECYCLE.check_move(old, new)
    values |= {"state": new, "version": Check.version + 1}
    if new in ENDED:
        values |= {"closed_at": now, "evidence_until": now + EVIDENCE_KEPT}
    here = (Check.id == check.id, Check.state == old, Check.version == check.version)
    if changed(update(Check).where(*here).values(values)) != 1:
        raise Stale()
    db.session.refresh(check)
    record(actor, check, f"check.{new}", now)
    goal_of(check).on_move(check, new, now)
    news(check, new.value)


def move_with_pictures(
    actor: Actor, check: Check, new: CheckState, now: datetime, **values: Any
) -> None:
    """Move a check into its next round with the pictures that it has: nothing that was decided on them counts."""
    pictures = (Evidence.check_id == check.id, Evidence.round == check.round)
    changed(update(Evidence).where(*pictures).values(round=Evidence.round + 1))
    move(actor, check, new, now, round=Check.round + 1, **values)


def conclude(check: Check, *, now: datetime) -> None:
    """Both people have decided: carry the act out, hold it where the proof is weak, or refuse it.

    Inside the caller's transaction.
    """
    found = queries.verdicts(check)
    failed = next((each for each in found.values() if each.verdict == "fail"), None)
    if failed is not None:
        move(SYSTEM, check, CheckState.REFUSED, now, reason=failed.reason)
        return
    by = {seat: Actor("staff", each.person_id) for seat, each in found.items()}
    goal = goal_of(check)
    assurance.write_case_proof(by["verifier"], rule_of(check).proof, check.case, now=now)
    assurance.write_case_proof(by["verifier"], ProofKind.DECISION, check.case, now=now)
    assurance.write_case_proof(by["approver"], ProofKind.APPROVAL, check.case, now=now)
    goal.weigh(check, now)
    if not assurance.needs_hold(Act(check.act), check.case, now):
        goal.carry_out(check, now)
        return
    place_hold(Act(check.act), check.case, named=check.named, now=now)
    move(SYSTEM, check, CheckState.HELD, now)


def place_hold(act: Act, case: Case, *, named: Collection[int] = (), now: datetime) -> None:
    """Begin the waiting period of an act about an account: all addresses that it has, or had lately, may object.

    Those that are `named` as somebody else's, too new or taken off stop nothing alone.
    """
    lately = now - STILL_TOLD
    told = [
        one
        for one in people.contacts_of(case.person_id)
        if one.verified and (one.bound or one.changed_at > lately)
    ]
    weak = {one.id for one in told if not one.bound or one.changed_at > now - TOO_NEW}
    service_holds.place_hold(
        SYSTEM, act, case, tell=[one.id for one in told], unheeded=weak.union(named), now=now
    )


def hold_ended(check: Check, *, now: datetime) -> None:
    """The waiting period is over: carry the act out, or let people decide anew.

    They do where its proofs have grown too old, or where the bank has given the payment back meanwhile.

    Safe to run twice.
    """
    with transaction():
        if check.state != CheckState.HELD:
            return
        if queries_payments.is_returned(check):
            move(SYSTEM, check, CheckState.STOPPED, now, reason=policy.RETURNED)
        elif assurance_queries.case_level(check.case, now) < ACTS[Act(check.act)].level:
            move(SYSTEM, check, CheckState.STOPPED, now, reason="")
        else:
            goal_of(check).carry_out(check, now)


def hold_stopped(check: Check, *, now: datetime) -> None:
    """The account's owner said that it was not them: nothing is done, and a person looks. Safe to run twice."""
    with transaction():
        if check.state == CheckState.HELD:
            move(SYSTEM, check, CheckState.STOPPED, now, reason="stopped")


def note_objection(check: Check, contact_id: int, *, now: datetime) -> None:
    """A channel that can't stop it alone said no: the desk is told, and may refuse it."""
    with transaction():
        record(SYSTEM, check, "check.objected", now)
        news(check, f"objected_{contact_id}")


def give_up_forgotten_checks(now: datetime) -> None:
    """Give up checks that have waited 30 days for their person (a periodic task). Safe to run twice."""
    for check_id in queries.forgotten_checks(now, _BATCH):
        with transaction():
            check = db.session.get_one(Check, check_id)
            move(SYSTEM, check, CheckState.WITHDRAWN, now)
            destroy_evidence(check, now)


def destroy_evidence(check: Check, now: datetime) -> None:
    """Destroy the key of a check, so that no copy of its pictures can be read, and remove the bytes.

    What a legal hold keeps is destroyed by the periodic task, once it is released.
    """
    if queries.is_held(check):
        changed(update(Check).where(Check.id == check.id).values(evidence_until=now))
        return
    gone = (Evidence.check_id == check.id, Evidence.destroyed_at.is_(None))
    rows = update(Evidence).where(*gone).values(destroyed_at=now).returning(Evidence.uid)
    kept = list(
        db.session.execute(rows, execution_options={"synchronize_session": False}).scalars()
    )
    drop_payments(check, now)
    vault.destroy(check.stream)
    goal_of(check).forget(check)
    changed(
        update(Check).where(Check.id == check.id).values(evidence_until=None, wanted_sealed=None)
    )
    record(SYSTEM, check, "check.evidence_destroyed", now)
    sealed_files.forget_later(kept)


def drop_payments(check: Check, now: datetime, states: Collection[PaymentState] = ALIVE) -> None:
    """Forget the company's account, and let go of the payments in `states`, inside the caller's transaction."""
    mine = update(Payment).where(Payment.check_id == check.id)
    gone = mine.where(Payment.state.in_(states))
    changed(gone.values(state=PaymentState.DROPPED, ended_at=now))
    changed(mine.values(sealed=None))


def record(actor: Actor, check: Check, action: str, now: datetime, **ids: Any) -> None:
    """Write an event on the order's trail and on that of the account that the check is about."""
    for stream in dict.fromkeys((check.about, f"person:{check.subject_id}")):
        audit.record(stream, action, actor=actor, at=now, check=check.id, **ids)


def news(check: Check, what: str) -> None:
    """Put the news of a check for whoever tells people of it."""
    outbox.put(
        CHANGED,
        f"{check.uid}:{check.version}:{what}",
        check=check.uid,
        what=what,
        about=check.about,
    )
