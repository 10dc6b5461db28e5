"""Signing in: by password or code, and with a second factor where one is set (M3, ASVS 6)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from support.accounts import (
    limits,
    passwords,
    policy,
    queries,
    queries_codes,
    service_codes,
    service_devices,
    service_factors,
)
from support.accounts.addresses import fold_name
from support.accounts.addresses import normalise_address as normalise_address
from support.accounts.models import Person
from support.accounts.policy import CodePurpose, Method, Outcome
from support.accounts.service_sessions import OpenedSession, open_session
from support.accounts.service_sessions import end_sessions_of as end_sessions_of
from support.accounts.service_sessions import open_guest_session as open_guest_session
from support.core import vault
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import Expired, Invalid
from support.core.words import N_

log = logging.getLogger(__name__)

_WRONG = N_("The name or address and the password don't belong together.")
_TOO_LONG = N_("Signing in took too long. Please start again.")


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The first step succeeded and a second factor is to be asked; no session exists yet."""

    person_id: int
    method: Method
    at: datetime


def sign_in_with_password(
    text: str,
    password: str,
    *,
    address: str,
    device: str,
    browser: str = "",
    now: datetime | None = None,
) -> OpenedSession | SecondStep:
    """Sign in by member name, e-mail or mobile, and password; `browser` is the random id of the browser.

    An unknown account gives the same answer in the same time. Raises `Invalid`, or `TooMany` after many failures
    of this account, by whichever of its names and addresses (PP-2.1.1, ASVS 6.3.1).
    """
    now = now or utcnow()
    person_id = _who(text)
    target = _login_target(person_id, text)
    try_id = limits.begin_try(person_id, target, Method.PASSWORD, address, device, now)
    stored = db.session.execute(
        select(Person.password_hash, Person.disabled_at).where(Person.id == person_id)
    ).one_or_none()
    db.session.rollback()  # hashing takes long: hold no read meanwhile
    right = passwords.verify_password(stored[0] if stored else None, password)
    if person_id is None or stored is None or not right or stored[1] is not None:
        log.info("sign_in_failed", extra={"person": person_id})
        raise Invalid("password", _WRONG)
    with transaction():
        if stored[0] and passwords.needs_rehash(stored[0]):
            same = (Person.id == person_id, Person.password_hash == stored[0])
            changed(
                update(Person).where(*same).values(password_hash=passwords.hash_password(password))
            )
        return first_step_done(person_id, Method.PASSWORD, address, device, browser, try_id, now)


def request_sign_in_code(
    text: str, *, visitor: str, address: str, language: str, now: datetime | None = None
) -> None:
    """Send a code to sign in with, if the address belongs to an account; the answer is the same if not."""
    kind, value = normalise_address("auto", text, field="account")
    service_codes.request_account_code(
        CodePurpose.LOGIN, kind, value, visitor=visitor, address=address, language=language, now=now
    )


def sign_in_with_code(
    digits: str,
    *,
    visitor: str,
    address: str,
    device: str,
    browser: str = "",
    now: datetime | None = None,
) -> OpenedSession | SecondStep:
    """Sign in with the code that this visitor asked for; raises `Invalid` for a wrong or old one."""
    now = now or utcnow()
    counts = queries_codes.has_live_code(visitor, CodePurpose.LOGIN, now)
    try:
        code = service_codes.check_code(CodePurpose.LOGIN, visitor=visitor, digits=digits, now=now)
    except Invalid:
        if counts:
            _note_wrong_code(visitor, address, device, now)
        raise
    with transaction():
        service_codes.use_code(code.id, now=now)
        found = queries.bound_contact(code.kind, code.value)
        if found is None or found[0] != code.person_id or queries.person(found[0]).disabled:
            raise Invalid("code", service_codes.WRONG)
        target = vault.blind_index("login", code.value)
        try_id = limits.note_try(
            found[0], target, Method.CODE, Outcome.FAILED, address, device, now
        )
        return first_step_done(found[0], Method.CODE, address, device, browser, try_id, now)


def sign_in_second_step(
    step: SecondStep,
    text: str,
    *,
    address: str,
    device: str,
    browser: str = "",
    now: datetime | None = None,
) -> OpenedSession:
    """Finish signing in with the authenticator's code or a recovery code; each works once (ASVS 6.5.1).

    Raises `Expired` five minutes after the first step, or when the password changed meanwhile; `Invalid`,
    `TooMany`.
    """
    now = now or utcnow()
    check_second_step(step, now)
    method = service_factors.method_of(text)
    target = service_factors.factor_target(step.person_id)
    try_id = limits.begin_try(step.person_id, target, method, address, device, now)
    with transaction():
        service_factors.use_factor(step.person_id, text, now=now)
        return finish_second_step(
            step, try_id, address=address, device=device, browser=browser, now=now
        )


def check_second_step(step: SecondStep, now: datetime) -> None:
    """Raise `Expired` when the first step is too long ago to go on from."""
    if now - step.at > policy.SECOND_STEP_LIVES:
        raise Expired(_TOO_LONG)


def finish_second_step(
    step: SecondStep, try_id: int, *, address: str, device: str, browser: str, now: datetime
) -> OpenedSession:
    """Open the session of a person who showed the factor, inside the transaction that used it up.

    Raises `Expired` when the password changed, or the person was disabled, since the first step.
    """
    who = db.session.execute(
        select(Person.disabled_at, Person.password_set_at).where(Person.id == step.person_id)
    ).one()
    if who[0] is not None or (who[1] is not None and who[1] > step.at):
        raise Expired(_TOO_LONG)
    limits.end_try(try_id)
    service_devices.note_device(try_id, step.person_id, browser, begun=step.at, now=now)
    return open_session(step.person_id, step.method, address, device, now, second=True)


def _login_target(person_id: int | None, text: str) -> bytes:
    """What limits count a try by: the account, however it was named, or else what was typed, in one spelling."""
    try:
        typed = normalise_address("auto", text)[1]
    except Invalid:
        typed = fold_name(text)[:200]
    unknown = vault.blind_index("login", typed)
    return unknown if person_id is None else vault.blind_index("account", str(person_id))


def _who(text: str) -> int | None:
    """The account that a member name or a whole address signs in to."""
    person_id = queries.person_id_by_name(text)
    if person_id is None:
        try:
            kind, value = normalise_address("auto", text)
        except Invalid:
            return None
        found = queries.bound_contact(kind, value)
        person_id = found[0] if found else None
    return person_id


def _note_wrong_code(visitor: str, address: str, device: str, now: datetime) -> None:
    """Put a wrong code into the owner's list of sign-ins; the code itself counts its tries.

    A code that is nobody's is noted too: the limits of this address must not tell the two apart.
    """
    with transaction():
        person_id = queries_codes.person_of_code(visitor, CodePurpose.LOGIN)
        target = vault.blind_index("login_code", str(person_id))
        limits.note_try(person_id, target, Method.CODE, Outcome.FAILED, address, device, now)


def first_step_done(
    person_id: int,
    method: Method,
    address: str,
    device: str,
    browser: str,
    try_id: int,
    now: datetime,
) -> OpenedSession | SecondStep:
    """A session where no second factor is set, else the second step; the try says which. Staff without a factor reach
    enrolment only."""
    if queries.person(person_id).has_factor:
        limits.end_try(try_id, Outcome.FIRST_STEP)
        return SecondStep(person_id, method, now)
    limits.end_try(try_id)
    service_devices.note_device(try_id, person_id, browser, begun=now, now=now)
    return open_session(person_id, method, address, device, now, second=False)
