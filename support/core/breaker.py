"""A circuit breaker: a door that did not answer five times in a row is left alone for a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from support.core.outbox import GiveUp, Retry

FAILURES = 5
REST_SECONDS = 60.0


class DoorAway(Retry):
    """The door itself did not answer, or rests after that, whatever the message was."""


@dataclass(slots=True)
class Breaker:
    """Counts how often in a row one door was away, in this process."""

    name: str
    failures: int = 0
    closed_until: float = 0.0

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let a call through, or raise `DoorAway` while the door rests; note how the call ended.

        A door that refuses one message is there: only `DoorAway` counts.
        """
        if time.monotonic() < self.closed_until:
            raise DoorAway(f"{self.name} rests")
        try:
            yield
        except DoorAway:
            self.failures += 1
            if self.failures >= FAILURES:
                self.failures, self.closed_until = 0, time.monotonic() + REST_SECONDS
            raise
        except (Retry, GiveUp):
            self.failures = 0
            raise
        self.failures = 0
