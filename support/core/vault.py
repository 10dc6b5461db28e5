"""The vault: what identifies a person is sealed under a key of that person's own.

Each owner (`person:12`, `codes`, later `case:7`) has a 256-bit data key, wrapped by the key-encryption
key. A value is sealed with AES-256-GCM; its place (table, column, row) and key version are associated
data, so a sealed value copied to another row is refused. Destroying the wrapped key makes everything
sealed under it unreadable for good. Look-up goes through a keyed hash, the blind index.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Select, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import Id, Model, changed, db, insert_new

log = logging.getLogger(__name__)

_FORMAT = 1
_NONCE = 12


class SealBroken(Exception):
    """A sealed value was altered, moved to another place, or sealed under another key."""


class KeyDestroyed(Exception):
    """The owner was erased: what was sealed under the key is gone for good."""


class VaultKey(Model):
    """One owner's wrapped data key; `wrapped` is None once destroyed."""

    __tablename__ = "vault_key"

    id: Mapped[Id]
    owner: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    wrapped: Mapped[bytes | None]
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


def seal(owner: str, place: str, text: str) -> bytes:
    """Seal `text` for `owner` at `place` (`table.column:row`); makes the owner's key at first use.

    Call it inside a transaction. Raises `KeyDestroyed` for an erased owner.
    """
    key = _data_key(owner) or _make_key(owner)
    nonce = os.urandom(_NONCE)
    return bytes([_FORMAT]) + nonce + AESGCM(key).encrypt(nonce, text.encode(), _bound(place))


def unseal(owner: str, place: str, sealed: bytes) -> str:
    """Return the text sealed at `place`; raises `SealBroken` (and logs an alarm) or `KeyDestroyed`."""
    key = _data_key(owner)
    if key is None or not sealed or sealed[0] != _FORMAT:
        log.critical("seal_broken", extra={"owner": owner, "place": place})
        raise SealBroken(place)
    nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, body, _bound(place)).decode()
    except InvalidTag as error:
        log.critical("seal_broken", extra={"owner": owner, "place": place})
        raise SealBroken(place) from error


def blind_index(kind: str, value: str) -> bytes:
    """Return the keyed hash by which an exact `value` of `kind` (`email`, `mobile`, ...) is found."""
    return hmac.new(keys().blind, f"{kind}\0{value}".encode(), hashlib.sha256).digest()


def load_keys(owners: Iterable[str]) -> None:
    """Fetch the keys of many owners in one query, for a page that opens a list of sealed values."""
    wanted = set(owners) - set(_cache())
    if wanted:
        for row in db.session.execute(select(VaultKey).where(VaultKey.owner.in_(wanted))).scalars():
            _cache()[row.owner] = _unwrap(row.owner, row.version, row.wrapped)


def with_key(statement: Select[*tuple[Any, ...]], owner: ColumnElement[str]) -> Any:
    """Join the key of each row's `owner` to a SELECT of sealed values; hand its rows to `remember`."""
    columns = (
        VaultKey.owner.label("key_owner"),
        VaultKey.version.label("key_version"),
        VaultKey.wrapped.label("key_wrapped"),
    )
    return statement.add_columns(*columns).join(VaultKey, VaultKey.owner == owner, isouter=True)


def remember(row: Any) -> bool:
    """Take the key that `with_key` joined to `row`; return False if it was destroyed.

    A row whose key is not there at all is no erased one: `unseal` raises the alarm.
    """
    cache, owner = _cache(), row.key_owner
    if owner is None:
        return True
    if owner not in cache:
        cache[owner] = _unwrap(owner, row.key_version, row.key_wrapped)
    return cache[owner] is not None


def destroy(owner: str) -> bool:
    """Destroy the owner's key; return whether one was there. What it sealed can never be read again."""
    _cache().pop(owner, None)
    statement = (
        update(VaultKey)
        .where(VaultKey.owner == owner, VaultKey.wrapped.is_not(None))
        .values(wrapped=None, destroyed_at=utcnow())
    )
    return changed(statement) == 1


def _cache() -> dict[str, bytes | None]:
    """Unwrapped keys live no longer than the session of one request or job."""
    cache: dict[str, bytes | None] = db.session().info.setdefault("data_keys", {})
    return cache


def _data_key(owner: str) -> bytes | None:
    cache = _cache()
    if owner not in cache:
        row = db.session.execute(
            select(VaultKey).where(VaultKey.owner == owner)
        ).scalar_one_or_none()
        if row is None:
            return None
        cache[owner] = _unwrap(row.owner, row.version, row.wrapped)
    if cache[owner] is None:
        raise KeyDestroyed(owner)
    return cache[owner]


def _unwrap(owner: str, version: int, wrapped: bytes | None) -> bytes | None:
    if wrapped is None:
        return None
    nonce, body = wrapped[:_NONCE], wrapped[_NONCE:]
    try:
        return AESGCM(keys().kek).decrypt(nonce, body, _bound(f"vault_key:{owner}:{version}"))
    except InvalidTag as error:
        log.critical("vault_key_broken", extra={"owner": owner})
        raise SealBroken(f"vault_key:{owner}") from error


def _make_key(owner: str) -> bytes:
    key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
    wrapped = nonce + AESGCM(keys().kek).encrypt(nonce, key, _bound(f"vault_key:{owner}:1"))
    insert_new(VaultKey, owner=owner, version=1, wrapped=wrapped, created_at=utcnow())
    _cache().pop(owner, None)
    made = _data_key(owner)  # another writer's key when it was first
    assert made is not None
    return made


def _bound(place: str) -> bytes:
    return f"{_FORMAT}|{place}".encode()
