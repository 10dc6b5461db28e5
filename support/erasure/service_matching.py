"""Once it is known who asks: the account that they mean is found and waited for, or it is refused by two people.

Every address of the account is told and may stop it for 72 hours: its owner may be alive, of age, or robbed. Who asks
reads the same sentence all the while, account or none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.accounts import queries as people
from support.assurance.lifecycle import HoldState
from support.core import audit, outbox, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed, NotFound
from support.core.words import N_
from support.erasure import askings, policy, queries, queries_asking, service
from support.erasure.asking import REFUSALS
from support.erasure.lifecycle import LIFECYCLE, ErasureState
from support.erasure.models import Erasure
from support.verification import queries as checks
from support.verification import service as verification
from support.workorders import queries as orders

S = ErasureState
CHOOSE_ACCOUNT = N_("Choose the account that they mean, or refuse it.")
TWICE = N_("The same person has asked for this account before: refuse this one as asked twice.")
COMPANY = N_("This is a company's account: nobody is its guardian or near relative.")
_BATCH = 200


def match(
    actor: Actor, row: Erasure, person_id: int, *, version: int, now: datetime | None = None
) -> Erasure:
    """Say, as privacy officer, whose data a request is about; its addresses are told, and 72 hours begin.

    Raises `Invalid("person")` for an account that nobody may be meant by, or that the same person asks for already,
    `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    policy.require_decider(actor)
    LIFECYCLE.check_move(row.status, S.HELD)
    asked = queries_asking.asked_in(row)
    if asked is None:
        raise Invalid("person", CHOOSE_ACCOUNT)
    try:
        queries_asking.candidate(row, asked, person_id)
    except NotFound as error:
        raise Invalid("person", CHOOSE_ACCOUNT) from error
    if row.ground != "lost" and queries_asking.is_company(person_id):
        raise Invalid("person", COMPANY)
    if checks.is_claimed(person_id):
        raise NotAllowed(service.CLAIMED)
    with transaction():
        people.lock_person(person_id)
        if queries_asking.same_subject(row, person_id) is not None:
            raise Invalid("person", TWICE)
        by: dict[str, Any] = {"decided_by": None, "decided_at": None, "remark": None}
        service.move(actor, row, S.HELD, version, now, person_id=person_id, **by)
        verification.place_hold(askings.act_of(row), askings.case_of(row, person_id), now=now)
        stream = orders.order_by_id(row.order_id).stream
        audit.record(stream, "erasure.matched", actor=actor, at=now, person=person_id)
    return row


def refuse(
    actor: Actor,
    row: Erasure,
    reason: str,
    *,
    words: str = "",
    version: int,
    now: datetime | None = None,
) -> Erasure:
    """Propose, as privacy officer, to refuse a request before anything is touched; another person has to agree.

    Raises `Invalid`, `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    policy.require_decider(actor)
    LIFECYCLE.check_move(row.status, S.UNFOUND)
    known = queries_asking.asking_of(row)
    if reason not in REFUSALS or known is None:
        raise Invalid("reason", service.CHOOSE)
    said = service.said_words(words, needed=False)
    with transaction():
        known.refusal = reason
        sealed = vault.seal(row.stream, queries.remark_place(row), said) if said else None
        by: dict[str, Any] = {"decided_by": actor.id, "decided_at": now, "remark": sealed}
        service.move(actor, row, S.UNFOUND, version, now, **by)
    return row


def agree_to_refusal(
    actor: Actor, row: Erasure, *, version: int, now: datetime | None = None
) -> Erasure:
    """Agree as the second person to refuse it; who asks is told why. Twice is harmless.

    Raises `NotAllowed` for who proposed it, `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    policy.require_desk(actor)
    if not policy.may_approve(actor, row.decided_by):
        raise NotAllowed(service.OTHERS)
    if row.status is S.REFUSED and row.approved_by == actor.id:
        return row
    if row.status is not S.UNFOUND:
        raise AlreadyDone()
    with transaction():
        by: dict[str, Any] = {"approved_by": actor.id, "approved_at": now, "ended_at": now}
        service.move(actor, row, S.REFUSED, version, now, **by)
        service.tell(row, "refused")
    return row


def send_refusal_back(
    actor: Actor, row: Erasure, words: str, *, version: int, now: datetime | None = None
) -> Erasure:
    """Send the proposal to refuse it back to the privacy officer, saying why."""
    now = now or utcnow()
    policy.require_desk(actor)
    if row.status is not S.UNFOUND:
        raise AlreadyDone()
    said = service.said_words(words, needed=True)
    with transaction():
        sealed = vault.seal(row.stream, queries.remark_place(row), said)
        service.move(actor, row, S.MATCHING, version, now, remark=sealed)
    return row


def follow_hold(about: str, now: datetime) -> None:
    """Follow the end of a waiting period: to the decision, or, stopped, back to whom it is about. Twice is harmless.

    While another request about the same data runs, or somebody claims the account, it waits on; the tick asks again.
    """
    row = queries_asking.erasure_of_hold(about)
    hold = queries_asking.hold_of(row) if row is not None and row.status is S.HELD else None
    if row is None or hold is None:
        return
    with transaction():
        people.lock_person(row.person_id)
        db.session.refresh(row)
        if row.status is not S.HELD:
            return
        if hold.state == HoldState.CANCELLED:
            service.move(SYSTEM, row, S.MATCHING, row.version, now, person_id=row.asker_id)
            return
        taken = queries.running_of(row.person_id) is not None or checks.is_claimed(row.person_id)
        if hold.state == HoldState.OVER and not taken:
            service.move(SYSTEM, row, S.REVIEW, row.version, now)
            outbox.put(service.LOOK, row.uid, erasure=row.id)


def go_on(now: datetime) -> None:
    """Go on with what waited for another request, or lost its news (a periodic task). Safe to run twice."""
    waiting = select(Erasure).where(Erasure.state == S.HELD).order_by(Erasure.id).limit(_BATCH)
    for row in db.session.execute(waiting).scalars().all():
        follow_hold(queries_asking.hold_stream(row, row.person_id), now)
