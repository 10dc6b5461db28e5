"""Limits that count rows in the database, so that they hold on every process and without a Valkey."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from support.accounts import policy
from support.accounts.models import Code, SignIn
from support.accounts.policy import Limit, Method, Outcome
from support.core.db import changed, db, transaction
from support.core.errors import TooMany
from support.core.words import N_

_CODE_WORDS = N_(
    "We sent codes there a short while ago. Please wait %(minutes)s min before asking again."
)
_TRY_WORDS = N_("Too many tries. Please wait %(minutes)s min, or sign in with a code.")
_FACTOR_WORDS = N_("Too many wrong codes. Please wait %(minutes)s min.")


def one_at_a_time(name: bytes) -> None:
    """Let only one transaction at a time pass with `name`, until it ends.

    SQLite has a single writer, so nothing is needed there; PostgreSQL takes an advisory lock.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(name[:8], "big", signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


def check_sending(target_blind: bytes, address: str, now: datetime) -> None:
    """Raise `TooMany` when another code to this target, or asked for from this address, is too much.

    Call it inside the transaction that writes the code. Known and unknown targets count alike.
    """
    one_at_a_time(target_blind)
    sent = Code.purpose != policy.CodePurpose.INVITE
    for limit in policy.SENDS_A_TARGET:
        _hold(Code.created_at, [sent, Code.target_blind == target_blind], limit, now, _CODE_WORDS)
    for limit in policy.SENDS_AN_ADDRESS:
        _hold(Code.created_at, [sent, Code.address == address], limit, now, _CODE_WORDS)
    _hold(Code.created_at, [sent], policy.SENDS_IN_ALL, now, _CODE_WORDS)


def check_trying(target_blind: bytes, address: str, now: datetime) -> None:
    """Raise `TooMany` when this target, this address, or everyone together failed too often of late.

    One person's lock is their own: others, also behind the same address, go on.
    """
    one_at_a_time(target_blind)
    failed = SignIn.outcome == Outcome.FAILED
    for limit in policy.FAILURES_A_TARGET:
        _hold(SignIn.at, [failed, SignIn.target_blind == target_blind], limit, now, _TRY_WORDS)
    for limit in policy.FAILURES_AN_ADDRESS:
        _hold(SignIn.at, [failed, SignIn.address == address], limit, now, _TRY_WORDS)
    _hold(SignIn.at, [failed], policy.FAILURES_IN_ALL, now, _TRY_WORDS)


def check_factor(target_blind: bytes, now: datetime) -> None:
    """Raise `TooMany` when the second factor of one person was tried wrongly too often."""
    one_at_a_time(target_blind)
    for limit in policy.FACTOR_FAILURES:
        mine = [SignIn.outcome == Outcome.FAILED, SignIn.target_blind == target_blind]
        _hold(SignIn.at, mine, limit, now, _FACTOR_WORDS)


def begin_try(
    person_id: int | None, target: bytes, method: Method, address: str, device: str, now: datetime
) -> int:
    """Count this try as failed before the secret is looked at; success corrects it. So parallel tries all count."""
    with transaction():
        if method in (Method.TOTP, Method.RECOVERY):
            check_factor(target, now)
        else:
            check_trying(target, address, now)
        return note_try(person_id, target, method, Outcome.FAILED, address, device, now)


def note_try(
    person_id: int | None,
    target: bytes,
    method: Method,
    outcome: Outcome,
    address: str,
    device: str,
    now: datetime,
) -> int:
    """Write one try to sign in inside the caller's transaction and return its row id."""
    row = SignIn(
        person_id=person_id,
        at=now,
        target_blind=target,
        method=method,
        outcome=outcome,
        address=address[:45],
        device=device[:120],
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def end_try(try_id: int) -> None:
    """Correct a try that succeeded, inside the transaction of what it allowed."""
    changed(update(SignIn).where(SignIn.id == try_id).values(outcome=Outcome.OK))


def _hold(
    moment: Any, which: Iterable[ColumnElement[bool]], limit: Limit, now: datetime, words: str
) -> None:
    """Look only at the newest `most` rows: they are enough to know, however many there are."""
    newest = (
        select(moment.label("moment"))
        .where(*which, moment > now - limit.within)
        .order_by(moment.desc())
        .limit(limit.most)
        .subquery()
    )
    count, oldest = db.session.execute(select(func.count(), func.min(newest.c.moment))).one()
    if count >= limit.most:
        wait = max(1, ceil((oldest + limit.within - now).total_seconds()))
        raise TooMany(wait, words, minutes=ceil(wait / 60))
