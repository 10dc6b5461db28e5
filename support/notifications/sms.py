"""The SMS door: Alibaba Cloud (`aliyun`), a signed call to a provider's bridge (`docs/sms.md`), or files on a demo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from support.core.config import Config
from support.core.context import settings
from support.core.db import new_uid
from support.core.installation import is_demo
from support.core.outbox import GiveUp, Retry
from support.core.partners import OutsideDoor
from support.core.words import N_
from support.notifications import outgoing
from support.notifications.aliyun import AliyunDoor
from support.notifications.bridge import Bridge, checked_url

DOOR = OutsideDoor(
    "sms",
    N_("The text message service"),
    role="processor",
    data=("contact", "words"),
    aim="messages",
    basis="partner",
    is_set=lambda config: bool(config.sms_url),
)


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
    """Posts each text to the provider's bridge."""

    def __init__(self, url: str) -> None:
        self._bridge = Bridge(checked_url(url, _URL_LIKE), "sms")

    def send(self, sms: Sms) -> str:
        """Hand the text over; raises as the bridge does."""
        self._bridge.post(sms.plain(), sms.id)
        return ""

    def receipt(self, number: str, reference: str, day: str) -> str:
        """A bridge tells nothing of a text that it took."""
        raise GiveUp("sms no receipts")

    def ping(self) -> None:
        """Call the bridge with a text that it must not send, for `flask setup`; raises as `send` does."""
        self.send(Sms(new_uid(), "", "", "en", "ping"))


_URL_LIKE = N_(
    "sms_url must be like https://gongdan:SECRET@sms.example.com/send, the secret of 16 "
    "characters or more, or like aliyun://KEY_ID:SECRET@dysmsapi.aliyuncs.com"
)


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
