"""The states of a request for deletion (`law.md` 5.5), and where its work order stands meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_
from support.workorders.lifecycle import Status


class ErasureState(State):
    """Nothing of the data is looked at before `review`: who asks is shown first.

    From `checking` to `unfound` are the states of those who ask without signing in: two people look at who they are,
    the account is looked for, its addresses have time to stop it; or it is proposed to refuse, as none was found.
    """

    IDENTITY = "identity", N_("Show who you are"), "wait"
    UNVERIFIED = "unverified", N_("Identity not shown"), "mute"
    CHECKING = "checking", N_("Two people look at who asks"), "review"
    MATCHING = "matching", N_("Account to be found"), "review"
    HELD = "held", N_("The account's addresses may stop it"), "wait"
    UNFOUND = "unfound", N_("Refusal, second person decides"), "review"
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
        S.IDENTITY: {S.REVIEW, S.CHECKING, S.UNVERIFIED, S.WITHDRAWN},
        S.CHECKING: {S.IDENTITY, S.MATCHING, S.UNVERIFIED, S.WITHDRAWN},
        S.MATCHING: {S.HELD, S.UNFOUND, S.WITHDRAWN},
        S.HELD: {S.MATCHING, S.REVIEW, S.WITHDRAWN},
        S.UNFOUND: {S.MATCHING, S.REFUSED, S.WITHDRAWN},
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
SEARCHED = frozenset({S.MATCHING, S.HELD, S.UNFOUND})
"""Who asks is known, and not yet whether there is anything of whom they name: its page tells them neither."""
ENDED = frozenset({S.UNVERIFIED, S.RESTRICTED, S.COMPLETED, S.REFUSED, S.WITHDRAWN})
PROVED = frozenset({S.APPROVED, S.EXECUTING, S.RESTRICTED, S.COMPLETED})
"""From the second yes on a page without an account shows the steps, and then the proof."""
WITHDRAWABLE = frozenset({S.IDENTITY, S.CHECKING, *SEARCHED, *UNDECIDED, S.APPROVED})
"""Before the first step is taken; afterwards there is nothing to go back to."""

COARSE: Mapping[ErasureState, Status] = {
    S.IDENTITY: Status.WAITING,
    S.UNVERIFIED: Status.CLOSED,
    S.CHECKING: Status.OPEN,
    S.MATCHING: Status.OPEN,
    S.HELD: Status.OPEN,
    S.UNFOUND: Status.OPEN,
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
