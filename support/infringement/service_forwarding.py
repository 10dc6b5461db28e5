"""Forwarding: the notice to who answers for an item, the counter-notice to the holder, and when each arrived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from support.accounts import service as accounts
from support.accounts import service_contacts
from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, insert_new, transaction
from support.core.errors import IllegalMove, Invalid
from support.core.words import N_
from support.infringement import moves, policy, queries, queries_counters, service_given
from support.infringement.lifecycle import ItemState
from support.infringement.models import Arrival, Item, Notice, Respondent, item_place
from support.infringement.regimes import Regime, Starts, regime_of

What = Literal["notice", "counter"]

ARRIVES: dict[What, tuple[ItemState, ItemState]] = {
    "notice": (ItemState.FORWARDED, ItemState.AWAITING),
    "counter": (ItemState.COUNTER_FORWARDED, ItemState.WAITING),
}

SENT: Mapping[ItemState, What] = {old: what for what, (old, _new) in ARRIVES.items()}
"""What is on its way to its reader in which state."""


def forward_notice(actor: Actor, item: Item, *, version: int, now: datetime | None = None) -> Item:
    """Send the notice on to who answers for the item, with the measure or its refusal; their clock waits for evidence.

    Where nobody can be reached, it is published instead (RTNIC 15); a clerk writes that down as its arrival.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    taken = item.status is ItemState.MEASURE_TAKEN
    new = ItemState.FORWARDED if taken else ItemState.NO_MEASURE_FORWARDED
    with transaction() as session:
        respondent = session.get(Respondent, item.respondent_id) if item.respondent_id else None
        item = moves.move_item(actor, item, new, version=version, now=now, reason=item.reason)
        if respondent is not None:
            notice = queries.notice_by_id(item.notice_id)
            noted = respondent.forwarded_at == now  # by another link of the same act
            reach(notice, respondent, now)
            if not noted:
                service_given.note_forwarded(actor, notice, respondent, now)
    return item


def reach(notice: Notice, respondent: Respondent, now: datetime) -> None:
    """Give a respondent without an account a page of their own, which opens after a code to their address."""
    respondent.forwarded_at = respondent.forwarded_at or now
    if respondent.person_id is None and (address := queries.address_of(notice, respondent)):
        kind, value = accounts.normalise_address("auto", address)
        guest = service_contacts.guest_for(kind, value, respondent.language, now)
        respondent.person_id, respondent.contact_id = guest.person_id, guest.contact_id
    db.session.flush()


def note_arrival(
    actor: Actor,
    item: Item,
    what: What,
    *,
    channel: str,
    at: datetime,
    delivery: str = "",
    now: datetime | None = None,
) -> Item:
    """Write down that the notice, or the counter-notice, arrived: the clock runs from `at`. Twice is harmless.

    The system does it for what it delivered, a clerk for a letter that was signed for, or for a notice that was
    published. A moment in the future, or before it was forwarded, is `Invalid`.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    if channel not in policy.ARRIVALS:
        raise Invalid("channel", N_("Please choose one."))
    if not item.changed_at <= at <= now and item.status is ARRIVES[what][0]:
        raise Invalid("at", N_("It arrived after it was sent, and not later than now."))
    with transaction():
        record_arrival(actor, item, what, channel=channel, at=at, delivery=delivery, now=now)
    return item


def record_arrival(
    actor: Actor,
    item: Item,
    what: What,
    *,
    channel: str,
    at: datetime,
    now: datetime,
    delivery: str = "",
) -> None:
    """Keep the first evidence of an arrival and start the clock, inside the caller's transaction."""
    old, new = ARRIVES[what]
    if item.status is not old:
        return
    insert_new(
        Arrival,
        notice_id=item.notice_id,
        item_id=item.id,
        what=what,
        channel=channel,
        delivery=delivery,
        at=at,
    )
    notice = queries.notice_by_id(item.notice_id)
    said = {"items": [item.id], "what": what, "channel": channel}
    audit.record(notice.stream, "item.arrived", actor=actor, at=now, **said)
    moves.move_item(actor, item, new, version=item.version, now=now, start=at)


def forward_counter(
    actor: Actor,
    item: Item,
    *,
    version: int,
    at_once: bool | None = None,
    words: str = "",
    now: datetime | None = None,
) -> Item:
    """Send a checked counter-notice on to the holder, who may complain to the authority or sue.

    The waiting period runs from its arrival, or from its receipt here where the regime says so. Where the regime lets
    legal restore at once, they choose (`at_once`) and write why. Raises `IllegalMove` for an unchecked one.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    counter = queries_counters.counter_of_item(item)
    if counter is None or counter.checked_at is None or item.law is None:
        raise IllegalMove(item.status, ItemState.COUNTER_FORWARDED)
    regime = regime_of(item.law, item.rules)
    chosen = _chosen(actor, regime, at_once, words)
    with transaction():
        values: dict[str, Any] = {}
        if regime.at_once:
            notice = queries.notice_by_id(item.notice_id)
            place = item_place(item.uid, "reason_sealed")
            values["reason_sealed"] = moves.sealed_json(notice, place, words=words)
        item = moves.move_item(
            actor, item, ItemState.COUNTER_FORWARDED, version=version, now=now, **values
        )
        service_given.note_counter(actor, item, counter, now)
        if chosen:
            item = moves.move_item(
                actor,
                item,
                ItemState.RESTORE_ASKED,
                version=item.version,
                now=now,
                reason="at_once",
            )
            moves.end_measure(actor, item, now)
        elif regime.wait.starts is Starts.RECEIPT:
            item = moves.move_item(
                actor, item, ItemState.WAITING, version=item.version, now=now, start=counter.at
            )
    return item


def _chosen(actor: Actor, regime: Regime, at_once: bool | None, words: str) -> bool:
    """Return whether it is restored at once; only legal chooses, with a reason, and only where the law offers it."""
    if not regime.at_once:
        if at_once:
            raise Invalid("at_once", N_("This regime has a waiting period."))
        return False
    policy.require_legal(actor)
    if at_once is None:
        raise Invalid("at_once", N_("Choose: at once, or after a reasonable period."))
    if not words.strip():
        raise Invalid("words", N_("Please write why."))
    return at_once
