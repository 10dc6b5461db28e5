"""Bridges from the news of checks to what this room does with it. Each is safe to run twice."""

from __future__ import annotations

from typing import Any

from support.core.db import db
from support.core.outbox import Subscription
from support.realname import service
from support.realname.matcher import matcher
from support.verification import queries as checks
from support.verification.policy import Way
from support.verification.service import CHANGED


def compare_faces(payload: dict[str, Any]) -> None:
    """Ask the door what it thinks of the pictures that were given, and keep it as a remark."""
    if payload["what"] != "review":
        return
    check = checks.check_by_uid(str(payload["check"]))
    if check is None or check.way != Way.FACE:
        return
    uid = check.uid
    db.session.remove()  # the door may go outside: no transaction is open meanwhile
    opinion = matcher().compare(uid)
    if (check := checks.check_by_uid(uid)) is not None:
        service.note_opinion(check, opinion)


SUBSCRIPTIONS = (Subscription(CHANGED, compare_faces),)
