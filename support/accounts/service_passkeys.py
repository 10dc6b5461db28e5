"""Passkeys: added and removed by their owner. One alone is a second factor, and alone it signs in (WebAuthn)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from support.accounts import (
    limits,
    queries,
    queries_passkeys,
    service_challenges,
    service_factors,
    service_sessions,
)
from support.accounts.models import Passkey, Session
from support.accounts.policy import MOST_PASSKEYS, Ceremony, require_self
from support.accounts.service_challenges import origin, rp_id
from support.assurance import service as assurance
from support.assurance.policy import Act, ProofKind
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import Invalid, NotAllowed, NotFound
from support.core.words import N_

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

log = logging.getLogger(__name__)

WRONG = N_("This passkey does not sign in here. Try another one, or another way.")
_NOT_ADDED = N_("The passkey could not be added. Please try again, or use an authenticator app.")
_LONGEST_NAME = 60


def begin_passkey(actor: Actor, *, visitor: str, now: datetime | None = None) -> str:
    """Return what the browser needs to make a passkey for the actor, as JSON. Raises `NeedsProof`, `NotAllowed`."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_SECOND_FACTOR, now=now)
    who = queries.person(person_id)
    challenge = service_challenges.new_challenge(
        Ceremony.ADD, visitor=visitor, person_id=person_id, now=now
    )
    options = generate_registration_options(
        rp_id=rp_id(),
        rp_name=settings().operator_name or "Gongdan",
        user_id=bytes.fromhex(who.uid),
        user_name=who.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED
        ),
        exclude_credentials=descriptors(queries_passkeys.credentials_of(person_id)),
    )
    return options_to_json(options)


def add_passkey(
    actor: Actor, credential: str, *, name: str, visitor: str, now: datetime | None = None
) -> list[str]:
    """Keep the passkey that the actor's browser made; return ten recovery codes if it is the first second factor.

    The present session counts as having shown it; the others end (ASVS 7.4.3). Raises `NeedsProof`, `Invalid`.
    """
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_SECOND_FACTOR, now=now)
    name = _checked_name(name)
    made, transports = _made(credential, visitor=visitor, person_id=person_id, now=now)
    with transaction():
        limits.one_at_a_time(service_factors.factor_target(person_id))
        first = not queries.person(person_id).has_factor
        if _count(person_id) >= MOST_PASSKEYS:
            raise Invalid("", N_("You have ten passkeys. Remove one that you don't use any more."))
        if not insert_new(
            Passkey,
            uid=new_uid(),
            person_id=person_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            transports=transports,
            backed_up=made.credential_backed_up,
            name=name,
            created_at=now,
        ):
            raise Invalid("", N_("This passkey was added already."))
        codes = service_factors.renew_codes_of(person_id) if first else []
        changed(update(Session).where(Session.id == actor.session).values(second_factor_at=now))
        assurance.write_proof(
            actor, ProofKind.SECOND_FACTOR, session_id=actor.session or 0, now=now
        )
        service_sessions.end_sessions_of(actor, person_id, keep=actor.session, now=now)
        service_factors.tell_changed(actor, person_id, "passkey_added", now)
    return codes


def remove_passkey(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Remove one of the actor's own passkeys; the other sessions end. Staff keep their last factor (`NotAllowed`)."""
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_SECOND_FACTOR, now=now)
    with transaction():
        limits.one_at_a_time(service_factors.factor_target(person_id))
        mine = (Passkey.person_id == person_id, Passkey.uid == uid)
        if db.session.execute(delete(Passkey).where(*mine).returning(Passkey.id)).first() is None:
            raise NotFound()
        if not queries.person(person_id).has_factor:
            if actor.is_staff:
                raise NotAllowed(service_factors.ALWAYS_NEEDED)
            service_factors.clear_factor(person_id)
        service_sessions.end_sessions_of(actor, person_id, keep=actor.session, now=now)
        service_factors.tell_changed(actor, person_id, "passkey_removed", now)


def descriptors(
    credentials: Iterable[tuple[bytes, list[str]]],
) -> list[PublicKeyCredentialDescriptor]:
    """Return how passkeys are named to a browser."""
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=credential_id, transports=[AuthenticatorTransport(way) for way in transports]
        )
        for credential_id, transports in credentials
    ]


def _made(
    credential: str, *, visitor: str, person_id: int, now: datetime
) -> tuple[VerifiedRegistration, list[str]]:
    """What the browser made, and the ways to reach it. Whatever the library trips over is the browser's doing."""
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_client_data_json, parse_registration_credential_json

    try:
        parsed = parse_registration_credential_json(credential)
        challenge = parse_client_data_json(parsed.response.client_data_json).challenge
    except Exception as error:
        raise Invalid("", _NOT_ADDED) from error
    service_challenges.use_challenge(
        challenge, Ceremony.ADD, visitor=visitor, person_id=person_id, now=now
    )
    try:
        made = verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origin(),
        )
    except Exception as error:
        log.info("passkey_refused", extra={"person": person_id, "error": type(error).__name__})
        raise Invalid("", _NOT_ADDED) from error
    return made, sorted({way.value for way in parsed.response.transports or []})


def _checked_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME:
        raise Invalid("name", N_("Give it a name of up to 60 characters, such as “My phone”."))
    return plain


def _count(person_id: int) -> int:
    mine = select(func.count()).select_from(Passkey).where(Passkey.person_id == person_id)
    return db.session.execute(mine).scalar_one()
