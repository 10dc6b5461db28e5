"""Signatures between us and the operator's platform, both ways, as Standard Webhooks has them (`docs/platform.md`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: HMAC-SHA256 over id, time
and body, under each secret that is in force, so that a secret is replaced without a moment in which nothing fits.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from support.core.config import Config
from support.core.words import N_

ID, STAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW = timedelta(minutes=5)
SHORTEST_SECRET = 24
"""Bytes."""
_MARK = "whsec_"

UNSIGNED, TOO_OLD, WRONG = "unsigned", "clock", "signature"


class WeakSecret(ValueError):
    """A secret that is no base64, or too short."""


class Unproved(Exception):
    """A message that may not be the platform's; `code` says why, in a constant word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def key_of(secret: str) -> bytes:
    """Return the key that a secret spells (base64, with or without `whsec_`); raises `WeakSecret`."""
    try:
        key = base64.b64decode(secret.removeprefix(_MARK), validate=True)
    except (binascii.Error, ValueError) as error:
        raise WeakSecret from error
    if len(key) < SHORTEST_SECRET:
        raise WeakSecret
    return key


def keys_in_force(config: Config) -> list[bytes]:
    """Return the keys that sign and verify, the present one first; raises `WeakSecret` where one is not good."""
    secrets = (config.platform_secret, config.platform_secret_before)
    return [key_of(secret) for secret in secrets if secret]


def signed_headers(uid: str, body: bytes, keys: Iterable[bytes], *, at: datetime) -> dict[str, str]:
    """Return the three headers of a message; `uid` stays the same when it is sent again, the time does not."""
    stamp = str(int(at.timestamp()))
    signatures = " ".join(_signature(key, uid, stamp, body) for key in keys)
    return {ID: uid, STAMP: stamp, SIGNATURE: signatures}


def check(
    get: Callable[[str, str], str], body: bytes, keys: Iterable[bytes], *, now: datetime
) -> None:
    """Raise `Unproved` unless one of `keys` signed this, within five minutes of `now`.

    `get(name, "")` gives a header.
    """
    uid, stamp, given = (get(name, "") for name in (ID, STAMP, SIGNATURE))
    if not (uid and given and stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise Unproved(UNSIGNED)
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > WINDOW:
        raise Unproved(TOO_OLD)
    offered = [each.encode() for each in given.split(" ")]
    right = [_signature(key, uid, stamp, body).encode() for key in keys]
    if not any(hmac.compare_digest(one, other) for one in right for other in offered):
        raise Unproved(WRONG)


def _signature(key: bytes, uid: str, stamp: str, body: bytes) -> str:
    signed = f"{uid}.{stamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


WEAK = N_("A secret of the platform's door is no base64 of 24 bytes or more.")
