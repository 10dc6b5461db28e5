"""The states of a check, and what its steps are."""

from __future__ import annotations

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class CheckState(State):
    """Where a check stands."""

    OPEN = "open", N_("Waiting for the person"), "wait"
    REVIEW = "review", N_("Waiting for a verifier"), "review"
    APPROVAL = "approval", N_("Waiting for a second person"), "review"
    HELD = "held", N_("Waiting period"), "wait"
    STOPPED = "stopped", N_("Stopped by the account's owner"), "bad"
    DONE = "done", N_("Done"), "ok"
    REFUSED = "refused", N_("Not proved"), "bad"
    WITHDRAWN = "withdrawn", N_("Given up"), "mute"


ENDED = frozenset({CheckState.DONE, CheckState.REFUSED, CheckState.WITHDRAWN})
UNDER_REVIEW = frozenset({CheckState.REVIEW, CheckState.APPROVAL})
DECIDED_ON = UNDER_REVIEW | {CheckState.STOPPED}
"""While somebody has to decide: then, and only then, they read what is compared."""


class PaymentState(State):
    """Where the payment to a company's account stands."""

    DUE = "due", N_("On its way to the bank"), "wait"
    SENT = "sent", N_("Waiting for the amount"), "wait"
    PROVED = "proved", N_("Amount confirmed"), "ok"
    LOCKED = "locked", N_("Three wrong amounts"), "bad"
    FAILED = "failed", N_("Not taken by the bank"), "bad"
    EXPIRED = "expired", N_("Not confirmed in time"), "bad"
    DROPPED = "dropped", N_("Given up"), "mute"


ALIVE = frozenset({PaymentState.DUE, PaymentState.SENT})
DROPPABLE = ALIVE | {PaymentState.PROVED}

PAYMENTS = Lifecycle(
    PaymentState,
    start=PaymentState.DUE,
    finals=frozenset(PaymentState) - ALIVE,
    moves={
        PaymentState.DUE: {PaymentState.SENT, PaymentState.FAILED, PaymentState.DROPPED},
        PaymentState.SENT: {
            PaymentState.PROVED,
            PaymentState.LOCKED,
            PaymentState.EXPIRED,
            PaymentState.DROPPED,
        },
        PaymentState.PROVED: {PaymentState.DROPPED},
        PaymentState.LOCKED: set(),
        PaymentState.FAILED: set(),
        PaymentState.EXPIRED: set(),
        PaymentState.DROPPED: set(),
    },
)
"""One payment; the next try is another one."""

LIFECYCLE = Lifecycle(
    CheckState,
    start=CheckState.OPEN,
    finals=ENDED,
    moves={
        CheckState.OPEN: {CheckState.REVIEW, CheckState.WITHDRAWN},
        CheckState.REVIEW: {CheckState.APPROVAL, CheckState.OPEN, CheckState.WITHDRAWN},
        CheckState.APPROVAL: {
            CheckState.HELD,
            CheckState.DONE,
            CheckState.REFUSED,
            CheckState.OPEN,
            CheckState.WITHDRAWN,
        },
        CheckState.HELD: {CheckState.DONE, CheckState.REFUSED, CheckState.STOPPED},
        CheckState.STOPPED: {CheckState.REVIEW, CheckState.REFUSED},
        CheckState.DONE: set(),
        CheckState.REFUSED: set(),
        CheckState.WITHDRAWN: set(),
    },
)
