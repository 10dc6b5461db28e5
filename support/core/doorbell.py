"""The doorbell: after a commit, tell a worker through rq that the outbox has work.

Losing a ring costs seconds, never a message: `flask tick` sweeps the database. So ringing never waits
long, never raises, and after a failure rests for a few seconds.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from support.core.context import settings

log = logging.getLogger(__name__)

QUEUE = "gongdan"
JOB = "support.core.worker.drain_outbox"
_TIMEOUT = 0.3
_REST = 5.0

_rest_until: dict[str, float] = {}


def patience(seconds: float | None = _TIMEOUT) -> dict[str, Any]:
    """Return how long a client waits for a Valkey that hangs: once, and shortly; None to wait for an answer."""
    return {
        "socket_connect_timeout": min(seconds or _TIMEOUT, _TIMEOUT),
        "socket_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
    }


@lru_cache(maxsize=8)
def connect(url: str, timeout: float | None = _TIMEOUT) -> redis.Redis:
    """Return a client of the Valkey or Redis at `url`; `timeout` in seconds, None to wait (workers)."""
    return redis.Redis.from_url(url, **patience(timeout))


def ring() -> None:
    """Ask a worker to drain the outbox; at most one ring is kept for each second."""
    url = settings().redis_url
    if not url or time.monotonic() < _rest_until.get(url, 0.0):
        return
    try:
        queue = Queue(QUEUE, connection=connect(url), serializer=JSONSerializer)
        queue.enqueue(
            JOB,
            job_id=f"drain-{int(time.time())}",
            unique=True,
            result_ttl=0,
            failure_ttl=60,
            ttl=60,
        )
    except DuplicateJobError:
        return
    except redis.RedisError as error:
        _rest_until[url] = time.monotonic() + _REST
        log.warning("doorbell_silent", extra={"error": type(error).__name__})


def answers() -> bool:
    """True when the Valkey or Redis answers a ping."""
    url = settings().redis_url
    try:
        return bool(url) and bool(connect(url).ping())
    except redis.RedisError:
        return False
