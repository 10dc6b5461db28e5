"""The people who decide: each looks at the evidence with a reason, and says what they think without the other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update

from support.assurance import service as assurance
from support.assurance import service_holds
from support.assurance.policy import ProofKind
from support.core import sealed_files
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import (
    DomainError,
    Expired,
    IllegalMove,
    Invalid,
    NotAllowed,
    NotFound,
    Stale,
)
from support.core.words import N_
from support.verification import policy, queries, queries_payments
from support.verification.goal import goal_of, rule_of
from support.verification.lifecycle import DROPPABLE, CheckState
from support.verification.models import Check, Evidence, EvidenceView, Review
from support.verification.policy import Way
from support.verification.service import (
    conclude,
    destroy_evidence,
    drop_payments,
    move,
    move_with_pictures,
    record,
)

SEAT_OF = {CheckState.REVIEW: "verifier", CheckState.APPROVAL: "approver"}


def open_picture(
    actor: Actor, check: Check, uid: str, reason: str, *, now: datetime | None = None
) -> EvidenceView:
    """Allow the actor one look at a picture, within a minute; the look is told to the people whom it concerns."""
    now = now or utcnow()
    policy.require_reviewer(actor)
    if reason not in policy.VIEW_REASONS:
        raise Invalid("reason", N_("Please say why you open it."))
    evidence = queries.picture(check, uid)
    with transaction() as session:
        view = EvidenceView(
            uid=new_uid(), evidence_id=evidence.id, viewer_id=actor.id or 0, reason=reason, at=now
        )
        session.add(view)
        session.flush()
        record(actor, check, "check.evidence_opened", now, evidence=evidence.id, reason=reason)
    return view


def look(actor: Actor, check: Check, view_uid: str, *, now: datetime | None = None) -> bytes:
    """Return the picture of a permission, marked with who looks, once; raises `Expired` afterwards."""
    now = now or utcnow()
    with transaction():
        fresh = (
            EvidenceView.uid == view_uid,
            EvidenceView.viewer_id == actor.id,
            EvidenceView.opened_at.is_(None),
            EvidenceView.at > now - policy.VIEW_LIVES,
        )
        used = update(EvidenceView).where(*fresh).values(opened_at=now)
        found = db.session.execute(
            used.returning(EvidenceView.evidence_id),
            execution_options={"synchronize_session": False},
        ).scalar_one_or_none()
        if found is None:
            raise Expired()
        evidence = db.session.get_one(Evidence, found)
        if evidence.check_id != check.id or evidence.destroyed_at is not None:
            raise NotFound()
    who = f"agent {actor.id}  {check.reference}  {now:%Y-%m-%d %H:%M} UTC"
    try:
        return sealed_files.show(check.stream, evidence.uid, evidence.media_type, who)
    except DomainError:
        with transaction():  # nothing was shown, so nobody has looked
            taken = (EvidenceView.uid == view_uid, EvidenceView.opened_at == now)
            changed(update(EvidenceView).where(*taken).values(opened_at=None))
        raise


def decide(
    actor: Actor,
    check: Check,
    verdict: str,
    reason: str = "",
    *,
    marks: Collection[str] = (),
    version: int,
    now: datetime | None = None,
) -> None:
    """Give one's verdict on the round: "pass", "fail" with a reason, or "again" with what is asked for.

    `marks` are the points of the way's rule that were compared and fit; it passes only where all of them do.
    The seat is the one that the check waits for. Raises `NotAllowed` for one's own work (as the person, or in the
    other seat), `Invalid` without a look at every picture, a reason or the marks, `Stale` when it moved meanwhile.
    """
    now = now or utcnow()
    seat = SEAT_OF.get(check.status)
    if seat is None:
        raise IllegalMove(check.status, CheckState.APPROVAL)
    policy.require_seat(actor, seat)
    require_other(actor, check)
    if verdict not in policy.VERDICTS or (verdict != "pass" and reason not in reasons_of(check)):
        raise Invalid("verdict", N_("Please say what you found, and why where it fails."))
    points = [code for code, _words in rule_of(check).marks]
    if verdict == "pass" and not set(points) <= set(marks):
        raise Invalid("marks", N_("It passes only where everything fits: mark each point."))
    with transaction():
        if check.version != version:
            raise Stale()
        if verdict == "pass" and Way(check.way) not in goal_of(check).ways():
            raise Invalid("verdict", policy.NOT_OFFERED)
        given = queries.evidence_of(check)
        if not queries.steps_done(check)["evidence"]:
            raise Invalid("verdict", N_("A picture is missing: nothing can be decided without it."))
        if {each.id for each in given.values()} - queries.seen_by(actor, check):
            raise Invalid("verdict", N_("Please look at every picture first."))
        if any(each.person_id == actor.id for each in queries.verdicts(check).values()):
            raise NotAllowed(N_("The second decision is another person's."))
        elsewhere = queries_payments.paid_another(check)
        if verdict == "pass" and elsewhere:
            raise Invalid("verdict", N_("The payment went to another company; ask for it again."))
        if verdict == "pass" and queries_payments.is_returned(check):
            raise Invalid("verdict", N_("The bank gave the payment back; ask for it again."))
        said = {
            "person_id": actor.id,
            "verdict": verdict,
            "reason": "" if verdict == "pass" else reason,
            "marks": [code for code in points if code in marks],
        }
        if not insert_new(Review, check_id=check.id, round=check.round, seat=seat, at=now, **said):
            raise Stale()
        record(actor, check, "check.decided", now, seat=seat)
        if verdict == "again":
            if elsewhere:
                drop_payments(check, now, DROPPABLE)
            move(actor, check, CheckState.OPEN, now, round=Check.round + 1, reason=reason)
        elif seat == "verifier":
            move(actor, check, CheckState.APPROVAL, now)
        else:
            conclude(check, now=now)


def reasons_of(check: Check) -> tuple[str, ...]:
    """Return why people may refuse a check or ask for something again."""
    back = (policy.RETURNED,) if queries_payments.is_returned(check) else ()
    return back + goal_of(check).reasons


def take_up_again(actor: Actor, check: Check, *, now: datetime | None = None) -> None:
    """Look anew at a check that its account's owner stopped: both people decide again, with both sides heard.

    Nothing that was decided or seen before counts.
    """
    now = now or utcnow()
    policy.require_seat(actor, "verifier")
    require_other(actor, check)
    if check.state != CheckState.STOPPED:
        raise IllegalMove(check.status, CheckState.REVIEW)
    with transaction():
        shown = (rule_of(check).proof, ProofKind.DECISION, ProofKind.APPROVAL)
        assurance.withdraw_case_proofs(shown, check.case, now=now)
        service_holds.void_hold(check.case, now=now)
        move_with_pictures(actor, check, CheckState.REVIEW, now, given_at=now, reason="")


def refuse_contested(actor: Actor, check: Check, *, now: datetime | None = None) -> None:
    """End a check that its account's owner stopped or objected to, or that a payment stopped by coming back.

    Its pictures are destroyed at once.
    """
    now = now or utcnow()
    policy.require_seat(actor, "verifier")
    require_other(actor, check)
    if not queries.is_contested(check):
        raise IllegalMove(check.status, CheckState.REFUSED)
    with transaction():
        service_holds.void_hold(check.case, now=now)
        why = policy.RETURNED if check.reason == policy.RETURNED else "stopped"
        move(actor, check, CheckState.REFUSED, now, reason=why)
        destroy_evidence(check, now)


def require_other(actor: Actor, check: Check) -> None:
    """Raise `NotAllowed` for the people of the check, and for whoever opened it."""
    if actor.id in (check.asker_id, check.subject_id, check.opened_by):
        raise NotAllowed(N_("Nobody decides on a check that is their own, or that they opened."))
