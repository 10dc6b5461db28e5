"""Bridges: news of a request to its person, and the execution, step by step."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from support.accounts import queries as people
from support.assurance import service_holds
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.outbox import Subscription
from support.core.platform_calls import call_named
from support.core.vault import KeyDestroyed
from support.core.worker import Periodic
from support.erasure import (
    copying,
    letters,
    queries,
    queries_copies,
    service_ceasing,
    service_copies,
    service_execution,
    service_matching,
    service_mentions,
    service_reminders,
)
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
        tell(row.told_id, letters.ERASURE, about=about, key=payload["key"], ids=ids)


def carry_out(payload: dict[str, Any]) -> None:
    """Go on with the execution of a request; safe to run twice."""
    service_execution.carry_on(payload["erasure"])


def look_for_mentions(payload: dict[str, Any]) -> None:
    """Look for what others wrote of the person, for who decides; safe to run twice."""
    row = queries.erasure_by_id(payload["erasure"])
    if row.status in UNDECIDED:
        service_mentions.look_for(row)


def make_copy(payload: dict[str, Any]) -> None:
    """Put a copy of somebody's data together; safe to run twice."""
    copying.make_copy(payload["copy"])


def tell_of_copy(payload: dict[str, Any]) -> None:
    """Tell the person that their copy is ready, or could not be made; safe to run twice."""
    row = queries_copies.copy_by_id(payload["copy"])
    if row is None:
        return
    about, ids = f"person:{row.person_id}", {"copy": row.id}
    with suppress(NotFound, KeyDestroyed):
        tell(
            row.person_id,
            letters.COPY,
            about=about,
            key=payload["key"],
            ids=ids,
            language=row.language,
        )


def follow_hold(payload: dict[str, Any]) -> None:
    """The waiting period of a found account has ended, or was stopped; safe to run twice."""
    service_matching.follow_hold(payload["about"], utcnow())


def tell_officers(payload: dict[str, Any]) -> None:
    """Tell the privacy officers that the platform does not answer a deletion; safe to run twice."""
    about = call_named(payload["call"]).about
    for officer in people.staff(Role.PRIVACY_OFFICER):
        ids = {"call": payload["call"]}
        tell(officer.id, letters.UNANSWERED, about=about, key=payload["key"], ids=ids)


SUBSCRIPTIONS = (
    Subscription(service_reminders.SILENT, tell_officers),
    Subscription(service_copies.ASKED, make_copy, settle=service_copies.note_failure),
    Subscription(service_copies.NEWS, tell_of_copy),
    Subscription(NEWS, tell_person),
    Subscription(LOOK, look_for_mentions),
    Subscription(DUE, carry_out),
    Subscription(service_holds.OVER, follow_hold),
    Subscription(service_holds.CANCELLED, follow_hold),
)
PERIODIC = (
    Periodic("erase_after_the_end", timedelta(seconds=10), service_ceasing.carry_on),
    Periodic("remind_of_erasures", timedelta(hours=1), service_reminders.remind),
    Periodic("end_data_copies", timedelta(hours=1), service_copies.end_copies),
    Periodic("go_on_with_erasures", timedelta(minutes=10), service_execution.go_on),
    Periodic("go_on_with_askings", timedelta(minutes=10), service_matching.go_on),
    Periodic("end_erasure_terms", timedelta(hours=1), service_execution.end_terms),
)
