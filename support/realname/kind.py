"""The work order by which a verified name is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from support.assurance import queries as assurance
from support.core.words import N_
from support.realname import queries_changes, service_changes
from support.realname.lifecycle import ENDED, ChangeState
from support.realname.policy import SOURCES
from support.verification import queries as checks
from support.verification import queries_payments
from support.verification.lifecycle import CheckState
from support.verification.policy import REASONS, RETURNED
from support.workorders.kind import (
    PLAIN_STAGES,
    Kind,
    Sentence,
    Stage,
    Viewer,
    plain_next_step,
)
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder


def next_step(order: WorkOrder, viewer: Viewer, now: datetime) -> Sentence:
    """The one sentence for every state of a change; an order that was opened again is like any other."""
    row = queries_changes.change_of(order)
    if row is None or order.reopened_at is not None:
        return plain_next_step(order, viewer, now)
    check = checks.check_by_uid(row.check_uid or "")
    if row.status is ChangeState.IDENTITY and check is not None:
        if check.reason == RETURNED and check.status is CheckState.STOPPED:
            return Sentence(_CAME_BACK[viewer], _until(order))
        late = order.state is not Status.WAITING and order.due_at < now
        words = _CHECK[check.status, viewer]
        return plain_next_step(order, viewer, now) if late else Sentence(words, _until(order))
    if row.status is ChangeState.HOLD and check is not None:
        hold = assurance.hold_of(check.stream)
        return Sentence(_WORDS[row.status, viewer], {"until": hold.ends_at if hold else now})
    if (
        row.status is ChangeState.EFFECTIVE
        and check is not None
        and queries_payments.is_undone(check)
    ):
        return Sentence(_UNDONE[viewer])
    if row.status is ChangeState.EFFECTIVE and order.state not in (Status.RESOLVED, Status.CLOSED):
        return plain_next_step(order, viewer, now)
    return Sentence(_WORDS[row.status, viewer], _until(order))


def _until(order: WorkOrder) -> dict[str, datetime]:
    return {"until": order.last_minute or order.due_at}


def facts(order: WorkOrder) -> Mapping[str, Any]:
    """What the pages of an order show of its change."""
    row = queries_changes.change_of(order)
    if row is None:
        return {}
    check = checks.check_by_uid(row.check_uid or "")
    found = {"change": row, "source": SOURCES.get(row.source, ""), "standing": row.status}
    if check is None:
        return found
    refused = row.status is ChangeState.REFUSED
    reason = REASONS.get(check.reason, "") if refused else ""
    if row.status is ChangeState.EFFECTIVE:
        standing = queries_payments.standing(check)
        found["standing"] = row.status if standing is CheckState.DONE else standing
    return {**found, "until": check.evidence_until, "reason": reason}


def path(order: WorkOrder) -> tuple[Stage, ...]:
    """The stages of this very change: nobody decides on one that was sent to its source, or given up before."""
    row = queries_changes.change_of(order)
    if row is None or row.status not in ENDED:
        return STAGES
    if order.reopened_at is not None:
        return PLAIN_STAGES
    check = checks.check_by_uid(row.check_uid or "")
    if check is not None and queries_payments.is_undone(check):
        return (*STAGES, _TAKEN_BACK)
    return _ENDS.get(row.status, STAGES)


_DECIDED = frozenset({Status.RESOLVED, Status.CLOSED})
_CLOSED = frozenset({Status.CLOSED})
STAGES = (
    Stage(N_("Received"), frozenset(Status)),
    Stage(N_("Two people decide"), frozenset(Status) - {Status.NEW, Status.WAITING}),
    Stage(N_("Decided"), _DECIDED),
)
_TAKEN_BACK = Stage(N_("Taken back"), _DECIDED, firm=True)
_ENDS: Mapping[ChangeState, tuple[Stage, ...]] = {
    ChangeState.REDIRECTED: (
        STAGES[0],
        Stage(N_("No check needed: it is changed where it came from"), _CLOSED),
    ),
    ChangeState.WITHDRAWN: (STAGES[0], Stage(N_("Given up"), _CLOSED)),
}


_CHECK: Mapping[tuple[CheckState, Viewer], str] = {
    (CheckState.OPEN, "requester"): N_(
        "Please do the tasks of the identity check by %(until)s; without them the work order closes by itself."
    ),
    (CheckState.OPEN, "staff"): N_(
        "The requester has tasks to do until %(until)s; then the work order closes by itself."
    ),
    (CheckState.REVIEW, "requester"): N_(
        "A verifier looks at what you gave, then another person; we mean to decide by %(until)s."
    ),
    (CheckState.REVIEW, "staff"): N_(
        "A verifier owes a decision; both should be given by %(until)s."
    ),
    (CheckState.STOPPED, "requester"): N_(
        "An address of the account says that this was not you; a person hears both sides by %(until)s."
    ),
    (CheckState.STOPPED, "staff"): N_(
        "Stopped from an address of the account: a verifier hears both sides by %(until)s."
    ),
}

_CAME_BACK: Mapping[Viewer, str] = {
    "requester": N_(
        "The bank gave the payment to the company's account back; a person looks at it by %(until)s."
    ),
    "staff": N_("The bank gave the payment back: a verifier looks at it by %(until)s."),
}
_UNDONE: Mapping[Viewer, str] = {
    "requester": N_(
        "The bank gave the payment to the company's account back, so the name was taken back; you may verify it again."
    ),
    "staff": N_("The name was taken back, as the bank gave the payment back."),
}

_WORDS: Mapping[tuple[ChangeState, Viewer], str] = {
    (ChangeState.SUBMITTED, "requester"): N_("We look at where the present name came from."),
    (ChangeState.SUBMITTED, "staff"): N_("The source of the present name is being looked at."),
    (ChangeState.REDIRECTED, "requester"): N_(
        "This name came from another service: change it there, then bring it here anew under Real name."
    ),
    (ChangeState.REDIRECTED, "staff"): N_(
        "Nothing to do: the name came from another service and is changed there."
    ),
    (ChangeState.IDENTITY, "requester"): N_(
        "Your identity is checked; we mean to decide by %(until)s."
    ),
    (ChangeState.IDENTITY, "staff"): N_("The identity check should be decided by %(until)s."),
    (ChangeState.APPROVAL, "requester"): N_(
        "The first person has decided, a second one looks at it now; we mean to be done by %(until)s."
    ),
    (ChangeState.APPROVAL, "staff"): N_("A second person owes a decision by %(until)s."),
    (ChangeState.HOLD, "requester"): N_(
        "It is proved. Since a way into your account changed lately, or a dispute about your content is open, it waits "
        "until %(until)s; you need do nothing."
    ),
    (ChangeState.HOLD, "staff"): N_(
        "Proved; it waits until %(until)s, since a way in changed within 72 hours before the request, or later, or a "
        "dispute is open."
    ),
    (ChangeState.EFFECTIVE, "requester"): N_(
        "Your new name is verified and stands on the account; you need do nothing more."
    ),
    (ChangeState.EFFECTIVE, "staff"): N_("The new name stands on the account."),
    (ChangeState.REFUSED, "requester"): N_(
        "It was refused and nothing has changed; the reason stands below. You may try again or complain."
    ),
    (ChangeState.REFUSED, "staff"): N_(
        "Refused; nothing has changed, and the requester may try again."
    ),
    (ChangeState.WITHDRAWN, "requester"): N_(
        "This change was given up, nothing has changed; ask again whenever you like."
    ),
    (ChangeState.WITHDRAWN, "staff"): N_("Given up; nothing has changed."),
}

REALNAME = Kind(
    code=service_changes.KIND,
    title=N_("Change of a verified name"),
    summary=N_("Your name or your company's is verified here and has changed."),
    icon="badge-check",
    entry="realname.change",
    needs_account=True,
    panel="realname/_panel.html",
    note="realname/_note.html",
    facts=facts,
    stages=STAGES,
    path=path,
    guard=service_changes.guard_order,
    on_move=service_changes.follow_order,
    next_step=next_step,
    targets="realname",
)
