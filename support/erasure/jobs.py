"""Bridges: news of a request to its person, and the execution, step by step."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from support.core.errors import NotFound
from support.core.outbox import Subscription
from support.core.vault import KeyDestroyed
from support.core.worker import Periodic
from support.erasure import letters, queries, service_execution, service_mentions
from support.erasure.lifecycle import UNDECIDED
from support.erasure.service import DUE, LOOK, NEWS
from support.notifications.service import tell
from support.workorders import queries as orders


def tell_person(payload: dict[str, Any]) -> None:
    """Tell the person what was decided; safe to run twice."""
    row = queries.erasure_by_id(payload["erasure"])
    about = orders.order_by_id(row.order_id).stream
    ids = {"erasure": row.id, "what": payload["what"]}
    with suppress(NotFound, KeyDestroyed):
        tell(row.person_id, letters.ERASURE, about=about, key=payload["key"], ids=ids)


def carry_out(payload: dict[str, Any]) -> None:
    """Go on with the execution of a request; safe to run twice."""
    service_execution.carry_on(payload["erasure"])


def look_for_mentions(payload: dict[str, Any]) -> None:
    """Look for what others wrote of the person, for who decides; safe to run twice."""
    row = queries.erasure_by_id(payload["erasure"])
    if row.status in UNDECIDED:
        service_mentions.look_for(row)


SUBSCRIPTIONS = (
    Subscription(NEWS, tell_person),
    Subscription(LOOK, look_for_mentions),
    Subscription(DUE, carry_out),
)
PERIODIC = (
    Periodic("go_on_with_erasures", timedelta(minutes=10), service_execution.go_on),
    Periodic("end_erasure_terms", timedelta(hours=1), service_execution.end_terms),
)
