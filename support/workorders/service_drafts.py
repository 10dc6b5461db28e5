"""Drafts: what somebody is typing, kept on the server, sealed, one for each owner and place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update

from support.core import vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, fetch, insert_new, new_uid, transaction
from support.core.errors import Stale
from support.workorders.models import Draft

KEPT = timedelta(days=14)
DRAFTS = "drafts"
"""The vault's owner of drafts that belong to a browser, not yet to a person."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it was last saved; `files_owner` is what uploads of this draft are bound to."""

    uid: str
    fields: dict[str, str]
    version: int
    updated_at: datetime

    @property
    def files_owner(self) -> str:
        """The owner under which `core.files` keeps this draft's uploads until they are sent."""
        return f"draft:{self.uid}"


def owner_of(actor: Actor, visitor: str) -> str:
    """Return who owns drafts here: the person, or before sign-in the browser."""
    return actor.ref if actor.signed_in else f"visitor:{visitor}"


_DRAFT = select(Draft.uid, Draft.sealed, Draft.version, Draft.updated_at).where(
    Draft.owner == bindparam("of"), Draft.about == bindparam("place")
)


def load_draft(owner: str, about: str) -> Saved | None:
    """Return the owner's draft about `about` (`new:question`, `order:12`), if there is one."""
    row = fetch(_DRAFT, {"of": owner, "place": about}).one_or_none()
    if row is None:
        return None
    fields = json.loads(vault.unseal(_vault_owner(owner), f"draft.sealed:{row.uid}", row.sealed))
    return Saved(row.uid, fields, row.version, row.updated_at)


def save_draft(
    owner: str,
    about: str,
    fields: Mapping[str, str],
    *,
    version: int | None = None,
    now: datetime | None = None,
) -> Saved:
    """Save `fields` and return the draft; with `version`, raise `Stale` if another tab or device saved since."""
    now = now or utcnow()
    with transaction():
        present = load_draft(owner, about)
        uid = present.uid if present else new_uid()
        if present and dict(fields) == present.fields:
            return present
        words = json.dumps(dict(fields), ensure_ascii=False)
        sealed = vault.seal(_vault_owner(owner), f"draft.sealed:{uid}", words)
        if present is None:
            if not insert_new(
                Draft, uid=uid, owner=owner, about=about, sealed=sealed, version=1, updated_at=now
            ):
                raise Stale()
            return Saved(uid, dict(fields), 1, now)
        expected = present.version if version is None else version
        statement = (
            update(Draft)
            .where(Draft.uid == uid, Draft.version == expected)
            .values(sealed=sealed, version=expected + 1, updated_at=now)
        )
        if changed(statement) != 1:
            raise Stale()
    return Saved(uid, dict(fields), expected + 1, now)


def discard_draft(owner: str, about: str) -> None:
    """Delete the draft, since it was sent or given up."""
    with transaction() as session:
        session.execute(delete(Draft).where(Draft.owner == owner, Draft.about == about))


def forget_old_drafts(now: datetime) -> None:
    """Delete drafts that nobody touched for two weeks."""
    with transaction() as session:
        session.execute(delete(Draft).where(Draft.updated_at < now - KEPT))


def content_of(fields: Mapping[str, str]) -> str:
    """Return a digest of what the draft says, for the idempotency of its sending."""
    return hashlib.sha256(json.dumps(dict(fields), sort_keys=True).encode()).hexdigest()


def _vault_owner(owner: str) -> str:
    return owner if owner.startswith("person:") else DRAFTS
