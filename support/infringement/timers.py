"""Timed moves: terms that end by themselves, and dates counted anew. Each is safe to run twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, select

from support.core import audit
from support.core.actors import SYSTEM
from support.core.db import compare_and_set, db, transaction
from support.core.errors import DomainError
from support.core.worker import Periodic
from support.infringement import moves, news, queries, service_measures
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item

log = logging.getLogger(__name__)

_BATCH = 500

ENDS = {
    ItemState.TO_COMPLETE: (ItemState.NOT_QUALIFIED, "lapsed"),
    ItemState.AWAITING: (ItemState.FINAL, "no_counter"),
    ItemState.COUNTER_TO_COMPLETE: (ItemState.FINAL, "no_counter"),
}
"""What the end of a term makes of an item."""
WAITS = (ItemState.WAITING, ItemState.EXTENDED)


def end_terms(now: datetime) -> None:
    """End what nobody completed or contested in time, and restore where the waiting period ended without proof.

    Where the holder has shown a dispute, a clerk decides.
    """
    states = (*ENDS, *WAITS)
    shown = Item.state.in_(WAITS) & Item.shown_at.is_not(None)
    _each(_found(Item.state.in_(states), Item.due_at <= now, ~shown), partial(_end, now=now))


def _end(item: Item, now: datetime) -> None:
    if item.due_at is None or item.due_at > now:
        return
    if item.due_estimated and _recount(item, now) > now:
        return
    if item.status in WAITS:
        service_measures.restore_item(SYSTEM, item, version=item.version, now=now)
    elif item.status in ENDS:
        new, reason = ENDS[item.status]
        moves.move_item(SYSTEM, item, new, version=item.version, now=now, reason=reason)


def recount_items(now: datetime) -> None:
    """Count dates anew whose holidays were not published when they were promised; nobody loses a day."""
    _each(_found(Item.due_estimated.is_(True)), partial(_recount, now=now))


def _recount(item: Item, now: datetime) -> datetime:
    due = queries.due_of(item)
    if due is None:
        return now
    if (due.at, due.estimated) == (item.due_at, item.due_estimated):
        return due.at
    notice = queries.notice_by_id(item.notice_id)
    compare_and_set(item, version=item.version, due_at=due.at, due_estimated=due.estimated)
    event = audit.record(
        notice.stream,
        "item.recounted",
        actor=SYSTEM,
        at=now,
        items=[item.id],
        until=due.at.isoformat(),
    )
    news.put(news.RECOUNTED, notice, event, [item])
    moves.follow_items(notice, now)
    return due.at


def _found(*which: ColumnElement[bool]) -> Sequence[int]:
    found = select(Item.id).where(*which).order_by(Item.due_at).limit(_BATCH)
    return db.session.execute(found).scalars().all()


def _each(ids: Sequence[int], work: Callable[[Item], object]) -> None:
    """Do the work for each item in a transaction of its own; one that changed meanwhile has its turn next time."""
    for item_id in ids:
        try:
            with transaction():
                item = db.session.get(Item, item_id, populate_existing=True)
                if item is not None:
                    work(item)
        except DomainError as error:
            log.warning("item_left", extra={"item": item_id, "error": type(error).__name__})


PERIODIC = (
    Periodic("end_item_terms", timedelta(seconds=60), end_terms),
    Periodic("recount_items", timedelta(hours=1), recount_items),
)
