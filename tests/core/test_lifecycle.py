"""A lifecycle with a hole is refused when it is declared, and only its own moves are legal."""

from __future__ import annotations

import pytest

from support.core.errors import IllegalMove
from support.core.lifecycle import Lifecycle, State


class Door(State):
    """A toy."""

    OPEN = "open", "Open", "ok"
    SHUT = "shut", "Shut", "wait"
    GONE = "gone", "Gone", "mute"


class Window(State):
    """Another toy with an equal value."""

    OPEN = "open", "Open window", "new"


MOVES = {Door.OPEN: {Door.SHUT}, Door.SHUT: {Door.OPEN, Door.GONE}, Door.GONE: set[Door]()}
LEGAL = {(Door.OPEN, Door.SHUT), (Door.SHUT, Door.OPEN), (Door.SHUT, Door.GONE)}


def make_lifecycle(**changes: object) -> Lifecycle[Door]:
    """Make the toy's lifecycle with something changed."""
    parts = {"states": Door, "start": Door.OPEN, "finals": {Door.GONE}, "moves": MOVES, **changes}
    return Lifecycle(**parts)  # type: ignore[arg-type]  # some tests break the types on purpose


@pytest.mark.parametrize("old", Door)
@pytest.mark.parametrize("new", Door)
def test_a_move_is_legal_exactly_if_the_table_has_it(old: Door, new: Door) -> None:
    lifecycle = make_lifecycle()
    assert lifecycle.can(old, new) is ((old, new) in LEGAL)
    if (old, new) in LEGAL:
        lifecycle.check_move(old, new)
    else:
        with pytest.raises(IllegalMove) as caught:
            lifecycle.check_move(old, new)
        assert (caught.value.old, caught.value.new) == (old, new)


def test_pairs_walk_every_pair_once_and_say_which_are_legal() -> None:
    pairs = list(make_lifecycle().pairs())
    assert len(pairs) == len({pair[:2] for pair in pairs}) == len(Door) ** 2
    assert {(old, new) for old, new, legal in pairs if legal} == LEGAL


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"moves": {Door.OPEN: {Door.SHUT}, Door.SHUT: set()}}, "no row for .*gone"),
        ({"moves": {**MOVES, Door.SHUT: {Door.OPEN}}}, "never reached: .*gone"),
        ({"start": Door.GONE}, "never reached: .*open.*shut"),
        ({"finals": set()}, "no way out of .*gone"),
        ({"moves": {**MOVES, Door.OPEN: {Door.OPEN, Door.SHUT}}}, "move to itself: .*open"),
        ({"moves": {**MOVES, Door.GONE: {"attic"}}}, "not a state of this lifecycle: .*attic"),
        ({"start": Window.OPEN}, "not a state of this lifecycle: .*open"),
    ],
)
def test_a_table_with_a_hole_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_lifecycle(**changes)


def test_a_circle_from_which_nothing_ends_is_refused() -> None:
    moves = {Door.OPEN: {Door.SHUT, Door.GONE}, Door.SHUT: {Door.GONE}, Door.GONE: {Door.SHUT}}
    with pytest.raises(ValueError, match=r"never ends from .*gone.*open.*shut"):
        make_lifecycle(moves=moves, finals=set())
    make_lifecycle(moves=moves, finals={Door.SHUT})


def test_a_final_state_may_be_left_again() -> None:
    reopened = make_lifecycle(moves={**MOVES, Door.GONE: {Door.OPEN}})
    assert reopened.can(Door.GONE, Door.OPEN)


def test_a_state_is_its_value_and_carries_title_and_tone() -> None:
    assert Door("shut") is Door.SHUT
    assert Door.SHUT.value == "shut"
    assert f"{Door.SHUT}" == "shut"
    assert (Door.SHUT.title, Door.SHUT.tone) == ("Shut", "wait")
