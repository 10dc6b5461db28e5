"""A payment that the bank gives back after it left: its check follows, and what it proved is undone by people alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from support.assurance import service_holds
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import IllegalMove, NotAllowed, NotFound
from support.verification import policy
from support.verification import queries_payments as queries
from support.verification.goal import goal_of
from support.verification.lifecycle import AFTER_DECISION, UNDER_REVIEW, CheckState, PaymentState
from support.verification.models import Check, Payment
from support.verification.service import destroy_evidence, move, move_with_pictures, news
from support.verification.service_payments import move_payment
from support.verification.service_reviews import require_other

_SAID = frozenset({PaymentState.RETURNED, PaymentState.KEPT, PaymentState.UNDONE})


def note_return(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Note that the bank gave a payment back, by whoever may say so: `SYSTEM` for the bank's own word, twice harmless.

    It uses no try up. A check that waits for its person, or for a decision, asks for another payment; one that is
    decided stands before people, and they alone take back what it brought.
    Raises `NotFound` for an unknown payment, `IllegalMove` for one that has not left, `Stale` where the check moved.
    """
    now = now or utcnow()
    if actor != SYSTEM:
        policy.require_payer(actor)
    with transaction():
        found = queries.payment_by_uid(uid)
        if found is None:
            raise NotFound()
        payment, check = found
        db.session.refresh(check, with_for_update=True)
        db.session.refresh(payment, with_for_update=True)
        if payment.state in _SAID:
            return
        newest = queries.payment_of(check)
        if payment.state == PaymentState.DROPPED:
            _count_no_more(payment)
            return
        before = payment.status
        move_payment(actor, check, payment, PaymentState.RETURNED, now, sent_at=None, tried_at=None)
        if newest is not None and newest.id == payment.id:
            _follow(check, payment, before, now)


def settle_return(
    actor: Actor, check: Check, *, take_back: bool, now: datetime | None = None
) -> None:
    """Say what follows from a payment that came back after the decision: it stands, or it is taken back.

    A check that waits still is refused then. Raises `NotAllowed` for one's own check and where nothing can be taken
    back, `IllegalMove` where nobody is asked.
    """
    now = now or utcnow()
    policy.require_seat(actor, "verifier")
    require_other(actor, check)
    with transaction():
        db.session.refresh(check, with_for_update=True)
        payment = queries.payment_of(check)
        if payment is None or check.state not in AFTER_DECISION or not queries.is_returned(check):
            raise IllegalMove(check.status, CheckState.DONE)
        new = PaymentState.UNDONE if take_back else PaymentState.KEPT
        move_payment(actor, check, payment, new, now)
        if take_back and check.state == CheckState.HELD:
            service_holds.void_hold(check.case, now=now)
            move(actor, check, CheckState.REFUSED, now, reason=policy.RETURNED)
            destroy_evidence(check, now)
            return
        if take_back:
            if (undo := goal_of(check).take_back) is None:
                raise NotAllowed()
            undo(actor, check, now)
        news(check, f"payment_{new}_{payment.number}")


def _count_no_more(payment: Payment) -> None:
    """Let a payment that was given up before it came back use no try up either."""
    mine = update(Payment).where(Payment.id == payment.id)
    changed(mine.values(sent_at=None, tried_at=None))


def _follow(check: Check, payment: Payment, before: PaymentState, now: datetime) -> None:
    """Let the check follow its newest payment, and tell the person."""
    if check.state in UNDER_REVIEW and before == PaymentState.PROVED:
        move_with_pictures(SYSTEM, check, CheckState.OPEN, now, reason=policy.RETURNED)
    elif check.state == CheckState.OPEN:
        news(check, f"payment_returned_{payment.number}")
    elif check.state in AFTER_DECISION | {CheckState.STOPPED}:
        news(check, f"payment_doubted_{payment.number}")
