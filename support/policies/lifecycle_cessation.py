"""The end of the whole service: proposed, announced by two people, called off, or carried out to its proof (PP-7.7)."""

from __future__ import annotations

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class CessationState(State):
    """Where the end of the service stands. Until its last day an announced one can be called off."""

    PROPOSED = "proposed", N_("Second person decides"), "review"
    WITHDRAWN = "withdrawn", N_("Proposal taken back"), "mute"
    ANNOUNCED = "announced", N_("Announced"), "wait"
    CALLED_OFF = "called_off", N_("Called off"), "mute"
    ERASING = "erasing", N_("Data is being deleted"), "open"
    DONE = "done", N_("Done and proved"), "ok"


S = CessationState
LIFECYCLE = Lifecycle(
    states=CessationState,
    start=S.PROPOSED,
    finals=frozenset({S.WITHDRAWN, S.CALLED_OFF, S.DONE}),
    moves={
        S.PROPOSED: {S.ANNOUNCED, S.WITHDRAWN},
        S.WITHDRAWN: set(),
        S.ANNOUNCED: {S.CALLED_OFF, S.ERASING},
        S.CALLED_OFF: set(),
        S.ERASING: {S.DONE},
        S.DONE: set(),
    },
)
PUBLIC = frozenset({S.ANNOUNCED, S.ERASING, S.DONE})
"""From the second person's yes on everybody is told of it."""
