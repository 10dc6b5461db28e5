"""Bridges from the outbox to the verbs of notices, and to those who wait for news. Each is safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from support.core import platform
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.errors import DomainError, NotFound
from support.core.outbox import Subscription
from support.core.platform_calls import call_named
from support.core.vault import KeyDestroyed
from support.core.worker import Periodic
from support.infringement import (
    letters,
    news,
    queries,
    queries_acts,
    service_due,
    service_forwarding,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.queries_acts import ASKED
from support.infringement.service_measures import follow_platform
from support.notifications import evidence
from support.notifications.models import Channel
from support.notifications.service import tell
from support.workorders.queries import order_by_id

S = ItemState
ARRIVED_BY = {Channel.INBOX: "inbox", Channel.MAIL: "mail"}
"""What is evidence of an arrival, as `policy.ARRIVALS` names it; a text message is none."""


def note_platform(payload: dict[str, Any]) -> None:
    """Let an item follow what the platform answered; the second run finds it there. Safe to run twice."""
    follow_platform(call_named(payload["call"]), utcnow())


def tell_sides(payload: dict[str, Any]) -> None:
    """Tell each side of items that reached a state: one letter for all that moved in the same act."""
    notice, seq = queries.notice_by_id(payload["notice"]), _seq(payload)
    state, items = queries_acts.moved_together(notice, seq)
    for one in letters.addressed(notice, state, items):
        _tell(notice, one, state, queries_acts.told_by(notice, seq, one.items))
    if state in service_forwarding.SENT:
        note_arrivals_of(notice, utcnow())


def tell_answered(payload: dict[str, Any]) -> None:
    """Tell each side what the platform did, once it has answered about every link that it was asked about."""
    notice, seq = queries.notice_by_id(payload["notice"]), _seq(payload)
    for state in queries_acts.ASKED:
        items, key = queries_acts.answered_together(notice, state, seq)
        for one in letters.addressed(notice, state, items) if items else ():
            _tell(notice, one, state, key)


def _seq(payload: dict[str, Any]) -> int:
    return int(payload["key"].rpartition(":")[2])


def note_due(payload: dict[str, Any]) -> None:
    """Write down what has to be published of what happened; the second run finds it there. Safe to run twice."""
    notice = queries.notice_by_id(payload["notice"])
    service_due.note_event(notice, _seq(payload))


def _tell(notice: Notice, to: letters.Addressed, state: ItemState, key: str) -> None:
    holder = to.side == "holder"
    about = order_by_id(notice.order_id).stream if holder else notice.stream
    ids = letters.facts_ids(notice, state, to.items)
    try:
        tell(to.person_id, to.code, about=about, key=key, contact_id=to.contact_id, ids=ids)
    except (NotFound, KeyDestroyed):
        return


def note_arrivals(now: datetime) -> None:
    """Write down which forwarded letters have reached a mailbox since; periodic."""
    for notice_id in queries.notices_on_their_way():
        note_arrivals_of(queries.notice_by_id(notice_id), now)


def note_arrivals_of(notice: Notice, now: datetime) -> None:
    """Start the clock of each item whose letter an inbox here, or a mail server, took."""
    order = order_by_id(notice.order_id)
    left = {
        "notice": evidence.left_about(notice.stream, letters.RESPONDENT),
        "counter": evidence.left_about(order.stream, letters.HOLDER),
    }
    for item in queries.items_of(notice, service_forwarding.SENT):
        what = service_forwarding.SENT[item.status]
        for one in left[what]:
            by = ARRIVED_BY.get(one.channel)
            if by and one.ids["what"] == item.state and item.id in one.ids["items"]:
                _arrived(item, what, by, one, now)
                break


def _arrived(
    item: Item,
    what: service_forwarding.What,
    channel: str,
    letter: evidence.Left,
    now: datetime,
) -> None:
    at = max(letter.at, item.changed_at)
    try:
        service_forwarding.note_arrival(
            SYSTEM, item, what, channel=channel, at=at, delivery=letter.uid, now=max(now, at)
        )
    except DomainError:
        return  # it moved meanwhile


_ANSWERS = (
    news.REFUSED_THERE,
    *(f"notice.{state}" for state in (*ASKED, S.NO_MEASURE, S.DECIDED, S.WITHDRAWN, S.GONE)),
)
"""After what no answer of the platform may be left to wait for."""
PERIODIC = (
    Periodic("note_arrivals", timedelta(seconds=60), note_arrivals),
    Periodic("recount_publications", timedelta(hours=1), service_due.recount_due),
)
SUBSCRIPTIONS = (
    Subscription(platform.ANSWERED, note_platform),
    *(Subscription(f"notice.{state}", tell_sides) for state in news.TOLD if state not in ASKED),
    *(Subscription(topic, tell_answered) for topic in _ANSWERS),
    *(Subscription(f"notice.{state}", note_due) for state in service_due.FOLLOWED),
)
