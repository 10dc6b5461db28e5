"""The states of a change of a verified name (`law.md` 5.4)."""

from __future__ import annotations

from collections.abc import Mapping

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_
from support.verification.lifecycle import CheckState
from support.workorders.lifecycle import Status


class ChangeState(State):
    """Where a change stands."""

    SUBMITTED = "submitted", N_("Submitted"), "new"
    REDIRECTED = "redirected", N_("To be changed where it came from"), "mute"
    IDENTITY = "identity", N_("Identity check"), "wait"
    APPROVAL = "approval", N_("Second person decides"), "review"
    HOLD = "hold", N_("Waiting period"), "wait"
    EFFECTIVE = "effective", N_("Name changed"), "ok"
    REFUSED = "refused", N_("Refused"), "bad"
    WITHDRAWN = "withdrawn", N_("Given up"), "mute"


ENDED = frozenset(
    {
        ChangeState.REDIRECTED,
        ChangeState.EFFECTIVE,
        ChangeState.REFUSED,
        ChangeState.WITHDRAWN,
    }
)

LIFECYCLE = Lifecycle(
    ChangeState,
    start=ChangeState.SUBMITTED,
    finals=ENDED,
    moves={
        ChangeState.SUBMITTED: {ChangeState.REDIRECTED, ChangeState.IDENTITY},
        ChangeState.REDIRECTED: set(),
        ChangeState.IDENTITY: {
            ChangeState.APPROVAL,
            ChangeState.REFUSED,
            ChangeState.WITHDRAWN,
        },
        ChangeState.APPROVAL: {
            ChangeState.IDENTITY,
            ChangeState.HOLD,
            ChangeState.EFFECTIVE,
            ChangeState.REFUSED,
            ChangeState.WITHDRAWN,
        },
        ChangeState.HOLD: {
            ChangeState.IDENTITY,
            ChangeState.EFFECTIVE,
            ChangeState.REFUSED,
        },
        ChangeState.EFFECTIVE: set(),
        ChangeState.REFUSED: set(),
        ChangeState.WITHDRAWN: set(),
    },
)

BY_CHECK: Mapping[CheckState, ChangeState] = {
    CheckState.OPEN: ChangeState.IDENTITY,
    CheckState.REVIEW: ChangeState.IDENTITY,
    CheckState.APPROVAL: ChangeState.APPROVAL,
    CheckState.HELD: ChangeState.HOLD,
    CheckState.STOPPED: ChangeState.IDENTITY,
    CheckState.DONE: ChangeState.EFFECTIVE,
    CheckState.REFUSED: ChangeState.REFUSED,
    CheckState.WITHDRAWN: ChangeState.WITHDRAWN,
}
"""What a move of the check makes of the change."""

COARSE: Mapping[CheckState, Status] = {
    CheckState.OPEN: Status.WAITING,
    CheckState.REVIEW: Status.OPEN,
    CheckState.APPROVAL: Status.OPEN,
    CheckState.HELD: Status.OPEN,
    CheckState.STOPPED: Status.OPEN,
    CheckState.DONE: Status.RESOLVED,
    CheckState.REFUSED: Status.CLOSED,
    CheckState.WITHDRAWN: Status.CLOSED,
}
"""Where the work order stands meanwhile: it waits for its requester only while they have tasks."""
