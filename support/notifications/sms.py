"""The SMS door: a signed JSON call to the provider's bridge (`docs/sms.md`), or files on a demo."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from support.core.config import ConfigError
from support.core.context import settings
from support.core.db import new_uid
from support.core.installation import is_demo
from support.core.outbox import GiveUp, Retry
from support.core.words import N_
from support.notifications import outgoing
from support.notifications.breaker import Breaker, DoorAway

TIMEOUT = 10.0
_LATER = frozenset({408, 425, 429})
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Sms:
    """One short text; `id` stays the same when it is sent again."""

    id: str
    to: str
    text: str
    language: str
    template: str


class WebhookDoor:
    """Posts each text to the provider's bridge, signed with the secret that stands in the URL."""

    def __init__(self, url: str) -> None:
        self._url = checked_url(url)
        self._breaker = Breaker("SMS door")

    def send(self, sms: Sms) -> None:
        """Hand the text over: silence, 5xx, 408, 425 and 429 raise `Retry`, any other refusal `GiveUp`."""
        with self._breaker.guard():
            try:
                body = json.dumps(asdict(sms), ensure_ascii=False).encode()
                status = self._post(body, sms.id)
            except (OSError, http.client.HTTPException) as trouble:
                raise DoorAway(f"sms {type(trouble).__name__}") from trouble
            if status >= 500:
                raise DoorAway(f"sms {status}")
            if status in _LATER:
                raise Retry(f"sms {status}")
            if not 200 <= status < 300:
                raise GiveUp(f"sms {status}")

    def ping(self) -> None:
        """Call the bridge with a text that it must not send, for `flask setup`; raises as `send` does."""
        self.send(Sms(new_uid(), "", "", "en", "ping"))

    def _post(self, body: bytes, uid: str) -> int:
        url, stamp = self._url, str(int(time.time()))
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=TIMEOUT)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": uid,
            "Gongdan-Timestamp": stamp,
            "Gongdan-Signature": sign(unquote(url.password or ""), stamp, body),
        }
        try:
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a call: HMAC-SHA256 over time, full stop and body, in hex."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def checked_url(url: str) -> SplitResult:
    """Return the parts of the bridge's URL; raise `ConfigError` saying what it should be."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname or len(unquote(parts.password or "")) < 16:
        raise ConfigError(
            N_(
                "sms_url must be like https://gongdan:SECRET@sms.example.com/send, "
                "the secret of 16 characters or more"
            )
        )
    return parts


@lru_cache(maxsize=8)
def _webhook(url: str) -> WebhookDoor:
    return WebhookDoor(url)


def send(sms: Sms) -> None:
    """Send by the door that the configuration names; raise `Retry` when there is none, or as the door does."""
    url = settings().sms_url
    if url:
        _webhook(url).send(sms)
    elif is_demo():
        said = asdict(sms)
        outgoing.keep(sms.id, "sms.json", json.dumps(said, ensure_ascii=False, indent=1).encode())
    else:
        raise Retry("no SMS door")
