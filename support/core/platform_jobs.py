"""Bridges from the outbox to the platform's door. Each is safe to run twice: the platform knows the call by its id."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from support.core import platform, platform_door
from support.core.context import hooks, settings
from support.core.db import db
from support.core.outbox import GiveUp, Outcome, Subscription
from support.core.outbox_rows import OutboxState
from support.core.partners import PlatformTold, wait_for_partner
from support.core.platform_calls import CallState, PlatformCall, call_named
from support.core.platform_door import Answer
from support.core.vault import KeyDestroyed
from support.core.worker import Periodic

NOTHING, LATER = "nothing", "later"
_REACHED = re.compile(r"platform (\d|answer)")
"""Troubles of a call that the other side has read all the same: it refused it, or answered what can't be read."""


def post_call(payload: dict[str, Any]) -> str:
    """Post a call that waits, signed; safe to run twice, since its id stays the same. Returns what was answered."""
    found = call_named(payload["call"])
    if (found.state, found.round) != (CallState.ASKED, payload["round"]):
        return NOTHING
    try:
        body = body_of(found)
    except KeyDestroyed as error:
        raise GiveUp("destroyed") from error
    door = platform_door.door()
    wait_for_partner(platform_door.DOOR.code)
    db.session.remove()  # the connection goes back before the network call
    answer = door.ask(payload["call"], body)
    return LATER if answer is None else json.dumps([answer.done, answer.note, dict(answer.facts)])


def settle_call(payload: dict[str, Any], outcome: Outcome) -> None:
    """Record what came of it, in the transaction that finishes the outbox row."""
    uid, number, note = payload["call"], payload["round"], outcome.note or ""
    if note == NOTHING:
        return
    if outcome.state == OutboxState.DONE or _REACHED.match(note):
        for hook in hooks(PlatformTold):
            hook.note(call_named(uid), outcome.at)
    if outcome.state == OutboxState.PENDING:
        platform.note_trouble(uid, number, outcome.attempts, note)
    elif outcome.state != OutboxState.DONE:
        platform.note_failure(uid, number, outcome.attempts, note, outcome.at)
    elif note == LATER:
        platform.note_taken_up(uid, number, outcome.attempts, outcome.at)
    else:
        answer = Answer(*json.loads(note))
        platform.note_answer(uid, answer, outcome.at, round=number, attempts=outcome.attempts)


def body_of(found: PlatformCall) -> bytes:
    """Return what the platform is told: the call, whom or what it is about, and where a later answer goes.

    Raises `KeyDestroyed` where what it said is gone.
    """
    told = {
        "type": "platform.call",
        "id": found.uid,
        "call": found.name,
        "asked_at": found.asked_at.isoformat(),
        "reference": found.reference,
        "ids": found.payload,
        "answer_to": f"{settings().public_url}/platform/answers",
        **platform.said(found),
    }
    return json.dumps(told, ensure_ascii=False).encode()


HOOKS: tuple[object, ...] = (
    platform_door.DOOR,
    Subscription(platform.DUE, post_call, settle_call),
    Periodic("escalate_platform", timedelta(seconds=30), platform.escalate),
    Periodic("forget_platform_messages", timedelta(minutes=10), platform.forget_messages),
)
