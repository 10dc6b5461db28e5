"""Limits that count rows in the database, so that they hold on every process and without a Valkey.

The rule: each account (or text that is nobody's), each network address and each IPv6 /48 has tries of its own, so
nobody is refused for what others do elsewhere. Above the numbers for all together an alarm sounds (in the log, the
metrics and on the administrators' page), and until it is over addresses and networks get a tenth of their tries, but
for people who are signed in, or signed in from that address in the last 30 days.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from support.accounts import policy
from support.accounts.models import Code, SignIn
from support.accounts.policy import Alarm, Limit, Method, Outcome
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import TooMany
from support.core.words import N_

log = logging.getLogger(__name__)

_CODE_WORDS = N_(
    "We sent codes there a short while ago. Please wait %(minutes)s min before asking again."
)
_TRY_WORDS = N_("Too many tries. Please wait %(minutes)s min, or sign in with a code.")
_FACTOR_WORDS = N_("Too many wrong codes. Please wait %(minutes)s min.")

_SENT = Code.purpose != policy.CodePurpose.INVITE
_NO_LINK = Code.purpose != policy.CodePurpose.NOTICE_LINK
"""A link that was sent a moment ago does not keep back the code that it asks for."""
_FAILED = SignIn.outcome == Outcome.FAILED
_IN_ALL: dict[Alarm, tuple[Any, ColumnElement[bool], Limit]] = {
    Alarm.SIGN_INS: (SignIn.at, _FAILED, policy.FAILURES_IN_ALL),
    Alarm.CODES: (Code.created_at, _SENT, policy.SENDS_IN_ALL),
}


def one_at_a_time(name: bytes) -> None:
    """Let only one transaction at a time pass with `name`, until it ends.

    SQLite has a single writer, so nothing is needed there; PostgreSQL takes an advisory lock.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(name[:8], "big", signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


def check_sending(
    target_blind: bytes, address: str, now: datetime, *, person_id: int | None, signed_in: bool
) -> None:
    """Raise `TooMany` when another code to this target, or asked for from this address or its network, is too much.

    Call it inside the transaction that writes the code. Known and unknown targets count alike; `person_id` is whose
    account the code is about, `signed_in` whether its asker is.
    """
    one_at_a_time(target_blind)
    here = Code.target_blind == target_blind
    for limit in policy.SENDS_A_TARGET:
        counted = [_SENT, _NO_LINK] if limit.within <= policy.A_MOMENT else [_SENT]
        _hold(Code.created_at, [*counted, here], limit, now, _CODE_WORDS)
    slow = not signed_in and _slows(Alarm.CODES, person_id, address, now)
    for limit in _slowed(policy.SENDS_AN_ADDRESS, slow):
        _hold(Code.created_at, [_SENT, Code.address == address], limit, now, _CODE_WORDS)
    if network := policy.network_of(address):
        for limit in _slowed(policy.SENDS_A_NETWORK, slow):
            _hold(Code.created_at, [_SENT, Code.network == network], limit, now, _CODE_WORDS)


def check_trying(person_id: int | None, target_blind: bytes, address: str, now: datetime) -> None:
    """Raise `TooMany` when this target, this address or its network failed too often of late.

    One person's lock is their own: others, also behind the same address, go on.
    """
    one_at_a_time(target_blind)
    for limit in policy.FAILURES_A_TARGET:
        _hold(SignIn.at, [_FAILED, SignIn.target_blind == target_blind], limit, now, _TRY_WORDS)
    slow = _slows(Alarm.SIGN_INS, person_id, address, now)
    for limit in _slowed(policy.FAILURES_AN_ADDRESS, slow):
        _hold(SignIn.at, [_FAILED, SignIn.address == address], limit, now, _TRY_WORDS)
    if network := policy.network_of(address):
        for limit in _slowed(policy.FAILURES_A_NETWORK, slow):
            _hold(SignIn.at, [_FAILED, SignIn.network == network], limit, now, _TRY_WORDS)


def check_factor(target_blind: bytes, now: datetime) -> None:
    """Raise `TooMany` when the second factor of one person was tried wrongly too often."""
    one_at_a_time(target_blind)
    for limit in policy.FACTOR_FAILURES:
        mine = [_FAILED, SignIn.target_blind == target_blind]
        _hold(SignIn.at, mine, limit, now, _FACTOR_WORDS)


def begin_try(
    person_id: int | None, target: bytes, method: Method, address: str, device: str, now: datetime
) -> int:
    """Count this try as failed before the secret is looked at; success corrects it. So parallel tries all count."""
    with transaction():
        if method in (Method.TOTP, Method.RECOVERY):
            check_factor(target, now)
        else:
            check_trying(person_id, target, address, now)
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
        network=policy.network_of(address),
        device=device[:120],
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def end_try(try_id: int, outcome: Outcome = Outcome.OK) -> None:
    """Correct a try that succeeded, inside the transaction of what it allowed."""
    changed(update(SignIn).where(SignIn.id == try_id).values(outcome=outcome))


def alarms(now: datetime) -> list[Alarm]:
    """Return the alarms that sound at this moment."""
    return [alarm for alarm in Alarm if _sounds(alarm, now)]


def alarm_figures() -> dict[str, float]:
    """Return 1 for each alarm that sounds and 0 for the others, for the metrics."""
    sounding = alarms(utcnow())
    return {alarm.value: float(alarm in sounding) for alarm in Alarm}


def log_alarms(now: datetime) -> None:
    """Put each alarm that sounds into the log."""
    for alarm in alarms(now):
        log.error("limit_alarm", extra={"alarm": alarm.value})


def _sounds(alarm: Alarm, now: datetime) -> bool:
    moment, which, limit = _IN_ALL[alarm]
    return bool(_newest(moment, [which], limit, now)[0] >= limit.most)


def _slows(alarm: Alarm, person_id: int | None, address: str, now: datetime) -> bool:
    """True for an address from which this account was not used of late, while the alarm sounds.

    The same questions are asked for nobody's account: they must not take less time.
    """
    if not _sounds(alarm, now):
        return False
    used = (
        SignIn.person_id == (person_id or 0),
        SignIn.outcome == Outcome.OK,
        SignIn.address == address,
        SignIn.at > now - policy.SIGN_IN_WHOLE,
    )
    return db.session.execute(select(SignIn.id).where(*used).limit(1)).first() is None


def _slowed(limits: Sequence[Limit], slow: bool) -> Sequence[Limit]:
    return [replace(each, most=each.most // policy.SLOWER) for each in limits] if slow else limits


def _hold(
    moment: Any, which: Iterable[ColumnElement[bool]], limit: Limit, now: datetime, words: str
) -> None:
    count, oldest = _newest(moment, which, limit, now)
    if count >= limit.most:
        wait = max(1, ceil((oldest + limit.within - now).total_seconds()))
        raise TooMany(wait, words, minutes=ceil(wait / 60))


def _newest(moment: Any, which: Iterable[ColumnElement[bool]], limit: Limit, now: datetime) -> Any:
    """Count the newest `most` rows, which are enough to know however many there are; the oldest of them beside it."""
    newest = (
        select(moment.label("moment"))
        .where(*which, moment > now - limit.within)
        .order_by(moment.desc())
        .limit(limit.most)
        .subquery()
    )
    return db.session.execute(select(func.count(), func.min(newest.c.moment))).one()
