"""Bridges from the outbox to the verbs of content reports, and to who waits for news. Each is safe to run twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from support.core import platform
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.outbox import Subscription
from support.core.platform_calls import call_named
from support.core.vault import KeyDestroyed
from support.core.worker import Periodic
from support.infringement import letters_reports as letters
from support.infringement import moves_reports as moves
from support.infringement import queries_reports as queries
from support.infringement import service_reports
from support.infringement.service_report_decisions import follow_platform
from support.notifications.service import tell
from support.workorders.queries import order_by_id


def note_platform_on_reports(payload: dict[str, Any]) -> None:
    """Let a reported link follow what the platform answered; the second run finds it there. Safe to run twice."""
    follow_platform(call_named(payload["call"]), utcnow())


def tell_reporter(payload: dict[str, Any]) -> None:
    """Tell who reported; a second run writes nothing. Safe to run twice."""
    report = queries.report_by_id(payload["report"])
    about = order_by_id(report.order_id).stream
    ids = {"report": report.id, "what": payload["what"]}
    _tell(report.person_id, letters.REPORTER, about, payload["key"], None, ids)


def tell_other_side(payload: dict[str, Any]) -> None:
    """Tell who answers for a link, where they can be reached; a second run writes nothing. Safe to run twice."""
    case = queries.case_by_id(payload["content"])
    if case.person_id is None:
        return
    ids = {"content": case.id, "what": payload["state"]}
    key, contact = payload["key"], case.contact_id
    _tell(case.person_id, letters.RESPONDENT, case.stream, key, contact, ids)


def _tell(
    person_id: int, code: str, about: str, key: str, contact_id: int | None, ids: dict[str, Any]
) -> None:
    try:
        tell(person_id, code, about=about, key=key, contact_id=contact_id, ids=ids)
    except (NotFound, KeyDestroyed):
        return


SUBSCRIPTIONS = (
    Subscription(platform.ANSWERED, note_platform_on_reports),
    Subscription(moves.MOVED, tell_other_side),
    *(Subscription(topic, tell_reporter) for topic in moves.TO_REPORTER),
)
PERIODIC = (Periodic("recount_reports", timedelta(hours=1), service_reports.recount_reports),)
