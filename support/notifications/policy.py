"""Who is told by which channel, and who may look at what was told. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from support.core.actors import UNTRAINED, Actor, Role
from support.core.errors import NotAllowed, NotFound
from support.notifications.models import Channel, Purpose

DELIVERY_ROLES = frozenset({Role.ADMIN, Role.AGENT})

Choices = Mapping[tuple[Purpose, Channel], bool]


def is_fixed(purpose: Purpose, channel: Channel) -> bool:
    """True where a person has no choice: security and the policy are always told, and orders stand in the inbox."""
    if purpose in (Purpose.SECURITY, Purpose.LEGAL):
        return True
    return purpose == Purpose.ORDERS and channel == Channel.INBOX


def wants(
    purpose: Purpose, channel: Channel, choices: Choices, reachable: Collection[Channel]
) -> bool:
    """Say whether a person is told about `purpose` by `channel`.

    Without a choice: orders by mail, by SMS only when there is no mail address; news not at all until asked for
    (PP-6.4; no consent by default).
    """
    if is_fixed(purpose, channel):
        return True
    chosen = choices.get((purpose, channel))
    if chosen is not None:
        return chosen
    if purpose == Purpose.NEWS:
        return False
    return channel == Channel.MAIL or Channel.MAIL not in reachable


def may_leave(purpose: Purpose, reader: Actor, *, bound: bool) -> bool:
    """Say whether a message that was told may leave for an address of the reader's now.

    A member's address must still be bound; a guest has none but the one that they filed or proved. News of
    security goes to an address that was just removed, too: whoever removed it may not be its owner.
    """
    return bound or reader.kind == "guest" or purpose == Purpose.SECURITY


def require_deliveries(actor: Actor) -> None:
    """Raise `NotFound` for people outside the desk, `NotAllowed` for staff without agent or admin role."""
    if not actor.is_staff:
        raise NotFound()
    if actor.untrained or not actor.roles & DELIVERY_ROLES:
        raise NotAllowed(UNTRAINED if actor.untrained else None)
