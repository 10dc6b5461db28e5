"""Waiting periods: what was proved weakly can be stopped for 72 hours by the addresses that the account had before."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import update

from support.assurance import queries
from support.assurance.lifecycle import HoldState
from support.assurance.models import Hold
from support.assurance.policy import HOLD_LASTS, Act
from support.assurance.queries import Case
from support.core import audit, outbox
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import AlreadyDone, NotFound

PLACED, OVER, CANCELLED, OBJECTED = "hold.placed", "hold.over", "hold.cancelled", "hold.objected"
_BATCH = 200


def place_hold(
    actor: Actor,
    act: Act,
    case: Case,
    *,
    tell: Collection[int],
    unheeded: Collection[int] = (),
    now: datetime,
) -> Hold:
    """Begin the waiting period of a check and have its link sent to the contact points `tell`.

    A word from one that is `unheeded` (named as stolen, too new) stops nothing alone. After a cancelled hold a new one
    takes objections only: whoever decides has heard both sides by then. Placing it twice is harmless.
    """
    with transaction():
        before = queries.hold_of(case.about)
        if before is not None and before.state != HoldState.CANCELLED:
            return before
        last = before is not None
        hold = Hold(
            uid=new_uid(),
            person_id=case.person_id,
            act=act,
            about=case.about,
            round=before.round + 1 if before else 1,
            told=sorted(tell),
            unheeded=sorted(tell if last else set(unheeded) & set(tell)),
            begins_at=now,
            ends_at=now + HOLD_LASTS,
        )
        db.session.add(hold)
        db.session.flush()
        stream = f"person:{case.person_id}"
        audit.record(stream, PLACED, actor=actor, at=now, hold=hold.id, check=case.about)
        _news(PLACED, hold, told=hold.told)
    return hold


def stop(token: str, *, now: datetime | None = None) -> bool:
    """Stop the act whose link was used, or note one objection of its holder; return whether it is stopped.

    Raises `NotFound` for a forged link, `AlreadyDone` once the waiting period has ended either way.
    """
    now = now or utcnow()
    hold, contact_id = hold_of_token(token)
    heeded = contact_id not in hold.unheeded
    with transaction():
        db.session.refresh(hold, with_for_update=True)
        if contact_id in hold.objected:
            return False
        running = (Hold.id == hold.id, Hold.state == HoldState.RUNNING, Hold.ends_at > now)
        values: dict[str, Any] = (
            {"state": HoldState.CANCELLED, "ended_at": now}
            if heeded
            else {"objected": [*hold.objected, contact_id]}
        )
        if changed(update(Hold).where(*running).values(values)) != 1:
            raise AlreadyDone()
        news = CANCELLED if heeded else OBJECTED
        stream = f"person:{hold.person_id}"
        audit.record(stream, news, actor=SYSTEM, at=now, hold=hold.id, contact=contact_id)
        _news(news, hold, contact=contact_id)
    return heeded


def end_holds(now: datetime) -> None:
    """End the waiting periods whose time is over (a periodic task). Safe to run twice.

    One with an objection ends as stopped, so that a person looks; but the first one only, so that a thief's objections
    don't keep an account from its owner for good.
    """
    for hold_id in queries.due_holds(now, _BATCH):
        with transaction():
            hold = db.session.get_one(Hold, hold_id, with_for_update=True)
            if hold.state != HoldState.RUNNING:
                continue
            stopped = bool(hold.objected) and hold.round == 1
            hold.state, hold.ended_at = HoldState.CANCELLED if stopped else HoldState.OVER, now
            news = CANCELLED if stopped else OVER
            audit.record(f"person:{hold.person_id}", news, actor=SYSTEM, at=now, hold=hold.id)
            _news(news, hold)


def void_hold(case: Case, *, now: datetime) -> None:
    """Let the time that a check has waited count no more, inside the caller's transaction: people decide anew."""
    newest = queries.hold_of(case.about)
    if newest is not None and newest.state != HoldState.CANCELLED:
        newest.state, newest.ended_at = HoldState.CANCELLED, newest.ended_at or now


def stop_path(hold: Hold, contact_id: int) -> str:
    """Return the address of ours by which the holder of a contact point stops the act, without signing in."""
    return f"/holds/{hold.uid}-{contact_id}-{_mac(hold.uid, contact_id)}"


def hold_of_token(token: str) -> tuple[Hold, int]:
    """Return the hold and the contact point of a link; raise `NotFound` for a forged one."""
    uid, _, rest = token.partition("-")
    contact, _, mac = rest.partition("-")
    if not contact.isascii() or not contact.isdigit() or len(contact) > 18:
        raise NotFound()
    if not hmac.compare_digest(mac.encode(), _mac(uid, int(contact)).encode()):
        raise NotFound()
    hold = queries.hold_by_uid(uid)
    if int(contact) not in hold.told:
        raise NotFound()
    return hold, int(contact)


def _mac(uid: str, contact_id: int) -> str:
    text = f"hold\0{uid}\0{contact_id}".encode()
    return hmac.new(keys().codes, text, hashlib.sha256).hexdigest()


def _news(topic: str, hold: Hold, **ids: Any) -> None:
    facts: dict[str, Any] = {
        "hold": hold.uid,
        "person": hold.person_id,
        "act": hold.act,
        "about": hold.about,
    }
    outbox.put(topic, f"{hold.uid}:{ids.get('contact', '')}", **(facts | ids))
