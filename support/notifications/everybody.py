"""Telling every member the same thing, some at a time: each message of the outbox does one batch and puts the next.

A killed process leaves its message, which is carried out again from the same place; who was told is known by the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from support.accounts import queries as people
from support.core import outbox
from support.core.db import transaction
from support.core.outbox import BULK
from support.notifications.service import tell

BATCH = 50
"""Members of one transaction, so that nobody who writes waits for long."""


def tell_some(
    topic: str,
    code: str,
    payload: Mapping[str, Any],
    *,
    about: str,
    key: str,
    ids: Mapping[str, Any],
    now: datetime | None = None,
) -> int:
    """Tell the members after `payload["after"]` what template `code` says, and put `topic` for those that follow.

    Returns how many were told. `key` and the place make each message once, however often one is carried out.
    """
    found = people.members_after(int(payload["after"]), BATCH)
    if not found:
        return 0
    rest = {name: value for name, value in payload.items() if name not in ("key", "after")}
    with transaction():
        for person_id in found:
            tell(person_id, code, about=about, key=key, ids=dict(ids), priority=BULK, now=now)
        outbox.put(topic, f"{key}:{found[-1]}", priority=BULK, after=found[-1], **rest)
    return len(found)
