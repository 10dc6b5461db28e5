"""Browsers that a person signs in from: the log notes each, and its owner hears of one that is new (M8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from support.accounts import queries_sessions
from support.accounts.models import SignIn
from support.core import outbox, vault
from support.core.db import changed

NEW_DEVICE = "device.new"


def note_device(
    try_id: int, person_id: int, browser: str, *, begun: datetime, now: datetime
) -> None:
    """Tie the finished sign-in `try_id` to its browser; tell the person of one that they never signed in from.

    Call it inside the transaction that opens the session, for registering and joining too. `begun` is the moment of
    the first step. A browser without an id (`""`) is never known. Nobody is told of the first sign-in of an account,
    nor twice on one day of the same browser.
    """
    mark = device_hash(person_id, browser) if browser else None
    known = mark is not None and queries_sessions.knows_device(person_id, mark)
    if not known and not queries_sessions.is_first_sign_in(person_id, begun=begun):
        device = mark.hex()[:32] if mark else f"try-{try_id}"
        key = f"{person_id}:{device}:{now:%Y-%m-%d}"
        outbox.put(NEW_DEVICE, key, person=person_id, sign_in=try_id)
    changed(update(SignIn).where(SignIn.id == try_id).values(device_hash=mark))


def device_hash(person_id: int, browser: str) -> bytes:
    """Return what the log keeps of a browser's id: another hash for each person, so that it joins no two of them."""
    return vault.blind_index("device_id", f"{person_id}:{browser}")
