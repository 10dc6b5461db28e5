"""Who may do what with a work order. Pure questions about an actor and an order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from support.accounts.queries import PersonView
from support.assurance.policy import Level
from support.core.actors import UNTRAINED, Actor, Role
from support.core.errors import NotAllowed
from support.core.words import N_
from support.workorders.kind import Kind
from support.workorders.lifecycle import Status
from support.workorders.models import Party, WorkOrder

WORKERS = frozenset({Role.AGENT, Role.ADMIN})
"""Who works on orders of every kind, and takes calls; a kind names further roles for its own."""

READS_ONLY = N_("Your role may read work orders of this kind, not work on them.")
UNPROVED = N_(
    "The requester has not shown yet who they are, which this kind of work order needs. Ask them first."
)
RECUSED = N_("A complaint is read by somebody who had no part in what it is about.")


def require_staff(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may read at the desk (or is the system itself): staff of any role."""
    if actor.kind != "system" and (actor.untrained or not actor.is_staff):
        raise NotAllowed(UNTRAINED if actor.untrained else None)


def _works(actor: Actor) -> bool:
    return actor.is_staff and not actor.untrained


def may_work(actor: Actor, *some: Kind) -> bool:
    """True when the actor may work on orders of one of these kinds; other staff only read them."""
    roles = WORKERS.union(*(kind.first_roles for kind in some))
    return actor.kind == "system" or (_works(actor) and actor.has(*roles))


def require_work(actor: Actor, kind: Kind, recused: Collection[int]) -> None:
    """Raise `NotAllowed` unless the actor may work on an order of `kind` that is kept from `recused`."""
    if not may_work(actor, kind):
        raise NotAllowed(READS_ONLY if actor.is_staff else None)
    if actor.id in recused:
        raise NotAllowed(RECUSED)


def takes_calls(actor: Actor) -> bool:
    """True for those of the staff who may type in what somebody says on the phone."""
    return _works(actor) and actor.has(*WORKERS)


def require_calls(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor takes calls."""
    if not takes_calls(actor):
        raise NotAllowed()


def proved_level(party: Party) -> Level:
    """The level at which a party showed who they are: by a session of their own or a code to their address, or none."""
    return Level.NOBODY if party.proved_at is None else Level.SAME_PERSON


def may_reopen(order: WorkOrder, now: datetime) -> bool:
    """True while a closed order may be opened again by its requester: once, within thirty days."""
    return (
        order.state is Status.CLOSED
        and order.reopened_at is None
        and order.term_ends_at is not None
        and now < order.term_ends_at
    )


def may_be_given(person: PersonView, kind: Kind, recused: Collection[int]) -> bool:
    """True when an order of `kind` can go to this person: staff who work here, with a role, with no part in it."""
    works = person.kind == "staff" and not person.disabled and not person.untrained
    return works and bool(person.roles & (WORKERS | kind.first_roles)) and person.id not in recused


def require_taker(person: PersonView, kind: Kind, recused: Collection[int]) -> None:
    """Raise `NotAllowed` unless an order of `kind` can be given to this person."""
    if person.id in recused:
        raise NotAllowed(RECUSED)
    if not may_be_given(person, kind, recused):
        raise NotAllowed(N_("This person can't take work orders."))


def may_write_saved(actor: Actor) -> bool:
    """True for agents and admins (and the system): they write the desk's saved replies; all staff use them."""
    return actor.has(Role.AGENT, Role.ADMIN) or actor.kind == "system"


def require_saved_writer(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may write saved replies."""
    if not may_write_saved(actor):
        raise NotAllowed()
