"""The hooks by which rooms put their pages into the member's console (`/account`) and the admin's (`/admin`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ConsoleEntry:
    """One task of the console: `title` and `text` are message ids; lower `order` stands higher.

    `shown` says whether this installation has the task at all.
    """

    title: str
    text: str
    endpoint: str
    icon: str
    order: int
    shown: Callable[[], bool] = _always


@dataclass(frozen=True, slots=True)
class AdminEntry:
    """One task of the administrator, drawn like a `ConsoleEntry`."""

    title: str
    text: str
    endpoint: str
    icon: str
    order: int


@dataclass(frozen=True, slots=True)
class AdminNotice:
    """A hook: what stands on top of the administrator's page while it is so; `of()` gives (title, text, address)."""

    of: Callable[[], Sequence[tuple[str, str, str]]]
