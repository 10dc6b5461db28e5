"""When the platform does not answer a deletion: it is asked again each week, and the privacy officers are told."""

from __future__ import annotations

import logging
from datetime import datetime

from support.core import audit, outbox, platform
from support.core.actors import SYSTEM
from support.core.db import transaction
from support.core.errors import DomainError
from support.erasure import queries_told as queries

log = logging.getLogger(__name__)

SILENT = "erasure.silent"
"""Payload: `call` (uid); once for each deletion."""


def remind(now: datetime) -> None:
    """Ask again what waits for a week, and tell of what waits for two, once. Periodic, safe to run twice.

    The deletion here is done, or goes on, without it.
    """
    for uid in queries.to_remind(now):
        try:
            platform.ask_again(SYSTEM, uid, now=now)
        except DomainError as error:
            log.info("erasure_not_reminded", extra={"call": uid, "error": type(error).__name__})
    for call in queries.to_escalate(now):
        with transaction():
            if queries.was_escalated(call):
                continue
            ids = {"call": call.uid, "state": call.state}
            audit.record(call.about, queries.UNANSWERED, actor=SYSTEM, at=now, **ids)
            outbox.put(SILENT, call.uid, call=call.uid)
