"""The verbs of a request for deletion until it is agreed to: ask, show who you are, propose, approve, withdraw."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from support.accounts import queries as people
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, outbox, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, new_uid, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed, NotFound
from support.core.text import clean_text, too_long
from support.core.words import N_
from support.erasure import askings, policy, queries, queries_plan, service_mentions
from support.erasure.lifecycle import (
    COARSE,
    ENDED,
    LIFECYCLE,
    RUNNING,
    SEARCHED,
    WITHDRAWABLE,
    ErasureState,
)
from support.erasure.models import Erasure, ErasureLine
from support.erasure.proposals import NEEDS_KEY, is_refusal, line_for, lost_with_key
from support.erasure.rules import (
    CEASED,
    CURRENT,
    EXTENSIONS,
    FOR_OTHERS,
    OFFERED,
    REGIONS,
    due_of,
)
from support.policies.data_classes import Class
from support.verification import queries as checks
from support.workorders import moves
from support.workorders import queries as orders
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from support.workorders.timers import NO_ANSWER

KIND = "erasure"
NEWS = "erasure.news"
DUE = "erasure.due"
"""Payload: `erasure` (row id): carry on with its execution."""
LOOK = "erasure.look"
"""Payload: `erasure` (row id): look for what others wrote of the person."""
BEGINS_AFTER = timedelta(minutes=10)
"""From the second person's yes to the first step: until then its person can take it back."""
S = ErasureState

CHOOSE_GROUND = N_("Please say why.")
CHOOSE = N_("Please choose one.")
STAFF = N_("Accounts of the people who work here are closed by an administrator.")
BEGUN = N_("It is being carried out already and can't be taken back.")
CLAIMED = N_(
    "Somebody is showing just now that this account is theirs. Nothing is deleted until that is decided."
)
NEEDED = N_("Please write why.")
TOO_LONG = N_("Up to %(most)s characters, please.")
OTHERS = N_("Another person than who proposed it has to agree.")
EXTENDED_BEFORE = N_("It was extended before; the law allows that once.")
ALL_OR_NONE = N_(
    "All that the key of your account opens goes with the account. Choose everything, or leave the account out."
)


def keep_request(actor: Actor, order: WorkOrder, *, now: datetime) -> Erasure | None:
    """Keep a request beside its order, inside the transaction that files it. Nothing is looked at by it.

    It waits for its person, who is reminded; without them it ends by itself. Raises `Invalid("topic")` where no ground
    is named. Of an order that the system files as the service has ended, `service_ceasing` keeps the request.
    """
    if actor.kind == "system" and order.topic == CEASED:
        return None
    if order.topic not in OFFERED and order.topic not in FOR_OTHERS:
        raise Invalid("topic", CHOOSE_GROUND)
    with transaction() as session:
        row = Erasure(
            uid=new_uid(),
            order_id=order.id,
            person_id=order.requester_id,
            asker_id=order.requester_id if order.topic in FOR_OTHERS else None,
            ground=order.topic,
            scope=[],
            rules=CURRENT,
            at=now,
            changed_at=now,
        )
        session.add(row)
        session.flush()
        audit.record(order.stream, "erasure.asked", actor=actor, at=now, erasure=row.id)
        moves.move(SYSTEM, order, Status.WAITING, version=order.version, now=now)
    return row


def confirm_request(
    actor: Actor,
    row: Erasure,
    *,
    region: str,
    scope: tuple[str, ...] = (),
    version: int,
    now: datetime | None = None,
) -> Erasure:
    """Show, as the person, who asks; from here on the clock runs. Returns the request that is decided on.

    That is an earlier one where there is one: the second is closed for that reason, once its person is known, too.
    Raises `NeedsProof` where the session has not shown enough, `Invalid`, `Stale`.
    """
    now = now or utcnow()
    require_own(actor, row)
    if row.asker_id is not None:  # a sign-in of theirs shows nothing of whom they ask for
        raise NotFound()
    if region not in REGIONS:
        raise Invalid("region", CHOOSE)
    if not set(scope) <= set(Class):
        raise Invalid("scope", CHOOSE)
    if Class.ACCOUNT in scope and set(scope) != set(Class):
        raise Invalid("classes", ALL_OR_NONE)
    _require_shown(actor, now)
    if row.status is not S.IDENTITY:
        return row
    if checks.is_claimed(row.person_id):
        raise NotAllowed(CLAIMED)
    with transaction():
        people.lock_person(row.person_id)
        earlier = queries.running_of(row.person_id)
        if earlier is not None:
            move(actor, row, S.WITHDRAWN, version, now, ended_at=now, reason="duplicate")
            return earlier
        due = due_of(region, row.at, now)
        said: dict[str, Any] = {"region": region, "scope": sorted(scope), "complete_at": now}
        dates: dict[str, Any] = {"due_at": due.at, "due_estimated": due.estimated}
        move(actor, row, S.REVIEW, version, now, **said, **dates)
        tell(row, "review")
        outbox.put(LOOK, row.uid, erasure=row.id)
    return row


def _require_shown(actor: Actor, now: datetime) -> None:
    act = Act.ERASE_GUEST if actor.kind == "guest" else Act.ERASE_ACCOUNT
    assurance.require(actor, act, now=now)


def require_own(actor: Actor, row: Erasure) -> None:
    """Let a person act on their own request; raise `NotFound` for anybody else's, `NotAllowed` for staff."""
    if actor.id is None or actor.id != row.told_id:
        raise NotFound()
    if actor.is_staff:
        raise NotAllowed(STAFF)


def propose(
    actor: Actor,
    row: Erasure,
    measures: Mapping[str, str],
    reasons: Mapping[str, str],
    *,
    words: str = "",
    spared: Collection[int] = (),
    version: int,
    now: datetime | None = None,
) -> Erasure:
    """Propose, as privacy officer, what happens to each class of data, by a dry run of this moment.

    `measures` and `reasons` are by class; a class that stays needs a reason. `spared` are the mentions (row ids) that
    stay as they are, since they are about somebody else. Where all stays it is a refusal, and needs words to the person
    too. Raises `Invalid`, `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    policy.require_decider(actor)
    LIFECYCLE.check_move(row.status, S.PROPOSED)
    plan = queries_plan.plan_of(row.person_id, now, row.scope)
    lines = [line_for(row, each, measures, reasons) for each in plan if each.found]
    if (code := lost_with_key(row.person_id, lines)) is not None:
        raise Invalid(code, NEEDS_KEY)
    said = said_words(words, needed=is_refusal(lines))
    with transaction() as session:
        session.execute(delete(ErasureLine).where(ErasureLine.erasure_id == row.id))
        sealed = vault.seal(row.stream, queries.remark_place(row), said) if said else None
        by: dict[str, Any] = {"decided_by": actor.id, "decided_at": now, "remark": sealed}
        move(actor, row, S.PROPOSED, version, now, **by, approved_by=None, approved_at=None)
        session.add_all(lines)
        service_mentions.choose(row, spared)
    return row


def approve(actor: Actor, row: Erasure, *, version: int, now: datetime | None = None) -> Erasure:
    """Agree as the second person: it is carried out, or, where all stays, refused. Twice is harmless.

    Raises `NotAllowed` for who proposed it, `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    policy.require_desk(actor)
    if not policy.may_approve(actor, row.decided_by):
        raise NotAllowed(OTHERS)
    if row.status is not S.PROPOSED and row.approved_by == actor.id:
        return row
    with transaction():
        refused = is_refusal(queries.lines_of(row))
        by: dict[str, Any] = {"approved_by": actor.id, "approved_at": now}
        if lost_with_key(row.person_id, queries.lines_of(row)) is not None:
            raise NotAllowed(NEEDS_KEY)
        if refused:
            move(actor, row, S.REFUSED, version, now, **by, ended_at=now)
            tell(row, "refused")
            return row
        assurance.require(SYSTEM, act_of(row), now=now)
        move(actor, row, S.APPROVED, version, now, **by)
        tell(row, "approved")
        outbox.put(DUE, f"{row.uid}:begin", due_at=now + BEGINS_AFTER, erasure=row.id)
    return row


def act_of(row: Erasure) -> Act:
    """Return the protected act that carrying a request out is."""
    guest = people.person(row.person_id).kind == "guest"
    return Act.ERASE_GUEST if guest else Act.ERASE_ACCOUNT


def send_back(
    actor: Actor, row: Erasure, words: str, *, version: int, now: datetime | None = None
) -> Erasure:
    """Send a proposal back to the privacy officer, saying why."""
    now = now or utcnow()
    policy.require_desk(actor)
    said = said_words(words, needed=True)
    with transaction():
        sealed = vault.seal(row.stream, queries.remark_place(row), said)
        back = S.REVIEW if row.extended_at is None else S.EXTENDED
        move(actor, row, back, version, now, remark=sealed)
    return row


def extend(
    actor: Actor, row: Erasure, reason: str, *, version: int, now: datetime | None = None
) -> Erasure:
    """Move the date once, for a reason that the person is told with it (GDPR 12(3), CCPA 7021).

    Raises `AlreadyDone` the second time, `Invalid`, `Stale`.
    """
    now = now or utcnow()
    policy.require_decider(actor)
    if reason not in EXTENSIONS:
        raise Invalid("reason", CHOOSE)
    if row.extended_at is not None:
        raise AlreadyDone(EXTENDED_BEFORE)
    with transaction():
        due = due_of(row.region, row.at, row.complete_at or now, extended=True)
        said: dict[str, Any] = {"extended_at": now, "extension": reason}
        dates: dict[str, Any] = {"due_at": due.at, "due_estimated": due.estimated}
        move(actor, row, S.EXTENDED, version, now, **said, **dates)
        tell(row, "extended")
    return row


def withdraw(actor: Actor, row: Erasure, *, version: int, now: datetime | None = None) -> Erasure:
    """Take a request back, as the person, before its first step; twice is harmless.

    Raises `NotAllowed` once it is being carried out, `Stale`.
    """
    now = now or utcnow()
    require_own(actor, row)
    if row.status in ENDED:
        return row
    if row.status not in WITHDRAWABLE:
        raise NotAllowed(BEGUN)
    move(actor, row, S.WITHDRAWN, version, now, ended_at=now)
    return row


def follow_order(order: WorkOrder, status: Status, now: datetime) -> None:
    """Let a request end with its order, when somebody, or time, closes that first; inside the order's move."""
    row = queries.erasure_of(order)
    if status is not Status.CLOSED or row is None or row.status not in WITHDRAWABLE:
        return
    forgotten = row.status is S.IDENTITY and order.closed_reason == NO_ANSWER
    new = S.UNVERIFIED if forgotten else S.WITHDRAWN
    move(SYSTEM, row, new, row.version, now, ended_at=now)


def guard_order(order: WorkOrder, status: Status) -> None:
    """Raise `NotAllowed` where somebody ends an order whose request is being decided or carried out.

    Its person takes it back by `withdraw`; neither the desk's hand nor their silence ends it once they are known.
    """
    row = queries.erasure_of(order)
    if row is None or row.status in ENDED:
        return
    if row.status is S.EXECUTING and status is Status.CLOSED:
        raise NotAllowed(BEGUN)
    if status is Status.RESOLVED or (
        status is Status.CLOSED and row.status in RUNNING | SEARCHED | {S.CHECKING}
    ):
        raise NotAllowed(
            N_("A privacy officer and another person decide on this; it is not solved before.")
        )


def move(
    actor: Actor,
    row: Erasure,
    new: ErasureState,
    version: int,
    now: datetime,
    *,
    reason: str = "requester",
    **values: Any,
) -> Erasure:
    """Carry a request into another state if it still has `version`, and its order along.

    Raises `IllegalMove` or `Stale`.
    """
    with transaction():
        LIFECYCLE.check_move(row.status, new)
        compare_and_set(row, version=version, state=new, changed_at=now, **values)
        order = orders.order_by_id(row.order_id)
        audit.record(order.stream, f"erasure.{new}", actor=actor, at=now, erasure=row.id)
        follow(order, row, now, reason)
        if new in ENDED:
            askings.let_go(row, now)
    return row


def follow(order: WorkOrder, row: Erasure, now: datetime, reason: str = "requester") -> None:
    """Move the work order along, where it is not there already and was not closed meanwhile."""
    if row.due_at is not None and order.resolve_due != row.due_at:
        first = {} if order.first_replied_at else {"first_replied_at": now}
        order = compare_and_set(order, version=order.version, resolve_due=row.due_at, **first)
        moves.reset_clock(order)
    status = COARSE[row.status]
    if order.state not in (status, Status.CLOSED):
        moves.move(SYSTEM, order, status, version=order.version, now=now, reason=reason, fresh=True)
    db.session.flush()


def tell(row: Erasure, what: str) -> None:
    """Put the news for the person, inside the transaction of the act that they are of."""
    outbox.put(NEWS, f"{row.uid}:{row.version}:{what}", erasure=row.id, what=what)


def said_words(words: str, *, needed: bool, field: str = "words") -> str:
    """Return what was typed, tidied; raise `Invalid` where it lacks, or is too much."""
    if too_long(words, policy.LONGEST_WORDS):
        raise Invalid(field, TOO_LONG, most=policy.LONGEST_WORDS)
    text = clean_text(words, policy.LONGEST_WORDS)
    if needed and not text:
        raise Invalid(field, NEEDED)
    return text
