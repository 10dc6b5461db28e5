"""Who may do what with a work order. Pure questions about an actor and an order."""

from __future__ import annotations

from datetime import datetime

from support.accounts.queries import PersonView
from support.core.actors import Actor, Role
from support.core.errors import NotAllowed
from support.core.words import N_
from support.workorders.lifecycle import REOPEN_WITHIN, Status
from support.workorders.models import WorkOrder


def require_staff(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor works at the desk (or is the system itself)."""
    if not actor.is_staff and actor.kind != "system":
        raise NotAllowed()


def may_reopen(order: WorkOrder, now: datetime) -> bool:
    """True while a closed order may be opened again by its requester: once, within thirty days."""
    return (
        order.state is Status.CLOSED
        and order.reopened_at is None
        and now <= order.status_at + REOPEN_WITHIN
    )


def may_be_assigned(order: WorkOrder, assignee_id: int, complained_about: set[int]) -> None:
    """Raise `NotAllowed` when a complaint would go to somebody whom it is about."""
    if assignee_id in complained_about:
        raise NotAllowed(N_("A complaint is read by somebody who had no part in what it is about."))


def may_take_work(person: PersonView) -> None:
    """Raise `NotAllowed` unless orders can be given to this person: staff who still work here."""
    if person.kind != "staff" or person.disabled:
        raise NotAllowed(N_("This person can't take work orders."))


def may_see_everything(actor: Actor) -> bool:
    """True for staff; parties see their own stream only."""
    return actor.is_staff or actor.kind == "system"


def may_assign_others(actor: Actor) -> bool:
    """True for every agent and admin: a queue is shared."""
    return actor.has(Role.AGENT, Role.ADMIN)


def may_write_saved(actor: Actor) -> bool:
    """True for agents and admins (and the system): they write the desk's saved replies; all staff use them."""
    return actor.has(Role.AGENT, Role.ADMIN) or actor.kind == "system"


def require_saved_writer(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may write saved replies."""
    if not may_write_saved(actor):
        raise NotAllowed()
