"""Drafts: what somebody is typing, kept on the server, sealed, one for each owner and place."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError

from support.core import vault
from support.core.actors import ANONYMOUS, Actor
from support.core.clock import utcnow
from support.core.db import changed, fetch, insert_new, new_uid, transaction
from support.core.errors import NotFound, Stale
from support.policies import intake
from support.workorders.kind import is_open_after_intake
from support.workorders.models import Draft

log = logging.getLogger(__name__)

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
    return None if row is None else _opened(owner, row)


def _opened(owner: str, row: Any) -> Saved:
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
    """Save `fields` and return the draft; with `version`, raise `Stale` if another tab or device saved since.

    Version 0 is that of a page that found no draft; one that only holds files for a page is none yet. Raises `Ceased`
    for a new order once nothing new is taken in.
    """
    now = now or utcnow()
    place, _, kind = about.partition(":")
    if place == "new" and not is_open_after_intake(kind):
        intake.require_intake(ANONYMOUS, now)
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
        expected = present.version if version is None or not present.fields else version
        statement = (
            update(Draft)
            .where(Draft.uid == uid, Draft.version == expected)
            .values(sealed=sealed, version=expected + 1, updated_at=now)
        )
        if changed(statement) != 1:
            raise Stale()
    return Saved(uid, dict(fields), expected + 1, now)


def move_drafts(visitor: str, person_id: int) -> None:
    """Give a browser's drafts, and with them their files, to the person who signed in there.

    Of two about the same thing the newer stays in its place, and the other is kept beside it. Should another tab
    of the person save one at this very moment, the browser's stay where they are until the next sign-in.
    """
    old, new = f"visitor:{visitor}", f"person:{person_id}"
    mine = select(Draft.uid, Draft.about, Draft.sealed, Draft.updated_at).where(Draft.owner == old)
    if not fetch(mine).all():
        return
    try:
        with transaction():
            for uid, about, sealed, at in fetch(mine).all():
                there = fetch(_DRAFT, {"of": new, "place": about}).one_or_none()
                newer = there is None or there.updated_at < at
                if there is not None and newer:
                    _put(new, there.uid, about=_place_beside(about, there.uid))
                place = about if newer else _place_beside(about, uid)
                _put(old, uid, owner=new, about=place, sealed=_resealed(old, new, uid, sealed))
    except IntegrityError:
        log.warning("drafts_not_moved", extra={"person": person_id})


def _resealed(old: str, new: str, uid: str, sealed: bytes) -> bytes:
    place = f"draft.sealed:{uid}"
    return vault.seal(_vault_owner(new), place, vault.unseal(_vault_owner(old), place, sealed))


def _put(owner: str, uid: str, /, **values: object) -> None:
    changed(update(Draft).where(Draft.owner == owner, Draft.uid == uid).values(**values))


def _place_beside(about: str, uid: str) -> str:
    """The place of a draft that had to give way to another about the same thing."""
    return f"{about}:{uid[:16]}"


_BESIDE = select(Draft.uid, Draft.sealed, Draft.version, Draft.updated_at).where(
    Draft.owner == bindparam("of"), Draft.about.startswith(bindparam("place"))
)


def drafts_beside(owner: str, about: str) -> list[Saved]:
    """Return the owner's drafts that gave way to the one about `about`, newest first."""
    rows = fetch(
        _BESIDE.order_by(Draft.updated_at.desc(), Draft.id), {"of": owner, "place": f"{about}:"}
    )
    return [_opened(owner, row) for row in rows]


_NEW = select(Draft.about, Draft.uid, Draft.sealed, Draft.version, Draft.updated_at).where(
    Draft.owner == bindparam("of"), Draft.about.startswith("new:")
)


def new_drafts(owner: str) -> list[tuple[str, Saved]]:
    """Return the owner's drafts of new orders, each with its kind's code, newest first."""
    rows = fetch(_NEW.order_by(Draft.updated_at.desc(), Draft.id), {"of": owner})
    return [(row.about.split(":")[1], _opened(owner, row)) for row in rows]


def take_up(owner: str, about: str, uid: str) -> None:
    """Put a draft from beside into its place; what stood there is kept beside. Raises `NotFound`."""
    with transaction():
        if uid not in {each.uid for each in drafts_beside(owner, about)}:
            raise NotFound()
        if (there := load_draft(owner, about)) is not None:
            _put(owner, there.uid, about=_place_beside(about, there.uid))
        _put(owner, uid, about=about)


def drop(owner: str, uid: str) -> None:
    """Delete the owner's draft `uid`, wherever it stands; one that is gone, or somebody else's, changes nothing."""
    with transaction() as session:
        session.execute(delete(Draft).where(Draft.owner == owner, Draft.uid == uid))


def discard_draft(owner: str, about: str) -> None:
    """Delete the draft, since it was sent or given up."""
    with transaction() as session:
        session.execute(delete(Draft).where(Draft.owner == owner, Draft.about == about))


def content_of(fields: Mapping[str, str]) -> str:
    """Return a digest of what the draft says, for the idempotency of its sending."""
    return hashlib.sha256(json.dumps(dict(fields), sort_keys=True).encode()).hexdigest()


def _vault_owner(owner: str) -> str:
    return owner if owner.startswith("person:") else DRAFTS
