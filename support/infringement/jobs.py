"""Bridges from the outbox to the verbs of notices. Each is safe to run twice."""

from __future__ import annotations

from typing import Any

from support.core import platform
from support.core.clock import utcnow
from support.core.outbox import Subscription
from support.core.platform_calls import call_named
from support.infringement.service_measures import follow_platform


def note_platform(payload: dict[str, Any]) -> None:
    """Let an item follow what the platform answered; the second run finds it there. Safe to run twice."""
    follow_platform(call_named(payload["call"]), utcnow())


SUBSCRIPTIONS = (Subscription(platform.ANSWERED, note_platform),)
