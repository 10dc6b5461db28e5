"""What waits for the people who decide: the list of one of them, and how long the lists are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from support.core.actors import Actor, Role
from support.core.db import db
from support.verification import policy
from support.verification.lifecycle import AFTER_DECISION, DECIDED_ON, CheckState, PaymentState
from support.verification.models import Check, Payment, Review

Waiting = Mapping[tuple[str, int | None], int]
"""How many checks wait, by their state and by who has decided first on those that wait for a second person."""

_MOST = 200
_ROUND = and_(Review.check_id == Check.id, Review.round == Check.round)


def to_review(actor: Actor) -> Sequence[Check]:
    """Return what waits for a decision that the actor may give, longest waiting first."""
    policy.require_reviewer(actor)
    states = [CheckState.REVIEW, CheckState.STOPPED] if actor.has(Role.VERIFIER) else []
    states += [CheckState.APPROVAL] if actor.has(Role.APPROVER) else []
    mine = select(Review.check_id).where(_ROUND, Review.person_id == actor.id)
    undecided = or_(Check.state == CheckState.STOPPED, ~mine.exists())
    found = select(Check).where(Check.state.in_(states), undecided)
    ordered = found.order_by(Check.given_at, Check.id).limit(_MOST)
    return db.session.execute(ordered).scalars().all()


def came_back(actor: Actor) -> Sequence[Check]:
    """Return decided checks whose payment the bank gave back, if the actor may say what follows."""
    policy.require_reviewer(actor)
    if not actor.has(Role.VERIFIER):
        return []
    found = select(Check).where(_came_back()).order_by(Check.id).limit(_MOST)
    return db.session.execute(found).scalars().all()


def waiting() -> Waiting:
    """Return how many checks wait for whom, whoever asks."""
    first = and_(_ROUND, Check.state == CheckState.APPROVAL)
    by = (Check.state, Review.person_id)
    counted = select(*by, func.count()).outerjoin(Review, first)
    found = counted.where(Check.state.in_(DECIDED_ON)).group_by(*by)
    waits = {(state, person): number for state, person, number in db.session.execute(found)}
    back = db.session.execute(select(func.count()).where(_came_back())).scalar_one()
    return waits | {(PaymentState.RETURNED, None): back}


def waiting_for(actor: Actor, counts: Waiting) -> int:
    """Return how many of those that wait stand on the actor's list."""
    seats = {
        Role.VERIFIER: (CheckState.REVIEW, CheckState.STOPPED, PaymentState.RETURNED),
        Role.APPROVER: (CheckState.APPROVAL,),
    }
    states = {state for role, some in seats.items() if actor.has(role) for state in some}
    return sum(
        number for (state, first), number in counts.items() if state in states and first != actor.id
    )


def _came_back() -> ColumnElement[bool]:
    """Decided, and its newest payment came back since."""
    back = (Payment.check_id == Check.id, Payment.state == PaymentState.RETURNED)
    newer = aliased(Payment)
    later = select(newer.id).where(newer.check_id == Check.id, newer.number > Payment.number)
    newest = ~later.where(newer.state != PaymentState.DROPPED).exists()
    paid = (Check.state.in_(AFTER_DECISION), ~Check.unpaid)
    return and_(*paid, select(Payment.id).where(*back, newest).exists())
