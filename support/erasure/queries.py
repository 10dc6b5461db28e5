"""What is known of requests for deletion, and what the actor may see of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from support.core import vault
from support.core.actors import Actor
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.core.holders import Measure
from support.erasure.lifecycle import RUNNING, SEARCHED, ErasureState
from support.erasure.models import Erasure, ErasureLine, ErasureStep
from support.erasure.policy import DECIDERS, DESK, require_desk
from support.policies.data_classes import Class
from support.workorders.models import WorkOrder

MOST = 200
_ORDER = {each.value: number for number, each in enumerate(Class)}
_TO_DECIDE = (ErasureState.REVIEW, ErasureState.EXTENDED, ErasureState.MATCHING)
_TO_APPROVE = (ErasureState.PROPOSED, ErasureState.UNFOUND)
_AT_WORK = sorted(RUNNING | SEARCHED)


def erasure_of(order: WorkOrder) -> Erasure | None:
    """Return the request that a work order is about."""
    return _one(Erasure.order_id == order.id)


def erasure_by_id(erasure_id: int) -> Erasure:
    """Return a request, for jobs; raise `NotFound`."""
    return _known(_one(Erasure.id == erasure_id))


def erasure_by_uid(uid: str) -> Erasure:
    """Return the request of this address, whoever asks: its page shows nothing of the person. Raises `NotFound`."""
    return _known(_one(Erasure.uid == uid))


def known(uid: str) -> Erasure | None:
    """Return the request of this address where this database has it."""
    return _one(Erasure.uid == uid)


def erasure_at_desk(actor: Actor, uid: str) -> Erasure:
    """Return a request to who decides on deletions; raise `NotFound` or `NotAllowed`."""
    require_desk(actor)
    return erasure_by_uid(uid)


def running_of(person_id: int) -> Erasure | None:
    """Return the person's request that is being decided or carried out."""
    return _one(Erasure.person_id == person_id, Erasure.state.in_([*RUNNING]))


def requests_at_desk(actor: Actor, *, over: bool) -> Sequence[Erasure]:
    """Return requests whose person is known: those to be worked on, first due first, or those that are over."""
    require_desk(actor)
    shown = select(Erasure).where(Erasure.complete_at.is_not(None))
    if over:
        shown = shown.where(Erasure.state.not_in(_AT_WORK)).order_by(Erasure.changed_at.desc())
    else:
        shown = shown.where(Erasure.state.in_(_AT_WORK)).order_by(Erasure.due_at, Erasure.id)
    return db.session.execute(shown.limit(MOST)).scalars().all()


def waiting_for(actor: Actor) -> int:
    """Return how many requests wait for a decision of this reader."""
    to_decide = Erasure.state.in_(_TO_DECIDE)
    to_approve = Erasure.state.in_(_TO_APPROVE) & (Erasure.decided_by != actor.id)
    mine = to_decide | to_approve if actor.has(*DECIDERS) else to_approve
    return int(fetch(select(func.count()).where(mine)).scalar_one()) if actor.has(*DESK) else 0


def lines_of(row: Erasure) -> list[ErasureLine]:
    """Return what happens to each class of data, in the order of the table."""
    found = select(ErasureLine).where(ErasureLine.erasure_id == row.id)
    lines = db.session.execute(found).scalars()
    return sorted(lines, key=lambda line: _ORDER.get(line.data_class, len(_ORDER)))


def measures_of(row: Erasure) -> dict[str, Measure]:
    """Return what was decided, by class."""
    return {line.data_class: line.what for line in lines_of(row)}


def steps_of(row: Erasure) -> Sequence[ErasureStep]:
    """Return the steps of the execution in order, as they stand now; none before it has begun."""
    found = select(ErasureStep).where(ErasureStep.erasure_id == row.id)
    fresh = found.execution_options(populate_existing=True)
    return db.session.execute(fresh.order_by(ErasureStep.position)).scalars().all()


def remark_of(row: Erasure) -> str:
    """Return what was said when a proposal was sent back, or all was refused."""
    if row.remark is None:
        return ""
    try:
        return vault.unseal(row.stream, remark_place(row), row.remark)
    except vault.KeyDestroyed:
        return ""


def remark_place(row: Erasure) -> str:
    """Return the vault place of a remark."""
    return f"erasure.remark:{row.uid}"


def _one(*which: object) -> Erasure | None:
    found = select(Erasure).where(*which).order_by(Erasure.id.desc()).limit(1)  # type: ignore[arg-type]
    return db.session.execute(found).scalar_one_or_none()


def _known(row: Erasure | None) -> Erasure:
    if row is None:
        raise NotFound()
    return row
