"""What is known of somebody's conduct: what was counted, which steps stand, and who may look at an appeal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from support.accounts import queries as people
from support.accounts.models import Person
from support.core import vault
from support.core.actors import Actor
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.infringement import conduct
from support.infringement.conduct import AppealState, Side, StepKind, StepState
from support.infringement.models import Item, Notice, Respondent
from support.infringement.models_conduct import (
    ConductAppeal,
    ConductSignal,
    ConductStep,
    FilerRecord,
    appeal_place,
    step_place,
)
from support.workorders.lifecycle import Priority
from support.workorders.models import WorkOrder
from support.workorders.reference import format_reference

MOST_LISTED = 200
_MOST_STEPS = 1000
OUTCOME = (Item.state, Item.reason, Item.before, Item.reason_before)
"""What `conduct.counted_as` asks of a link."""


def suspended_until(person_id: int | None, now: datetime) -> datetime | None:
    """Return until when the handling of somebody's new notices is suspended; None while it is not."""
    if person_id is None:
        return None
    found = select(ConductStep.until_at).where(
        ConductStep.person_id == person_id,
        ConductStep.side == Side.FILER,
        ConductStep.kind == StepKind.SUSPENSION,
        ConductStep.stands(now),
    )
    return db.session.execute(found).scalars().first()


def held_until(notice: Notice, now: datetime) -> datetime | None:
    """Return from when the links of a notice are checked that came while handling was suspended; None for others."""
    return db.session.execute(_held(notice, now)).scalar_one_or_none()


def _held(notice: Notice, now: datetime) -> Select[datetime | None]:
    mine = (Item.notice_id == notice.id, Item.is_held(now))
    return select(func.max(Item.clock_start)).where(*mine)


def held_among(items: Sequence[Item], now: datetime) -> datetime | None:
    """Return the same for items that are at hand."""
    begins = [one.clock_start for one in items if one.is_held(now)]
    return max(filter(None, begins), default=None)


def handled_from(person_id: int, now: datetime) -> datetime:
    """Return from when a notice that somebody files now is handled: at once, or after the end of a suspension."""
    return suspended_until(person_id, now) or now


def is_fast(person_id: int | None) -> bool:
    """True for a filer who stands in the fast lane."""
    found = select(FilerRecord.fast).where(FilerRecord.person_id == person_id)
    return bool(db.session.execute(found).scalar_one_or_none())


def priority_of(person_id: int) -> Priority:
    """Return how soon a new notice of somebody is worked on: what the fast lane gives sorts first."""
    return Priority.HIGH if is_fast(person_id) else Priority.NORMAL


def record_row(person_id: int | None) -> FilerRecord | None:
    """Return what was last counted of somebody's notices."""
    found = select(FilerRecord).where(FilerRecord.person_id == person_id)
    return db.session.execute(found).scalar_one_or_none()


def against(respondents: Iterable[Respondent], now: datetime) -> dict[int, int]:
    """Return for each respondent (row id) how many links ended against the same person within a year.

    Somebody without an account is known again by the address at which they are reached.
    """
    known = list(respondents)
    by_person = [one.person_id for one in known if one.person_id is not None]
    by_address = [one.address_blind for one in known if one.address_blind is not None]
    if not known:
        return {}
    rows = fetch(
        select(Respondent.person_id, Respondent.address_blind, *OUTCOME, func.count())
        .join(Item, Item.respondent_id == Respondent.id)
        .where(
            or_(Respondent.person_id.in_(by_person), Respondent.address_blind.in_(by_address)),
            Item.changed_at >= now - conduct.REPEAT_WITHIN,
        )
        .group_by(Respondent.person_id, Respondent.address_blind, *OUTCOME)
    ).all()
    return {
        one.id: sum(
            number
            for person, address, *outcome, number in rows
            if is_against(outcome)
            and (
                (person is not None and person == one.person_id)
                or (address is not None and address == one.address_blind)
            )
        )
        for one in known
    }


def against_person(person_id: int, now: datetime) -> int:
    """Return how many links ended against somebody within a year."""
    rows = fetch(
        select(*OUTCOME, func.count())
        .join(Respondent, Item.respondent_id == Respondent.id)
        .where(Respondent.person_id == person_id)
        .where(Item.changed_at >= now - conduct.REPEAT_WITHIN)
        .group_by(*OUTCOME)
    )
    return sum(number for *outcome, number in rows if is_against(outcome))


def is_against(outcome: Sequence[str]) -> bool:
    """True for an `OUTCOME` that counts against who answers for the link."""
    return conduct.is_against_respondent(*conduct.counted_as(*outcome))


def steps_of(person_id: int) -> Sequence[ConductStep]:
    """Return every step about somebody, newest first."""
    mine = ConductStep.person_id == person_id
    found = select(ConductStep).where(mine).order_by(ConductStep.id.desc())
    return db.session.execute(found).scalars().all()


def signals_of(person_id: int, now: datetime) -> Sequence[ConductSignal]:
    """Return the signals about somebody that are still shown, newest first."""
    found = (
        select(ConductSignal)
        .where(ConductSignal.person_id == person_id, ConductSignal.at > now - conduct.SHOWN_FOR)
        .order_by(ConductSignal.at.desc(), ConductSignal.id.desc())
        .limit(MOST_LISTED)
    )
    return db.session.execute(found).scalars().all()


def appeals_of(person_id: int) -> Sequence[ConductAppeal]:
    """Return every appeal of somebody, newest first."""
    mine = ConductAppeal.person_id == person_id
    found = select(ConductAppeal).where(mine).order_by(ConductAppeal.id.desc())
    return db.session.execute(found).scalars().all()


def references_of(notice_ids: Iterable[int | None]) -> dict[int | None, str]:
    """Return the number of the work order of each notice (row ids)."""
    rows = fetch(
        select(Notice.id, WorkOrder.id, WorkOrder.created_at)
        .join(WorkOrder, WorkOrder.id == Notice.order_id)
        .where(Notice.id.in_({one for one in notice_ids if one is not None}))
    )
    return {notice: format_reference(at.year, order) for notice, order, at in rows}


def step_of(appeal: ConductAppeal) -> ConductStep | None:
    """Return the step that an appeal is about; None for one about the record."""
    return db.session.get(ConductStep, appeal.step_id) if appeal.step_id is not None else None


def summary(notice: Notice, now: datetime) -> dict[str, Any]:
    """Return what stands about the filer of a notice, in one query."""
    standing = (
        ConductStep.person_id == notice.person_id,
        ConductStep.side == Side.FILER,
        ConductStep.stands(now),
    )
    signals = (
        ConductSignal.person_id == notice.person_id,
        ConductSignal.at > now - conduct.SHOWN_FOR,
    )
    row = fetch(
        select(
            Person.uid,
            FilerRecord.fast,
            select(func.count(ConductSignal.code.distinct())).where(*signals).scalar_subquery(),
            select(func.count())
            .where(*standing, ConductStep.kind == StepKind.WARNING)
            .scalar_subquery(),
            select(func.max(ConductStep.until_at))
            .where(*standing, ConductStep.kind == StepKind.SUSPENSION)
            .scalar_subquery(),
            _held(notice, now).scalar_subquery(),
        )
        .outerjoin(FilerRecord, FilerRecord.person_id == Person.id)
        .where(Person.id == notice.person_id)
    ).one()
    names = ("uid", "fast", "signals", "warnings", "suspended", "held")
    return dict(zip(names, row, strict=True))


def step_named(uid: str) -> ConductStep:
    """Return a step; raises `NotFound`."""
    found = db.session.execute(select(ConductStep).where(ConductStep.uid == uid)).scalar()
    if found is None:
        raise NotFound()
    return found


def person_of(step: ConductStep) -> str:
    """Return the public id of whom a step is about."""
    return people.person(step.person_id).uid


def own_step(actor: Actor, uid: str) -> ConductStep:
    """Return a step about the actor that they were told of; raises `NotFound` for everybody else."""
    found = step_named(uid)
    told = found.kind != StepKind.NOTE and found.starts_at is not None
    if actor.id is None or found.person_id != actor.id or not told:
        raise NotFound()
    return found


def appeal_named(uid: str) -> ConductAppeal:
    """Return an appeal; raises `NotFound`."""
    found = db.session.execute(select(ConductAppeal).where(ConductAppeal.uid == uid)).scalar()
    if found is None:
        raise NotFound()
    return found


def person_at_desk(uid: str) -> people.PersonView:
    """Return somebody who filed notices or answers for content; raises `NotFound` for everybody else."""
    found = people.person_by_uid(uid)
    files = select(Notice.id).where(Notice.person_id == found.id).exists()
    answers = select(Respondent.id).where(Respondent.person_id == found.id).exists()
    if not db.session.execute(select(or_(files, answers))).scalar_one():
        raise NotFound()
    return found


def under_watch(now: datetime) -> list[dict[str, Any]]:
    """Return who has signals, open steps, appeals or the fast lane, the busiest first; the queries do not grow."""
    found: dict[int, dict[str, Any]] = {}
    since = now - conduct.SHOWN_FOR

    def of(person_id: int) -> dict[str, Any]:
        blank: dict[str, Any] = {
            "person": person_id, "signals": 0, "steps": [], "appeals": 0, "fast": False,
        }  # fmt: skip
        return found.setdefault(person_id, blank)

    open_steps = ConductStep.state.in_((StepState.PROPOSED, StepState.STANDING))
    steps = select(ConductStep.person_id, ConductStep.kind, ConductStep.state).where(open_steps)
    for person, kind, state in fetch(steps.order_by(ConductStep.id.desc()).limit(_MOST_STEPS)):
        of(person)["steps"].append((StepKind(kind), StepState(state)))
    appeals = select(ConductAppeal.person_id, func.count()).group_by(ConductAppeal.person_id)
    for person, number in fetch(appeals.where(ConductAppeal.state == AppealState.OPEN)):
        of(person)["appeals"] = number
    many = func.count(ConductSignal.code.distinct()).label("many")
    signals = select(ConductSignal.person_id, many).group_by(ConductSignal.person_id)
    busiest = signals.where(ConductSignal.at > since).order_by(many.desc()).limit(MOST_LISTED)
    for person, number in fetch(busiest):
        of(person)["signals"] = number
    fast = select(FilerRecord.person_id).where(FilerRecord.fast).order_by(FilerRecord.id.desc())
    for person in fetch(fast.limit(MOST_LISTED)).scalars():
        of(person)["fast"] = True
    order = sorted(
        found.values(), key=lambda one: (-one["appeals"], -len(one["steps"]), -one["signals"])
    )
    return _named(order[:MOST_LISTED])


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [row["person"] for row in rows]
    names = people.names(ids)
    found = fetch(select(Person.id, Person.uid).where(Person.id.in_(ids)))
    uids = {person_id: uid for person_id, uid in found}  # noqa: C416
    return [
        row | {"uid": uids[row["person"]], "name": names.get(row["person"], "")} for row in rows
    ]


def said_in(step: ConductStep) -> Mapping[str, str]:
    """Return what was written with a step, empty once the person's key is destroyed."""
    return _opened(step.person_id, step_place(step.uid), step.sealed)


def words_of(appeal: ConductAppeal) -> str:
    """Return what somebody wrote with their appeal."""
    return _opened(appeal.person_id, appeal_place(appeal.uid), appeal.sealed).get("words", "")


def answer_to(appeal: ConductAppeal) -> str:
    """Return what was answered to an appeal."""
    place = appeal_place(appeal.uid, "answer_sealed")
    return _opened(appeal.person_id, place, appeal.answer_sealed).get("words", "")


def _opened(person_id: int, place: str, sealed: bytes | None) -> Mapping[str, str]:
    if sealed is None:
        return {}
    try:
        said: dict[str, str] = json.loads(vault.unseal(f"person:{person_id}", place, sealed))
    except vault.KeyDestroyed:
        return {}
    return said


def standing_kinds(person_id: int, now: datetime, side: Side = Side.FILER) -> Set[StepKind]:
    """Return which steps stand about somebody now."""
    mine = (ConductStep.person_id == person_id, ConductStep.side == side, ConductStep.stands(now))
    return {StepKind(row[0]) for row in fetch(select(ConductStep.kind).where(*mine))}


def unwarned_suspension(person_id: int, side: Side) -> ConductStep | None:
    """Return the suspension that stands about somebody although every warning that it rested on was lifted."""
    warning = aliased(ConductStep)
    bears = select(warning.id).where(
        warning.person_id == ConductStep.person_id,
        warning.side == ConductStep.side,
        warning.kind == StepKind.WARNING,
        warning.state != StepState.LIFTED,
        warning.starts_at <= ConductStep.starts_at,
        warning.until_at > ConductStep.starts_at,
    )
    found = select(ConductStep).where(
        ConductStep.person_id == person_id,
        ConductStep.side == side,
        ConductStep.kind == StepKind.SUSPENSION,
        ConductStep.state == StepState.STANDING,
        ~bears.exists(),
    )
    return db.session.execute(found).scalar_one_or_none()
