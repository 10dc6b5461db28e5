"""Measures: taken or refused, ended again; the platform carries them out, and only its answer says that it did."""

from __future__ import annotations

from datetime import datetime

from support.core import audit
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, transaction
from support.core.errors import IllegalMove, Invalid, Stale
from support.core.platform_calls import CallState, Name, PlatformCall
from support.core.words import N_
from support.infringement import moves, news, policy, queries
from support.infringement.lifecycle import CONTENT, MEASURED, Content, ItemState
from support.infringement.models import Item, item_place
from support.infringement.regimes import regime_of

CHOOSE = N_("Please choose one.")


def take_measure(
    actor: Actor, item: Item, *, measure: str, version: int, now: datetime | None = None
) -> Item:
    """Ask the platform to take a qualified item down.

    For the rights that the regime names it is legal who decides, and not the person who qualified the notice.
    """
    now = now or utcnow()
    notice = queries.notice_by_id(item.notice_id)
    policy.require_clerk(actor)
    if item.law is None:
        raise IllegalMove(item.status, ItemState.MEASURE_ASKED)
    policy.require_decider(actor, item, regime_of(item.law, item.rules), notice.right)
    if measure not in policy.MEASURES:
        raise Invalid("measure", CHOOSE)
    with transaction():
        begun = item.clock_start
        item = moves.move_item(
            actor,
            item,
            ItemState.MEASURE_ASKED,
            version=version,
            now=now,
            start=begun,
            reason=measure,
        )
        moves.ask_platform(actor, item, Name.TAKE_DOWN, now=now, measure=measure)
    return item


def ask_again(actor: Actor, item: Item, *, version: int, now: datetime | None = None) -> Item:
    """Ask the platform again, as a clerk, for what it did not do: nothing that was decided changes."""
    now = now or utcnow()
    policy.require_clerk(actor)
    with transaction():
        if item.version != version:
            raise Stale()
        if item.standing is Content.UP_REFUSED:
            moves.ask_platform(actor, item, Name.RESTORE, now=now)
        elif item.standing is Content.DOWN_REFUSED and _wanted_down(item):
            moves.ask_platform(actor, item, Name.TAKE_DOWN, now=now)
        else:
            raise IllegalMove(item.standing, item.standing)
    return item


def refuse_measure(
    actor: Actor,
    item: Item,
    *,
    reason: str,
    words: str,
    version: int,
    now: datetime | None = None,
) -> Item:
    """Decide, as legal, that no measure is taken, by the evidence and the kind of service (Civil Code 1195)."""
    now = now or utcnow()
    policy.require_legal(actor)
    if reason not in policy.REFUSALS:
        raise Invalid("reason", CHOOSE)
    if item.standing is Content.DOWN_ASKED:
        raise IllegalMove(item.status, ItemState.NO_MEASURE)
    with transaction():
        notice = queries.notice_by_id(item.notice_id)
        sealed = moves.sealed_json(notice, item_place(item.uid, "reason_sealed"), words=words)
        return moves.move_item(
            actor,
            item,
            ItemState.NO_MEASURE,
            version=version,
            now=now,
            reason=reason,
            reason_sealed=sealed,
        )


def restore_item(actor: Actor, item: Item, *, version: int, now: datetime | None = None) -> Item:
    """Have an item restored: at the end of its waiting period (the tick, or a clerk), or when the dispute is over.

    Nobody restores before the end of the period.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    waits = item.status in (ItemState.WAITING, ItemState.EXTENDED)
    ended = waits and item.due_at is not None and item.due_at <= now
    if not ended and item.status is not ItemState.PENDING:
        raise IllegalMove(item.status, ItemState.RESTORE_ASKED)
    with transaction():
        why = "no_proof" if waits else "dispute_over"
        item = moves.move_item(
            actor, item, ItemState.RESTORE_ASKED, version=version, now=now, reason=why
        )
        moves.end_measure(actor, item, now)
    return item


def follow_platform(found: PlatformCall, now: datetime) -> None:
    """Let an item follow what the platform answered; safe to run twice.

    What was taken down although the notice ended meanwhile is restored again.
    """
    item_id = found.payload.get("item")
    if item_id is None or found.name not in (Name.TAKE_DOWN, Name.RESTORE):
        return
    with transaction():
        item = db.session.get(Item, item_id, populate_existing=True)
        if item is None or item.call_uid != found.uid:
            return  # an older call: the newer one says how it stands
        if found.state == CallState.DONE:
            _done(item, Name(found.name), now)
        elif found.state in (CallState.NOT_DONE, CallState.FAILED):
            _not_done(item, found, now)


def _done(item: Item, name: Name, now: datetime) -> None:
    new = Content.DOWN if name is Name.TAKE_DOWN else Content.UP
    if not CONTENT.can(item.standing, new):
        return
    item = compare_and_set(item, version=item.version, content=new)
    after = {
        (Content.UP, ItemState.RESTORE_ASKED): ItemState.RESTORED,
        (Content.DOWN, ItemState.MEASURE_ASKED): ItemState.MEASURE_TAKEN,
    }.get((new, item.status))
    if after is not None:
        moves.move_item(SYSTEM, item, after, version=item.version, now=now, reason=item.reason)
    elif new is Content.DOWN and not _wanted_down(item):
        moves.end_measure(SYSTEM, item, now)
    elif new is Content.UP and item.status is ItemState.DECIDED and _wanted_down(item):
        moves.ask_platform(SYSTEM, item, Name.TAKE_DOWN, now=now)


def _wanted_down(item: Item) -> bool:
    """True where the content is meant to be down, or nobody has decided that it comes back."""
    if item.status is ItemState.DECIDED:
        return item.reason == "down"
    undecided = (ItemState.MEASURE_ASKED, ItemState.COMPLAINT, ItemState.GONE)
    return item.status in MEASURED or item.status in undecided


def _not_done(item: Item, found: PlatformCall, now: datetime) -> None:
    asked = {Name.TAKE_DOWN: Content.DOWN_ASKED, Name.RESTORE: Content.UP_ASKED}
    refused = {Name.TAKE_DOWN: Content.DOWN_REFUSED, Name.RESTORE: Content.UP_REFUSED}
    name = Name(found.name)
    if item.standing is not asked[name]:
        return
    item = compare_and_set(item, version=item.version, content=refused[name])
    notice = queries.notice_by_id(item.notice_id)
    event = audit.record(
        notice.stream, "item.refused_there", actor=SYSTEM, at=now, items=[item.id], call=found.uid
    )
    news.put(news.REFUSED_THERE, notice, event, [item])
