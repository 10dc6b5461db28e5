"""Timed moves: terms that end by themselves, and dates counted anew. Each is safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from support.core import audit
from support.core.actors import SYSTEM
from support.core.db import compare_and_set, each_of
from support.core.worker import Periodic
from support.infringement import moves, news, queries, service_measures
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item

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
    due = (Item.state.in_(states), Item.due_at <= now, ~shown)
    each_of(Item, *due, work=partial(_end, now=now), first=Item.due_at, most=_BATCH)


def _end(item: Item, now: datetime) -> None:
    if item.due_estimated and _recount(item, now) > now:
        return
    if item.status in WAITS:
        service_measures.restore_item(SYSTEM, item, version=item.version, now=now)
    elif item.status in ENDS:
        new, reason = ENDS[item.status]
        moves.move_item(SYSTEM, item, new, version=item.version, now=now, reason=reason)


def recount_items(now: datetime) -> None:
    """Count dates anew whose holidays were not published when they were promised; nobody loses a day."""
    work = partial(_recount, now=now)
    each_of(Item, Item.due_estimated.is_(True), work=work, first=Item.due_at, most=_BATCH)


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


PERIODIC = (
    Periodic("end_item_terms", timedelta(seconds=60), end_terms),
    Periodic("recount_items", timedelta(hours=1), recount_items),
)
