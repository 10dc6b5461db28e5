"""The SMS door: Alibaba Cloud (`aliyun`), a signed call to a provider's bridge (`docs/sms.md`), or files on a demo."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from support.core import outward
from support.core.breaker import Breaker, DoorAway
from support.core.config import Config, ConfigError
from support.core.context import settings
from support.core.db import new_uid
from support.core.installation import is_demo
from support.core.outbox import GiveUp, Retry
from support.core.words import N_
from support.notifications import outgoing
from support.notifications.aliyun import AliyunDoor

_LATER = frozenset({408, 425, 429})
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Sms:
    """One short text; `id` stays the same when it is sent again.

    `approved` and `fields` are the same words as a provider knows them that fills its own approved templates.
    """

    id: str
    to: str
    text: str
    language: str
    template: str
    approved: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, str]:
        """What a bridge is told, and what a demo keeps."""
        names = ("id", "to", "text", "language", "template")
        return {name: getattr(self, name) for name in names}


class Door(Protocol):
    """What takes texts: `send` raises `Retry` or `GiveUp`, and returns by what the text is asked after, or ""."""

    def send(self, sms: Sms) -> str: ...
    def receipt(self, number: str, reference: str, day: str) -> str: ...
    def ping(self) -> None: ...


class WebhookDoor:
    """Posts each text to the provider's bridge, signed with the secret that stands in the URL."""

    def __init__(self, url: str) -> None:
        self._url = checked_url(url)
        self._breaker = Breaker("SMS door")

    def send(self, sms: Sms) -> str:
        """Hand the text over: silence, 5xx, 408, 425 and 429 raise `Retry`, any other refusal `GiveUp`."""
        with self._breaker.guard():
            try:
                body = json.dumps(sms.plain(), ensure_ascii=False).encode()
                status = self._post(body, sms.id)
            except (OSError, http.client.HTTPException) as trouble:
                raise DoorAway(f"sms {type(trouble).__name__}") from trouble
            if status >= 500:
                raise DoorAway(f"sms {status}")
            if status in _LATER:
                raise Retry(f"sms {status}")
            if not 200 <= status < 300:
                raise GiveUp(f"sms {status}")
        return ""

    def receipt(self, number: str, reference: str, day: str) -> str:
        """A bridge tells nothing of a text that it took."""
        raise GiveUp("sms no receipts")

    def ping(self) -> None:
        """Call the bridge with a text that it must not send, for `flask setup`; raises as `send` does."""
        self.send(Sms(new_uid(), "", "", "en", "ping"))

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


def checked_url(url: str) -> SplitResult:
    """Return the parts of the bridge's URL; raise `ConfigError` saying what it should be."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname or len(unquote(parts.password or "")) < 16:
        raise ConfigError(
            N_(
                "sms_url must be like https://gongdan:SECRET@sms.example.com/send, the secret of 16 "
                "characters or more, or like aliyun://KEY_ID:SECRET@dysmsapi.aliyuncs.com"
            )
        )
    return parts


def door(config: Config) -> Door | None:
    """Return the door that `config` names, or None; raises `ConfigError` for one that can't be."""
    url = config.sms_url
    if url.startswith("aliyun:"):
        return AliyunDoor(url, config.sms_sign, config.sms_sign_abroad, config.instance_dir)
    return WebhookDoor(url) if url else None


_kept = lru_cache(maxsize=8)(door)
"""The breaker of a door counts for the whole process."""


def send(sms: Sms) -> str:
    """Send by the door that is set and return by what the text is asked after; raise `Retry`, or as the door does."""
    found = _kept(settings())
    if found:
        return found.send(sms)
    if not is_demo():
        raise Retry("no SMS door")
    said = json.dumps(sms.plain(), ensure_ascii=False, indent=1)
    outgoing.keep(sms.id, "sms.json", said.encode())
    return ""


def receipt(number: str, reference: str, day: str) -> str:
    """Return what became of a text that was sent on `day` (as the door's own clock writes it).

    Returns "delivered" or "failed: REASON"; raises `Retry` while it is not known, and as the door does.
    """
    found = _kept(settings())
    if found is None:
        raise GiveUp("no SMS door")
    return found.receipt(number, reference, day)
