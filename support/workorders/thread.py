"""What a thread shows, ready to draw: `lines()` of `_macros/_thread.html` only puts it on the page.

Classes with slots, since templates reach their parts faster than a dict's, and not frozen, since a thread has
many and freezing each costs three times its making.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

FOLDED_FROM = 3


@dataclass(slots=True)
class Text:
    """A message or an internal note; `masked` names the kinds of secrets that were hidden in it."""

    kind: str
    id: str
    at: Markup
    author: str
    role: str
    ours: bool
    text: str
    lang: str
    redacted: str | None
    files: Sequence[dict[str, Any]]
    masked: Sequence[str] = ()

    @property
    def initial(self) -> str:
        """The letter in the round beside it."""
        return self.author.strip()[:1].upper()

    @property
    def tone(self) -> int:
        """The colour of the round, chosen from the name."""
        return len(self.author) % 5


@dataclass(slots=True)
class Mark:
    """Something that happened, with its sign."""

    at: Markup
    words: str
    sign: Markup
    kind: str = "event"


@dataclass(slots=True)
class Fold:
    """Several marks in a row, under one line."""

    marks: Sequence[Mark]
    kind: str = "folded"


def folded(items: Sequence[Text | Mark]) -> list[Text | Mark | Fold]:
    """Put three or more events in a row under one line, so that the texts stand out."""
    result: list[Text | Mark | Fold] = []
    for marks, run in groupby(items, key=lambda item: isinstance(item, Mark)):
        some = list(run)
        if marks and len(some) >= FOLDED_FROM:
            result.append(Fold([item for item in some if isinstance(item, Mark)]))
        else:
            result += some
    return result
