"""A gate is proposed by one person, approved or refused by another, and ends; it never opens again."""

from __future__ import annotations

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class GateState(State):
    """Where a gate stands."""

    PROPOSED = "proposed", N_("Waits for approval"), "wait"
    APPROVED = "approved", N_("Approved"), "ok"
    REFUSED = "refused", N_("Refused"), "bad"
    WITHDRAWN = "withdrawn", N_("Taken back"), "mute"
    ENDED = "ended", N_("Ended"), "mute"


LIFECYCLE = Lifecycle(
    states=GateState,
    start=GateState.PROPOSED,
    finals=frozenset({GateState.REFUSED, GateState.WITHDRAWN, GateState.ENDED}),
    moves={
        GateState.PROPOSED: {GateState.APPROVED, GateState.REFUSED, GateState.WITHDRAWN},
        GateState.APPROVED: {GateState.ENDED},
        GateState.REFUSED: set(),
        GateState.WITHDRAWN: set(),
        GateState.ENDED: set(),
    },
)
