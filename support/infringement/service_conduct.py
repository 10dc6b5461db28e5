"""The ladder: note, warning, suspension by two people; it ends by itself. `law.md` 5.7, DSA 23."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from support.accounts import queries as people
from support.core import audit, outbox, platform, vault
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, each_of, insert_new, new_uid, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.platform_calls import Name
from support.core.words import N_
from support.core.worker import Periodic
from support.infringement import clocks, conduct, moves, policy
from support.infringement import queries_conduct as known
from support.infringement.conduct import STEPS, AppealState, Side, StepKind, StepState
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.models_conduct import ConductAppeal, ConductStep, step_place
from support.infringement.service_signals import TOLD, count_record
from support.policies import service_legal_holds
from support.policies.models_legal_holds import Ground

LONGEST = 2000
OWN = N_("Nobody decides about themselves.")
SECOND = N_("Another person than who proposed it approves a suspension.")
APPROVERS = N_("Somebody of legal or an approver decides this.")
NO_WARNING = N_("A suspension needs a warning that still stands; warn first.")
OPEN_ALREADY = N_("A suspension is proposed or running already.")
FILL_IN = N_("Please fill this in.")


@dataclass(frozen=True, slots=True)
class Factors:
    """What DSA 23 has weighed: how many, of how many (a share in a hundred), how grave, with what intent."""

    number: int
    share: int
    gravity: str
    intent: str


def note_conduct(
    actor: Actor, person_id: int, *, side: Side, words: str, now: datetime | None = None
) -> ConductStep:
    """Write a note about somebody's conduct, as a clerk; staff alone read it, and nothing comes of it."""
    now = now or utcnow()
    policy.require_clerk(actor)
    _require_other(actor, person_id)
    with transaction():
        step = _add(actor, person_id, side, StepKind.NOTE, now, words={"words": said_text(words)})
    assert step is not None
    return step


def warn(
    actor: Actor,
    person_id: int,
    *,
    side: Side,
    grounds: Sequence[str],
    words: str,
    now: datetime | None = None,
) -> ConductStep:
    """Warn somebody, as legal: they are told why and how to appeal. Raises `Invalid` without a ground and words."""
    now = now or utcnow()
    policy.require_legal(actor)
    _require_other(actor, person_id)
    said = {"words": said_text(words)}
    until = now + conduct.WARNING_STANDS
    with transaction():
        step = _add(
            actor, person_id, side, StepKind.WARNING, now,
            words=said, grounds=_grounds(side, grounds), starts_at=now, until_at=until,
        )  # fmt: skip
        assert step is not None
        _tell(step, "warned")
        if side is Side.FILER:
            count_record(person_id, now)
    return step


def propose_suspension(
    actor: Actor,
    person_id: int,
    *,
    side: Side,
    grounds: Sequence[str],
    days: int,
    factors: Factors,
    words: str,
    now: datetime | None = None,
) -> ConductStep:
    """Propose, as legal, that somebody's handling is suspended for `days` once another person approves.

    Raises `Invalid` without a standing warning, for a second one at once, and for what is missing or out of range.
    """
    now = now or utcnow()
    policy.require_legal(actor)
    _require_other(actor, person_id)
    if not conduct.SHORTEST_DAYS <= days <= conduct.LONGEST_DAYS:
        raise Invalid("days", N_("Choose 1 to %(most)s days."), most=conduct.LONGEST_DAYS)
    if factors.number < 1:
        raise Invalid("number", FILL_IN)
    if not 1 <= factors.share <= 100:
        raise Invalid("share", N_("Enter a share from 1 to 100."))
    said = {
        "words": said_text(words),
        "gravity": said_text(factors.gravity, "gravity"),
        "intent": said_text(factors.intent, "intent"),
    }
    figures = {"days": days, "number": factors.number, "share": factors.share}
    with transaction():
        if StepKind.WARNING not in known.standing_kinds(person_id, now, side):
            raise Invalid("", NO_WARNING)
        step = _add(
            actor, person_id, side, StepKind.SUSPENSION, now,
            words=said, grounds=_grounds(side, grounds), figures=figures, state=StepState.PROPOSED,
        )  # fmt: skip
        if step is None:
            raise Invalid("", OPEN_ALREADY)
    return step


def decide_suspension(
    actor: Actor, step: ConductStep, *, approve: bool, version: int, now: datetime | None = None
) -> ConductStep:
    """Approve or refuse a proposed suspension, as another person of legal or an approver; approved, it begins now.

    Raises `NotAllowed` for one's own proposal and where the warning stands no more, `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    if not is_approver(actor):
        raise NotAllowed(APPROVERS)
    _require_other(actor, step.person_id)
    if actor.id == step.imposed_by:
        raise NotAllowed(SECOND)
    new = StepState.STANDING if approve else StepState.REFUSED
    STEPS.check_move(step.status, new)
    until = now + timedelta(days=step.figures["days"])
    times = {"starts_at": now, "until_at": until} if approve else {"ended_at": now}
    with transaction():
        # its warning may be lifted at this moment
        people.lock_person(step.person_id)
        standing = known.standing_kinds(step.person_id, now, step.about)
        if approve and StepKind.WARNING not in standing:
            raise NotAllowed(NO_WARNING)
        step = compare_and_set(step, version=version, state=new, decided_by=actor.id, **times)
        _record(actor, step, "approved" if approve else "refused", now)
        if approve:
            _tell(step, "suspended")
            _ask_platform(step, Name.LOCK_ACCOUNT, now)
            if step.about is Side.FILER:
                count_record(step.person_id, now)
    return step


def end_steps(now: datetime) -> None:
    """End what has stood its time; periodic, safe to run twice."""
    due = (ConductStep.state == StepState.STANDING, ConductStep.until_at <= now)

    def end(step: ConductStep) -> None:
        end_step(SYSTEM, step, StepState.ENDED, now)

    each_of(ConductStep, *due, work=end, first=ConductStep.until_at)


def end_step(actor: Actor, step: ConductStep, new: StepState, now: datetime) -> ConductStep:
    """End or lift a step in the caller's transaction: handling goes on, and the person is told where it stood still."""
    STEPS.check_move(step.status, new)
    stood = step.status is StepState.STANDING
    step = compare_and_set(step, version=step.version, state=new, ended_at=now)
    _record(actor, step, str(new), now)
    if stood and step.step is StepKind.SUSPENSION:
        _ask_platform(step, Name.UNLOCK_ACCOUNT, now)
        if new is StepState.ENDED:
            _tell(step, "ended")
        if step.about is Side.FILER:
            _take_up(step.person_id, now)
    if stood and step.about is Side.FILER:
        count_record(step.person_id, now)
    return step


def lift_with_warning(actor: Actor, warning: ConductStep, now: datetime) -> None:
    """Lift the suspension that no warning bears any more now that this one is lifted, and tell the person.

    In the caller's transaction.
    """
    step = known.unwarned_suspension(warning.person_id, warning.about)
    if step is not None:
        end_step(actor, step, StepState.LIFTED, now)
        _tell(step, "ended")


def _take_up(person_id: int, now: datetime) -> None:
    """Start the clocks of notices whose handling would have begun later."""
    found = (
        select(Item)
        .join(Notice, Notice.id == Item.notice_id)
        .where(Notice.person_id == person_id, Item.is_held(now))
    )
    waiting = db.session.execute(found).scalars().all()
    for item in waiting:
        due = clocks.due_in(ItemState.RECEIVED, None, item.rules, now)
        assert due is not None
        times = {"clock_start": now, "due_at": due.at, "due_estimated": due.estimated}
        compare_and_set(item, version=item.version, **times)
    for notice_id in sorted({item.notice_id for item in waiting}):
        moves.follow_items(db.session.get_one(Notice, notice_id), now)


def waiting_for(actor: Actor) -> int:
    """Return how many proposed suspensions and appeals this person may decide."""
    if not is_approver(actor):
        return 0
    others = (
        ConductStep.imposed_by.is_distinct_from(actor.id),
        ConductStep.decided_by.is_distinct_from(actor.id),
    )
    proposed = select(func.count()).where(
        ConductStep.state == StepState.PROPOSED, ConductStep.person_id != actor.id, *others
    )
    appeals = (
        select(func.count())
        .select_from(ConductAppeal)
        .outerjoin(ConductStep, ConductStep.id == ConductAppeal.step_id)
        .where(
            ConductAppeal.state == AppealState.OPEN, ConductAppeal.person_id != actor.id, *others
        )
    )
    found = [proposed, appeals] if policy.is_legal(actor) else [proposed]
    return sum(db.session.execute(select(*(one.scalar_subquery() for one in found))).one())


def is_approver(actor: Actor) -> bool:
    """True for those who may approve what somebody of legal proposes."""
    return actor.is_staff and not actor.untrained and actor.has(Role.APPROVER, Role.LEGAL)


def _require_other(actor: Actor, person_id: int) -> None:
    if actor.id == person_id:
        raise NotAllowed(OWN)


def said_text(words: str, field: str = "words") -> str:
    """Return what was typed, tidied; raise `Invalid` where nothing or too much was."""
    text = words.strip()
    if not text:
        raise Invalid(field, FILL_IN)
    if len(text) > LONGEST:
        raise Invalid(field, N_("Use at most %(most)s characters."), most=LONGEST)
    return text


def _grounds(side: Side, grounds: Sequence[str]) -> list[str]:
    chosen = [code for code in conduct.GROUNDS[side] if code in grounds]
    if not chosen:
        raise Invalid("grounds", N_("Choose at least one ground."))
    return chosen


def _add(
    actor: Actor,
    person_id: int,
    side: Side,
    kind: StepKind,
    now: datetime,
    *,
    words: dict[str, str],
    state: StepState = StepState.STANDING,
    **values: Any,
) -> ConductStep | None:
    """Write a step; None where one of its kind is open already."""
    uid = new_uid()
    sealed = vault.seal(
        f"person:{person_id}", step_place(uid), json.dumps(words, ensure_ascii=False)
    )
    known_values = {"grounds": [], "figures": {}, "imposed_by": actor.id} | values
    if not insert_new(
        ConductStep,
        uid=uid, person_id=person_id, side=side, kind=kind, state=state, sealed=sealed, at=now,
        version=1, **known_values,
    ):  # fmt: skip
        return None
    step = known.step_named(uid)
    _record(actor, step, "proposed" if state is StepState.PROPOSED else "imposed", now)
    return step


def _record(actor: Actor, step: ConductStep, what: str, now: datetime) -> None:
    said = {"step": step.id, "kind": step.kind, "side": step.side}
    audit.record(f"person:{step.person_id}", f"conduct.{what}", actor=actor, at=now, **said)
    if step.step is StepKind.SUSPENSION:
        alive = step.status in (StepState.PROPOSED, StepState.STANDING)
        hold_while(alive, step, now)


def hold_while(alive: bool, case: ConductStep | ConductAppeal, now: datetime) -> None:
    """Keep a suspension, or an appeal, under a legal hold as long as it is open."""
    service_legal_holds.hold_while(alive, f"conduct:{case.uid}", Ground.CASE, now=now)


def _tell(step: ConductStep, told: str) -> None:
    outbox.put(TOLD, f"{step.uid}:{told}", step=step.id, told=told)


def _ask_platform(step: ConductStep, name: Name, now: datetime) -> None:
    """Have a respondent's account locked for the time, or unlocked; what a filer loses happens here alone."""
    if step.about is Side.RESPONDENT:
        about = f"person:{step.person_id}"
        platform.call(name, f"conduct:{step.uid}", about=about, person=step.person_id, now=now)


PERIODIC = (Periodic("end_steps", timedelta(seconds=60), end_steps),)
