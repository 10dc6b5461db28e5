"""Bridges from the news of penalties to the member, and from the letter's arrival to the time to appeal."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import DomainError, NotFound
from support.core.outbox import Subscription
from support.core.vault import KeyDestroyed
from support.core.worker import Periodic
from support.disclosure import letters, queries, service_appeals, service_publishing
from support.disclosure.lifecycle import PenaltyState
from support.disclosure.models import Penalty
from support.disclosure.service import NEWS
from support.notifications import evidence
from support.notifications.models import Channel
from support.notifications.service import tell


def tell_member(payload: dict[str, Any]) -> None:
    """Tell the member what was decided; the letter that reaches them starts the time to appeal. Safe to run twice."""
    row = queries.penalty_by_id(payload["penalty"])
    ids = {"penalty": row.id, "what": payload["what"]}
    try:
        tell(row.person_id, letters.PENALTY, about=row.stream, key=payload["key"], ids=ids)
    except (NotFound, KeyDestroyed):
        return
    note_arrival(row, utcnow())


def note_arrivals(now: datetime) -> None:
    """Start the time to appeal wherever a letter has reached its member since; periodic, twice is harmless."""
    waiting = select(Penalty.id).where(Penalty.state == PenaltyState.APPROVED).limit(200)
    for penalty_id in db.session.execute(waiting).scalars().all():
        note_arrival(queries.penalty_by_id(penalty_id), now)


def note_arrival(row: Penalty, now: datetime) -> None:
    """Start the time to appeal if the letter stands in the inbox or a mail server took it; a text message is none."""
    if row.status is not PenaltyState.APPROVED:
        return
    for one in evidence.left_about(row.stream, letters.PENALTY):
        if one.ids["what"] == "told" and one.channel is not Channel.SMS:
            with suppress(DomainError):  # it moved meanwhile
                service_appeals.note_told(row, max(one.at, row.changed_at), now=now)
            return


SUBSCRIPTIONS = (Subscription(NEWS, tell_member),)
PERIODIC = (
    Periodic("note_penalties_told", timedelta(seconds=60), note_arrivals),
    Periodic("publish_penalties", timedelta(seconds=60), service_publishing.publish_due),
    Periodic("end_penalties", timedelta(hours=1), service_publishing.end_due),
)
