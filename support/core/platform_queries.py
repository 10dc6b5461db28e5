"""What the administrators see of the calls to the platform: pages of them, one with its history, how the door is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from support.core import platform_door
from support.core.audit import Event
from support.core.conditions import Condition, Mood, Seen
from support.core.context import settings
from support.core.db import db, fetch
from support.core.platform_calls import EVENT_TITLES, OPEN, CallState, Name, PlatformCall
from support.core.words import N_

PAGE = 25
FAILED_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call in a list."""

    id: int
    uid: str
    name: Name
    reference: str
    state: CallState
    note: str
    asked_at: datetime
    answered_at: datetime | None
    silent: bool


def page_of(state: CallState | None = None, before: int | None = None) -> list[CallLine]:
    """Return calls, newest first, one more than a page has where there are more; `before` is a row id."""
    call = PlatformCall
    columns = (
        call.id,
        call.uid,
        call.name,
        call.reference,
        call.state,
        call.note,
        call.asked_at,
        call.answered_at,
        call.silent_at,
    )
    statement = select(*columns).order_by(call.id.desc()).limit(PAGE + 1)
    if state is not None:
        statement = statement.where(call.state == state)
    if before is not None:
        statement = statement.where(call.id < before)
    return [
        CallLine(
            row[0], row[1], Name(row[2]), row[3], CallState(row[4]), *row[5:8], silent=bool(row[8])
        )
        for row in fetch(statement)
    ]


def history_of(call: PlatformCall) -> Sequence[Event]:
    """Return what happened to a call, oldest first, from the trail of what it is about."""
    theirs = (
        Event.stream == call.about,
        Event.action.in_(EVENT_TITLES),
        Event.at >= call.asked_at,
    )
    found = db.session.execute(select(Event).where(*theirs).order_by(Event.seq)).scalars()
    return [event for event in found if event.data.get("call") == call.uid]


def last_answer() -> datetime | None:
    """Return when the platform last answered."""
    ended = PlatformCall.state.in_((CallState.DONE, CallState.NOT_DONE))
    moment = select(func.max(PlatformCall.answered_at)).where(ended)
    return db.session.execute(moment).scalar_one()


@dataclass(frozen=True, slots=True)
class Troubles:
    """How many calls have no answer though it is overdue, since when the oldest, and how many failed lately."""

    silent: int
    since: datetime | None
    failed: int


def troubles(now: datetime) -> Troubles:
    """Count what needs a look."""
    late = (PlatformCall.state.in_(OPEN), PlatformCall.due_at <= now)
    silent = select(func.count(), func.min(PlatformCall.asked_at)).where(*late)
    count, since = db.session.execute(silent).one()
    bad = PlatformCall.state.in_((CallState.FAILED, CallState.NOT_DONE))
    lately = PlatformCall.answered_at > now - FAILED_FOR
    failed = select(func.count()).where(bad, lately)
    return Troubles(count, since, db.session.execute(failed).scalar_one())


def _look(now: datetime) -> Seen:
    config, found = settings(), troubles(now)
    facts: dict[str, Any] = {"count": found.silent, "at": found.since, "failed": found.failed}
    if not platform_door.is_console() and (wrong := list(platform_door.problems(config))):
        return Seen(Mood.BROKEN, wrong[0])
    if found.silent:
        words = N_(
            "Calls without an answer that is overdue: %(count)s; the oldest was asked %(at)s."
        )
        return Seen(Mood.BROKEN, words, facts)
    if found.failed:
        words = N_("Calls that were refused or not done in the last 7 days: %(failed)s.")
        return Seen(Mood.LOOK, words, facts)
    if platform_door.is_console():
        words = N_(
            "The console version: calls are recorded and answered here, nothing happens there."
        )
        return Seen(Mood.IDLE, words)
    last = last_answer()
    if last is None:
        return Seen(Mood.FINE, N_("It is set; nothing was answered yet."))
    return Seen(Mood.FINE, N_("The last answer came %(at)s."), {"at": last})


CONDITION = Condition(N_("The platform's own side"), _look)
