"""Calls to the operator's own platform: what is decided here happens there, and its answer stands where it belongs.

A verb asks by `call` in its own transaction; the outbox posts it (`platform_jobs`), the answer comes at once or later
(`web_platform`) and is recorded by `note_answer`, always the same way. Whoever waits for it subscribes to `ANSWERED`.
A call says ids only; the member's account and what a caller adds are sealed under a key of the call's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from support.core import audit, outbox, vault
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.context import hooks, settings
from support.core.db import changed, db, insert_all, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, Expired, NotAllowed
from support.core.platform_calls import (
    LIFECYCLE,
    OPEN,
    URGENT,
    CallState,
    Name,
    PlatformCall,
    PlatformMessage,
    call_named,
)
from support.core.platform_door import CONSOLE, Answer
from support.core.platform_signing import WINDOW

DUE = "platform.due"
ANSWERED = "platform.answered"
"""Payload: `call` (uid), `name`, `about`, `state`, `note`; once for each end of a call, asked again or not."""
SILENT = "platform.silent"
REPLAYED, ANSWERED_BEFORE = "replayed", "answered_before"
ERASED = "erased"
"""Why a call was not made: whom it was about was erased before it left."""
SEALED_KEPT = timedelta(days=30)
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Addressee:
    """A hook: how the platform knows the person with this row id; read when the call is made, and sealed."""

    of: Callable[[int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it is asked for: `call` says what each part means. `uid` names it."""

    name: Name
    key: str
    about: str
    reference: str
    sealed: Mapping[str, str]
    ids: Mapping[str, Any]
    uid: str = field(default_factory=new_uid)

    @property
    def dedup_key(self) -> str:
        """What is the same of the same call asked for again."""
        return f"{self.name}|{self.key}"


def call(
    name: str,
    key: str,
    *,
    about: str,
    reference: str = "",
    sealed: Mapping[str, str] | None = None,
    actor: Actor = SYSTEM,
    now: datetime | None = None,
    **ids: Any,
) -> str:
    """Ask the platform for `name` once the caller's transaction stands, and return the call's uid.

    The same name and key again write nothing. `about` is the stream where answers are recorded (`order:12`),
    `reference` what the platform may quote. `ids` are row ids and codes; `person` among them is told as the platform
    knows that person. What is personal goes into `sealed`.
    """
    now, what = now or utcnow(), Name(name)
    asked = Asked(what, key, about, reference, sealed or {}, ids)
    with transaction():
        if not insert_new(PlatformCall, **_row(asked, now)):
            earlier = select(PlatformCall.uid).where(PlatformCall.dedup_key == asked.dedup_key)
            return db.session.execute(earlier).scalar_one()
        if (kept := _sealed(asked)) is not None:
            mine = update(PlatformCall).where(PlatformCall.uid == asked.uid)
            changed(mine.values(sealed=kept))
        audit.record(about, "platform.asked", actor=actor, at=now, **_said(asked))
        _put_due(asked.uid, what, 1)
    return asked.uid


def call_all(calls: Sequence[Asked], *, actor: Actor, now: datetime) -> None:
    """Ask the platform for many things as `call` does for one, in a few statements; their keys are new for certain.

    Inside the caller's transaction.
    """
    vault.make_keys(owner(one.uid) for one in calls if _whole(one))
    insert_all(PlatformCall, [_row(one, now) | {"sealed": _sealed(one)} for one in calls])
    for about in dict.fromkeys(one.about for one in calls):
        facts = [_said(one) for one in calls if one.about == about]
        audit.record_all(about, "platform.asked", actor=actor, at=now, facts=facts)
    for name in dict.fromkeys(one.name for one in calls):
        due = {f"{one.uid}:1": {"call": one.uid, "round": 1} for one in calls if one.name is name}
        outbox.put_all(DUE, due, _priority(name))


def _row(asked: Asked, now: datetime) -> dict[str, Any]:
    return {
        "uid": asked.uid,
        "dedup_key": asked.dedup_key,
        "name": asked.name,
        "about": asked.about,
        "reference": asked.reference,
        "payload": dict(asked.ids),
        "state": CallState.ASKED,
        "round": 1,
        "attempts": 0,
        "note": "",
        "answer": {},
        "asked_at": now,
        "due_at": now + patience(asked.name),
    }


def _said(asked: Asked) -> dict[str, Any]:
    return {"call": asked.uid, "name": asked.name, "round": 1}


def ask_again(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Ask for the same thing under the same id, as an administrator or by rule, where it was not done or not answered.

    Raises `NotAllowed`, `NotFound`, `Expired` where what the call said is destroyed, `AlreadyDone`.
    """
    now = now or utcnow()
    if actor.kind != "system" and not actor.has(Role.ADMIN):
        raise NotAllowed()
    with transaction():
        found = call_named(uid)
        if not LIFECYCLE.can(found.status, CallState.ASKED):
            raise AlreadyDone()
        if _is_superseded(found):
            raise AlreadyDone()
        if found.sealed is None and found.answered_at and found.answered_at < now - SEALED_KEPT:
            raise Expired()
        again = found.round + 1
        fresh = {"round": again, "attempts": 0, "note": "", "silent_at": None, "answered_at": None}
        due_at = now + patience(Name(found.name))
        if not _move(found, CallState.ASKED, in_round=found.round, due_at=due_at, **fresh):
            raise AlreadyDone()
        record(actor, found, "platform.again", now)
        _put_due(uid, Name(found.name), again)


def _is_superseded(found: PlatformCall) -> bool:
    """True for a name that a newer one has replaced: asked for again, it would come back."""
    newer = (
        PlatformCall.name == found.name,
        PlatformCall.about == found.about,
        PlatformCall.id > found.id,
    )
    wanted = select(PlatformCall.id).where(*newer).limit(1)
    return found.name == Name.SET_REALNAME and db.session.execute(wanted).first() is not None


def note_trouble(uid: str, in_round: int, attempts: int, code: str) -> None:
    """Keep why the last try did not get through, inside the caller's transaction; the outbox tries again."""
    here = _here(uid, CallState.ASKED, in_round)
    changed(update(PlatformCall).where(*here).values(attempts=attempts, note=code))


def note_taken_up(uid: str, in_round: int, attempts: int, at: datetime) -> None:
    """The platform took the call and answers later; an answer that was faster stands. Twice is harmless."""
    found = call_named(uid)
    if _move(found, CallState.LATER, in_round=in_round, attempts=attempts, note=""):
        record(SYSTEM, found, "platform.later", at)


def note_failure(uid: str, in_round: int, attempts: int, code: str, at: datetime) -> None:
    """The platform refused the call itself, or did not answer for a day. Twice is harmless."""
    found = call_named(uid)
    end = {"attempts": attempts, "note": code, "answered_at": at}
    if _move(found, CallState.FAILED, in_round=in_round, **end):
        record(SYSTEM, found, "platform.failed", at, note=code)
        _tell(found, CallState.FAILED, code)


def note_answer(uid: str, answer: Answer, at: datetime, **tried: int) -> bool:
    """Record what the platform answered, however it came; return False where another answer stands already.

    `tried` are the round and the attempts of the try that brought it. The same answer twice is harmless.
    """
    new = CallState.DONE if answer.done else CallState.NOT_DONE
    with transaction():
        found = call_named(uid)
        end = {"note": answer.note, "answer": dict(answer.facts), "answered_at": at, **tried}
        if not _move(found, new, in_round=tried.get("round"), **end):
            now_there = call_named(uid)
            return (now_there.state, now_there.note) == (new, answer.note)
        told = {"note": answer.note, "console": answer.note == CONSOLE}
        record(SYSTEM, found, f"platform.{new}", at, **told)
        if new is CallState.DONE:
            destroy_sealed(uid)
        _tell(found, new, answer.note)
    return True


def receive_answer(message: tuple[str, str], uid: str, answer: Answer, *, now: datetime) -> str:
    """Record an answer that came as a message (its id and time), and return why not, or "".

    The same message again is a replay, whoever sends it. Raises `NotFound` for a call that is none of ours.
    """
    digest = hashlib.sha256("\0".join(message).encode()).hexdigest()
    with transaction():
        call_named(uid)
        if not insert_new(PlatformMessage, digest=digest, at=now):
            return REPLAYED
        return "" if note_answer(uid, answer, now) else ANSWERED_BEFORE


def forget_messages(now: datetime) -> None:
    """Forget messages that are too old to be sent again (a periodic task). Safe to run twice."""
    with transaction() as session:
        session.execute(delete(PlatformMessage).where(PlatformMessage.at < now - 3 * WINDOW))


def escalate(now: datetime) -> None:
    """Tell of calls whose answer is overdue, each once in a round (a periodic task). Safe to run twice."""
    late = (
        PlatformCall.state.in_(OPEN),
        PlatformCall.due_at <= now,
        PlatformCall.silent_at.is_(None),
    )
    for uid in db.session.execute(select(PlatformCall.uid).where(*late).limit(_BATCH)).scalars():
        with transaction():
            here = update(PlatformCall).where(PlatformCall.uid == uid, *late)
            if changed(here.values(silent_at=now)) == 1:
                found = call_named(uid)
                record(SYSTEM, found, "platform.silent", now)
                outbox.put(SILENT, f"{uid}:{found.round}", call=uid, about=found.about)


def said(found: PlatformCall) -> dict[str, Any]:
    """Return what the call says beyond its ids; raises `KeyDestroyed` where nothing is left of it."""
    if found.sealed is None:
        return {}
    opened: dict[str, Any] = json.loads(
        vault.unseal(owner(found.uid), _place(found.uid), found.sealed)
    )
    return opened


def patience(name: Name) -> timedelta:
    """Return how long an answer may take."""
    config = settings()
    urgent = name in URGENT
    minutes = config.platform_urgent_minutes if urgent else config.platform_answer_minutes
    return timedelta(minutes=minutes)


def record(actor: Actor, found: PlatformCall, action: str, at: datetime, **facts: Any) -> None:
    """Write an event on the stream that the call is about, inside the caller's transaction."""
    ids = {"call": found.uid, "name": found.name, "round": found.round}
    audit.record(found.about, action, actor=actor, at=at, **ids, **facts)


def owner(uid: str) -> str:
    """Return under whose key what the call says is sealed."""
    return f"platform:{uid}"


def _place(uid: str) -> str:
    return f"platform_call.sealed:{uid}"


def _whole(asked: Asked) -> dict[str, Any]:
    """Return all that a call says beyond its ids."""
    whole: dict[str, Any] = dict(asked.sealed)
    if "person" in asked.ids:
        for hook in hooks(Addressee):
            whole["member"] = dict(hook.of(asked.ids["person"]))
    return whole


def _sealed(asked: Asked) -> bytes | None:
    if not (whole := _whole(asked)):
        return None
    text = json.dumps(whole, ensure_ascii=False)
    return vault.seal(owner(asked.uid), _place(asked.uid), text)


def destroy_sealed(uid: str) -> None:
    """Destroy what a call said, inside the caller's transaction."""
    mine = (PlatformCall.uid == uid, PlatformCall.sealed.is_not(None))
    if changed(update(PlatformCall).where(*mine).values(sealed=None)) == 1:
        vault.destroy(owner(uid))


def _here(uid: str, state: CallState, in_round: int) -> tuple[Any, ...]:
    return PlatformCall.uid == uid, PlatformCall.state == state, PlatformCall.round == in_round


def _move(found: PlatformCall, new: CallState, *, in_round: int | None, **values: Any) -> bool:
    """Move the call from wherever it may come; False where another was faster, or it was asked anew meanwhile."""
    legal = [state for state in CallState if LIFECYCLE.can(state, new)]
    here = [PlatformCall.uid == found.uid, PlatformCall.state.in_(legal)]
    if in_round is not None:
        here.append(PlatformCall.round == in_round)
    moved = changed(update(PlatformCall).where(*here).values(state=new, **values)) == 1
    if moved:
        db.session.refresh(found)
    return moved


def _put_due(uid: str, name: Name, number: int) -> None:
    outbox.put(DUE, f"{uid}:{number}", priority=_priority(name), call=uid, round=number)


def _priority(name: Name) -> int:
    return outbox.URGENT if name in URGENT else outbox.NORMAL


def _tell(found: PlatformCall, state: CallState, note: str) -> None:
    outbox.put(
        ANSWERED,
        f"{found.uid}:{found.round}:{state}",
        call=found.uid,
        name=found.name,
        about=found.about,
        state=state.value,
        note=note,
    )
