"""Appeals against a step, or against what counts in a record: heard by somebody who had no part in it."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select

from support.accounts import queries as people
from support.core import audit, outbox, vault
from support.core.actors import Actor
from support.core.audit import Event
from support.core.calendars import cn_working_days
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, insert_new, new_uid, transaction
from support.core.errors import Invalid, NotAllowed, NotFound
from support.core.words import N_
from support.infringement import conduct, policy, queries
from support.infringement import queries_conduct as known
from support.infringement.conduct import APPEALS, AppealState, StepKind, StepState
from support.infringement.models import Notice
from support.infringement.models_conduct import ConductAppeal, ConductStep, appeal_place
from support.infringement.service_conduct import (
    OWN,
    end_step,
    hold_while,
    lift_with_warning,
    said_text,
)
from support.infringement.service_signals import TOLD, count_record

NOT_YOURS = N_("Somebody of legal decides it who had no part in what it is about.")
TOO_LATE = N_("This can be appealed no more.")
APPEALED = N_("You have appealed against this already.")


def appeal_step(
    actor: Actor, step: ConductStep, *, words: str, now: datetime | None = None
) -> ConductAppeal:
    """Appeal against a step about oneself, within six months and once; it stands until it is decided.

    Raises `NotFound` for another's, `Invalid` without words, too late, or a second time.
    """
    now = now or utcnow()
    if actor.id is None or actor.id != step.person_id:
        raise NotFound()
    if not conduct.may_appeal(step.kind, step.state, step.starts_at or step.at, now):
        raise Invalid("words", TOO_LATE)
    return _file(actor, step.person_id, words, now, step_id=step.id)


def object_to_record(
    actor: Actor, notice: Notice, *, words: str, now: datetime | None = None
) -> ConductAppeal:
    """Say that one of one's own notices counts wrongly in the record; once for each."""
    now = now or utcnow()
    if actor.id is None or actor.id != notice.person_id:
        raise NotFound()
    return _file(actor, notice.person_id, words, now, notice_id=notice.id)


def _file(actor: Actor, person_id: int, words: str, now: datetime, **about: int) -> ConductAppeal:
    text, uid = said_text(words), new_uid()
    with transaction():
        if not insert_new(
            ConductAppeal,
            uid=uid,
            person_id=person_id,
            state=AppealState.OPEN,
            sealed=_sealed(person_id, appeal_place(uid), text),
            at=now,
            due_at=cn_working_days(now, conduct.APPEAL_DAYS).at,
            version=1,
            **about,
        ):
            raise Invalid("words", APPEALED)
        appeal = known.appeal_named(uid)
        audit.record(f"person:{person_id}", "conduct.appealed", actor=actor, at=now, **about)
        hold_while(True, appeal, now)
    return appeal


def decide_appeal(
    actor: Actor,
    appeal: ConductAppeal,
    *,
    upheld: bool,
    words: str,
    version: int,
    now: datetime | None = None,
) -> ConductAppeal:
    """Decide an appeal, as somebody of legal who had no part in it; the person is told, with the answer on their page.

    Upheld, the step is lifted, with a suspension that rested on it, or the notice counts no more. Raises `NotAllowed`,
    `IllegalMove`, `Stale`, `Invalid`.
    """
    now = now or utcnow()
    policy.require_legal(actor)
    if actor.id == appeal.person_id:
        raise NotAllowed(OWN)
    if actor.id in took_part(appeal):
        raise NotAllowed(NOT_YOURS)
    new = AppealState.UPHELD if upheld else AppealState.DISMISSED
    APPEALS.check_move(appeal.status, new)
    text, place = said_text(words), appeal_place(appeal.uid, "answer_sealed")
    with transaction():
        # a suspension may be approved on the warning at this moment
        people.lock_person(appeal.person_id)
        answer = _sealed(appeal.person_id, place, text)
        values = {"decided_by": actor.id, "decided_at": now, "answer_sealed": answer}
        appeal = compare_and_set(appeal, version=version, state=new, **values)
        what = f"conduct.appeal_{new}"
        audit.record(f"person:{appeal.person_id}", what, actor=actor, at=now, appeal=appeal.id)
        hold_while(False, appeal, now)
        outbox.put(TOLD, f"{appeal.uid}:{new}", appeal=appeal.id, told=str(new))
        if upheld:
            _give_way(actor, appeal, now)
    return appeal


def _give_way(actor: Actor, appeal: ConductAppeal, now: datetime) -> None:
    if appeal.step_id is None:
        count_record(appeal.person_id, now)
        return
    step = db.session.get_one(ConductStep, appeal.step_id, populate_existing=True)
    if conduct.STEPS.can(step.status, StepState.LIFTED):
        end_step(actor, step, StepState.LIFTED, now)
        if step.step is StepKind.WARNING:
            lift_with_warning(actor, step, now)


def took_part(appeal: ConductAppeal) -> set[int | None]:
    """Return who imposed or approved the step, or who decided anything about the notice."""
    if appeal.step_id is not None:
        step = db.session.get_one(ConductStep, appeal.step_id)
        return {step.imposed_by, step.decided_by} - {None}
    notice = queries.notice_by_id(appeal.notice_id or 0)
    acted = select(Event.actor_id).where(Event.stream == notice.stream, Event.actor_kind == "staff")
    return set(db.session.execute(acted.distinct()).scalars())


def _sealed(person_id: int, place: str, words: str) -> bytes:
    text = json.dumps({"words": words}, ensure_ascii=False)
    return vault.seal(f"person:{person_id}", place, text)
