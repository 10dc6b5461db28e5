"""What of this room ends by its own time: codes, sessions, sign-ins, and guests of whom nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, update

from support.accounts import personal_data_account, policy, queries
from support.accounts.models import (
    Code,
    ContactPoint,
    PasskeyChallenge,
    Person,
    PersonKind,
    Session,
    SignIn,
)
from support.core import vault
from support.core.context import hooks, settings
from support.core.db import changed, db
from support.core.holders import Measure
from support.core.keeping import Keeping, plain, sweep
from support.core.words import N_
from support.policies import retention
from support.policies.data_classes import Class
from support.policies.models import Consent
from support.policies.queries_legal_holds import on_person

GUESTS_KEPT = timedelta(days=30)
"""Since their last session, too."""
_CUT: Any = bindparam(None, "x", literal_execute=True)
"""Written out, so that the index of whole addresses is used."""


@dataclass(frozen=True, slots=True)
class NeedsGuest:
    """A hook: `of(person)` says, as SQL over the column of a person's id, that something of theirs is left."""

    of: Callable[[Any], ColumnElement[bool]]


def _cut(_now: datetime, ids: Sequence[int]) -> int:
    """Cut addresses to their network and hash devices; what finds the rows by an address goes, too."""
    rows = db.session.execute(
        select(SignIn.id, SignIn.address, SignIn.device).where(SignIn.id.in_(ids))
    ).all()
    # One statement for many rows: each would wait for the one before.
    changes = [
        {
            "row": row.id,
            "cut": policy.cut_address(row.address),
            "hashed": vault.blind_index("device", row.device).hex()[:16] if row.device else "",
        }
        for row in rows
    ]
    table: Any = SignIn.__table__
    one = update(table).where(table.c.id == bindparam("row"))
    values: dict[str, Any] = {
        "address": bindparam("cut"),
        "device": bindparam("hashed"),
        "network": None,
    }
    db.session.connection().execute(one.values(**values), changes)
    return len(changes)


def _whole_sessions(before: datetime) -> tuple[ColumnElement[bool], ...]:
    whole = and_(Session.address != "", Session.address == func.rtrim(Session.address, _CUT))
    left = and_(Session.ended_at.is_not(None), Session.device != "")
    return Session.created_at < before, or_(whole, left)


def _cut_sessions(_now: datetime, ids: Sequence[int]) -> int:
    """Cut addresses to their network; the device goes, too, where nobody knows a session by it any more."""
    rows = db.session.execute(
        select(Session.id, Session.address, Session.device, Session.ended_at).where(
            Session.id.in_(ids)
        )
    ).all()
    changes = [
        {
            "row": row.id,
            "cut": policy.cut_address(row.address) if row.address else "",
            "kept": row.device if row.ended_at is None else "",
        }
        for row in rows
    ]
    table: Any = Session.__table__
    one = update(table).where(table.c.id == bindparam("row"))
    values: dict[str, Any] = {"address": bindparam("cut"), "device": bindparam("kept")}
    db.session.connection().execute(one.values(**values), changes)
    return len(changes)


def _guests(before: datetime) -> tuple[ColumnElement[bool], ...]:
    seen = exists().where(Session.person_id == Person.id, Session.expires_at >= before)
    known = exists().where(ContactPoint.person_id == Person.id, ContactPoint.sealed != b"")
    needed = [each.of(Person.id) for each in hooks(NeedsGuest)]
    return (
        Person.kind == PersonKind.GUEST,
        Person.created_at < before,
        known,
        ~seen,
        *(~each for each in needed),
    )


def _forget(now: datetime, ids: Sequence[int]) -> int:
    """Empty a guest: no address, no session, no key; the row stays, since cases that are over point to it."""
    personal_data_account.empty_addresses(now, ContactPoint.person_id.in_(ids))
    db.session.execute(delete(Session).where(Session.person_id.in_(ids)))
    bare = {"name": "", "erased_at": now, "version": Person.version + 1}
    changed(update(Person).where(Person.id.in_(ids)).values(**bare))
    for person_id in ids:
        vault.destroy(queries.owner(person_id))
    return len(ids)


CODES = Keeping(
    "accounts.codes",
    N_("One-time codes"),
    N_("after use or expiry"),
    Class.TRACES,
    Code,
    over=lambda before: (or_(Code.expires_at < before, Code.used_at < before),),
    first=Code.created_at,
    held=on_person(Code.person_id),
    kept=policy.CODES_KEPT,
)
CHALLENGES = plain(
    "accounts.challenges",
    (N_("Questions to passkeys"), N_("after expiry")),
    Class.TRACES,
    PasskeyChallenge,
    PasskeyChallenge.expires_at,
    timedelta(0),
)
SESSIONS = Keeping(
    "accounts.sessions",
    N_("Sessions"),
    N_("after their end"),
    Class.SIGN_INS,
    Session,
    over=lambda before: (or_(Session.ended_at < before, Session.expires_at < before),),
    first=Session.id,
    held=on_person(Session.person_id),
    kept=policy.SESSIONS_KEPT,
)
WHOLE_SESSIONS = Keeping(
    "accounts.sessions_whole",
    N_("Whole addresses of sessions"),
    N_("after the sign-in"),
    Class.SIGN_INS,
    Session,
    over=_whole_sessions,
    first=Session.id,
    what=Measure.ANONYMISE,
    held=on_person(Session.person_id),
    act=_cut_sessions,
    kept=policy.SIGN_IN_WHOLE,
)
"""A member's session may last 90 days, and its row 30 more: longer than an address stays whole (M8)."""
WHOLE_SIGN_INS = Keeping(
    "accounts.sign_ins_whole",
    N_("Whole addresses and devices of sign-ins"),
    N_("after the sign-in"),
    Class.SIGN_INS,
    SignIn,
    over=lambda before: (SignIn.at < before, SignIn.address == func.rtrim(SignIn.address, _CUT)),
    first=SignIn.at,
    what=Measure.ANONYMISE,
    held=on_person(SignIn.person_id),
    act=_cut,
    kept=policy.SIGN_IN_WHOLE,
)
SIGN_INS = plain(
    "accounts.sign_ins",
    (N_("Tries to sign in"), N_("after the sign-in")),
    Class.SIGN_INS,
    SignIn,
    SignIn.at,
    None,
    held=on_person(SignIn.person_id),
)
GUESTS = Keeping(
    "accounts.guests",
    N_("Guests of whom nothing is left"),
    N_("after the last use"),
    Class.ACCOUNT,
    Person,
    over=_guests,
    first=Person.id,
    held=on_person(Person.id),
    act=_forget,
    kept=GUESTS_KEPT,
    most=100,
)
CONSENTS = Keeping(
    "accounts.consents",
    N_("Consents of accounts that were deleted"),
    N_("after the deletion"),
    Class.CONSENTS,
    Consent,
    over=lambda before: (
        exists().where(Person.id == Consent.person_id, Person.erased_at < before),
    ),
    first=Consent.id,
    held=on_person(Consent.person_id),
)
KEEPINGS: tuple[Keeping, ...] = (
    CODES,
    CHALLENGES,
    SESSIONS,
    WHOLE_SESSIONS,
    WHOLE_SIGN_INS,
    SIGN_INS,
    GUESTS,
    CONSENTS,
)


def forget_sign_ins(now: datetime) -> None:
    """Cut what is whole for too long, and delete what is over (a periodic task). Safe to run twice."""
    sweep(WHOLE_SIGN_INS, now)
    sweep(SIGN_INS, now, before=retention.begins(SIGN_INS, now, settings()))


def forget_challenges(now: datetime) -> None:
    """Delete the challenges that nobody answered in time, sooner than at night. Safe to run twice."""
    sweep(CHALLENGES, now)
