"""One change to many orders: each order by its own verb and version, so that one refusal stops no other.

A change of one order on its page is kept the same way, so that it can be taken back too. Whoever is to be told of
such a change is told when it can no longer be taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import JSON, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import BigId, Id, Model, changed, db, insert_new, new_uid, transaction
from support.core.errors import (
    AlreadyDone,
    DomainError,
    Expired,
    Invalid,
    NotAllowed,
    NotFound,
    Stale,
)
from support.core.words import N_
from support.workorders import policy, queries, service, service_triage
from support.workorders.kind import kinds
from support.workorders.lifecycle import Priority, Status, way_back
from support.workorders.models import NEVER, WorkOrder
from support.workorders.service_desk import UNCHANGED, Properties, change_order

MOST = 100
UNDO_WITHIN = timedelta(minutes=10)
RUNS_KEPT = timedelta(days=2)
"""The record of a change; the events on the orders stay."""
TOO_MANY_CHOSEN = N_("At most %(most)s work orders can be changed at once.")
UNDO_TOO_LATE = N_("This can be undone within ten minutes only.")
TOLD_OF = (Status.WAITING, Status.RESOLVED, Status.CLOSED)
"""The statuses of whose setting the requester is told."""
ALREADY_SO = N_("It was so already.")
NOTHING_CHOSEN = N_("Choose at least one work order first.")


class BulkRun(Model):
    """What one change of many did: ids and versions only. `changed` holds [order, what it was, version after]."""

    __tablename__ = "bulk_run"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    actor_id: Mapped[int] = mapped_column(BigId)
    act: Mapped[str] = mapped_column(String(12))
    changed: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    refused: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """An order as somebody saw it when they chose it."""

    order_id: int
    version: int


class Step(NamedTuple):
    """One order of a change: by whom, which, as of which version, when, and when people are told."""

    actor: Actor
    order: WorkOrder
    version: int
    now: datetime
    tell_at: datetime


Verb = Callable[[Step, Any], Any]
"""Does the step with a value and returns what was there: the value that takes it back."""


def _assign(step: Step, value: Any) -> Any:
    actor, order, version, now, tell_at = step
    old = order.assignee_id
    service.assign_order(actor, order, assignee_id=value, version=version, now=now, tell_at=tell_at)
    return old


def _move(step: Step, value: Any) -> Any:
    """A new status is a word; what takes it back says also why the order was closed."""
    actor, order, version, now, tell_at = step
    old = [order.status, order.closed_reason or ""]
    if isinstance(value, str):
        status = Status(value)
        service.move_order(actor, order, status=status, version=version, now=now, tell_at=tell_at)
    else:
        status, reason = Status(value[0]), value[1]
        service_triage.restore_status(
            actor, order, status=status, reason=reason, version=version, now=now
        )
    return old


def _prioritise(step: Step, value: Any) -> Any:
    actor, order, version, now, _tell_at = step
    old = order.priority
    service.set_priority(actor, order, priority=Priority(value), version=version, now=now)
    return old


def _tag(step: Step, value: Any) -> Any:
    """A word is added to what is there; undoing gives the whole list back."""
    actor, order, version, now, _tell_at = step
    old = queries.tags_of(order)
    words = [*old, value] if isinstance(value, str) else value
    if order.version != version:
        raise Stale()
    service.tag_order(actor, order, words=words, now=now)
    return old


def _restore(step: Step, value: Any) -> Any:
    """Bring back what a change of several properties found; none of them or all."""
    if step.order.version != step.version:
        raise Stale()
    for act, old in value.items():
        VERBS[act](step._replace(version=step.order.version), old)


ORDER = "order"
"""The act of a change on the page of one order: what was there is {act: value that takes it back}."""

VERBS: dict[str, Verb] = {
    "assign": _assign,
    "status": _move,
    "priority": _prioritise,
    "tag": _tag,
    ORDER: _restore,
}


def change_one(
    actor: Actor,
    order: WorkOrder,
    wanted: Properties,
    *,
    version: int,
    now: datetime | None = None,
) -> BulkRun | None:
    """Change the order as `service_desk.change_order` does and keep what was there, for `undo_many`.

    Returns None when nothing changed that could be taken back.
    """
    now = now or utcnow()
    with transaction():
        old = _found(order, wanted)
        change_order(actor, order, wanted, version=version, now=now, tell_at=now + UNDO_WITHIN)
        if "status" in old and not way_back(order.state, Status(old["status"][0])):
            del old["status"]
        if order.version == version or not old:
            return None
        uid = new_uid()
        done = [[order.id, old, order.version]]
        insert_new(BulkRun, uid=uid, actor_id=actor.id, act=ORDER, changed=done, refused=[], at=now)
    return _run(uid)


def _found(order: WorkOrder, wanted: Properties) -> dict[str, Any]:
    """Return what is there of the properties that are about to change."""
    old: dict[str, Any] = {}
    if wanted.status not in (None, order.state):
        old["status"] = [order.status, order.closed_reason or ""]
    if wanted.assignee_id not in (UNCHANGED, order.assignee_id):
        old["assign"] = order.assignee_id
    if wanted.priority not in (None, order.priority):
        old["priority"] = order.priority
    if wanted.tags is not None:
        old["tag"] = queries.tags_of(order)
    return old


def may_undo(run: BulkRun, now: datetime) -> bool:
    """True while the change can be taken back."""
    return run.undone_at is None and bool(run.changed) and now <= run.at + UNDO_WITHIN


def change_many(
    actor: Actor,
    chosen: Sequence[Chosen],
    *,
    act: str,
    value: Any,
    scope: str,
    key: str,
    now: datetime | None = None,
) -> BulkRun:
    """Do `act` (a key of `VERBS`) to every chosen order and return the record of what was changed and what was not.

    `value` is a person's id or None, a status, a priority, or a word. An order that changed since it was
    chosen is refused, like one whose move is illegal; the others go on. The same key runs once. An order that the
    actor may not know of counts as not chosen.
    """
    now = now or utcnow()
    _require_work(actor)
    if not chosen:
        raise Invalid("ids", NOTHING_CHOSEN)
    if len(chosen) > MOST:
        raise Invalid("ids", TOO_MANY_CHOSEN, most=MOST)
    uid = hashlib.sha256(f"bulk\0{scope}\0{key}".encode()).hexdigest()[:32]
    with transaction():
        mine = insert_new(
            BulkRun, uid=uid, actor_id=actor.id, act=act, changed=[], refused=[], at=now
        )
    if mine:
        known = queries.shown_at_desk(actor, {one.order_id for one in chosen})
        chosen = [one for one in chosen if one.order_id in known]
        done, refused = _each(actor, chosen, VERBS[act], lambda _id: value, now, now + UNDO_WITHIN)
        _note(uid, changed=done, refused=refused)
    return _run(uid)


def undo_many(actor: Actor, uid: str, *, now: datetime | None = None) -> BulkRun:
    """Take a change of many back where nothing happened since and the way back is legal; once, within ten minutes.

    What can't go back (a new order that was opened stays open) is listed as refused. Nobody is told of it, and who
    was to be told of the change never is.
    """
    now = now or utcnow()
    _require_work(actor)
    run = own_run(actor, uid)
    if run is None:
        raise NotFound()
    if now > run.at + UNDO_WITHIN:
        raise Expired(UNDO_TOO_LATE)
    before = {order_id: old for order_id, old, _version in run.changed}
    chosen = [Chosen(order_id, version) for order_id, _old, version in run.changed]
    act = run.act
    with transaction():
        mine = (BulkRun.uid == uid, BulkRun.undone_at.is_(None))
        if changed(update(BulkRun).where(*mine).values(undone_at=now)) != 1:
            raise AlreadyDone()
    _done, refused = _each(actor, chosen, VERBS[act], before.__getitem__, now, NEVER)
    _note(uid, refused=refused)
    return _run(uid)


def own_run(actor: Actor, uid: str) -> BulkRun | None:
    """Return the record `uid` if the actor made it."""
    return db.session.execute(
        select(BulkRun).where(BulkRun.uid == uid, BulkRun.actor_id == actor.id)
    ).scalar_one_or_none()


def _require_work(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may work on orders of some kind; each order asks for its own."""
    if not policy.may_work(actor, *kinds()):
        raise NotAllowed(policy.READS_ONLY)


def _each(
    actor: Actor,
    chosen: Sequence[Chosen],
    verb: Verb,
    value_for: Callable[[int], Any],
    now: datetime,
    tell_at: datetime,
) -> tuple[list[list[Any]], list[list[Any]]]:
    done: list[list[Any]] = []
    refused: list[list[Any]] = []
    for one in chosen:
        try:
            with transaction():
                order = queries.order_by_id(one.order_id)
                step = Step(actor, order, one.version, now, tell_at)
                old = verb(step, value_for(one.order_id))
                moved = order.version != one.version
        except DomainError as error:
            refused.append([one.order_id, error.words])
        else:
            if moved:
                done.append([one.order_id, old, order.version])
            else:
                refused.append([one.order_id, ALREADY_SO])
    return done, refused


def _note(uid: str, **values: Any) -> None:
    with transaction():
        changed(update(BulkRun).where(BulkRun.uid == uid).values(**values))


def _run(uid: str) -> BulkRun:
    return db.session.execute(
        select(BulkRun).where(BulkRun.uid == uid),
        execution_options={"populate_existing": True},
    ).scalar_one()
