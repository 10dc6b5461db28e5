"""Sessions: rows made at sign-in, ended by their owner, by time, or by a change of password or factor (ASVS 7)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from support.accounts import limits, policy, queries, service_devices
from support.accounts.models import ContactPoint, PersonKind, Session
from support.accounts.policy import Method, Outcome, require_admin, require_self
from support.assurance import service as assurance
from support.assurance.policy import Act, ProofKind
from support.core import audit, vault
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import NotFound

_PROOFS = {Method.CODE: ProofKind.CODE}
"""What a way of signing in proves; every other one proves no more than a session that has just begun."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session: `secret` goes into the cookie and is nowhere else."""

    session_id: int
    secret: str
    kind: PersonKind
    person_id: int
    roles: frozenset[Role]


def open_session(
    person_id: int, method: Method, address: str, device: str, now: datetime, *, second: bool
) -> OpenedSession:
    """Make the session of a person who has just shown `method`, inside the caller's transaction."""
    who = queries.person(person_id)
    secret = secrets.token_urlsafe(32)
    row = Session(
        secret_hash=hash_of(secret),
        person_id=person_id,
        kind=who.kind,
        created_at=now,
        seen_at=now,
        expires_at=now + policy.SESSION_LIVES[who.kind].absolute,
        second_factor_at=now if second else None,
        address=address[:45],
        device=device[:120],
    )
    db.session.add(row)
    db.session.flush()
    actor = Actor(who.kind.value, who.id, who.roles, row.id)
    audit.record(actor.ref, "session.opened", actor=actor, at=now, session=row.id, method=method)
    proof = _PROOFS.get(method, ProofKind.FRESH_SESSION)
    assurance.write_proof(actor, proof, session_id=row.id, now=now)
    if second:
        assurance.write_proof(actor, ProofKind.SECOND_FACTOR, session_id=row.id, now=now)
    return OpenedSession(row.id, secret, who.kind, who.id, who.roles)


def open_invited_session(
    person_id: int, *, address: str, device: str, browser: str, now: datetime
) -> OpenedSession:
    """Open the first session of a new member of staff, inside the transaction that used the invitation."""
    target = vault.blind_index("login", f"invitation:{person_id}")
    method, outcome = Method.INVITATION, Outcome.OK
    try_id = limits.note_try(person_id, target, method, outcome, address, device, now)
    service_devices.note_device(try_id, person_id, browser, begun=now, now=now)
    return open_session(person_id, Method.INVITATION, address, device, now, second=False)


def open_guest_session(
    contact_id: int, *, address: str, device: str, now: datetime | None = None
) -> OpenedSession:
    """Open a guest's session after a `follow` code to this contact point, which is verified by it.

    Call it in the transaction that used the code. An address of a member or of staff is `NotFound`: their
    session is made by signing in.
    """
    now = now or utcnow()
    with transaction():
        row = db.session.get(ContactPoint, contact_id)
        if row is None or not row.sealed or queries.person(row.person_id).kind != PersonKind.GUEST:
            raise NotFound()
        unverified = (ContactPoint.id == contact_id, ContactPoint.verified_at.is_(None))
        changed(update(ContactPoint).where(*unverified).values(verified_at=now))
        return open_session(row.person_id, Method.CODE, address, device, now, second=False)


def touch_session(session_id: int, *, now: datetime) -> None:
    """Note that the session was used; the only thing that opening a page writes."""
    with transaction():
        changed(
            update(Session)
            .where(Session.id == session_id, Session.seen_at < now)
            .values(seen_at=now)
        )


def sign_out(actor: Actor, *, now: datetime | None = None) -> None:
    """End the session that speaks; its cookie is worth nothing from now on. Twice is harmless."""
    now = now or utcnow()
    if actor.id is None or actor.session is None:
        return
    with transaction():
        _end(actor, actor.id, now, Session.id == actor.session)


def end_session(actor: Actor, session_id: int, *, now: datetime | None = None) -> None:
    """End one of the actor's own sessions; somebody else's is `NotFound`."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.END_SESSIONS, now=now)
    with transaction():
        mine = (Session.id == session_id, Session.person_id == person_id)
        if db.session.execute(select(Session.id).where(*mine)).scalar_one_or_none() is None:
            raise NotFound()
        _end(actor, person_id, now, Session.id == session_id)


def end_other_sessions(actor: Actor, *, now: datetime | None = None) -> int:
    """End all of the actor's sessions but the one that speaks; return how many there were."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.END_SESSIONS, now=now)
    with transaction():
        return _end(actor, person_id, now, Session.id != actor.session)


def end_sessions_of(
    actor: Actor, person_id: int, *, keep: int | None = None, now: datetime | None = None
) -> int:
    """End the sessions of a person (but `keep`) as part of another verb, which asked whether it may."""
    now = now or utcnow()
    with transaction():
        return _end(actor, person_id, now, Session.id != (keep or 0))


def end_staff_sessions(actor: Actor, person_id: int, *, now: datetime | None = None) -> int:
    """End every session of somebody else, as an administrator (ASVS 7.4.5); return how many there were."""
    require_admin(actor)
    return end_sessions_of(actor, person_id, now=now)


def hash_of(secret: str) -> bytes:
    """Return what the row keeps of a cookie's secret."""
    return hashlib.sha256(secret.encode()).digest()


def _end(actor: Actor, person_id: int, now: datetime, which: object) -> int:
    mine = (Session.person_id == person_id, Session.ended_at.is_(None), which)
    ended = changed(update(Session).where(*mine).values(ended_at=now))  # type: ignore[arg-type]
    if ended:
        audit.record(f"person:{person_id}", "session.ended", actor=actor, at=now, count=ended)
    return ended
