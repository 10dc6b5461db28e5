"""What the pages of a content report show: to its reporter, to who answers for the content, and at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.masking import mask_secrets
from support.core.words import N_
from support.infringement import queries_reports as queries
from support.infringement import service_report_decisions as decisions
from support.infringement import service_report_names, service_reports
from support.infringement.filing_pages import lang_of
from support.infringement.lifecycle import Content
from support.infringement.lifecycle_reports import UNCOUNTED, CaseState, Ground
from support.infringement.models_reports import ContentReport, ReportAppeal, ReportedContent
from support.workorders.kind import Sentence
from support.workorders.queries import order_by_id, orders_at_desk
from support.workorders.say import moment_words, say
from support.workorders.service import first_message

C = CaseState
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One link; `until` is the last minute of its clock, `reports` how many reports of it there are."""

    id: int
    version: int
    position: int
    url: str
    title: str
    status: CaseState
    content: Content
    ground: str
    until: datetime | None
    estimated: bool
    reason: str
    reports: int
    can_appeal: bool
    appeals: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Act:
    """One decision about chosen links of the desk's page."""

    code: str
    title: str
    icon: str
    states: frozenset[CaseState]


ACTS = (
    Act("remove", N_("Have it removed"), "gavel", frozenset({C.CHECK})),
    Act("keep", N_("It stays"), "circle-x", frozenset({C.CHECK, C.REMOVAL_ASKED})),
    Act("settle", N_("Decide the appeal"), "scale", frozenset({C.APPEAL})),
    Act("again", N_("Ask the platform again"), "refresh-cw", frozenset({C.REMOVAL_ASKED, C.RESTORE_ASKED})),
)  # fmt: skip


def summary(report: ContentReport) -> dict[str, Any]:
    """What the order's own page and the panel of the desk show."""
    lines = lines_of(report)
    return {
        "row": report,
        "ground": report.why.title,
        "lines": lines,
        "can_appeal": any(line.can_appeal for line in lines),
        "can_withdraw": service_reports.may_withdraw(report),
        "gone": report.status in UNCOUNTED,
        "reveal_reason": queries.reveal_reason(report),
        "reveal_day": moment_words(report.reveal_at) if report.reveal_at else "",
        "lang_of": lang_of,
        "now": utcnow(),
    }


def lines_of(report: ContentReport) -> list[Line]:
    """Return the links of a report, each with where it stands."""
    named = queries.named_in(report)
    cases = [one.case for one in named]
    counted, appeals = queries.counts(cases), queries.appeals_by_case(cases)
    return [
        _line(report, one.position, one.case, counted[one.case.id], appeals[one.case.id])
        for one in named
    ]


def _line(
    report: ContentReport,
    position: int,
    case: ReportedContent,
    reports: int,
    appeals: Sequence[ReportAppeal],
) -> Line:
    due = queries.due_of(case)
    return Line(
        id=case.id,
        version=case.version,
        position=position,
        url=queries.url_of(case),
        title=queries.title_of(case),
        status=case.status,
        content=case.standing,
        ground=Ground(case.ground).title if case.ground else "",
        until=due.at - _MINUTE if due else None,
        estimated=due is not None and due.estimated,
        reason=queries.reason_of(case),
        reports=reports,
        can_appeal=report.status not in UNCOUNTED
        and decisions.can_appeal(case, "reporter", report.person_id, utcnow(), appeals),
        appeals=[
            {"side": SIDES[one.side], "words": _masked(case, one), "row": one} for one in appeals
        ],
    )


def _masked(case: ReportedContent, appeal: ReportAppeal) -> str:
    return mask_secrets(queries.appeal_words(case, appeal)).text


SIDES = {
    "reporter": N_("Appeal of the reporter"),
    "respondent": N_("Appeal of who answers for the content"),
}


def desk_page(actor: Actor, report: ContentReport) -> dict[str, Any]:
    """What the desk's page of a report shows; the reports that it is joined with by their references."""
    lines = lines_of(report)
    states = {line.status for line in lines}
    joined = queries.joined_orders(report, [one.case for one in queries.named_in(report)])
    order = order_by_id(report.order_id)
    return {
        "report": report,
        "words": mask_secrets(first_message(order).body).text,
        "lines": lines,
        "acts": [act for act in ACTS if act.states & states],
        "others": sorted(order.reference for order in orders_at_desk(actor, joined)),
        "vague": report.asked_at is None and service_reports.may_withdraw(report),
        "reveal_reason": queries.reveal_reason(report),
        "reveal_day": moment_words(report.reveal_at) if report.reveal_at else "",
        "reveal_by": people.names({report.reveal_by}).get(report.reveal_by, "")
        if report.reveal_by
        else "",
        "grounds": {ground.value: ground.title for ground in Ground},
        "order_version": order.version,
        "unproved": service_report_names.why_not(report),
        "lang_of": lang_of,
        "now": utcnow(),
    }


NEXT: Mapping[CaseState, str] = {
    C.CHECK: N_("It is looked at again. You need do nothing."),
    C.REMOVAL_ASKED: N_("An appeal was upheld: the platform is asked to remove it. You need do nothing."),
    C.REMOVED: N_("You can accept this, or contest it within six months; another person hears it."),
    C.KEPT: N_("It stays where it is. You need do nothing."),
    C.APPEAL: N_("An appeal is heard by somebody who had no part in the decision, by %(until)s. You need do nothing."),
    C.RESTORE_ASKED: N_("Your appeal was upheld: the platform should restore it by %(until)s. You need do nothing."),
    C.RESTORED: N_("It is restored. You need do nothing."),
    C.DROPPED: N_("Nothing more is done about it. You need do nothing."),
    C.WITHDRAWN: N_("Nothing more is done about it. You need do nothing."),
}  # fmt: skip
"""What comes next for who answers for the content, in every state."""
OVER = N_("It stays removed. You need do nothing.")


def next_of(case: ReportedContent, now: datetime) -> Sentence:
    """Return the one sentence for who answers for the content."""
    due = queries.due_of(case)
    if case.status is C.REMOVED and not decisions.can_appeal(
        case, "respondent", case.person_id, now
    ):
        return Sentence(OVER)
    return Sentence(NEXT[case.status], {"until": due.at - _MINUTE} if due else {})


def answer_page(case: ReportedContent, now: datetime) -> dict[str, Any]:
    """What who answers for the content sees: what was decided and why, never who reported it unless legal said so."""
    return {
        "uid": case.uid,
        "url": queries.url_of(case),
        "title": queries.title_of(case),
        "state": case.status,
        "ground": Ground(case.ground).title if case.ground else "",
        "reason": queries.reason_of(case),
        "next": say(next_of(case, now)),
        "can_answer": decisions.can_appeal(case, "respondent", case.person_id, now),
        "lang_of": lang_of,
        "accepted": case.accepted_at is not None,
        "names": queries.revealed_names(case, now),
        "appealed": [
            queries.appeal_words(case, one)
            for one in queries.appeals_of(case)
            if one.side == "respondent" and one.person_id == case.person_id
        ],
    }
