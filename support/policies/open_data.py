"""The hook by which rooms say which data a member may open to others by a grant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OpenData:
    """A hook: one kind of open business data. `code` is one of `sharing_words.Data`; `of(person)` gives it as JSON."""

    code: str
    of: Callable[[int], Any]
