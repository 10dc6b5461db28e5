"""The accounts of other services that sign in here, and whose they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.accounts import providers, queries
from support.accounts.models import ExternalIdentity
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.core import vault
from support.core.actors import Actor
from support.core.db import db, fetch
from support.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class IdentityView:
    """One bound account, as its owner sees it; `name` is what they were called there when it was bound."""

    id: int
    uid: str
    method: Method
    name: str
    bound_at: datetime


def identities_of(person_id: int) -> list[IdentityView]:
    """Return the accounts that sign in as this person, the oldest first."""
    columns = (
        ExternalIdentity.id,
        ExternalIdentity.uid,
        ExternalIdentity.provider,
        ExternalIdentity.sealed,
        ExternalIdentity.bound_at,
    )
    mine = ExternalIdentity.person_id == person_id
    rows = fetch(select(*columns).where(mine).order_by(ExternalIdentity.id))
    return [
        IdentityView(row_id, uid, Method(provider), _name(person_id, uid, sealed), bound_at)
        for row_id, uid, provider, sealed, bound_at in rows
    ]


def own_identity(actor: Actor, uid: str) -> IdentityView:
    """Return one of the actor's own bound accounts; somebody else's is `NotFound`."""
    for one in identities_of(actor.id or 0):
        if one.uid == uid:
            return one
    raise NotFound()


def person_of(identity: Identity) -> int | None:
    """Return the id of the person as whom this account signs in, if it is bound."""
    found: int | None = db.session.execute(
        select(ExternalIdentity.person_id).where(
            ExternalIdentity.provider == identity.method,
            ExternalIdentity.subject_blind == blind(identity),
        )
    ).scalar_one_or_none()
    return found


def has_other_way_in(person_id: int, without: int) -> bool:
    """True when the person can sign in without the bound account whose row id is `without`."""
    usable = {one.method for one in providers.services()}
    others = [one for one in identities_of(person_id) if one.id != without]
    return (
        queries.person(person_id).has_password
        or any(one.bound for one in queries.contacts_of(person_id))
        or any(one.method in usable for one in others)
    )


def known_as(person_id: int) -> dict[str, Any]:
    """Return how the operator's platform knows a person: our public id, the member name, and the id of the account
    with its own service (OpenID Connect) where one is bound."""
    who = queries.person(person_id)
    own = select(ExternalIdentity.uid, ExternalIdentity.sealed).where(
        ExternalIdentity.person_id == person_id, ExternalIdentity.provider == Method.OIDC
    )
    bound = db.session.execute(own).one_or_none()
    account = _opened(person_id, *bound)["subject"] if bound else ""
    return {"id": who.uid, "name": who.name, "account": account}


def blind(identity: Identity) -> bytes:
    """Return the blind index by which an account is found."""
    return vault.blind_index(f"identity:{identity.method}", identity.subject)


def place(uid: str) -> str:
    """Return the vault place of what is kept of a bound account."""
    return f"external_identity.sealed:{uid}"


def _name(person_id: int, uid: str, sealed: bytes) -> str:
    return _opened(person_id, uid, sealed)["name"]


def _opened(person_id: int, uid: str, sealed: bytes) -> dict[str, str]:
    opened: dict[str, str] = json.loads(vault.unseal(queries.owner(person_id), place(uid), sealed))
    return opened
