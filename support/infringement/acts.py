"""One act about many items of a notice: moves and calls are gathered, so that they become one event and one letter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from support.core import db
from support.core.actors import Actor
from support.core.platform import Asked
from support.infringement.lifecycle import ItemState


@dataclass(frozen=True, slots=True)
class Move:
    """What an event says of items that moved: who moved them, where to, when, and why (a code)."""

    actor: Actor
    new: ItemState
    at: datetime
    reason: str


class Act:
    """The moves of one act, in the order in which they began, and its calls, until `moves.as_one_act` writes them."""

    def __init__(self) -> None:
        self._moved: dict[Move, tuple[set[str], list[int]]] = {}
        self._asked: dict[Actor, list[Asked]] = {}

    def add(self, move: Move, old: Collection[str], items: Iterable[int]) -> None:
        """Take a move out of these states: its items join those that moved alike."""
        states, moved = self._moved.setdefault(move, (set(), []))
        states.update(old)
        moved.extend(items)

    def moved(self) -> Iterator[tuple[Move, set[str], list[int]]]:
        """Yield each move with the states that it led out of, and the row ids of its items."""
        for move, (old, items) in self._moved.items():
            yield move, old, items

    def ask(self, actor: Actor, *calls: Asked) -> None:
        """Take calls to the platform."""
        self._asked.setdefault(actor, []).extend(calls)

    def asked(self) -> Iterator[tuple[Actor, list[Asked]]]:
        """Yield the calls to the platform, by who asks."""
        yield from self._asked.items()

    @contextmanager
    def part(self) -> Iterator[None]:
        """Do one part of the act: refused, it is undone and not gathered, and the rest of the act stands."""
        with db.part(), gathering() as mine:
            yield
        for move, old, items in mine.moved():
            self.add(move, old, items)
        for actor, calls in mine.asked():
            self.ask(actor, *calls)


_present: ContextVar[Act | None] = ContextVar("present", default=None)


@contextmanager
def gathering() -> Iterator[Act]:
    """Gather the moves that are made in the block, instead of writing an event for each."""
    token = _present.set(act := Act())
    try:
        yield act
    finally:
        _present.reset(token)


def present() -> Act | None:
    """Return the act in which this move is made; None where it stands for itself."""
    return _present.get()
