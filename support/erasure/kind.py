"""The work order by which somebody asks for the deletion of their data, and the one sentence for each state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from support.core.calendars import Due
from support.core.words import N_
from support.erasure import queries, rules, service
from support.erasure.lifecycle import SEARCHED, UNDECIDED, WITHDRAWABLE, ErasureState
from support.erasure.models import Erasure
from support.erasure.policy import DECIDERS
from support.workorders.kind import Kind, Sentence, Stage, Topic, Viewer, plain_next_step
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from support.workorders.why import Clock, line_of

_MINUTE = timedelta(minutes=1)
_DATED = UNDECIDED | SEARCHED
S = ErasureState


def next_step(order: WorkOrder, viewer: Viewer, now: datetime) -> Sentence:
    """The one sentence for every state of a request; an order that was opened again is like any other."""
    row = queries.erasure_of(order)
    if row is None or order.reopened_at is not None:
        return plain_next_step(order, viewer, now)
    if row.status in _DATED and row.due_at is not None and row.due_at <= now:
        return Sentence(_LATE[viewer], {"until": row.due_at - _MINUTE})
    return Sentence(_words(row, viewer), {"until": _until(order, row)})


def _words(row: Erasure, viewer: Viewer) -> str:
    if row.asker_id is None:
        return _WORDS[row.status, viewer]
    return _FOR_OTHERS.get((row.status, viewer)) or _WORDS[row.status, viewer]


def _until(order: WorkOrder, row: Erasure) -> datetime:
    if row.due_at is None:
        return order.last_minute or order.due_at
    return (row.due_at or order.due_at) - _MINUTE


def clocks(order: WorkOrder) -> list[Clock]:
    """Why the date is what it is: none before identity is shown, since none runs."""
    row = queries.erasure_of(order)
    due = due_of(row) if row is not None else None
    if due is None:
        return []
    lines = [line_of(step) for step in due.steps]
    return [Clock(N_("Answer to the request"), due.at - _MINUTE, due.estimated, lines)]


def due_of(row: Erasure) -> Due | None:
    """Return by when a request has to be answered, with its steps; None before identity is shown."""
    if row.complete_at is None or not row.region:
        return None
    return rules.due_of(row.region, row.at, row.complete_at, extended=row.extended_at is not None)


def next_task(order: WorkOrder) -> str:
    """Return the page on which the person shows who they are, as long as that is what is waited for."""
    row = queries.erasure_of(order)
    own = row is not None and row.status is S.IDENTITY and row.asker_id is None
    return "erasure.confirm" if own else ""


def is_taken_back(order: WorkOrder) -> bool:
    """True while the person can take a request back that is decided on: it is not closed like any other order."""
    row = queries.erasure_of(order)
    return row is not None and row.status in WITHDRAWABLE - {S.IDENTITY}


def facts(order: WorkOrder) -> Mapping[str, Any]:
    """What the order's pages show of a request: for its person until it is decided nothing of the data."""
    row = queries.erasure_of(order)
    return {
        "erasure": row,
        "ground": rules.ground_of(row.ground) if row is not None else None,
        "withdrawable": row is not None and row.status in WITHDRAWABLE - {S.IDENTITY},
    }


_LATE: Mapping[Viewer, str] = {
    "requester": N_(
        "We are late: our answer was due by %(until)s and the privacy officer has been told; you can complain, too."
    ),
    "staff": N_("Overdue since %(until)s: the request has to be decided now."),
}

_DECIDING = N_(
    "A privacy officer decides what can be deleted, another person looks at it; you hear from us by %(until)s."
)
_WORDS: Mapping[tuple[ErasureState, Viewer], str] = {
    (S.IDENTITY, "requester"): N_(
        "Please show by %(until)s that it is you who asks; before that nobody looks whether there is any data."
    ),
    (S.IDENTITY, "staff"): N_(
        "The requester has not shown who they are; without that by %(until)s it closes by itself."
    ),
    (S.UNVERIFIED, "requester"): N_(
        "It was not shown who asks, so nothing was looked at and nothing has changed; you may ask again at any time."
    ),
    (S.UNVERIFIED, "staff"): N_("Identity was not shown; nothing was done."),
    (S.CHECKING, "requester"): N_(
        "Two people look at what you gave, one after the other; you hear from us by %(until)s."
    ),
    (S.CHECKING, "staff"): N_("A verifier and another person look at who asks, by %(until)s."),
    (S.MATCHING, "requester"): _DECIDING,
    (S.MATCHING, "staff"): N_(
        "Who asks is known. A privacy officer has to find the account they mean, by %(until)s."
    ),
    (S.HELD, "requester"): _DECIDING,
    (S.HELD, "staff"): N_(
        "The account's addresses were told and may stop it for 72 hours; to be decided by %(until)s."
    ),
    (S.UNFOUND, "requester"): _DECIDING,
    (S.UNFOUND, "staff"): N_("A second person has to agree to the refusal by %(until)s."),
    (S.REVIEW, "requester"): _DECIDING,
    (S.REVIEW, "staff"): N_("A privacy officer has to propose what is done by %(until)s."),
    (S.EXTENDED, "requester"): N_(
        "We need longer than we thought; the reason was sent to you. You hear from us by %(until)s."
    ),
    (S.EXTENDED, "staff"): N_("Extended once; to be decided by %(until)s."),
    (S.PROPOSED, "requester"): N_(
        "It is decided, and a second person looks at the decision; you hear from us by %(until)s."
    ),
    (S.PROPOSED, "staff"): N_("A second person has to agree by %(until)s."),
    (S.APPROVED, "requester"): N_(
        "It is agreed to and begins within ten minutes; until then you can still take it back."
    ),
    (S.APPROVED, "staff"): N_("Agreed to; it begins within ten minutes."),
    (S.EXECUTING, "requester"): N_(
        "It is being carried out and can't be stopped any more; you need do nothing."
    ),
    (S.EXECUTING, "staff"): N_("It is being carried out; the steps stand on its page."),
    (S.RESTRICTED, "requester"): N_(
        "It is done. What a law makes us keep is locked away until its date and then deleted by itself."
    ),
    (S.RESTRICTED, "staff"): N_("Done; the rest is locked away and ends by itself."),
    (S.COMPLETED, "requester"): N_("It is done; the proof stands on its page."),
    (S.COMPLETED, "staff"): N_("Done; the proof stands on its page."),
    (S.REFUSED, "requester"): N_(
        "It was refused; the reasons and where you can complain stand below. Nothing has changed."
    ),
    (S.REFUSED, "staff"): N_("Refused by two people; the reasons were sent."),
    (S.WITHDRAWN, "requester"): N_(
        "This request was withdrawn and nothing has changed; ask again whenever you like."
    ),
    (S.WITHDRAWN, "staff"): N_("Withdrawn; nothing has changed."),
}

_FOR_OTHERS: Mapping[tuple[ErasureState, Viewer], str] = {
    (S.IDENTITY, "requester"): N_(
        "Please do the tasks of the check by %(until)s; before they are done nobody looks whether there is any data."
    ),
    (S.IDENTITY, "staff"): N_(
        "The requester has tasks to do until %(until)s; then the work order closes by itself."
    ),
    (S.PROPOSED, "requester"): _DECIDING,
}
"""For who asks without signing in. Until it is decided one sentence stands there, account or none."""

STAGES = (
    Stage(N_("Received"), frozenset(Status)),
    Stage(N_("You are known"), frozenset(Status) - {Status.NEW, Status.WAITING}),
    Stage(N_("Decided and done"), frozenset({Status.RESOLVED, Status.CLOSED})),
)
_STAGES_FOR_OTHERS = (
    STAGES[0],
    Stage(N_("Two people look at who asks"), frozenset(Status) - {Status.NEW, Status.WAITING}),
    STAGES[2],
)


def _topics(grounds: Mapping[str, rules.Ground]) -> tuple[Topic, ...]:
    return tuple(
        Topic(code, ground.title, ground.hint, ground.icon) for code, ground in grounds.items()
    )


def path(order: WorkOrder) -> tuple[Stage, ...]:
    """The stages: who asks without signing in is known only after a check."""
    return _STAGES_FOR_OTHERS if order.topic in rules.FOR_OTHERS else STAGES


ERASURE = Kind(
    code=service.KIND,
    title=N_("Deletion of my data"),
    summary=N_("Have your data deleted, all of it or a part, or close your account."),
    icon="eraser",
    topics=_topics(rules.OFFERED),
    asks=N_("Why do you ask?"),
    guide="erasure/_whose.html",
    elsewhere=_topics(rules.FOR_OTHERS),
    keep=service.keep_request,
    panel="erasure/_panel.html",
    note="erasure/_note.html",
    facts=facts,
    stages=STAGES,
    path=path,
    guard=service.guard_order,
    task=next_task,
    own_end=is_taken_back,
    on_move=service.follow_order,
    next_step=next_step,
    clocks=clocks,
    targets="erasure",
    first_team="privacy",
    first_roles=DECIDERS,
    after_intake=True,
)
