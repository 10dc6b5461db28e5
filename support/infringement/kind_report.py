"""The work order of a content report: its three questions, what it waits for, and the one sentence for each state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from support.core.errors import Invalid, NotAllowed
from support.core.words import N_
from support.infringement import listing_door, listings, owners, report_pages, service_reports
from support.infringement import queries_reports as queries
from support.infringement.lifecycle_reports import GROUNDS, UNCOUNTED, CaseState, ReportState
from support.infringement.listings import Found, Line
from support.infringement.policy import CLERKS
from support.infringement.service import Listing
from support.workorders.kind import Kind, Question, Sentence, Stage, Topic, Viewer, plain_next_step
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from support.workorders.why import Clock, line_of

_MINUTE = timedelta(minutes=1)

STILL_LOOKED_AT = N_(
    "Links of this report are not decided yet. It ends when each is removed or stays, or its sender withdraws it."
)
PASTE = N_("Paste at least one link.")
MANY = N_(
    "These are %(count)s different links, and one report holds up to %(most)s. Take some out; nothing is lost."
)
NOT_OURS = N_("Not an address of ours, in line: %(numbers)s. Please correct it or take it out.")
GONE = N_("Nothing is there any more, in line: %(numbers)s. Please take it out.")


def read_links(text: str) -> list[Listing]:
    """Return what pasted links name, asking the platform whose they are; call it with no transaction open.

    Raises `Invalid("links")` for none, too many, foreign ones, and what is no longer there.
    """
    lines = listings.sort(text).lines
    if not lines:
        raise Invalid("links", PASTE)
    if len(lines) > service_reports.MOST_LINKS:
        raise Invalid("links", MANY, count=len(lines), most=service_reports.MOST_LINKS)
    _refuse(lines, Found.NOT_OURS, NOT_OURS)
    known = listing_door.look_up([line.item for line in lines if line.item])
    lines = listings.judged(lines, known)
    _refuse(lines, Found.GONE, GONE)
    return owners.named(lines, known or {})


def _refuse(lines: Sequence[Line], found: Found, words: str) -> None:
    if bad := [str(line.number) for line in lines if line.state is found]:
        raise Invalid("links", words, numbers=", ".join(bad))


def guard_order(order: WorkOrder, status: Status) -> None:
    """Raise `NotAllowed` where somebody ends or parks a report with a living link, unless more was asked for."""
    report = queries.report_of(order)
    if report is None or status in (Status.NEW, Status.OPEN) or report.status in UNCOUNTED:
        return
    asked = report.status is ReportState.ASKED and status is not Status.RESOLVED
    if not asked and queries.living(report):
        raise NotAllowed(STILL_LOOKED_AT)


def own_end(order: WorkOrder) -> bool:
    """True as long as a report can be withdrawn; closing one that waits for an answer would let it lapse instead."""
    report = queries.report_of(order)
    return report is not None and service_reports.may_withdraw(report)


def on_move(order: WorkOrder, status: Status, now: datetime) -> None:
    """Follow the order: an answer takes the report up again, a close without one lets it lapse."""
    report = queries.report_of(order)
    if report is None:
        return
    if status is Status.OPEN and report.status is not ReportState.OPEN:
        service_reports.take_up_again(report, now)
    elif status is Status.CLOSED and report.status is ReportState.ASKED:
        service_reports.lapse(report, now)


def next_step(order: WorkOrder, viewer: Viewer, now: datetime) -> Sentence:
    """The one sentence: of the link whose clock ends first; when all are decided, that they are."""
    report = queries.report_of(order)
    living = queries.living(report) if report is not None else []
    if report is not None and report.status is ReportState.ASKED and order.state is Status.WAITING:
        return Sentence(ASKED[viewer], {"until": order.last_minute or order.due_at})
    if not living or order.state is Status.CLOSED:
        decided = report is not None and report.status is ReportState.OPEN and not living
        done = decided and order.state in (Status.RESOLVED, Status.CLOSED)
        return Sentence(DONE[viewer]) if done else plain_next_step(order, viewer, now)
    first = min(living, key=lambda case: (case.due_at or now, case.id))
    if first.due_at is None or first.due_at <= now:
        return plain_next_step(order, viewer, now)
    return Sentence(WORDS[first.status, viewer], {"until": first.due_at - _MINUTE})


def clocks(order: WorkOrder) -> list[Clock]:
    """Why each date of a report is what it is: one clock for each state and date, earliest first."""
    report = queries.report_of(order)
    found: dict[tuple[str, datetime], Clock] = {}
    for case in queries.living(report) if report is not None else ():
        if (due := queries.due_of(case)) is not None:
            lines = [line_of(step) for step in due.steps]
            clock = Clock(case.status.title, due.at - _MINUTE, due.estimated, lines)
            found.setdefault((case.state, due.at), clock)
    return sorted(found.values(), key=lambda clock: clock.at)


def facts(order: WorkOrder) -> Mapping[str, Any]:
    """What the order's pages show of a report."""
    report = queries.report_of(order)
    return {"report": report_pages.summary(report)} if report is not None else {}


ASKED: Mapping[Viewer, str] = {
    "requester": N_(
        "We need to know more to look at your report: please answer by %(until)s, or it closes for that reason."
    ),
    "staff": N_(
        "The reporter was asked for more and may answer until %(until)s; then the report closes for that reason."
    ),
}
DONE: Mapping[Viewer, str] = {
    "requester": N_(
        "Every link of your report is decided; the outcome stands beside each, and you can appeal for six months."
    ),
    "staff": N_("Every link of this report is decided."),
}
WORDS: Mapping[tuple[CaseState, Viewer], str] = {
    (CaseState.CHECK, "requester"): N_(
        "Somebody looks at your report and decides by %(until)s; the other side is not told who reported."
    ),
    (CaseState.CHECK, "staff"): N_("To be removed or kept, with reasons, by %(until)s."),
    (CaseState.REMOVAL_ASKED, "requester"): N_(
        "We decided to remove it and have asked the platform, which should be done by %(until)s."
    ),
    (CaseState.REMOVAL_ASKED, "staff"): N_(
        "The platform was asked to remove it; its answer is needed by %(until)s."
    ),
    (CaseState.APPEAL, "requester"): N_(
        "An appeal is heard by somebody who had no part in the decision, by %(until)s. You need do nothing."
    ),
    (CaseState.APPEAL, "staff"): N_(
        "An appeal is to be decided by %(until)s, by somebody of legal who had no part in the decision."
    ),
    (CaseState.RESTORE_ASKED, "requester"): N_(
        "An appeal was upheld: the platform should restore it by %(until)s. You need do nothing."
    ),
    (CaseState.RESTORE_ASKED, "staff"): N_(
        "The platform was asked to restore it after an appeal; its answer is needed by %(until)s."
    ),
}
"""Of every state that lives, for every viewer."""

REPORT = Kind(
    code=service_reports.KIND,
    title=N_("Content report"),
    summary=N_("Something on the platform harms a person, is a fraud or is unlawful."),
    icon="flag",
    topics=tuple(
        Topic(ground.value, title, hint, icon) for ground, (title, hint, icon) in GROUNDS.items()
    ),
    asks=N_("What is wrong with it?"),
    question=Question(
        label=N_("Which link is it?"),
        hint=N_("One link a line, up to 20."),
        guide="infringement/_report_guide.html",
        read=read_links,
        keep=service_reports.keep_report,
    ),
    panel="infringement/_report_panel.html",
    note="infringement/_report_note.html",
    facts=facts,
    stages=(
        Stage(N_("Received"), frozenset(Status)),
        Stage(N_("Somebody looks at it"), frozenset(Status) - {Status.NEW}),
        Stage(N_("Every link decided"), frozenset({Status.RESOLVED, Status.CLOSED})),
    ),
    guard=guard_order,
    own_end=own_end,
    on_move=on_move,
    next_step=next_step,
    clocks=clocks,
    targets="infringement",
    first_team="ip",
    first_roles=CLERKS,
)
