"""Signing in with an account of another service, binding and unbinding it (M6, PP-2.1.5).

Nothing is ever joined by an e-mail address or a name that the other service tells: only a signed-in person, or
somebody who registers, binds an account, and expressly.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, select

from support.accounts import limits, policy, provider_door, queries, queries_identities, service
from support.accounts.models import ExternalIdentity, Person, PersonKind
from support.accounts.policy import Method, Outcome, require_self
from support.accounts.providers import Identity, Service
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, outbox, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, insert_new, new_uid, transaction
from support.core.errors import DomainError, Expired, NotAllowed
from support.core.once import once
from support.core.partners import require_partner
from support.core.words import N_
from support.policies.service_sharing import record_sharing
from support.policies.sharing_words import Aim, Basis, Data

log = logging.getLogger(__name__)

CHANGED = "identity.changed"
_FOREIGN = N_(
    "This answer of the other service is not for a sign-in that this browser has begun, or it was used already. "
    "Nothing has changed; please start again."
)
_TOO_LATE = N_("Signing in took too long. Please start again.")


class IdentityTaken(DomainError):
    """The account of another service signs in somebody else here, or the person has another one there."""

    status: ClassVar[int] = 409
    default_words: ClassVar[str] = N_(
        "That account already signs in to another account here, so it can't be bound to yours."
    )


@dataclass(frozen=True, slots=True)
class Run:
    """One sign-in at another service that a browser began; it binds for the session `session_id`, None signs in.

    One with `naming` only brings the verified name of a bound account.
    """

    method: str
    state: str
    at: datetime
    session_id: int | None
    naming: bool = False


def begin_run(
    service: Service, session_id: int | None, *, naming: bool = False, now: datetime | None = None
) -> Run:
    """Return a new run with an unguessable state; it is kept by the browser alone."""
    state, now = secrets.token_urlsafe(32), now or utcnow()
    return Run(service.method.value, state, now, session_id, naming)


def sign_in_address(run: Run, service: Service, *, back: str) -> str:
    """Return the service's own sign-in page for this run; raises `Unavailable` where it does not answer.

    Also once our contract with it has ended (`ContractEnded`).
    """
    require_partner(service.method.value)
    return provider_door.sign_in_address(service, state=run.state, back=back, naming=run.naming)


def check_run(
    run: Run | None, service: Service, state: str, actor: Actor, *, now: datetime | None = None
) -> Run:
    """Return the run if an answer with `state` belongs to it.

    Raises `NotAllowed` for a forged or foreign answer, `Expired` ten minutes after the run began.
    """
    if run is None or run.method != service.method:
        raise NotAllowed(_FOREIGN)
    same = hmac.compare_digest(run.state.encode(), state.encode())
    if not same or run.session_id not in (None, actor.session):
        raise NotAllowed(_FOREIGN)
    if (now or utcnow()) - run.at > policy.OTHER_SIGN_IN_LIVES:
        raise Expired(_TOO_LATE)
    return run


def finish_run(run: Run, service: Service, code: str, *, back: str) -> Identity:
    """Use the run up, on every server, and return the account that `code` stands for.

    Raises `NotAllowed` for a run that was used before, also by another click at the same moment; `Unavailable`.
    """
    require_partner(service.method.value)
    use_up(run)
    return provider_door.identify(service, code=code, state=run.state, back=back)


def use_up(run: Run) -> None:
    """Let a run be finished once, and hold no read while the service is asked; raise `NotAllowed` otherwise."""
    mine = new_uid()
    if once("other_account", run.state, run.method, lambda: mine) != mine:
        raise NotAllowed(_FOREIGN)
    db.session.rollback()  # the call takes long


def sign_in_with_identity(
    identity: Identity,
    *,
    address: str,
    device: str,
    browser: str = "",
    now: datetime | None = None,
) -> OpenedSession | SecondStep | None:
    """Sign in the member to whom the account is bound; None when it is bound to nobody.

    A second factor is still asked where one is set. Raises `NotAllowed` for a disabled person, and for staff, who
    sign in by password.
    """
    now = now or utcnow()
    target = queries_identities.blind(identity)
    with transaction():
        person_id = queries_identities.person_of(identity)
        if person_id is None:
            return None
        who = queries.person(person_id)
        fit = who.kind == PersonKind.MEMBER and not who.disabled
        try_id = limits.note_try(
            person_id, target, identity.method, Outcome.FAILED, address, device, now
        )
        if fit:
            return service.first_step_done(
                person_id, identity.method, address, device, browser, try_id, now
            )
    log.info("sign_in_failed", extra={"person": person_id})
    raise NotAllowed(N_("You can't sign in with this account. Please contact us."))


def bind_identity(actor: Actor, identity: Identity, *, now: datetime | None = None) -> None:
    """Let the account sign in as the actor, and tell them by every address; needs a fresh proof (`NeedsProof`).

    Binding it twice is harmless. Raises `IdentityTaken`, which leaves an event behind.
    """
    person_id, now = require_member(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    with transaction():
        if add_identity(actor, person_id, identity, now=now):
            return
        holder = queries_identities.person_of(identity)
        if holder == person_id:
            return
        facts = {"provider": identity.method.value}
        audit.record(actor.ref, "identity.refused", actor=actor, at=now, **facts)
    if holder is None:
        raise IdentityTaken(
            N_("You have bound another account of this service. Unbind that one first.")
        )
    raise IdentityTaken()


def add_identity(actor: Actor, person_id: int, identity: Identity, *, now: datetime) -> bool:
    """Bind the account inside the caller's transaction; False when the unique keys gave it to somebody else."""
    uid = new_uid()
    kept = json.dumps({"subject": identity.subject, "name": identity.name}, ensure_ascii=False)
    inserted = insert_new(
        ExternalIdentity,
        uid=uid,
        person_id=person_id,
        provider=identity.method.value,
        subject_blind=queries_identities.blind(identity),
        sealed=vault.seal(queries.owner(person_id), queries_identities.place(uid), kept),
        bound_at=now,
    )
    if inserted:
        record_sharing(
            actor,
            person_id,
            key=f"identity:{uid}",
            to=identity.method.value,
            data=(Data.SIGN_IN,),
            aim=Aim.SIGN_IN,
            basis=Basis.CONSENT,
            own=True,
            now=now,
        )
        _tell(actor, person_id, identity.method, "bound", now)
    return inserted


def unbind_identity(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Stop signing in with an account, and tell its owner; needs a fresh proof (`NeedsProof`).

    Raises `NotAllowed` where there is no other way in.
    """
    person_id, now = require_member(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    found = queries_identities.own_identity(actor, uid)
    with transaction():
        db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        if not queries_identities.has_other_way_in(person_id, found.id):
            raise NotAllowed(
                N_("This is your only way to sign in. Set a password or add an address first.")
            )
        gone = delete(ExternalIdentity).where(ExternalIdentity.id == found.id)
        if db.session.execute(gone.returning(ExternalIdentity.id)).first() is not None:
            _tell(actor, person_id, found.method, "unbound", now)


def require_member(actor: Actor) -> int:
    """Return the member's id; raise `NotAllowed` for staff, whose way in is password and second factor alone."""
    if actor.kind != "member":
        raise NotAllowed()
    return require_self(actor)


def keep_identity(identity: Identity, *, visitor: str, now: datetime | None = None) -> str:
    """Return an account that nobody is bound to, sealed for the browser that showed it, until it has registered."""
    until = (now or utcnow()) + policy.PROVED_LIVES
    text = json.dumps([identity.method.value, identity.subject, identity.name, until.isoformat()])
    with transaction():
        sealed = vault.seal(_OWNER, _place(visitor), text)
    return base64.urlsafe_b64encode(sealed).decode()


def kept_identity(kept: str, *, visitor: str, now: datetime | None = None) -> Identity | None:
    """Return the account that `keep_identity` sealed for this browser; None when it is too old."""
    sealed = base64.urlsafe_b64decode(kept)
    method, subject, name, until = json.loads(vault.unseal(_OWNER, _place(visitor), sealed))
    if (now or utcnow()) > datetime.fromisoformat(until):
        return None
    return Identity(Method(method), subject, name)


_OWNER = "codes"


def _place(visitor: str) -> str:
    return f"identity.kept:{visitor}"


def _tell(actor: Actor, person_id: int, method: Method, change: str, now: datetime) -> None:
    audit.record(
        f"person:{person_id}", f"identity.{change}", actor=actor, at=now, provider=method.value
    )
    outbox.put(
        CHANGED,
        f"{person_id}:{new_uid()}",
        person=person_id,
        provider=method.value,
        change=change,
    )
