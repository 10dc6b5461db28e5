"""What the messages about checks say, and who may still read them at the moment of sending."""

from __future__ import annotations

from typing import Any

from support.assurance import queries as assurance
from support.assurance import service_holds
from support.assurance.lifecycle import HoldState
from support.assurance.policy import ACTS, FOR_OTHERS, Act
from support.core.actors import Actor
from support.core.context import settings
from support.core.errors import NotFound
from support.core.words import N_
from support.notifications.models import Channel, Purpose
from support.notifications.templates import ALL_CHANNELS, Template
from support.verification import policy, queries

Facts = dict[str, Any] | None


def check_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for the person who asks: what happened to their check, never whose account it is about."""
    check = queries.check_by_stream(f"check:{ids['check']}")
    if check is None or not policy.is_party(reader, check):
        return None
    hold = assurance.hold_of(check.stream)
    link = f"{settings().public_url}/checks/{check.uid}"
    if reader.kind == "guest":
        link = f"{settings().public_url}/follow?reference={check.reference}"
    return {
        "what": ids["what"],
        "reference": check.reference,
        "again": ids["what"] == "open",
        "reason": policy.REASONS.get(check.reason, ""),
        "returned": check.reason == policy.RETURNED,
        "until": hold.ends_at if hold is not None else None,
        "zone": reader.timezone,
        "link": link,
    }


def hold_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for an older address of the account: what waits until when, and the link that stops it."""
    try:
        hold = assurance.hold_by_uid(ids["hold"])
    except NotFound:
        return None
    if hold.person_id != reader.id or hold.state != HoldState.RUNNING:
        return None
    path = service_holds.stop_path(hold, ids["contact"])
    return {
        "act": ACTS[Act(hold.act)].title,
        "for_other": hold.act in FOR_OTHERS,
        "until": hold.ends_at,
        "zone": reader.timezone,
        "link": settings().public_url + path,
    }


TEMPLATES = (
    Template(
        "verification.check", Purpose.ORDERS, N_("Showing that the account is yours"), check_facts
    ),
    Template(
        "verification.hold",
        Purpose.SECURITY,
        N_("Was this you? You can stop it until a set time"),
        hold_facts,
        # Never the inbox: whoever signs in by a stolen address would read the links of the others there.
        ALL_CHANNELS - {Channel.INBOX},
    ),
)
