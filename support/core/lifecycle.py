"""Lifecycles as tables of moves, checked when they are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Literal, TypeVar

from support.core.errors import IllegalMove

Tone = Literal["new", "open", "wait", "review", "ok", "bad", "mute"]


class State(StrEnum):
    """A state with its title (a message id) and the tone in which it is drawn."""

    _title: str
    _tone: Tone

    def __new__(cls, code: str, title: str = "", tone: Tone = "mute") -> State:
        """Make a member whose value is `code`."""
        member = str.__new__(cls, code)
        member._value_ = code
        member._title = title
        member._tone = tone
        return member

    @property
    def title(self) -> str:  # type: ignore[override]  # a state's title, not str.title()
        """A message id."""
        return self._title

    @property
    def tone(self) -> Tone:
        """How the state's chip is drawn (`docs/face.md`)."""
        return self._tone


S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """The legal moves between the members of `states`, from `start` on; `finals` may be left by a move or not at all.

    Declaring one raises `ValueError` for a state that has no row, can't be reached, moves to itself, or
    from which no final state is reached.
    """

    states: type[S]
    start: S
    finals: Set[S]
    moves: Mapping[S, Set[S]]

    def __post_init__(self) -> None:
        """Refuse a table with a hole."""
        if missing := set(self.states) - set(self.moves):
            raise ValueError(f"no row for {sorted(missing)}")
        named = {self.start}.union(self.finals, self.moves, *self.moves.values())
        if strange := {state for state in named if not isinstance(state, self.states)}:
            raise ValueError(f"not a state of this lifecycle: {sorted(strange)}")
        reached, frontier = {self.start}, [self.start]
        while frontier:
            for state in self.moves[frontier.pop()]:
                if state not in reached:
                    reached.add(state)
                    frontier.append(state)
        if lost := set(self.states) - reached:
            raise ValueError(f"never reached: {sorted(lost)}")
        if stuck := {state for state in self.states if not self.moves[state]} - set(self.finals):
            raise ValueError(f"no way out of {sorted(stuck)}")
        if idle := {state for state in self.states if state in self.moves[state]}:
            raise ValueError(f"a move to itself: {sorted(idle)}")
        ending = set(self.finals)
        while more := {state for state in self.states if self.moves[state] & ending} - ending:
            ending |= more
        if endless := set(self.states) - ending:
            raise ValueError(f"never ends from {sorted(endless)}")

    def can(self, old: S, new: S) -> bool:
        """True when the move is in the table."""
        return new in self.moves[old]

    def check_move(self, old: S, new: S) -> None:
        """Raise `IllegalMove` unless the move is in the table."""
        if not self.can(old, new):
            raise IllegalMove(old, new)

    def pairs(self) -> Iterator[tuple[S, S, bool]]:
        """Every pair of states and whether its move is legal, for tests that walk them all."""
        for old in self.states:
            for new in self.states:
                yield old, new, self.can(old, new)
