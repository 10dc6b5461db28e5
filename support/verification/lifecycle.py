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
    STOPPED = "stopped", N_("Stopped: a person looks at it"), "bad"
    DONE = "done", N_("Done"), "ok"
    REFUSED = "refused", N_("Not proved"), "bad"
    WITHDRAWN = "withdrawn", N_("Given up"), "mute"


ENDED = frozenset({CheckState.DONE, CheckState.REFUSED, CheckState.WITHDRAWN})
UNDER_REVIEW = frozenset({CheckState.REVIEW, CheckState.APPROVAL})
DECIDED_ON = UNDER_REVIEW | {CheckState.STOPPED}
"""While somebody has to decide: then, and only then, they read what is compared."""

AFTER_DECISION = frozenset({CheckState.HELD, CheckState.DONE})
"""Where nothing changes by itself any more when a payment comes back: somebody says what follows."""


class Aftermath(State):
    """What is so of a check that is done and whose payment the bank gave back: people see it instead of "Done"."""

    DOUBTED = "doubted", N_("Done; a person looks at it again"), "wait"
    UNDONE = "undone", N_("Taken back"), "bad"


class PaymentState(State):
    """Where the payment to a company's account stands."""

    DUE = "due", N_("On its way to the bank"), "wait"
    SENT = "sent", N_("Waiting for the amount"), "wait"
    PROVED = "proved", N_("Amount confirmed"), "ok"
    LOCKED = "locked", N_("Three wrong amounts"), "bad"
    FAILED = "failed", N_("Not taken by the bank"), "bad"
    UNSENT = "unsent", N_("The bank did not answer"), "bad"
    EXPIRED = "expired", N_("Not confirmed in time"), "bad"
    RETURNED = "returned", N_("Given back by the bank"), "bad"
    KEPT = "kept", N_("Given back by the bank; what was proved stands"), "mute"
    UNDONE = "undone", N_("Given back by the bank; what was proved is taken back"), "bad"
    DROPPED = "dropped", N_("Given up"), "mute"


ALIVE = frozenset({PaymentState.DUE, PaymentState.SENT})
DROPPABLE = ALIVE | {PaymentState.PROVED}
RETURNABLE = frozenset(
    {PaymentState.SENT, PaymentState.PROVED, PaymentState.LOCKED, PaymentState.EXPIRED}
)
LEFT = RETURNABLE | {PaymentState.RETURNED, PaymentState.KEPT, PaymentState.UNDONE}
"""What reached the bank, and what it may give back."""

PAYMENTS = Lifecycle(
    PaymentState,
    start=PaymentState.DUE,
    finals=frozenset(PaymentState) - ALIVE,
    moves={
        PaymentState.DUE: {
            PaymentState.SENT,
            PaymentState.FAILED,
            PaymentState.UNSENT,
            PaymentState.DROPPED,
        },
        PaymentState.SENT: {
            PaymentState.PROVED,
            PaymentState.LOCKED,
            PaymentState.EXPIRED,
            PaymentState.DROPPED,
            PaymentState.RETURNED,
        },
        PaymentState.PROVED: {PaymentState.DROPPED, PaymentState.RETURNED},
        PaymentState.LOCKED: {PaymentState.RETURNED},
        PaymentState.FAILED: set(),
        PaymentState.UNSENT: set(),
        PaymentState.EXPIRED: {PaymentState.RETURNED},
        PaymentState.RETURNED: {PaymentState.KEPT, PaymentState.UNDONE},
        PaymentState.KEPT: set(),
        PaymentState.UNDONE: set(),
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
