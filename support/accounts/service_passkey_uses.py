"""Showing a passkey: to sign in with it alone, as the second step, or as a fresh proof."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, update

from support.accounts import (
    limits,
    queries,
    queries_passkeys,
    service,
    service_challenges,
    service_devices,
    service_factors,
    service_sessions,
)
from support.accounts.models import Passkey
from support.accounts.policy import Ceremony, Method, require_self
from support.accounts.service import SecondStep
from support.accounts.service_challenges import origin, rp_id
from support.accounts.service_passkeys import WRONG, descriptors
from support.accounts.service_sessions import OpenedSession
from support.assurance import service as assurance
from support.assurance.policy import ProofKind
from support.core import vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, transaction
from support.core.errors import Invalid
from support.core.words import N_

log = logging.getLogger(__name__)

_CLONED = N_(
    "This passkey seems to have been copied: it is older than at its last use. Sign in another way and remove it."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that signed the challenge: whose it is, and what its device counted before and now."""

    passkey_id: int
    person_id: int
    counted: int
    backed_up: bool


def begin_showing(
    ceremony: Ceremony, *, visitor: str, person_id: int | None = None, now: datetime | None = None
) -> str:
    """Return what the browser needs to show a passkey of this person, or of whoever can sign in alone, as JSON."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    challenge = service_challenges.new_challenge(
        ceremony, visitor=visitor, person_id=person_id, now=now or utcnow()
    )
    theirs = [] if person_id is None else queries_passkeys.credentials_of(person_id)
    alone = ceremony == Ceremony.SIGN_IN
    options = generate_authentication_options(
        rp_id=rp_id(),
        challenge=challenge,
        allow_credentials=descriptors(theirs),
        user_verification=UserVerificationRequirement.REQUIRED
        if alone
        else UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def sign_in_with_passkey(
    credential: str,
    *,
    visitor: str,
    address: str,
    device: str,
    browser: str = "",
    now: datetime | None = None,
) -> OpenedSession:
    """Sign in with a passkey alone: its device checked the person, so it counts as password and second factor.

    Raises `Invalid` for one that is unknown, of a disabled person or copied, `TooMany` after many failures.
    """
    now = now or utcnow()
    credential_id = _credential_id(credential)
    known = queries_passkeys.passkey_by_credential(credential_id)
    person_id = known.person_id if known else None
    target = vault.blind_index("passkey", credential_id.hex())
    try_id = limits.begin_try(person_id, target, Method.PASSKEY, address, device, now)
    shown = _shown(Ceremony.SIGN_IN, credential, visitor=visitor, person_id=None, now=now)
    with transaction():
        if queries.person(shown.person_id).disabled:
            raise Invalid("", WRONG)
        _note_use(shown, now)
        limits.end_try(try_id)
        service_devices.note_device(try_id, shown.person_id, browser, begun=now, now=now)
        return service_sessions.open_session(
            shown.person_id, Method.PASSKEY, address, device, now, second=True
        )


def sign_in_second_step_with_passkey(
    step: SecondStep,
    credential: str,
    *,
    visitor: str,
    address: str,
    device: str,
    browser: str = "",
    now: datetime | None = None,
) -> OpenedSession:
    """Finish signing in with one of the person's passkeys; raises as `sign_in_second_step` does."""
    now = now or utcnow()
    service.check_second_step(step, now)
    try_id, shown = _tried(
        Ceremony.SECOND_STEP, step.person_id, credential, visitor, address, device, now
    )
    with transaction():
        _note_use(shown, now)
        return service.finish_second_step(
            step, try_id, address=address, device=device, browser=browser, now=now
        )


def prove_passkey(
    actor: Actor,
    credential: str,
    *,
    visitor: str,
    address: str,
    device: str,
    now: datetime | None = None,
) -> None:
    """Write down that the present session showed one of the actor's passkeys just now; raises `Invalid`, `TooMany`."""
    person_id, now = require_self(actor), now or utcnow()
    try_id, shown = _tried(Ceremony.CONFIRM, person_id, credential, visitor, address, device, now)
    with transaction():
        _note_use(shown, now)
        limits.end_try(try_id)
        assurance.write_proof(
            actor, ProofKind.SECOND_FACTOR, session_id=actor.session or 0, now=now
        )


def _tried(
    ceremony: Ceremony,
    person_id: int,
    credential: str,
    visitor: str,
    address: str,
    device: str,
    now: datetime,
) -> tuple[int, Shown]:
    target = vault.blind_index("passkey", str(person_id))
    try_id = limits.begin_try(person_id, target, Method.PASSKEY, address, device, now)
    return try_id, _shown(ceremony, credential, visitor=visitor, person_id=person_id, now=now)


def _credential_id(credential: str) -> bytes:
    from webauthn.helpers import parse_authentication_credential_json

    try:
        return parse_authentication_credential_json(credential).raw_id
    except Exception as error:
        raise Invalid("", WRONG) from error


def _shown(
    ceremony: Ceremony, credential: str, *, visitor: str, person_id: int | None, now: datetime
) -> Shown:
    """Check what a passkey signed, with no transaction open; the challenge is used up whatever comes of it.

    Whatever the library trips over is the browser's doing. The count is compared here, after the signature: only
    who holds the key can count backwards.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json, parse_client_data_json

    try:
        parsed = parse_authentication_credential_json(credential)
        challenge = parse_client_data_json(parsed.response.client_data_json).challenge
    except Exception as error:
        raise Invalid("", WRONG) from error
    service_challenges.use_challenge(
        challenge, ceremony, visitor=visitor, person_id=person_id, now=now
    )
    known = queries_passkeys.passkey_by_credential(parsed.raw_id)
    if known is None or person_id not in (None, known.person_id):
        raise Invalid("", WRONG)
    handle = parsed.response.user_handle
    if handle and handle != bytes.fromhex(queries.person(known.person_id).uid):
        raise Invalid("", WRONG)
    try:
        verified = verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origin(),
            credential_public_key=known.public_key,
            credential_current_sign_count=0,
            require_user_verification=ceremony == Ceremony.SIGN_IN,
        )
    except Exception as error:
        log.info(
            "passkey_refused", extra={"person": known.person_id, "error": type(error).__name__}
        )
        raise Invalid("", WRONG) from error
    counted = verified.new_sign_count
    if (counted or known.sign_count) and counted <= known.sign_count:
        who, action = Actor("anonymous", known.person_id), "passkey.cloned"
        with transaction():
            service_factors.tell_changed(who, known.person_id, "passkey_cloned", now, action=action)
        raise Invalid("", _CLONED)
    return Shown(known.id, known.person_id, counted, verified.credential_backed_up)


def _note_use(shown: Shown, now: datetime) -> None:
    """Note the use inside the caller's transaction; of two that show the same count, one is refused."""
    newer = or_(Passkey.sign_count < shown.counted, Passkey.sign_count == 0)
    same = (Passkey.id == shown.passkey_id, newer)
    values = {"sign_count": shown.counted, "backed_up": shown.backed_up, "last_used_at": now}
    if changed(update(Passkey).where(*same).values(**values)) != 1:
        raise Invalid("", WRONG)
