"""The states of a hold."""

from __future__ import annotations

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class HoldState(State):
    """Where a hold stands."""

    RUNNING = "running", N_("Waiting period"), "wait"
    OVER = "over", N_("Waiting period over"), "ok"
    CANCELLED = "cancelled", N_("Stopped by the account's owner"), "bad"


LIFECYCLE = Lifecycle(
    HoldState,
    start=HoldState.RUNNING,
    finals={HoldState.OVER, HoldState.CANCELLED},
    moves={
        HoldState.RUNNING: {HoldState.OVER, HoldState.CANCELLED},
        HoldState.OVER: {HoldState.CANCELLED},
        HoldState.CANCELLED: set(),
    },
)
