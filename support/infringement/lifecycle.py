"""The states of one item of a rights notice (`law.md` 5.7), and where its content stands by the platform's word."""

from __future__ import annotations

from collections.abc import Mapping

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class ItemState(State):
    """Where one item stands. `asked` states last until the platform has answered, whatever was decided."""

    RECEIVED = "received", N_("Notice received"), "new"
    CHECKING = "checking", N_("Formal check"), "review"
    TO_COMPLETE = "to_complete", N_("To be completed"), "wait"
    NOT_QUALIFIED = "not_qualified", N_("Not a qualified notice"), "mute"
    QUALIFIED = "qualified", N_("Qualified notice"), "open"
    MEASURE_ASKED = "measure_asked", N_("Measure asked of the platform"), "open"
    MEASURE_TAKEN = "measure_taken", N_("Measure taken, to be forwarded"), "open"
    NO_MEASURE = "no_measure", N_("No measure, to be forwarded"), "open"
    FORWARDED = "forwarded", N_("Measure taken and forwarded"), "open"
    NO_MEASURE_FORWARDED = "no_measure_sent", N_("No measure taken, forwarded"), "mute"
    AWAITING = "awaiting", N_("Awaiting a counter-notice"), "wait"
    FINAL = "final", N_("Measure kept: not contested"), "ok"
    COUNTER_CHECK = "counter_check", N_("Check of the counter-notice"), "review"
    COUNTER_TO_COMPLETE = "counter_lacks", N_("Counter-notice to be completed"), "wait"
    COUNTER_FORWARDED = "counter_sent", N_("Counter-notice forwarded to the rights holder"), "open"
    WAITING = "waiting", N_("Waiting period"), "wait"
    EXTENDED = "extended", N_("Waiting period extended"), "wait"
    PENDING = "pending", N_("Measure kept: dispute pending"), "review"
    RESTORE_ASKED = "restore_asked", N_("Restoring asked of the platform"), "open"
    RESTORED = "restored", N_("Restored"), "ok"
    DECIDED = "decided", N_("Decided by a court or an authority"), "ok"
    COMPLAINT = "complaint", N_("Complaint is heard"), "review"
    GONE = "gone", N_("Removed by its owner"), "mute"
    WITHDRAWN = "withdrawn", N_("Notice withdrawn"), "mute"


S = ItemState

ENDED = frozenset(
    {
        S.NOT_QUALIFIED,
        S.NO_MEASURE_FORWARDED,
        S.FINAL,
        S.RESTORED,
        S.DECIDED,
        S.GONE,
        S.WITHDRAWN,
    }
)
"""Nothing more comes by itself; a complaint, a late counter-notice or a court may still move some of them."""

ALIVE = frozenset(ItemState) - ENDED
"""While one item of a notice is here, its work order can't be closed."""

_ALWAYS = {S.GONE, S.WITHDRAWN}
_RULED = {S.DECIDED, S.COMPLAINT}

LIFECYCLE = Lifecycle(
    ItemState,
    start=S.RECEIVED,
    finals=ENDED,
    moves={
        S.RECEIVED: {S.CHECKING, S.TO_COMPLETE, S.QUALIFIED, S.NOT_QUALIFIED, *_ALWAYS},
        S.CHECKING: {S.TO_COMPLETE, S.QUALIFIED, S.NOT_QUALIFIED, *_ALWAYS},
        S.TO_COMPLETE: {S.CHECKING, S.NOT_QUALIFIED, *_ALWAYS},
        S.NOT_QUALIFIED: {S.COMPLAINT},
        S.QUALIFIED: {S.MEASURE_ASKED, S.NO_MEASURE, *_ALWAYS},
        S.MEASURE_ASKED: {S.MEASURE_TAKEN, S.NO_MEASURE, *_ALWAYS},
        S.MEASURE_TAKEN: {S.FORWARDED, S.DECIDED, *_ALWAYS},
        S.NO_MEASURE: {S.NO_MEASURE_FORWARDED, S.DECIDED, *_ALWAYS},
        S.FORWARDED: {S.AWAITING, S.COUNTER_CHECK, S.FINAL, S.DECIDED, *_ALWAYS},
        S.NO_MEASURE_FORWARDED: {*_RULED, S.WITHDRAWN},
        S.AWAITING: {S.COUNTER_CHECK, S.FINAL, S.DECIDED, *_ALWAYS},
        S.FINAL: {S.COUNTER_CHECK, *_RULED, *_ALWAYS},
        S.COUNTER_CHECK: {
            S.COUNTER_TO_COMPLETE,
            S.COUNTER_FORWARDED,
            S.DECIDED,
            *_ALWAYS,
        },
        S.COUNTER_TO_COMPLETE: {S.COUNTER_CHECK, S.FINAL, S.DECIDED, *_ALWAYS},
        S.COUNTER_FORWARDED: {S.WAITING, S.PENDING, S.RESTORE_ASKED, S.DECIDED, *_ALWAYS},
        S.WAITING: {S.EXTENDED, S.PENDING, S.RESTORE_ASKED, S.DECIDED, *_ALWAYS},
        S.EXTENDED: {S.PENDING, S.RESTORE_ASKED, S.DECIDED, *_ALWAYS},
        S.PENDING: {S.RESTORE_ASKED, S.DECIDED, *_ALWAYS},
        S.RESTORE_ASKED: {S.RESTORED, S.DECIDED, *_ALWAYS},
        S.RESTORED: {*_RULED, S.WITHDRAWN},
        S.DECIDED: set(),
        S.COMPLAINT: {
            S.NOT_QUALIFIED,
            S.NO_MEASURE_FORWARDED,
            S.FINAL,
            S.RESTORED,
            S.CHECKING,
            S.QUALIFIED,
            S.RESTORE_ASKED,
            S.DECIDED,
            *_ALWAYS,
        },
        S.GONE: set(),
        S.WITHDRAWN: set(),
    },
)


class Content(State):
    """Where the item's content is, which only the platform's answers change."""

    UP = "up", N_("Online"), "ok"
    DOWN_ASKED = "down_asked", N_("Take-down asked, not answered yet"), "wait"
    DOWN_REFUSED = "down_refused", N_("The platform did not take it down"), "bad"
    DOWN = "down", N_("Taken down"), "mute"
    UP_ASKED = "up_asked", N_("Restoring asked, not answered yet"), "wait"
    UP_REFUSED = "up_refused", N_("The platform did not restore it"), "bad"


CONTENT = Lifecycle(
    Content,
    start=Content.UP,
    finals=frozenset({Content.UP, Content.DOWN}),
    moves={
        Content.UP: {Content.DOWN_ASKED},
        Content.DOWN_ASKED: {Content.DOWN, Content.DOWN_REFUSED},
        Content.DOWN_REFUSED: {Content.DOWN_ASKED, Content.DOWN},
        Content.DOWN: {Content.UP_ASKED},
        Content.UP_ASKED: {Content.UP, Content.UP_REFUSED},
        Content.UP_REFUSED: {Content.UP_ASKED, Content.UP, Content.DOWN_ASKED},
    },
)

MEASURED = frozenset(
    {
        S.MEASURE_TAKEN,
        S.FORWARDED,
        S.AWAITING,
        S.FINAL,
        S.COUNTER_CHECK,
        S.COUNTER_TO_COMPLETE,
        S.COUNTER_FORWARDED,
        S.WAITING,
        S.EXTENDED,
        S.PENDING,
    }
)
"""States in which the content is down, and meant to be."""

ANSWERABLE = frozenset({S.COUNTER_FORWARDED, S.WAITING, S.EXTENDED})
"""Where the holder can still answer a counter-notice; what they show of a dispute is then looked at by a clerk."""

CLOCKS: Mapping[ItemState, str] = {
    S.RECEIVED: "check",
    S.CHECKING: "check",
    S.TO_COMPLETE: "complete",
    S.QUALIFIED: "measure",
    S.MEASURE_ASKED: "measure",
    S.MEASURE_TAKEN: "forward",
    S.NO_MEASURE: "forward",
    S.AWAITING: "answer",
    S.COUNTER_CHECK: "counter_check",
    S.COUNTER_TO_COMPLETE: "complete",
    S.WAITING: "wait",
    S.EXTENDED: "wait",
    S.RESTORE_ASKED: "restore",
    S.COMPLAINT: "complaint",
}
"""Which clock of the regime runs in a state; elsewhere none does, as before something is known to have arrived."""
