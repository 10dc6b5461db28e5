"""The work order of a rights notice: what it shows, what it waits for, and the one sentence for each state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from support.core.due import Due
from support.core.errors import NotAllowed
from support.core.words import N_
from support.infringement import desk_case, moves, queries, queries_conduct, service
from support.infringement.lifecycle import ALIVE, ItemState
from support.infringement.policy import CLERKS
from support.infringement.queries import Standing
from support.workorders.kind import Kind, Sentence, Stage, Viewer, plain_next_step
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from support.workorders.why import Clock, line_of

_MINUTE = timedelta(minutes=1)

STILL_HANDLED = N_(
    "Links of this notice are still being handled. It ends when each of them is decided or withdrawn."
)


HELD: Mapping[Viewer, str] = {
    "requester": N_(
        "We have your notice. The handling of your notices is suspended until %(until)s, so it is checked after that. "
        "You can appeal against the suspension, and sue at any time."
    ),
    "staff": N_(
        "Received while the filer's handling is suspended: it is checked after %(until)s, or once an appeal lifts it."
    ),
}
"""Of a notice that came while its filer's handling was suspended."""


def guard_order(order: WorkOrder, status: Status) -> None:
    """Raise `NotAllowed` where somebody ends or parks an order of which one item is alive."""
    if status in (Status.NEW, Status.OPEN):
        return
    notice = queries.notice_of(order)
    if notice is not None and set(queries.standing(notice)) & ALIVE:
        raise NotAllowed(STILL_HANDLED)


def next_step(order: WorkOrder, viewer: Viewer, now: datetime) -> Sentence:
    """The one sentence: of the state whose clock ends first; when all is decided, that it is."""
    notice = queries.notice_of(order)
    where = queries.standing(notice) if notice is not None else {}
    held = queries_conduct.held_until(notice, now) if notice is not None else None
    return sentence_of(order, where, viewer, now, held=held)


def sentence_of(
    order: WorkOrder,
    where: Mapping[ItemState, Standing],
    viewer: Viewer,
    now: datetime,
    *,
    held: datetime | None,
) -> Sentence:
    """The same for a page that knows where the items stand, and until when they are held."""
    alive = {state: there.until for state, there in where.items() if state in ALIVE}
    if not alive:
        done = bool(where) and order.state in (Status.RESOLVED, Status.CLOSED)
        return Sentence(_DONE[viewer]) if done else plain_next_step(order, viewer, now)
    if held is not None:
        return Sentence(HELD[viewer], {"until": held})
    state = min(alive, key=lambda one: (alive[one] is None, alive[one] or now, one))
    until, look = alive[state], queries.look_due(where)
    if look is not None and (state in moves.OTHERS_TURN or until is None or look.at <= until):
        late = look.at <= now
        shown = Sentence(SHOWN[viewer], {"until": look.at - _MINUTE})
        return plain_next_step(order, viewer, now) if late else shown
    if until is not None and until <= now and state not in moves.OTHERS_TURN:
        return plain_next_step(order, viewer, now)
    return Sentence(WORDS[state, viewer], {"until": until - _MINUTE} if until else {})


def clocks(order: WorkOrder) -> list[Clock]:
    """Why each date of a notice is what it is: one clock for each state and date, earliest first."""
    notice = queries.notice_of(order)
    items = queries.items_of(notice) if notice is not None else ()
    found: dict[tuple[str, datetime], Clock] = {}
    for item in items:
        due = queries.due_of(item)
        if due is None or (item.state, due.at) in found:
            continue
        found[item.state, due.at] = _clock(item.status.title, due)
    shown = queries.look_due(queries.standing(notice)) if notice is not None else None
    more = [_clock(PROOF, shown)] if shown else []
    return sorted([*found.values(), *more], key=lambda clock: clock.at)


def _clock(title: str, due: Due) -> Clock:
    lines = [line_of(step) for step in due.steps]
    return Clock(title, due.at - _MINUTE, due.estimated, lines)


def facts(order: WorkOrder) -> Mapping[str, Any]:
    """What the desk's page shows beside the thread."""
    notice = queries.notice_of(order)
    return {"notice": desk_case.summary(notice)} if notice is not None else {}


PROOF = N_("Look at what shows a complaint or a lawsuit")
SHOWN: Mapping[Viewer, str] = {
    "requester": N_(
        "You have shown that you complained or sued; we look at it by %(until)s, and nothing is restored until then."
    ),
    "staff": N_(
        "The holder has shown that they complained or sued: a clerk looks at it by %(until)s, and nothing is restored "
        "until then."
    ),
}
"""While what the holder has shown of a dispute waits for a clerk."""

ENDED = N_("You need do nothing.")
"""What comes next where nothing more comes."""

_DONE: Mapping[Viewer, str] = {
    "requester": N_(
        "Every link of your notice is decided; the outcome stands beside each, and you can complain for six months."
    ),
    "staff": N_("Every link of this notice is decided."),
}

WORDS: Mapping[tuple[ItemState, Viewer], str] = {
    (ItemState.RECEIVED, "requester"): N_(
        "We check by %(until)s whether your notice has all that the law asks for; you can add to it until then."
    ),
    (ItemState.RECEIVED, "staff"): N_("The formal check is due by %(until)s."),
    (ItemState.CHECKING, "requester"): N_(
        "We check by %(until)s what you have added to your notice."
    ),
    (ItemState.CHECKING, "staff"): N_("The formal check is due by %(until)s, after an addition."),
    (ItemState.TO_COMPLETE, "requester"): N_(
        "Something is missing: please add it by %(until)s, or the notice does not count."
    ),
    (ItemState.TO_COMPLETE, "staff"): N_(
        "The filer may complete the notice until %(until)s; then it ends as not qualified."
    ),
    (ItemState.QUALIFIED, "requester"): N_(
        "Your notice is complete; we decide on a measure by %(until)s."
    ),
    (ItemState.QUALIFIED, "staff"): N_("A measure is to be decided by %(until)s."),
    (ItemState.MEASURE_ASKED, "requester"): N_(
        "We have asked the platform to take it down, which should be done by %(until)s."
    ),
    (ItemState.MEASURE_ASKED, "staff"): N_(
        "The platform was asked; its answer is needed by %(until)s."
    ),
    (ItemState.MEASURE_TAKEN, "requester"): N_(
        "It is taken down; we send your notice on to who answers for it by %(until)s."
    ),
    (ItemState.MEASURE_TAKEN, "staff"): N_("Taken down; the notice is to be sent on by %(until)s."),
    (ItemState.NO_MEASURE, "requester"): N_(
        "No measure is taken, for the reason beside it; we send your notice on by %(until)s."
    ),
    (ItemState.NO_MEASURE, "staff"): N_("No measure; the notice is to be sent on by %(until)s."),
    (ItemState.FORWARDED, "requester"): N_(
        "Your notice was sent on; the time for an answer runs once it has arrived. You need do nothing."
    ),
    (ItemState.FORWARDED, "staff"): N_(
        "Sent on to the respondent; without evidence of its arrival no time runs."
    ),
    (ItemState.AWAITING, "requester"): N_(
        "The respondent can answer until %(until)s; without an answer the measure stays."
    ),
    (ItemState.AWAITING, "staff"): N_("The respondent can answer until %(until)s."),
    (ItemState.COUNTER_CHECK, "requester"): N_(
        "The respondent contests it; we check by %(until)s whether their counter-notice has all that the law asks for."
    ),
    (ItemState.COUNTER_CHECK, "staff"): N_(
        "A counter-notice is to be checked and sent on by %(until)s."
    ),
    (ItemState.COUNTER_TO_COMPLETE, "requester"): N_(
        "The respondent contests it and may complete their counter-notice until %(until)s; the measure stays meanwhile."
    ),
    (ItemState.COUNTER_TO_COMPLETE, "staff"): N_(
        "The respondent may complete the counter-notice until %(until)s; then the measure stays."
    ),
    (ItemState.COUNTER_FORWARDED, "requester"): N_(
        "A counter-notice was sent to you: you can complain to the authority or sue, and should show us that you did. "
        "The time for it runs from its arrival."
    ),
    (ItemState.COUNTER_FORWARDED, "staff"): N_(
        "The counter-notice was sent to the holder; without evidence of its arrival no time runs."
    ),
    (ItemState.WAITING, "requester"): N_(
        "Show us by %(until)s that you complained to the authority or sued; otherwise it is restored."
    ),
    (ItemState.WAITING, "staff"): N_(
        "The holder may show until %(until)s that they complained or sued; then it is restored by itself."
    ),
    (ItemState.EXTENDED, "requester"): N_(
        "The period is longer now: show us by %(until)s that you complained to the authority or sued; otherwise it is "
        "restored."
    ),
    (ItemState.EXTENDED, "staff"): N_(
        "Extended: the holder may show until %(until)s that they complained or sued; then it is restored by itself."
    ),
    (ItemState.PENDING, "requester"): N_(
        "The measure stays while the authority or the court decides; please send us what it decides."
    ),
    (ItemState.PENDING, "staff"): N_(
        "The measure stays while an authority or a court decides; nothing to do until its decision comes."
    ),
    (ItemState.RESTORE_ASKED, "requester"): N_(
        "We have asked the platform to restore it, which should be done by %(until)s."
    ),
    (ItemState.RESTORE_ASKED, "staff"): N_(
        "The platform was asked to restore it; its answer is needed by %(until)s."
    ),
    (ItemState.COMPLAINT, "requester"): N_(
        "A complaint about the decision is heard by another person, who decides by %(until)s."
    ),
    (ItemState.COMPLAINT, "staff"): N_(
        "A complaint is to be decided by %(until)s, by somebody of legal who had no part in it."
    ),
}
"""Of every state that is alive, for every viewer."""

INFRINGEMENT = Kind(
    code=service.KIND,
    title=N_("Rights notice"),
    summary=N_(
        "Something on the platform infringes your copyright, trademark, patent or another right."
    ),
    icon="copyright",
    entry="notices.start",
    panel="infringement/_panel.html",
    note="infringement/_note.html",
    facts=facts,
    stages=(
        Stage(N_("Received"), frozenset(Status)),
        Stage(N_("Checked and handled link by link"), frozenset(Status) - {Status.NEW}),
        Stage(N_("Every link decided"), frozenset({Status.RESOLVED, Status.CLOSED})),
    ),
    guard=guard_order,
    next_step=next_step,
    clocks=clocks,
    targets="infringement",
    first_team="ip",
    first_roles=CLERKS,
)
