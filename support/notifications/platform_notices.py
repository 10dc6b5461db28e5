"""What administrators are told of the platform's door: calls that have no answer, and calls that failed.

While a platform is away every call has the same news, so each kind is told once an hour.
"""

from __future__ import annotations

from typing import Any

from support.accounts import queries as people
from support.core import platform, platform_queries
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.outbox import Subscription
from support.core.platform_calls import CallState
from support.core.words import N_
from support.notifications.models import Channel, Purpose
from support.notifications.service import tell
from support.notifications.templates import Template

TROUBLE = "notifications.platform_trouble"


def _trouble_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Nothing for who is no administrator (any more)."""
    if Role.ADMIN not in reader.roles:
        return None
    found = platform_queries.troubles(utcnow())
    return {"silent": found.silent, "failed": found.failed}


def tell_silent(payload: dict[str, Any]) -> None:
    """Tell the administrators that a call has no answer though it is overdue. Safe to run twice."""
    _tell("silent")


def tell_failed(payload: dict[str, Any]) -> None:
    """Tell the administrators that the platform refused a call, or was away for a day. Safe to run twice."""
    if payload["state"] == CallState.FAILED:
        _tell("failed")


def _tell(what: str) -> None:
    now = utcnow()
    for admin in people.staff(Role.ADMIN):
        tell(admin.id, TROUBLE, about="system", key=f"{what}:{now:%Y%m%d%H}", now=now)


SUBSCRIPTIONS = (
    Subscription(platform.SILENT, tell_silent),
    Subscription(platform.ANSWERED, tell_failed),
)
TEMPLATES = (
    Template(
        TROUBLE,
        Purpose.ORDERS,
        N_("The platform does not do what it was asked"),
        _trouble_facts,
        frozenset({Channel.INBOX}),
        "/admin/platform",
    ),
)
