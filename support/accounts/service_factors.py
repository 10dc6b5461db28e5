"""The second factor: an authenticator app (TOTP), and ten recovery codes that replace it, or a passkey, once each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, or_, select, update

from support.accounts import limits, policy, queries, service_sessions
from support.accounts.addresses import digits_of
from support.accounts.models import Passkey, Person, RecoveryCode, Session
from support.accounts.policy import Method, require_self
from support.assurance import service as assurance
from support.assurance.policy import Act, ProofKind
from support.core import audit, outbox, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed
from support.core.words import N_

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10
_STEP = 30
ALWAYS_NEEDED = N_("Staff always need a second factor.")
_WRONG = N_("This code is not right, or was used already. Wait for the next one and try again.")


def offered_secret(actor: Actor) -> str:
    """Return the secret (160 bits, base32) that the actor's session may set; derived, so that it stands nowhere yet.

    Another session is offered another one, and so is this one once the account's factor was set or cleared.
    """
    which = (Session.id == actor.session, Session.person_id == actor.id)
    own = db.session.execute(
        select(Session.secret_hash, Person.version).join(Person).where(*which)
    ).one()
    text = f"second_factor\0{actor.session}\0{own[1]}\0".encode() + own[0]
    return base64.b32encode(hmac.new(keys().codes, text, hashlib.sha256).digest()[:20]).decode()


def uri_of(secret: str, name: str, issuer: str) -> str:
    """Return the address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def method_of(text: str) -> Method:
    """Tell what was typed: six digits are the app's, anything else is meant as a recovery code."""
    plain = _folded(text)
    return Method.TOTP if len(plain) == 6 and plain == digits_of(text) else Method.RECOVERY


def switch_on_factor(
    actor: Actor, secret: str, digits: str, *, now: datetime | None = None
) -> list[str]:
    """Set the actor's second factor after its app showed a right code; return ten recovery codes, shown once.

    The present session counts as having shown it; the others end (ASVS 7.4.3). Raises `NeedsProof`,
    `Invalid` for a wrong code, `AlreadyDone` where one is set.
    """
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_SECOND_FACTOR, now=now)
    step = _step_of(secret, digits, now)
    if step is None:
        raise Invalid(
            "code", N_("This code is not right. Does the clock of your phone tell the right time?")
        )
    with transaction():
        sealed = vault.seal(queries.owner(person_id), _place(person_id), secret)
        unset = (Person.id == person_id, Person.totp_sealed.is_(None))
        values = {"totp_sealed": sealed, "totp_last_step": step, "version": Person.version + 1}
        if changed(update(Person).where(*unset).values(**values)) != 1:
            raise AlreadyDone(N_("A second factor is set already."))
        codes = renew_codes_of(person_id)
        changed(update(Session).where(Session.id == actor.session).values(second_factor_at=now))
        assurance.write_proof(
            actor, ProofKind.SECOND_FACTOR, session_id=actor.session or 0, now=now
        )
        service_sessions.end_sessions_of(actor, person_id, keep=actor.session, now=now)
        tell_changed(actor, person_id, "on", now)
    return codes


def switch_off_factor(actor: Actor, *, now: datetime | None = None) -> None:
    """Take the authenticator app away; staff keep it unless they have a passkey (`NotAllowed`). Twice is harmless.

    With the last factor the recovery codes go too.
    """
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_SECOND_FACTOR, now=now)
    with transaction():
        limits.one_at_a_time(factor_target(person_id))
        how = "app_off" if queries.person(person_id).has_passkey else "off"
        if how == "off":
            if actor.is_staff:
                raise NotAllowed(ALWAYS_NEEDED)
            _forget_codes(person_id)
        if _clear_app(person_id):
            service_sessions.end_sessions_of(actor, person_id, keep=actor.session, now=now)
            tell_changed(actor, person_id, how, now)


def renew_recovery_codes(actor: Actor, *, now: datetime | None = None) -> list[str]:
    """Return ten new recovery codes; the older ones are worth nothing from now on."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_SECOND_FACTOR, now=now)
    if not queries.person(person_id).has_factor:
        raise NotAllowed()
    with transaction():
        codes = renew_codes_of(person_id)
        tell_changed(actor, person_id, "new_codes", now)
    return codes


def prove_factor(
    actor: Actor, text: str, *, address: str, device: str, now: datetime | None = None
) -> None:
    """Write down that the present session showed the second factor just now; raises `Invalid`, `TooMany`."""
    person_id, now = require_self(actor), now or utcnow()
    target = factor_target(person_id)
    try_id = limits.begin_try(person_id, target, method_of(text), address, device, now)
    with transaction():
        use_factor(person_id, text, now=now)
        limits.end_try(try_id)
        assurance.write_proof(
            actor, ProofKind.SECOND_FACTOR, session_id=actor.session or 0, now=now
        )


def factor_target(person_id: int) -> bytes:
    """Return what limits count the tries at one person's second factor by."""
    return vault.blind_index("second_factor", str(person_id))


def use_factor(person_id: int, text: str, *, now: datetime) -> None:
    """Accept the app's code of this moment, or a recovery code, once; raise `Invalid` otherwise.

    Inside the caller's transaction. A code of the same or an earlier 30 s step than the last accepted one is
    refused, so an overheard code is worth nothing (ASVS 6.5.1).
    """
    if method_of(text) == Method.TOTP:
        step = _step_of(_secret(person_id), text, now)
        newer = or_(Person.totp_last_step.is_(None), Person.totp_last_step < (step or 0))
        statement = update(Person).where(Person.id == person_id, newer).values(totp_last_step=step)
        if step is None or changed(statement) != 1:
            raise Invalid("code", _WRONG)
        return
    unused = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    fits = RecoveryCode.code_hash == _hash(person_id, text)
    if changed(update(RecoveryCode).where(*unused, fits).values(used_at=now)) != 1:
        raise Invalid("code", _WRONG)
    actor = Actor("member", person_id)
    audit.record(f"person:{person_id}", "factor.recovery_used", actor=actor, at=now)
    outbox.put("factor.changed", f"{person_id}:{new_uid()}", person=person_id, how="recovery_used")


def set_factor(person_id: int, secret: str) -> list[str]:
    """Set a second factor without asking, inside a transaction: for staff made by the command line or the demo."""
    sealed = vault.seal(queries.owner(person_id), _place(person_id), secret)
    changed(
        update(Person).where(Person.id == person_id).values(totp_sealed=sealed, totp_last_step=None)
    )
    return renew_codes_of(person_id)


def clear_factor(person_id: int) -> bool:
    """Remove app, passkeys and recovery codes inside the caller's transaction; return whether there was a factor."""
    _forget_codes(person_id)
    passkeys = delete(Passkey).where(Passkey.person_id == person_id).returning(Passkey.id)
    had_passkey = bool(db.session.execute(passkeys).all())
    return _clear_app(person_id) or had_passkey


def _clear_app(person_id: int) -> bool:
    there = (Person.id == person_id, Person.totp_sealed.is_not(None))
    values = {"totp_sealed": None, "totp_last_step": None, "version": Person.version + 1}
    return changed(update(Person).where(*there).values(**values)) == 1


def codes_left(person_id: int) -> int:
    """Return how many recovery codes were not used yet."""
    unused = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return db.session.execute(
        select(func.count()).select_from(RecoveryCode).where(*unused)
    ).scalar_one()


def _place(person_id: int) -> str:
    return f"person.totp_sealed:{person_id}"


def _secret(person_id: int) -> str | None:
    sealed: bytes | None = db.session.execute(
        select(Person.totp_sealed).where(Person.id == person_id)
    ).scalar_one_or_none()
    return vault.unseal(queries.owner(person_id), _place(person_id), sealed) if sealed else None


def _step_of(secret: str | None, digits: str, now: datetime) -> int | None:
    """The 30 s step whose code was typed: the present one or a neighbour, for clocks that are a little off."""
    if secret is None:
        return None
    totp, present, typed = pyotp.TOTP(secret), int(now.timestamp()) // _STEP, digits_of(digits)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.at(step * _STEP), typed):
            return step
    return None


def renew_codes_of(person_id: int) -> list[str]:
    """Make ten new recovery codes inside the caller's transaction and return them; the older ones are gone."""
    _forget_codes(person_id)
    plain = [
        "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
        for _ in range(policy.RECOVERY_CODES)
    ]
    db.session.add_all(
        RecoveryCode(person_id=person_id, code_hash=_hash(person_id, code)) for code in plain
    )
    return [f"{code[:5]}-{code[5:]}" for code in plain]


def _forget_codes(person_id: int) -> None:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _folded(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def _hash(person_id: int, text: str) -> bytes:
    """Keyed, so that a copy of the database alone can't be searched for the 49-bit codes."""
    return hmac.new(
        keys().codes, f"recovery\0{person_id}\0{_folded(text)}".encode(), hashlib.sha256
    ).digest()


def tell_changed(
    actor: Actor, person_id: int, how: str, now: datetime, *, action: str = ""
) -> None:
    """Write into the trail what became of a factor, and tell its owner, inside the caller's transaction."""
    audit.record(f"person:{person_id}", action or f"factor.{how}", actor=actor, at=now)
    outbox.put("factor.changed", f"{person_id}:{new_uid()}", person=person_id, how=how)
