"""The clerk's verbs before any measure: the formal check, and what its owner removed meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import compare_and_set, transaction
from support.core.errors import IllegalMove, Invalid, NotAllowed
from support.core.words import N_
from support.infringement import moves, policy, queries
from support.infringement.elements import Meter
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.regimes import CURRENT, RegimeCode, RightType, proposed_regime
from support.infringement.service_rulings import require_no_part

SUSPENDED = N_(
    "The handling of this filer's notices is suspended; it is checked after that ends, or once an appeal lifts it."
)
TO_CHECK = (ItemState.RECEIVED, ItemState.CHECKING)


def proposal(notice: Notice) -> RegimeCode:
    """Return which regime fits a notice; a clerk confirms it, or another."""
    agent = settings().dmca_agent
    return proposed_regime(notice.content, notice.right, us_law=notice.us_law, us_agent=agent)


def check_formally(
    actor: Actor,
    notice: Notice,
    *,
    regime: RegimeCode,
    version: int,
    now: datetime | None = None,
) -> Meter:
    """Decide, as a clerk, by the elements of the regime: qualified, or to be completed within its term.

    Nobody can call complete what is not: the meter decides, the clerk confirms the regime and stands for it by name.
    All items that wait for the check move together. Raises `Stale`, `IllegalMove`, `Invalid` for a regime that the
    notice can't have.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    if regime is RegimeCode.DMCA and proposal(notice) is not RegimeCode.DMCA:
        raise Invalid(
            "regime",
            N_("US law needs a designated agent, a copyright, and a filer who asked for it."),
        )
    if regime is RegimeCode.RTNIC and notice.right is not RightType.COPYRIGHT:
        raise Invalid("regime", N_("This regulation is about copyright alone."))
    with transaction():
        items = queries.items_of(notice, TO_CHECK)
        if not items:
            raise IllegalMove(ItemState.QUALIFIED, ItemState.QUALIFIED)
        if any(item.clock_start is not None and item.clock_start > now for item in items):
            raise NotAllowed(SUSPENDED)
        notice = compare_and_set(notice, version=version)
        meter = queries.meter_of(notice, regime, CURRENT.number)
        law: dict[str, Any] = {"regime": regime, "rules": CURRENT.number}
        if meter.complete:
            new, values = ItemState.QUALIFIED, law | {"qualified_by": actor.id}
        else:
            new, values = ItemState.TO_COMPLETE, law
        moves.move_items(actor, notice, items, new, now=now, **values)
    return meter


def note_gone(actor: Actor, item: Item, *, version: int, now: datetime | None = None) -> Item:
    """Write down, as a clerk, that the item's owner removed it; nothing more is done about it."""
    now = now or utcnow()
    policy.require_clerk(actor)
    if item.status is ItemState.COMPLAINT:
        policy.require_legal(actor)
        require_no_part(actor, item)
    with transaction():
        return moves.move_item(actor, item, ItemState.GONE, version=version, now=now)
