"""Who speaks by a cookie, and what a person sees of their sessions and tries to sign in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, null, select

from support.accounts.models import Person, PersonKind, Session, SignIn
from support.accounts.policy import (
    SESSION_LIVES,
    SIGN_INS_REACH,
    Method,
    Outcome,
    cut_address,
    is_cut,
    is_untrained,
    usable_roles,
)
from support.accounts.queries import TRAINED_UNTIL
from support.core.actors import Actor
from support.core.context import settings
from support.core.db import db, fetch

PAGE = 25


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks by a cookie: the actor, and what the web must know of the session."""

    actor: Actor
    second_factor: bool
    character_keys: bool
    seen_at: datetime
    unread: int
    trained_until: datetime | None


Count = Callable[[Any], ColumnElement[int]]
"""Makes a count of something that waits for a person, as SQL, from the column of the person's id."""


def speaker(secret_hash: bytes, now: datetime, counts: tuple[Count, ...] = ()) -> Speaker | None:
    """Return who speaks by the cookie with this hash, in one query; None once it ended in any way.

    `counts` are added up to `unread`. Idle, absolute limit, sign-out and a disabled person all end it. Staff who
    have not shown a second factor in this session hold no role in it; without a training that is asked for, they only
    administer.
    """
    required = settings().training_required
    row = fetch(_speaker(counts, required), {"cookie": secret_hash}).one_or_none()
    if (
        row is None
        or row.ended_at is not None
        or row.disabled_at is not None
        or row.expires_at <= now
    ):
        return None
    if now - row.seen_at > SESSION_LIVES[row.kind].idle or row.kind != row.session_kind:
        return None
    second_factor = row.second_factor_at is not None
    trusted = second_factor and row.kind == PersonKind.STAFF
    untrained = required and is_untrained(row.kind, row.trained_until, now)
    actor = Actor(
        row.kind,
        row.id,
        usable_roles(row.roles, untrained=untrained) if trusted else frozenset(),
        row.session_id,
        row.name,
        row.language,
        row.timezone,
        untrained,
    )
    return Speaker(
        actor, second_factor, row.character_keys, row.seen_at, row.unread, row.trained_until
    )


@lru_cache(maxsize=8)
def _speaker(counts: tuple[Count, ...], required: bool) -> Any:
    """Return the statement, made once: making it costs as much as carrying it out, and every request does.

    The end of the training is read where one is `required`.
    """
    trained_until = TRAINED_UNTIL if required else null()
    unread: ColumnElement[int] = literal(0)
    for count in counts:
        unread += count(Person.id)
    return _SPEAKER.add_columns(unread.label("unread"), trained_until.label("trained_until"))


_SPEAKER = (
    select(
        Session.id.label("session_id"),
        Session.kind.label("session_kind"),
        Session.seen_at,
        Session.expires_at,
        Session.ended_at,
        Session.second_factor_at,
        Person.id,
        Person.kind,
        Person.name,
        Person.roles,
        Person.language,
        Person.timezone,
        Person.character_keys,
        Person.disabled_at,
    )
    .join(Person, Person.id == Session.person_id)
    .where(Session.secret_hash == bindparam("cookie"))
)


def live_sessions(person_id: int, now: datetime) -> list[Session]:
    """Return the sessions of a person that may still speak, the last used first."""
    mine = (Session.person_id == person_id, Session.ended_at.is_(None), Session.expires_at > now)
    rows = db.session.execute(
        select(Session).where(*mine).order_by(Session.seen_at.desc())
    ).scalars()
    return [row for row in rows if now - row.seen_at <= SESSION_LIVES[row.kind].idle]


def sign_ins(person_id: int, *, before: int | None = None) -> list[SignIn]:
    """Return the newest tries to sign in of a person, a page of them, older than the row `before`."""
    mine = select(SignIn).where(SignIn.person_id == person_id)
    if before is not None:
        mine = mine.where(SignIn.id < before)
    return list(db.session.execute(mine.order_by(SignIn.id.desc()).limit(PAGE)).scalars())


def knows_device(person_id: int, mark: bytes) -> bool:
    """True when the log has a finished sign-in of this person from the browser with this hash."""
    which = (SignIn.person_id == person_id, SignIn.device_hash == mark)
    return db.session.execute(select(SignIn.id).where(*which).limit(1)).first() is not None


def is_first_sign_in(person_id: int, *, begun: datetime) -> bool:
    """True when nobody had signed in to this account before `begun`, but by registering or joining.

    The log forgets, so an account that is older than it reaches is never at its first.
    """
    created_at = db.session.execute(
        select(Person.created_at).where(Person.id == person_id)
    ).scalar_one()
    earlier = (
        SignIn.person_id == person_id,
        SignIn.outcome == Outcome.OK,
        SignIn.method != Method.INVITATION,
        SignIn.at > created_at,  # registering writes a row of that very moment
        SignIn.at < begun,
    )
    found = db.session.execute(select(SignIn.id).where(*earlier).limit(1)).first()
    return found is None and created_at > begun - SIGN_INS_REACH


@dataclass(frozen=True, slots=True)
class SeenFrom:
    """When and from where somebody signed in: the device in words ("" if not known any more), the address cut."""

    at: datetime
    device: str
    address: str


def seen_from(person_id: int, sign_in_id: int) -> SeenFrom | None:
    """Return where one sign-in of this person came from; None when the log has forgotten it."""
    mine = (SignIn.id == sign_in_id, SignIn.person_id == person_id)
    row = db.session.execute(
        select(SignIn.at, SignIn.device, SignIn.address).where(*mine)
    ).one_or_none()
    if row is None:
        return None
    device = "" if is_cut(row.address) else row.device  # both are cut down on the same day
    return SeenFrom(row.at, device, cut_address(row.address))
