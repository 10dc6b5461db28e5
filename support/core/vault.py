"""The vault: what identifies a person is sealed under a key of that person's own.

Each owner (`person:12`, `codes`, later `case:7`) has a 256-bit data key, wrapped by the key-encryption
key. A value is sealed with AES-256-GCM; its place (table, column, row) and key version are associated
data, so a sealed value copied to another row is refused. Destroying the wrapped key makes everything
sealed under it unreadable for good. Look-up goes through a keyed hash, the blind index.

What a law makes us keep of an erased owner is first sealed anew under a *restriction key*, which has an end of its
own: pages that open the owner's values find it gone, only `unseal_restricted` opens it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Index, Select, String, event, func, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import Id, Model, changed, db, insert_all, insert_new, transaction
from support.core.wrapping import WrappingKeys

log = logging.getLogger(__name__)

_FORMAT, _RESTRICTED = 1, 2
_HEAD, RESTRICTED_HEAD = bytes([_FORMAT]), bytes([_RESTRICTED])  # how a sealed value begins
_BOUND = f"{_FORMAT}|".encode()
_NONCE = 12
_BATCH = 200
KEY = slice(-4, None)
"""Where the columns that `with_key` joins stand in a row: behind all others."""


class SealBroken(Exception):
    """A sealed value was altered, moved to another place, or sealed under another key."""


class KeyDestroyed(Exception):
    """The owner was erased: what was sealed under the key is gone for good, or kept under restriction only."""


class VaultKey(Model):
    """One owner's wrapped data key; `wrapped` is None once destroyed. `wrapped_by` names the key-encryption key.

    A restriction key is destroyed at `ends_at`.
    """

    __tablename__ = "vault_key"
    __table_args__ = (Index(None, "wrapped_by", "id"), Index(None, "ends_at"))

    id: Mapped[Id]
    owner: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    wrapped: Mapped[bytes | None]
    wrapped_by: Mapped[str] = mapped_column(String(16), server_default="")
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]


def seal(owner: str, place: str, text: str) -> bytes:
    """Seal `text` for `owner` at `place` (`table.column:row`); makes the owner's key at first use.

    Call it inside a transaction. Raises `KeyDestroyed` for an erased owner.
    """
    return seal_bytes(owner, place, text.encode())


def seal_bytes(owner: str, place: str, data: bytes) -> bytes:
    """Seal bytes, a picture for instance, as `seal` does a text."""
    key = _data_key(owner) or _make_key(owner)
    return bytes([_FORMAT]) + _encrypt(key, place, data)


def make_keys(owners: Iterable[str]) -> None:
    """Make the keys of owners that are new for certain, in one statement, before something is sealed for them."""
    made = {owner: AESGCM.generate_key(256) for owner in owners}
    insert_all(VaultKey, [_new_row(owner, key) for owner, key in made.items()])
    for owner, key in made.items():
        _change(owner)
        _cache()[owner] = AESGCM(key)


def unseal(owner: str, place: str, sealed: bytes) -> str:
    """Return the text sealed at `place`; raises `SealBroken` (and logs an alarm) or `KeyDestroyed`."""
    return unseal_bytes(owner, place, sealed).decode()


def unseal_bytes(owner: str, place: str, sealed: bytes) -> bytes:
    """Return the bytes sealed at `place`, as `unseal` does a text."""
    if sealed[:1] == bytes([_RESTRICTED]):
        raise KeyDestroyed(owner)
    return _decrypt(owner, place, sealed[:1] == bytes([_FORMAT]), sealed[1:])


def unsealer(owner: str) -> Callable[[str, bytes], bytes]:
    """Return what opens bytes of `owner`, given place and sealed bytes, without asking the database any more: for what
    is still being sent when its request is over. Raises `KeyDestroyed`."""
    key = _data_key(owner)

    def unseal_piece(place: str, sealed: bytes) -> bytes:
        return _decrypt(owner, place, sealed[:1] == bytes([_FORMAT]), sealed[1:], key)

    return unseal_piece


def restriction_key(name: str, until: datetime) -> str:
    """Return the owner under which is kept, until `until`, what a law demands; the same `name` again keeps its end.

    Call it inside a transaction. One for each request and class of data, since their ends differ.
    """
    owner = f"restriction:{name}"
    _make_key(owner, ends_at=until)
    return owner


def restrict(owner: str, place: str, sealed: bytes, restriction: str) -> bytes:
    """Seal what `owner` has at `place` anew under a restriction key before theirs goes; it names key and place."""
    key = _data_key(restriction)
    assert key is not None
    name = f"{restriction}|{place}".encode()
    head = bytes([_RESTRICTED, len(name)]) + name
    return head + _encrypt(key, place, unseal_bytes(owner, place, sealed))


def unseal_restricted(place: str, sealed: bytes) -> str:
    """Return a text that is kept under restriction; raises `SealBroken` or, after its end, `KeyDestroyed`."""
    end = 2 + (sealed[1] if len(sealed) > 1 else 0)
    restriction, _bar, said = sealed[2:end].decode("ascii", "replace").partition("|")
    intact = sealed[:1] == bytes([_RESTRICTED]) and restriction.isprintable()
    return _decrypt(restriction, place, intact and said in ("", place), sealed[end:]).decode()


def restricted_by(sealed: bytes) -> tuple[str, str]:
    """Return under which restriction key a value is kept, and its place; ("", "") for any other value."""
    if sealed[:1] != bytes([_RESTRICTED]) or len(sealed) < 2:
        return "", ""
    restriction, _bar, place = sealed[2 : 2 + sealed[1]].decode("ascii", "replace").partition("|")
    return restriction, place


def end_restrictions(now: datetime) -> None:
    """Destroy the restriction keys whose end has come (a periodic task). Safe to run twice."""
    with transaction() as session:
        over = select(VaultKey.owner).where(VaultKey.ends_at <= now, VaultKey.wrapped.is_not(None))
        for owner in session.execute(over.limit(_BATCH)).scalars().all():
            destroy(owner)


def _encrypt(key: AESGCM, place: str, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, data, _bound(place))


def _decrypt(
    owner: str, place: str, intact: bool, sealed: bytes, key: AESGCM | None = None
) -> bytes:
    """Return what stands behind the head of a sealed value; `intact` says whether the head is one of ours."""
    try:
        key = (key or _data_key(owner)) if intact else None
        if key is None:
            raise InvalidTag
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(place))
    except (InvalidTag, ValueError) as error:
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
            _cache()[row.owner] = _opened(row.owner, row.version, row.wrapped, row.wrapped_by)


def with_key(statement: Select[*tuple[Any, ...]], owner: ColumnElement[str]) -> Any:
    """Join the key of each row's `owner` to a SELECT; hand its rows to `remember`, or their `KEY` to an `opener`."""
    columns = (
        VaultKey.owner.label("key_owner"),
        VaultKey.version.label("key_version"),
        VaultKey.wrapped.label("key_wrapped"),
        VaultKey.wrapped_by.label("key_wrapped_by"),
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
        cache[owner] = _opened(owner, row.key_version, row.key_wrapped, row.key_wrapped_by)
    return cache[owner] is not None


def opener() -> Callable[[str, bytes, Sequence[Any]], str | None]:
    """Return what opens the values of a list: given place, sealed value and `KEY` columns, the text; None if erased.

    As `remember` and `unseal` do one by one, but the session is looked up once, and columns are taken by position:
    by name, each of them costs a third of the cipher. It knows the session's keys, so keep it no longer than the list.
    """
    cache, wrapping = _cache(), keys().wrapping

    def opened(place: str, sealed: bytes, joined: Sequence[Any]) -> str | None:
        owner, version, wrapped, by = joined
        if owner is not None and owner not in cache:
            cache[owner] = _opened(owner, version, wrapped, by, wrapping)
        key, head = cache.get(owner), sealed[:1]
        if head == RESTRICTED_HEAD or (key is None and owner is not None):
            return None
        return _decrypt(owner or "", place, head == _HEAD, sealed[1:], key).decode()

    return opened


def waiting_for_rotation() -> int:
    """Return how many data keys are still wrapped by another key than the present one."""
    return int(db.session.execute(select(func.count()).where(*_old())).scalar_one())


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """One batch of a rotation: the last row that was looked at, how many were wrapped anew, owners of broken keys."""

    last: int
    done: int
    broken: list[str]


def rewrap_some(after: int, most: int = _BATCH) -> Rewrapped | None:
    """Wrap data keys behind row `after` anew with the present key, up to `most` of them; None when there are no more.

    One transaction, and safe to run beside people who work, beside itself, and again after a kill: what is sealed
    under the data keys is not touched, and a key that was destroyed meanwhile stays so. A broken one is left alone.
    """
    done, broken = 0, []
    columns = (VaultKey.id, VaultKey.owner, VaultKey.version, VaultKey.wrapped, VaultKey.wrapped_by)
    with transaction() as session:
        behind = select(*columns).where(*_old(), VaultKey.id > after).order_by(VaultKey.id)
        rows = session.execute(behind.limit(most)).all()
        for row in rows:
            try:
                key = _unwrap(row.owner, row.version, row.wrapped, row.wrapped_by)
            except SealBroken:
                broken.append(row.owner)
                continue
            same = (VaultKey.id == row.id, VaultKey.wrapped == row.wrapped)
            wrapped = _wrap(row.owner, row.version, key or b"")
            done += changed(update(VaultKey).where(*same).values(**wrapped))
    return Rewrapped(rows[-1].id, done, broken) if rows else None


def _old() -> tuple[ColumnElement[bool], ...]:
    name, _key = keys().wrapping.present()
    return VaultKey.wrapped_by != name, VaultKey.wrapped.is_not(None)


def destroy(owner: str) -> bool:
    """Destroy the owner's key; return whether one was there. What it sealed can never be read again.

    An owner without a key gets none from now on: what is still on its way can't be sealed under a new one.
    """
    _change(owner)
    now = utcnow()
    insert_new(VaultKey, owner=owner, version=1, wrapped_by="", created_at=now, destroyed_at=now)
    statement = (
        update(VaultKey)
        .where(VaultKey.owner == owner, VaultKey.wrapped.is_not(None))
        .values(wrapped=None, destroyed_at=now)
    )
    return changed(statement) == 1


def _cache() -> dict[str, AESGCM | None]:
    """Unwrapped keys live no longer than the session of one request or job."""
    cache: dict[str, AESGCM | None] = db.session().info.setdefault("data_keys", {})
    return cache


def _change(owner: str) -> None:
    """Note that this transaction makes or destroys a key: what is kept of it is forgotten when it is rolled back."""
    _cache().pop(owner, None)
    db.session().info.setdefault("changed_keys", set()).add(owner)


@event.listens_for(Session, "after_soft_rollback")
def _forget_changed(session: Session, previous: SessionTransaction) -> None:
    """Forget keys that were never written: what a second try sealed under one could never be opened again.

    After a part alone was undone the others are read again, and are still those of an open transaction.
    """
    for owner in session.info.get("changed_keys", ()):
        session.info.get("data_keys", {}).pop(owner, None)
    if not previous.nested:
        session.info.pop("changed_keys", None)


@event.listens_for(Session, "after_commit")
def _keep_changed(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("changed_keys", None)


def _data_key(owner: str) -> AESGCM | None:
    cache = _cache()
    if owner not in cache:
        row = db.session.execute(
            select(VaultKey).where(VaultKey.owner == owner)
        ).scalar_one_or_none()
        if row is None:
            return None
        cache[owner] = _opened(row.owner, row.version, row.wrapped, row.wrapped_by)
    if cache[owner] is None:
        raise KeyDestroyed(owner)
    return cache[owner]


def _opened(
    owner: str,
    version: int,
    wrapped: bytes | None,
    by: str,
    wrapping: WrappingKeys | None = None,
) -> AESGCM | None:
    key = _unwrap(owner, version, wrapped, by, wrapping)
    return None if key is None else AESGCM(key)


def _unwrap(
    owner: str,
    version: int,
    wrapped: bytes | None,
    by: str,
    wrapping: WrappingKeys | None = None,
) -> bytes | None:
    if wrapped is None:
        return None
    nonce, body, bound = wrapped[:_NONCE], wrapped[_NONCE:], _bound(f"vault_key:{owner}:{version}")
    for kek in (wrapping or keys().wrapping).named(by):
        try:
            return _kek(kek).decrypt(nonce, body, bound)
        except InvalidTag:
            continue
    log.critical("vault_key_broken", extra={"owner": owner})
    raise SealBroken(f"vault_key:{owner}")


def _wrap(owner: str, version: int, key: bytes) -> dict[str, Any]:
    """Return the columns of a data key that the present key-encryption key wraps."""
    nonce, (name, kek) = os.urandom(_NONCE), keys().wrapping.present()
    body = _kek(kek).encrypt(nonce, key, _bound(f"vault_key:{owner}:{version}"))
    return {"wrapped": nonce + body, "wrapped_by": name}


@lru_cache(maxsize=4)
def _kek(key: bytes) -> AESGCM:
    return AESGCM(key)


def _make_key(owner: str, ends_at: datetime | None = None) -> AESGCM:
    key = AESGCM.generate_key(256)
    is_new = insert_new(VaultKey, **_new_row(owner, key, ends_at))
    _change(owner)
    if is_new:
        _cache()[owner] = AESGCM(key)
    made = _data_key(owner)  # another writer's key when it was first
    assert made is not None
    return made


def _new_row(owner: str, key: bytes, ends_at: datetime | None = None) -> dict[str, Any]:
    row = {"owner": owner, "version": 1, "created_at": utcnow(), "ends_at": ends_at}
    return row | _wrap(owner, 1, key)


def _bound(place: str) -> bytes:
    return _BOUND + place.encode()
