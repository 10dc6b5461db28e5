"""The verbs of grants: give access to one's open business data, see the key once, take it back; reading by the key.

The key is derived from a key of the server and a nonce of the row, shown once and kept nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import select, update

from support.core import audit
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import DomainError, Expired, Invalid, NotAllowed, TooMany
from support.core.words import N_
from support.policies import queries_grants as queries
from support.policies.models_grants import AccessGrant, GrantState
from support.policies.prose import clean
from support.policies.service_sharing import record_sharing
from support.policies.sharing_words import Aim, Basis, Kind, Recipient
from support.policies.today import today

LONGEST = 90
MOST = 20
READS_AN_HOUR = 60
_HOUR = timedelta(hours=1)
NEEDED = N_("Please fill this in.")
DAYS = N_("Choose 1 to 90 days.")
TOO_MANY = N_("You have 20 grants in force. Take one back first.")
SHOWN = N_("The key was shown already. Take the grant back and give a new one.")
TAKEN_BACK = N_("The member has taken this grant back.")
OVER = N_("The time of this grant is over.")
SLOWER = N_("This grant was read 60 times within an hour. Try again later.")


class NeedsKey(DomainError):
    """A grant was called without a key."""

    status: ClassVar[int] = 401
    default_words: ClassVar[str] = N_("Send the key as: Authorization: Bearer KEY")


class WrongKey(DomainError):
    """The key is not that of the grant, or there is no such grant; the two are not told apart."""

    status: ClassVar[int] = 403
    default_words: ClassVar[str] = N_("This key does not open this grant.")


def give_access(
    actor: Actor,
    *,
    grantee: str,
    data: Sequence[str],
    days: int,
    now: datetime | None = None,
) -> AccessGrant:
    """Let somebody read some of the actor's own open data for 1 to 90 days, and return the grant.

    Raises `Invalid` at a field, `NotAllowed` for who is no member.
    """
    now, grantee = now or utcnow(), " ".join(clean(grantee).split())
    if actor.kind != "member" or actor.id is None:
        raise NotAllowed()
    if not grantee or len(grantee) > 120:
        raise Invalid("grantee", NEEDED)
    known = [each.value for each in queries.offered() if each.value in data]
    if not known or len(known) != len(set(data)):
        raise Invalid("data", N_("Please choose at least one."))
    if not 1 <= days <= LONGEST:
        raise Invalid("days", DAYS)
    with transaction() as session:
        if queries.standing(actor.id, now) >= MOST:
            raise Invalid("grantee", TOO_MANY)
        grant = AccessGrant(
            uid=new_uid(),
            person_id=actor.id,
            grantee=grantee,
            data=known,
            nonce=secrets.token_bytes(16),
            at=now,
            ends_at=now + timedelta(days=days),
        )
        session.add(grant)
        session.flush()  # its id stands in the event
        ids = {"grant": grant.id, "data": known, "days": days}
        audit.record(actor.ref, "grant.given", actor=actor, at=now, **ids)
    return grant


def show_key(actor: Actor, grant: AccessGrant, *, now: datetime | None = None) -> str:
    """Return the key of a grant to its member, once; raise `Expired` afterwards, and where it stands no more."""
    now = now or utcnow()
    _check_own(actor, grant)
    mine = (AccessGrant.id == grant.id, AccessGrant.shown_at.is_(None))
    with transaction():
        if grant.state_at(now) is not GrantState.STANDS:
            raise Expired()
        if not changed(update(AccessGrant).where(*mine).values(shown_at=now)):
            raise Expired(SHOWN)
        audit.record(actor.ref, "grant.key_shown", actor=actor, at=now, grant=grant.id)
    return _key(grant)


def take_back(actor: Actor, grant: AccessGrant, *, now: datetime | None = None) -> AccessGrant:
    """End a grant at once, as its member; twice is harmless."""
    now = now or utcnow()
    _check_own(actor, grant)
    mine = (AccessGrant.id == grant.id, AccessGrant.revoked_at.is_(None))
    with transaction():
        if changed(update(AccessGrant).where(*mine).values(revoked_at=now)):
            audit.record(actor.ref, "grant.taken_back", actor=actor, at=now, grant=grant.id)
        db.session.refresh(grant)
    return grant


def read_by_key(uid: str, key: str, *, now: datetime | None = None) -> dict[str, Any]:
    """Return what a grant opens to who has its key, and write the read down.

    Raises `NeedsKey`, `WrongKey`, `Expired` once it was taken back or its time is over, `TooMany` beyond 60 in an hour.
    """
    now = now or utcnow()
    if not key:
        raise NeedsKey()
    found = queries.grant_with(uid)
    if found is None or not hmac.compare_digest(_digest(key), _digest(_key(found))):
        raise WrongKey()
    with transaction():
        grant = _locked(found.id)
        state = grant.state_at(now)
        if state is not GrantState.STANDS:
            raise Expired(TAKEN_BACK if state is GrantState.REVOKED else OVER)
        _count(grant, now)
        ids = {"grant": grant.id, "data": grant.data}
        audit.record(f"person:{grant.person_id}", "grant.read", actor=SYSTEM, at=now, **ids)
        record_sharing(
            SYSTEM,
            grant.person_id,
            key=f"grant:{uid}:{today(now)}",
            to=Recipient.GRANTEE,
            kind=Kind.SHARED,
            data=grant.what,
            aim=Aim.OWN,
            basis=Basis.CHOICE,
            own=True,
            now=now,
        )
    return {"data": queries.opened(grant), "until": grant.ends_at.isoformat()}


def _locked(grant_id: int) -> AccessGrant:
    found = select(AccessGrant).where(AccessGrant.id == grant_id).with_for_update()
    return db.session.execute(found.execution_options(populate_existing=True)).scalar_one()


def _count(grant: AccessGrant, now: datetime) -> None:
    """Count a read in its hour and in all; raise `TooMany` with the seconds that are left of the hour."""
    begun = grant.hour_at
    if begun is None or now >= begun + _HOUR:
        grant.hour_at, grant.hour_reads = now, 0
    elif grant.hour_reads >= READS_AN_HOUR:
        raise TooMany(int((begun + _HOUR - now).total_seconds()) + 1, SLOWER)
    grant.hour_reads += 1
    grant.reads += 1
    grant.last_read_at = now


def _check_own(actor: Actor, grant: AccessGrant) -> None:
    if actor.id is None or actor.id != grant.person_id:
        raise NotAllowed()


def _key(grant: AccessGrant) -> str:
    text = f"grant\0{grant.uid}\0".encode() + grant.nonce
    return hmac.new(keys().codes, text, hashlib.sha256).hexdigest()


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.strip().encode()).digest()
