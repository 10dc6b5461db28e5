"""Who looks at an order and who writes in it, for seconds, in Valkey; without Valkey simply nobody.

One hash holds all beats (field `<order>:<person>`, value `<state>:<seconds>`), so that a queue asks once. Row ids
only; names are added where the words are made.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import redis

from support.core.context import settings
from support.core.doorbell import connect

log = logging.getLogger(__name__)

T = TypeVar("T")

LIVES = 30
"""Seconds after its last beat for which somebody is there."""

VIEWING, TYPING = "viewing", "typing"
_HASH = "gongdan:presence"
_REST = 5.0
_rest_until: dict[str, float] = {}


@dataclass(slots=True)
class Present:
    """The ids of the people at one order; whoever types isn't listed as viewing."""

    viewing: list[int] = field(default_factory=list)
    typing: list[int] = field(default_factory=list)


def beat(order_id: int, person_id: int, state: str, now: datetime) -> None:
    """Note that the person is at the order now, `viewing` or `typing`."""
    said = TYPING if state == TYPING else VIEWING
    value = f"{said}:{int(now.timestamp())}"

    def write(client: redis.Redis) -> None:
        with client.pipeline(transaction=False) as pipe:
            pipe.hset(_HASH, f"{order_id}:{person_id}", value)
            pipe.expire(_HASH, 2 * LIVES)
            pipe.execute()

    _ask(write, None)


def others(order_id: int, person_id: int, now: datetime) -> Present:
    """Return who else is at the order."""
    return everybody(person_id, now).get(order_id, Present())


def everybody(person_id: int, now: datetime) -> dict[int, Present]:
    """Return who is where, by order, leaving out `person_id`; forgets beats that are long over."""
    beats: dict[bytes, bytes] = _ask(lambda client: client.hgetall(_HASH), {})
    found: dict[int, Present] = defaultdict(Present)
    over = []
    for place, value in beats.items():
        order, person = (int(part) for part in place.split(b":"))
        state, seconds = value.decode().split(":")
        if int(seconds) < now.timestamp() - LIVES:
            over.append(place)
        elif person != person_id:
            where = found[order]
            (where.typing if state == TYPING else where.viewing).append(person)
    if over:
        _ask(lambda client: client.hdel(_HASH, *over), 0)
    return dict(sorted(found.items()))


def _ask(question: Callable[[redis.Redis], Any], otherwise: T) -> T:
    """Return the answer, or `otherwise` where no Valkey answers; after a failure it is left alone for a while."""
    url = settings().redis_url
    if not url or time.monotonic() < _rest_until.get(url, 0.0):
        return otherwise
    try:
        answer: T = question(connect(url))
    except redis.RedisError as error:
        _rest_until[url] = time.monotonic() + _REST
        log.warning("presence_silent", extra={"error": type(error).__name__})
        return otherwise
    return answer
