"""Bridges from the room's news to the people who are told. Each is safe to run twice: the key is the news' own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from support.accounts import queries as people
from support.core import outbox, platform
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.outbox import Subscription
from support.core.platform_calls import CallState
from support.core.vault import KeyDestroyed
from support.notifications.service import tell
from support.workorders import queries, service, service_checks
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder

Payload = dict[str, Any]

_MOVES = ("order.moved", "order.replied")
_AFTER_REPLY = {Status.OPEN: "replied", Status.WAITING: "asked", Status.RESOLVED: "resolved"}


def tell_filed(payload: Payload) -> None:
    """Send the receipt."""
    _tell_requester(payload, "filed")


def tell_replied(payload: Payload) -> None:
    """Tell the requester of the answer, and what we want of them now."""
    _tell_requester(payload, _AFTER_REPLY[Status(payload["then"])], message=payload["message"])


def tell_waiting(payload: Payload) -> None:
    """Tell the requester that it is their turn (the status was set without a message)."""
    if _still_holds(payload, *_MOVES, "order.waiting"):
        _tell_requester(payload, "asked")


def tell_resolved(payload: Payload) -> None:
    """Ask the requester to confirm (the status was set without a message)."""
    if _still_holds(payload, *_MOVES, "order.resolved"):
        _tell_requester(payload, "resolved")


def tell_closed(payload: Payload) -> None:
    """Tell the requester that it is closed and why, also when they did it: it may have been somebody else."""
    if _still_holds(payload, *_MOVES, "order.closed"):
        _tell_requester(payload, "closed", reason=payload["reason"])


def tell_reminder(payload: Payload) -> None:
    """Remind the requester of what we asked."""
    _tell_requester(payload, "reminder", day=payload["day"], message=payload["message"])


def tell_assigned(payload: Payload) -> None:
    """Tell the new assignee, unless they took the order themselves (then no news was put)."""
    if _still_holds(payload, "order.assigned"):
        _tell_staff(payload, "assigned", [payload["assignee"]], priority=outbox.NORMAL)


def tell_answered(payload: Payload) -> None:
    """Tell whoever works on it that the requester wrote; the inbox only."""
    _tell_staff(payload, "answered", _desk_of(queries.order_by_id(payload["order"])))


def tell_reopened(payload: Payload) -> None:
    """Tell whoever worked on it that it came back."""
    _tell_staff(payload, "reopened", _desk_of(queries.order_by_id(payload["order"])))


def tell_due_soon(payload: Payload) -> None:
    """Warn the assignee."""
    _tell_staff(payload, "due_soon", [payload["assignee"]], priority=outbox.NORMAL)


def tell_half_way(payload: Payload) -> None:
    """Tell the team that nobody took the order up and half of the time for a first reply is gone."""
    _tell_staff(payload, "half_way", _team_of(queries.order_by_id(payload["order"])))


def tell_overdue(payload: Payload) -> None:
    """Alarm: the assignee by mail too; the team and the administrators in their inbox."""
    order = queries.order_by_id(payload["order"])
    mine = [order.assignee_id] if order.assignee_id is not None else []
    admins = {one.id for one in people.staff(Role.ADMIN)} - queries.recused(order)
    _tell_staff(payload, "overdue", mine, priority=outbox.NORMAL)
    _tell_staff(payload, "overdue_team", {*_team_of(order), *admins} - {*mine})


def tell_check(payload: Payload) -> None:
    """Tell whoever works on the order what became of its identity check, where a person is needed now."""
    kind, _, number = str(payload["about"]).partition(":")
    what = str(payload["what"])
    if kind != "order" or not (what in _CHECK_NEWS or what.startswith(("stuck_", "objected_"))):
        return
    order = queries.order_by_id(int(number))
    service_checks.note_news(order, now=utcnow())
    _tell_staff(payload | {"order": order.id}, "check", _desk_of(order))


def note_platform(payload: Payload) -> None:
    """Let the desk see that the platform did not do, or did not answer, what an order asked of it."""
    kind, _, number = str(payload["about"]).partition(":")
    if kind == "order" and payload.get("state") != CallState.DONE:
        service_checks.note_news(queries.order_by_id(int(number)), now=utcnow())


_CHECK_NEWS = frozenset({"stopped", "done", "refused"})


def tell_unstaffed(payload: Payload) -> None:
    """Tell the administrators that a kind of work order has nobody to take it up."""
    for admin in people.staff(Role.ADMIN):
        ids = {"kind": payload["kind"]}
        tell(admin.id, "workorders.unstaffed", about="system", key=str(payload["key"]), ids=ids)


def _still_holds(payload: Payload, *actions: str) -> bool:
    """False for news that waited while it could be undone, when something of its kind has happened since."""
    if not payload.get("held"):
        return True
    order = queries.order_by_id(payload["order"])
    return str(payload["key"]) == f"{order.id}:{queries.newest_event(order, actions)}"


def _tell_requester(payload: Payload, name: str, **ids: Any) -> None:
    order = queries.order_by_id(payload["order"])
    party = service.requester_party(order)
    try:
        tell(
            party.person_id,
            f"workorders.{name}",
            about=order.stream,
            key=str(payload["key"]),
            contact_id=party.contact_id,
            language=order.language if party.contact_id else None,
            ids={"order": order.id, "reference": order.reference, **ids},
        )
    except (NotFound, KeyDestroyed):
        return  # the requester was erased; nobody is left to tell


def _tell_staff(
    payload: Payload, name: str, ids_of_people: Iterable[int], *, priority: int = outbox.BULK
) -> None:
    order = queries.order_by_id(payload["order"])
    for person_id in sorted(ids_of_people):
        tell(
            person_id,
            f"workorders.{name}",
            about=order.stream,
            key=str(payload["key"]),
            ids={"order": order.id, "reference": order.reference},
            priority=priority,
        )


def _desk_of(order: WorkOrder) -> list[int]:
    """Return the assignee, or the team when nobody has the order, or who has it left or may read none now."""
    working = {one.id for one in people.staff() if not one.untrained}
    return [order.assignee_id] if order.assignee_id in working else _team_of(order)


def _team_of(order: WorkOrder) -> list[int]:
    """Return who may take the order: its kind's roles, without those whom a complaint is about."""
    roles, recused = kind_named(order.kind).first_roles, queries.recused(order)
    return [one.id for one in people.staff() if one.roles & roles and one.id not in recused]


SUBSCRIPTIONS = (
    Subscription("order.filed", tell_filed),
    Subscription("order.replied", tell_replied),
    Subscription("order.waiting", tell_waiting),
    Subscription("order.resolved", tell_resolved),
    Subscription("order.closed", tell_closed),
    Subscription("order.reminded", tell_reminder),
    Subscription("order.assigned", tell_assigned),
    Subscription("order.answered", tell_answered),
    Subscription("order.reopened", tell_reopened),
    Subscription("order.due_soon", tell_due_soon),
    Subscription("order.half_way", tell_half_way),
    Subscription("order.overdue", tell_overdue),
    Subscription("order.unstaffed", tell_unstaffed),
    Subscription("check.changed", tell_check),
    Subscription(platform.ANSWERED, note_platform),
    Subscription(platform.SILENT, note_platform),
)
