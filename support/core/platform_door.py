"""The door to the operator's platform: the real one, and the console version that answers here.

A demo, and a desk without an address, have the console version. A door that is set by halves is neither: its calls
wait, so that nothing counts as done that nobody did.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from support.core import outward, platform_signing
from support.core.breaker import Breaker, DoorAway
from support.core.clock import utcnow
from support.core.config import Config, is_guarded
from support.core.context import settings
from support.core.installation import is_demo
from support.core.outbox import GiveUp, Retry
from support.core.partners import OutsideDoor
from support.core.platform_signing import WEAK, WeakSecret
from support.core.words import N_

CONSOLE = "console"
DOOR = OutsideDoor(
    "platform",
    N_("The operator's platform"),
    role="platform",
    data=("account", "real_name", "decision", "listing"),
    aim="content",
    basis="contract",
    is_set=lambda config: bool(config.platform_url),
)
_UNSIGNED = 401
"""They do not take our signature: that is the door's trouble, and no answer to the call."""
_LATER = frozenset({408, 425, 429})
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_VALUE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
MOST_FACTS = 10
_LARGEST_NUMBER = 10**15


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform said: whether it is done, a code that says more, and further facts: codes, numbers, yes or no.

    Whatever else an answer holds is dropped unread: a sentence could name a person.
    """

    done: bool
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Door(Protocol):
    """What takes a call: `ask` returns the answer, or None where it comes later; raises `Retry` or `GiveUp`."""

    def ask(self, uid: str, body: bytes) -> Answer | None: ...


class ConsoleDoor:
    """Answers every call at once, and says that it is the console version."""

    def ask(self, uid: str, body: bytes) -> Answer | None:
        """Return "done"; nothing happens anywhere."""
        return Answer(done=True, note=CONSOLE)


class UnfinishedDoor:
    """A door that is set by halves."""

    def ask(self, uid: str, body: bytes) -> Answer | None:
        """Let the call wait until somebody sets the rest."""
        raise Retry("platform half configured")


class WebhookDoor:
    """Posts each call, signed, to the operator's platform."""

    def __init__(self, url: str, keys: list[bytes]) -> None:
        self._url = urlsplit(url)
        self._keys = keys
        self._breaker = Breaker("platform door")

    def ask(self, uid: str, body: bytes) -> Answer | None:
        """Hand the call over; silence, 5xx, 401, an unreadable answer raise `Retry`, any other 4xx and 3xx `GiveUp`."""
        with self._breaker.guard():
            try:
                reply = self._post(uid, body)
            except (OSError, http.client.HTTPException) as trouble:
                raise DoorAway(f"platform {type(trouble).__name__}") from trouble
            if reply.status >= 500 or reply.status == _UNSIGNED:
                raise DoorAway(f"platform {reply.status}")
            if reply.status in _LATER:
                raise Retry(f"platform {reply.status}")
            if reply.status == 202:
                return None
            if not 200 <= reply.status < 300:
                raise GiveUp(f"platform {reply.status}")
            try:
                return read_answer(reply.body)
            except ValueError as error:
                raise Retry("platform answer unreadable") from error

    def _post(self, uid: str, body: bytes) -> outward.Reply:
        signed = platform_signing.signed_headers(uid, body, self._keys, at=utcnow())
        return outward.post(self._url, body, {"Content-Type": "application/json", **signed})


def read_answer(body: bytes) -> Answer:
    """Return the answer that a JSON body holds; raises ValueError for anything else."""
    try:
        said = json.loads(body)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(said, dict) or not isinstance(said.get("done"), bool):
        raise ValueError("no answer")
    note = said.get("note")
    facts = [
        (name, value)
        for name, value in said.items()
        if name not in ("done", "note", "type", "call") and _CODE.fullmatch(name) and _plain(value)
    ]
    known = isinstance(note, str) and _CODE.fullmatch(note)
    return Answer(said["done"], str(note) if known else "", dict(facts[:MOST_FACTS]))


def _plain(value: Any) -> bool:
    if isinstance(value, str):
        return _VALUE.fullmatch(value) is not None
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) < _LARGEST_NUMBER)


def problems(config: Config) -> Iterator[str]:
    """Yield what is missing or unsafe about the door that `config` names, as message ids; nothing for none at all."""
    url = config.platform_url
    if url and not _is_good(url):
        yield N_("The platform's address must begin with https:// and hold no user or password.")
    if url and not config.platform_secret:
        yield N_("The platform's address is set and its secret is not: its calls wait.")
    if config.platform_secret and not url:
        yield N_("The platform's secret is set and its address is not: its calls wait.")
    try:
        platform_signing.keys_in_force(config)
    except WeakSecret:
        yield WEAK


def _is_good(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return is_guarded(url) and not (parts.username or parts.password) and parts.port != 0
    except ValueError:
        return False


def is_console() -> bool:
    """True where calls are answered here, by the console version."""
    return is_demo() or not (settings().platform_url or settings().platform_secret)


@lru_cache(maxsize=8)
def _kept(config: Config) -> Door:
    """The breaker of a door counts for the whole process."""
    if list(problems(config)):
        return UnfinishedDoor()
    return WebhookDoor(config.platform_url, platform_signing.keys_in_force(config))


def door() -> Door:
    """Return the door of this installation."""
    return ConsoleDoor() if is_console() else _kept(settings())
