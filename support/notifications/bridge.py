"""A signed call to a provider's bridge, with a breaker: what texts and payments have in common (`docs/sms.md`)."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import SplitResult, unquote, urlsplit

from support.core import outward
from support.core.breaker import Breaker, DoorAway
from support.core.config import ConfigError
from support.core.outbox import GiveUp, Retry

_WINDOW = timedelta(minutes=5)
_LONGEST_STAMP = 12
_LATER = frozenset({408, 425, 429})
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Bridge:
    """Posts each message to one address, signed with the secret that stands in the URL."""

    def __init__(self, url: SplitResult, name: str) -> None:
        self._url, self._name = url, name
        self._breaker = Breaker(f"{name} door")

    def post(self, said: Mapping[str, str], uid: str) -> None:
        """Hand a message over: silence, 5xx, 408, 425 and 429 raise `Retry`, any other refusal `GiveUp`.

        `uid` stays the same when it is sent again, so that the other side takes it once.
        """
        with self._breaker.guard():
            try:
                status = self._post(json.dumps(said, ensure_ascii=False).encode(), uid)
            except (OSError, http.client.HTTPException) as trouble:
                raise DoorAway(f"{self._name} {type(trouble).__name__}") from trouble
            if status >= 500:
                raise DoorAway(f"{self._name} {status}")
            if status in _LATER:
                raise Retry(f"{self._name} {status}")
            if not 200 <= status < 300:
                raise GiveUp(f"{self._name} {status}")

    def signed(self, body: bytes, stamp: str, signature: str, *, now: datetime) -> bool:
        """True when the other side signed this with the same secret, within five minutes of `now`."""
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < _LONGEST_STAMP):
            return False
        right = sign(unquote(self._url.password or ""), stamp, body)
        fresh = abs(now.timestamp() - int(stamp)) <= _WINDOW.total_seconds()
        return fresh and hmac.compare_digest(right.encode(), signature.encode())

    def _post(self, body: bytes, uid: str) -> int:
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": uid,
            "Gongdan-Timestamp": stamp,
            "Gongdan-Signature": sign(unquote(self._url.password or ""), stamp, body),
        }
        return outward.post(self._url, body, headers).status


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a call: HMAC-SHA256 over time, full stop and body, in hex."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def checked_url(url: str, words: str) -> SplitResult:
    """Return the parts of a bridge's URL; raise `ConfigError` with `words`, which say what it should be."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname or len(unquote(parts.password or "")) < 16:
        raise ConfigError(words)
    return parts
