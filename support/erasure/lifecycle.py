"""The states of a request for deletion (`law.md` 5.5), and where its work order stands meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_
from support.workorders.lifecycle import Status


class ErasureState(State):
    """Nothing of the data is looked at before `review`: who asks is shown first."""

    IDENTITY = "identity", N_("Show who you are"), "wait"
    UNVERIFIED = "unverified", N_("Identity not shown"), "mute"
    REVIEW = "review", N_("Being decided"), "review"
    EXTENDED = "extended", N_("Being decided, date moved once"), "review"
    PROPOSED = "proposed", N_("Second person decides"), "review"
    APPROVED = "approved", N_("Agreed to"), "wait"
    EXECUTING = "executing", N_("Being carried out"), "open"
    RESTRICTED = "restricted", N_("Done, the rest locked away"), "ok"
    COMPLETED = "completed", N_("Done"), "ok"
    REFUSED = "refused", N_("Refused"), "bad"
    WITHDRAWN = "withdrawn", N_("Withdrawn"), "mute"


S = ErasureState

LIFECYCLE = Lifecycle(
    ErasureState,
    start=S.IDENTITY,
    finals=frozenset({S.UNVERIFIED, S.COMPLETED, S.REFUSED, S.WITHDRAWN}),
    moves={
        S.IDENTITY: {S.REVIEW, S.UNVERIFIED, S.WITHDRAWN},
        S.UNVERIFIED: set(),
        S.REVIEW: {S.EXTENDED, S.PROPOSED, S.WITHDRAWN},
        S.EXTENDED: {S.PROPOSED, S.WITHDRAWN},
        S.PROPOSED: {S.REVIEW, S.EXTENDED, S.APPROVED, S.REFUSED, S.WITHDRAWN},
        S.APPROVED: {S.EXECUTING, S.WITHDRAWN},
        S.EXECUTING: {S.RESTRICTED, S.COMPLETED},
        S.RESTRICTED: {S.COMPLETED},
        S.COMPLETED: set(),
        S.REFUSED: set(),
        S.WITHDRAWN: set(),
    },
)

UNDECIDED = frozenset({S.REVIEW, S.EXTENDED, S.PROPOSED})
RUNNING = frozenset({*UNDECIDED, S.APPROVED, S.EXECUTING})
"""Where identity is shown and no end is reached: one of these a person. A second one is closed once it is shown, too,
and not before: that there is another is nobody else's business."""
ENDED = frozenset({S.UNVERIFIED, S.RESTRICTED, S.COMPLETED, S.REFUSED, S.WITHDRAWN})
PROVED = frozenset({S.APPROVED, S.EXECUTING, S.RESTRICTED, S.COMPLETED})
"""From the second yes on a page without an account shows the steps, and then the proof."""
WITHDRAWABLE = frozenset({S.IDENTITY, *UNDECIDED, S.APPROVED})
"""Before the first step is taken; afterwards there is nothing to go back to."""

COARSE: Mapping[ErasureState, Status] = {
    S.IDENTITY: Status.WAITING,
    S.UNVERIFIED: Status.CLOSED,
    S.REVIEW: Status.OPEN,
    S.EXTENDED: Status.OPEN,
    S.PROPOSED: Status.OPEN,
    S.APPROVED: Status.OPEN,
    S.EXECUTING: Status.OPEN,
    S.RESTRICTED: Status.CLOSED,
    S.COMPLETED: Status.CLOSED,
    S.REFUSED: Status.RESOLVED,
    S.WITHDRAWN: Status.CLOSED,
}
