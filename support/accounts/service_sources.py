"""A verified name that another service carries: shown before it is stored, and stored when the member says so (M6, M7).

Between the two it is sealed for the member's session, kept by their browser alone, and worth nothing 15 minutes later.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select

from support.accounts import provider_door, providers, queries_identities, service_names
from support.accounts.models import RealName
from support.accounts.providers import Named, Service
from support.accounts.service_identities import Run, require_member, use_up
from support.assurance import service as assurance
from support.assurance.policy import Act, ProofKind
from support.assurance.queries import Case
from support.core import vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, new_uid, transaction
from support.core.errors import Expired, Invalid, NotAllowed
from support.core.partners import require_partner
from support.core.words import N_
from support.policies import queries as policies
from support.policies import service as consents
from support.policies.models import Purpose

CARRIED_LIVES = timedelta(minutes=15)
_OWNER, _PLACE = "codes", "real_name.carried"
_TOO_OLD = N_(
    "What the other service told is older than 15 minutes and forgotten. Please ask for it again."
)
_NOT_YOURS = N_(
    "That account does not sign in to yours here. Bind it first, then ask for its name."
)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a service told of a bound account: the name, whose kind it is, the end of the document's number.

    `voucher` is the blind index of that account.
    """

    uid: str
    source: str
    name: str
    kind: Literal["individual", "company"]
    last: str
    voucher: bytes
    until: datetime


def sources() -> list[Service]:
    """Return the services that are set up and carry real names."""
    return [one for one in providers.services() if providers.carries_names(one)]


def finish_run(
    actor: Actor, run: Run, service: Service, code: str, *, back: str, now: datetime | None = None
) -> str:
    """Use the run up, ask the service for the verified name, and return it sealed for the actor's session.

    Raises `NotAllowed` for an account that is not bound to the actor, and as `service_identities.finish_run` does.
    """
    person_id = require_member(actor)
    require_partner(service.method.value)
    use_up(run)
    named = provider_door.read_name(service, code=code, state=run.state, back=back)
    if queries_identities.person_of(named.identity) != person_id:
        raise NotAllowed(_NOT_YOURS)
    with transaction():
        return seal_carried(actor, named, now or utcnow())


def seal_carried(actor: Actor, named: Named, now: datetime) -> str:
    """Seal what a service told for the actor's session, for 15 minutes, inside the caller's transaction."""
    until, source = now + CARRIED_LIVES, named.identity.method.value
    voucher = queries_identities.blind(named.identity).hex()
    told = [new_uid(), source, named.name, named.kind, named.last, voucher, until.isoformat()]
    sealed = vault.seal(_OWNER, _PLACE, json.dumps([*told, actor.id, actor.session]))
    return base64.urlsafe_b64encode(sealed).decode()


def carried(actor: Actor, kept: str, *, now: datetime | None = None) -> Carried:
    """Return what `finish_run` sealed for this session; raise `Expired` after 15 minutes, or for another session."""
    opened = vault.unseal(_OWNER, _PLACE, base64.urlsafe_b64decode(kept))
    uid, source, name, kind, last, voucher, until, *whose = json.loads(opened)
    ends = datetime.fromisoformat(until)
    found = Carried(uid, source, name, kind, last, bytes.fromhex(voucher), ends)
    if (now or utcnow()) > found.until or whose != [actor.id, actor.session]:
        raise Expired(_TOO_OLD)
    return found


def use_name(actor: Actor, kept: str, *, consent: bool, now: datetime | None = None) -> None:
    """Write down the name that the service carries, with the member's consent; twice is harmless.

    Needs a fresh proof of the session beside it (`NeedsProof`). Raises `Invalid("consent")`, `Expired`, and
    `NotAllowed` where another name is verified already, unless this very account vouched for it and no way into the
    account here changed within 72 hours.
    """
    person_id, now = require_member(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_CONTACT, now=now)
    found = carried(actor, kept, now=now)
    if not consent:
        raise Invalid("consent", N_("Please tick that you agree, or leave it."))
    case = Case(person_id, f"source:{found.uid}")
    with transaction():
        _agree(actor, person_id, now)
        assurance.write_case_proof(actor, ProofKind.FRESH_SESSION, case, now=now)
        assurance.write_case_proof(actor, ProofKind.SOURCE, case, now=now)
        service_names.set_verified_name(
            actor,
            case,
            found.name,
            kind=found.kind,
            source=found.source,
            number=found.last,
            voucher=found.voucher,
            act=Act.SET_REALNAME,
            now=now,
        )


def consent_withdrawn(payload: dict[str, Any]) -> None:
    """Somebody took back that a service verified their name: the name it carried goes. Safe to run twice."""
    if payload["purpose"] != Purpose.REAL_NAME:
        return
    person_id, at = int(payload["person"]), datetime.fromisoformat(payload["at"])
    found = select(RealName.about, RealName.source).where(
        RealName.person_id == person_id, RealName.at <= at
    )
    row = db.session.execute(found).first()
    if row is not None and row.source in service_names.RENEWABLE:
        service_names.take_verified_name_back(Actor("member", person_id), person_id, row.about)


def _agree(actor: Actor, person_id: int, now: datetime) -> None:
    version = policies.current_version(now)
    if version is not None:
        consents.record_acceptance(
            actor,
            person_id=person_id,
            version_id=version.id,
            how="real_name",
            purpose=Purpose.REAL_NAME,
            now=now,
        )
