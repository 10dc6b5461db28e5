"""What a passkey has to sign: random, kept here, for one ceremony in one browser, within five minutes, once."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete

from support.accounts.models import PasskeyChallenge
from support.accounts.policy import CHALLENGE_LIVES, Ceremony
from support.core.context import settings
from support.core.db import db, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.words import N_

_BYTES = 32
_PORTS = {"http": 80, "https": 443}
NO_NAME = N_(
    "Passkeys need an address with a name, such as http://localhost; browsers make none for a number such as 127.0.0.1."
)
SPENT = N_("That took too long, or was sent twice. Please try the passkey again.")


def rp_id() -> str:
    """Return the name for which passkeys are made here: the host of the public address."""
    return settings().public_host


def origin() -> str:
    """Return the one origin whose pages may ask for passkeys, as browsers spell it."""
    url = urlsplit(settings().public_url)
    port = f":{url.port}" if url.port and url.port != _PORTS[url.scheme] else ""
    return f"{url.scheme}://{url.hostname}{port}"


def has_name() -> bool:
    """True when the public address has a name: browsers make no passkey for a number."""
    try:
        ipaddress.ip_address(rp_id())
    except ValueError:
        return True
    return False


def new_challenge(
    ceremony: Ceremony, *, visitor: str, person_id: int | None, now: datetime
) -> bytes:
    """Return a challenge for this browser; `person_id` is who has to answer it, None for whoever can."""
    if not has_name():
        raise NotAllowed(NO_NAME)
    challenge = secrets.token_bytes(_BYTES)
    with transaction(durable=False) as session:
        session.add(
            PasskeyChallenge(
                challenge=challenge,
                ceremony=ceremony,
                visitor=visitor,
                person_id=person_id,
                expires_at=now + CHALLENGE_LIVES,
            )
        )
    return challenge


def use_challenge(
    challenge: bytes, ceremony: Ceremony, *, visitor: str, person_id: int | None, now: datetime
) -> None:
    """Use a challenge up, whatever comes of the answer; raise `Invalid` for one that is not this browser's to use."""
    mine = (
        PasskeyChallenge.challenge == challenge,
        PasskeyChallenge.ceremony == ceremony,
        PasskeyChallenge.visitor == visitor,
        PasskeyChallenge.person_id == person_id,
        PasskeyChallenge.expires_at > now,
    )
    with transaction():
        used = db.session.execute(
            delete(PasskeyChallenge).where(*mine).returning(PasskeyChallenge.id)
        ).first()
    if used is None:
        raise Invalid("passkey", SPENT)
