"""What the verbs share: moving items with their clocks, sealing, and the work order that follows its items."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from support.core import audit, platform, vault
from support.core.actors import SYSTEM, Actor
from support.core.calendars import cn_working_days
from support.core.db import compare_and_set
from support.core.errors import DomainError, Stale
from support.core.platform_calls import Name
from support.core.words import N_
from support.infringement import acts, clocks, news, queries
from support.infringement.acts import Act, Move
from support.infringement.lifecycle import ALIVE, ANSWERABLE, CONTENT, LIFECYCLE, Content, ItemState
from support.infringement.models import Item, Notice
from support.infringement.queries import Standing
from support.infringement.regimes import RegimeCode
from support.policies import service_legal_holds
from support.policies.models_legal_holds import Ground
from support.workorders import moves as order_moves
from support.workorders import queries as orders
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder

INCOMPLETE = N_("The notice lacks something that the law asks for; ask for it first.")

OTHERS_TURN = frozenset(
    {
        ItemState.TO_COMPLETE,
        ItemState.FORWARDED,
        ItemState.AWAITING,
        ItemState.COUNTER_TO_COMPLETE,
        ItemState.COUNTER_FORWARDED,
        ItemState.WAITING,
        ItemState.EXTENDED,
        ItemState.PENDING,
    }
)
"""Where the desk waits for somebody else, or for a day."""
LOOK_AGAIN = 10
"""Working days after which the desk looks at what has no date of its own."""


class Incomplete(DomainError):
    """A notice that lacks an element was about to count as qualified."""

    status = 422
    default_words = INCOMPLETE


def move_items(
    actor: Actor,
    notice: Notice,
    items: Sequence[Item],
    new: ItemState,
    *,
    now: datetime,
    start: datetime | None = None,
    **values: Any,
) -> None:
    """Move items in the caller's transaction: each by its version, with the clock of the new state, one event, news.

    The clock runs from `start`, or from now. Nothing gets to "qualified" while the notice lacks an element. Raises
    `IllegalMove`, `Stale`, `Incomplete`.
    """
    for item in items:
        LIFECYCLE.check_move(item.status, new)
    if new is ItemState.QUALIFIED:
        _require_complete(notice, items, values)
    old = {item.state for item in items}
    for item in items:
        changes = values | _clock(item, new, start or now, values)
        if new not in ANSWERABLE:
            changes["shown_at"] = None
        compare_and_set(item, version=item.version, state=new, changed_at=now, **changes)
    move = Move(actor, new, now, values.get("reason") or "")
    if (act := acts.present()) is not None:
        act.add(move, old, [item.id for item in items])
        return
    _write_down(notice, move, old, [item.id for item in items])
    follow_items(notice, now)


@contextmanager
def as_one_act(notice: Notice, now: datetime) -> Iterator[Act]:
    """Make one act of the moves in the block, in the caller's transaction: one event and one piece of news for what
    moved alike, calls to the platform all at once, and the order follows at the end.
    """
    with acts.gathering() as act:
        yield act
    for move, old, items in act.moved():
        _write_down(notice, move, old, items)
    for actor, calls in act.asked():
        platform.call_all(calls, actor=actor, now=now)
    follow_items(notice, now)


def _write_down(notice: Notice, move: Move, old: Collection[str], items: Sequence[int]) -> None:
    said = {"reason": move.reason} if move.reason else {}
    event = audit.record(
        notice.stream,
        f"item.{move.new}",
        actor=move.actor,
        at=move.at,
        items=list(items),
        old=sorted(old),
        **said,
    )
    news.put_state(move.new, notice, event, items)


def move_item(
    actor: Actor,
    item: Item,
    new: ItemState,
    *,
    version: int,
    now: datetime,
    start: datetime | None = None,
    **values: Any,
) -> Item:
    """Move one item as `move_items` does, if it still has `version`."""
    if item.version != version:
        raise Stale()
    notice = queries.notice_by_id(item.notice_id)
    move_items(actor, notice, [item], new, now=now, start=start, **values)
    return item


def _require_complete(notice: Notice, items: Sequence[Item], values: dict[str, Any]) -> None:
    for item in items:
        regime = values.get("regime") or item.regime
        version = values.get("rules") or item.rules
        if regime is None or not queries.meter_of(notice, RegimeCode(regime), version).complete:
            raise Incomplete()


def _clock(
    item: Item, new: ItemState, start: datetime, values: dict[str, Any]
) -> dict[str, datetime | bool | None]:
    regime, version = values.get("regime") or item.regime, values.get("rules") or item.rules
    extended = values.get("extended_days", item.extended_days)
    law = RegimeCode(regime) if regime else None
    due = clocks.due_in(new, law, version, start, extended=extended)
    return {
        "clock_start": start if due else None,
        "due_at": due.at if due else None,
        "due_estimated": due is not None and due.estimated,
    }


def follow_items(notice: Notice, now: datetime) -> None:
    """Let the work order follow its items: in progress while one is alive, then solved; due when the desk must act.

    In an act about many items it follows once, at the end.
    """
    if acts.present() is not None:
        return
    order, where = orders.order_by_id(notice.order_id), queries.standing(notice)
    alive = {state: there for state, there in where.items() if state in ALIVE}
    wanted = _coarse(order.state, set(alive))
    if order.state is not wanted:
        order = order_moves.move(SYSTEM, order, wanted, version=order.version, now=now)
    if alive and (due := _next_act(alive, now)) != order.resolve_due:
        order = compare_and_set(order, version=order.version, resolve_due=due)
        order_moves.reset_clock(order)
    hold_while(bool(alive), order, now)


def hold_while(alive: bool, order: WorkOrder, now: datetime) -> None:
    """Keep what belongs to the order of a notice under a legal hold as long as one of its items is alive."""
    service_legal_holds.hold_while(alive, order.stream, Ground.IP_CASE, now=now)


def _coarse(status: Status, alive: set[ItemState]) -> Status:
    if not alive:
        return status if status is Status.CLOSED else Status.RESOLVED
    untouched = status is Status.NEW and alive == {ItemState.RECEIVED}
    return status if untouched else Status.OPEN


def _next_act(alive: Mapping[ItemState, Standing], now: datetime) -> datetime:
    """Return by when the desk has to act next: on its own clock, or a working day after somebody else's ends."""
    look = queries.look_due(alive)
    ours = [there.until for state, there in alive.items() if state not in OTHERS_TURN]
    if first := [due for due in (*ours, look.at if look else None) if due is not None]:
        return min(first)
    theirs = [there.until for state, there in alive.items() if state in OTHERS_TURN and there.until]
    if theirs:
        return cn_working_days(min(theirs) - timedelta(microseconds=1), 1).at
    return cn_working_days(now, LOOK_AGAIN).at


def ask_platform(actor: Actor, item: Item, name: Name, *, now: datetime, **ids: str) -> None:
    """Ask the platform to take the item down or to restore it, in the caller's transaction; only its answer counts."""
    new = Content.DOWN_ASKED if name is Name.TAKE_DOWN else Content.UP_ASKED
    CONTENT.check_move(item.standing, new)
    notice = queries.notice_by_id(item.notice_id)
    order = orders.order_by_id(notice.order_id)
    asked = platform.Asked(
        name,
        f"{item.uid}:{item.version}",
        order.stream,
        order.reference,
        {"url": queries.listing_of(notice, item).url},
        {"item": item.id, "content": item.platform_item, **ids},
    )
    compare_and_set(item, version=item.version, content=new, call_uid=asked.uid)
    if (act := acts.present()) is not None:
        act.ask(actor, asked)
    else:
        platform.call_all([asked], actor=actor, now=now)


def end_measure(actor: Actor, item: Item, now: datetime) -> None:
    """Have the content back where the platform took it down; what is on its way is answered first."""
    if item.standing in (Content.DOWN, Content.UP_REFUSED):
        ask_platform(actor, item, Name.RESTORE, now=now)


def sealed_json(notice: Notice, place: str, **said: str) -> bytes:
    """Seal a few texts under the key of the notice."""
    return vault.seal(notice.stream, place, json.dumps(said, ensure_ascii=False))
