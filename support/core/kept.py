"""What a process reads once in a while: every page gets the same answer until its seconds are over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from support.core.context import ground

T = TypeVar("T")


class Kept(Generic[T]):
    """The answer of `read`, asked again after so many `seconds`; each application keeps its own."""

    def __init__(self, name: str, seconds: float, read: Callable[[], T]) -> None:
        self._name, self._seconds, self._read = name, seconds, read

    def __call__(self) -> T:
        """Return what is kept, read anew when its time is over; needs an application context."""
        kept = ground().kept.get(self._name)
        if kept is None or kept[0] < time.monotonic():
            kept = (time.monotonic() + self._seconds, self._read())
            ground().kept[self._name] = kept
        found: T = kept[1]
        return found

    def forget(self) -> None:
        """Let this process read it anew: it has just changed it."""
        ground().kept.pop(self._name, None)
