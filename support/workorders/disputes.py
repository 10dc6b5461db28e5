"""The hook by which a room says that a dispute about somebody is open, for acts that wait while one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from support.core.context import hooks


@dataclass(frozen=True, slots=True)
class Disputes:
    """`since(person_id)` returns when the oldest dispute began that is open against this person; None without one."""

    since: Callable[[int], datetime | None]


def open_dispute(person_id: int) -> datetime | None:
    """Return since when a dispute is open against somebody, in any room; None without one."""
    found = [since for each in hooks(Disputes) if (since := each.since(person_id)) is not None]
    return min(found, default=None)
