"""Each member is told that the service ends, and again when the end is called off (PP-7.7)."""

from __future__ import annotations

from typing import Any

from support.core.actors import Actor
from support.core.outbox import Subscription
from support.core.words import N_
from support.notifications.everybody import tell_some
from support.notifications.models import Channel, Purpose
from support.notifications.templates import Template
from support.policies import queries_cessation
from support.policies.cessation_pages import day_words
from support.policies.lifecycle_cessation import PUBLIC, CessationState
from support.policies.service_cessation import TELL

CESSATION = "notifications.cessation"
_ANNOUNCED, _CALLED_OFF = "announced", "called_off"


def _facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """The dates; nothing of an end that was called off before the letter left, since another letter says so."""
    row = queries_cessation.by_id(ids["cessation"])
    off = ids["what"] == _CALLED_OFF
    if not off and row.status not in PUBLIC:
        return None
    chinese = reader.language == "zh"
    return {
        "off": off,
        "day": day_words(row.last_day),
        "until": day_words(row.last_export_day),
        "words": (row.called_zh if chinese else row.called_en)
        if off
        else (row.reason_zh if chinese else row.reason_en),
    }


def tell_members(payload: dict[str, Any]) -> None:
    """Tell some members and leave the others to the next message. Safe to run twice."""
    row = queries_cessation.by_id(payload["cessation"])
    what = payload["what"]
    if what == _ANNOUNCED and row.status is CessationState.CALLED_OFF:
        return
    tell_some(
        TELL,
        CESSATION,
        payload,
        about=stream_of(row.uid),
        key=f"{row.uid}:{what}",
        ids={"cessation": row.id, "what": what},
    )


def stream_of(uid: str) -> str:
    """Return what the letters of one end of the service are about."""
    return f"cessation:{uid}"


SUBSCRIPTIONS = (Subscription(TELL, tell_members),)
TEMPLATES = (
    Template(
        CESSATION,
        Purpose.SECURITY,
        N_("The end of this service"),
        _facts,
        frozenset({Channel.MAIL, Channel.INBOX}),
        "/cessation",
    ),
)
