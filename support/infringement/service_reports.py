"""Content reports: filed with their work order, joined to what others reported, asked for more once. LN-2.3."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select

from support.core import audit, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, each_of, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, DomainError, IllegalMove, Invalid, NotFound, Stale
from support.core.words import N_
from support.infringement import lifecycle_reports as rules
from support.infringement import moves_reports as moves
from support.infringement import policy
from support.infringement import queries_reports as queries
from support.infringement.lifecycle_reports import CaseState, Ground, ReportState
from support.infringement.models_reports import ContentReport, ReportedContent, ReportLink
from support.infringement.service import Listing
from support.workorders import moves as order_moves
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder

KIND = "report"
MOST_LINKS = 20

MANY = N_("A report names 1 to %(most)s links.")
DECIDED_ALREADY = N_("Something is decided about it already; it can be withdrawn no more.")
ASKED_ONCE = N_("More was asked for before; a report is asked only once.")
CHOOSE_GROUND = N_("Please say what is wrong.")


def keep_report(
    actor: Actor, order: WorkOrder, links: Sequence[Listing], *, now: datetime
) -> ContentReport:
    """Keep a report beside its order, inside the transaction that files it; nothing is blocked or removed by it.

    A link that is already to be looked at is joined: it is decided once, and each reporter is told. Raises `Invalid`.
    """
    if not 1 <= len(links) <= MOST_LINKS:
        raise Invalid("links", MANY, most=MOST_LINKS)
    if order.topic not in set(Ground):
        raise Invalid("topic", CHOOSE_GROUND)
    with transaction() as session:
        report = ContentReport(
            uid=new_uid(),
            order_id=order.id,
            person_id=order.requester_id,
            ground=order.topic,
            at=now,
        )
        session.add(report)
        session.flush()
        for position, link in enumerate(links, 1):
            case = _case_of(report, link, order.language, now)
            session.add(ReportLink(report_id=report.id, content_id=case.id, position=position))
        session.flush()
        audit.record(report.stream, "report.filed", actor=actor, at=now, order=order.id)
        moves.follow(report, now)
    return report


def _case_of(report: ContentReport, link: Listing, language: str, now: datetime) -> ReportedContent:
    """Return the open case of a link, made where there is none; the database lets two reporters make only one."""
    blind = vault.blind_index("listing", link.normal)
    case = _open_case(blind)
    if case is None:
        insert_new(ReportedContent, **_new_case(report, link, blind, language, now))
        case = _open_case(blind)
        assert case is not None
    return _hurried(case, now) if report.why is Ground.UNLAWFUL else case


def _open_case(blind: bytes) -> ReportedContent | None:
    query = select(ReportedContent).where(
        ReportedContent.url_blind == blind, ReportedContent.state == CaseState.CHECK
    )
    return db.session.execute(query).scalar_one_or_none()


def _new_case(
    report: ContentReport, link: Listing, blind: bytes, language: str, now: datetime
) -> dict[str, object]:
    uid, urgent = new_uid(), report.why is Ground.UNLAWFUL
    stream, place = f"reported:{uid}", f"reported_content.%s:{uid}"
    due = rules.due_in(CaseState.CHECK, rules.CURRENT, now, urgent=urgent)
    assert due is not None
    address = link.owner_address
    return {
        "uid": uid,
        "url_blind": blind,
        "url_sealed": vault.seal(stream, place % "url_sealed", link.url),
        "title_sealed": vault.seal(stream, place % "title_sealed", link.title),
        "address_sealed": vault.seal(stream, place % "address_sealed", address)
        if address
        else None,
        "platform_item": link.platform_item,
        "person_id": link.owner_id,
        "language": language,
        "urgent": urgent,
        "rules": rules.CURRENT,
        "clock_start": now,
        "due_at": due.at,
        "due_estimated": due.estimated,
        "at": now,
        "changed_at": now,
    }


def _hurried(case: ReportedContent, now: datetime) -> ReportedContent:
    """Make a link due at once that somebody called unlawful; what was due earlier stays so."""
    if case.urgent:
        return case
    due = rules.due_in(CaseState.CHECK, case.rules, now, urgent=True)
    assert due is not None
    sooner = case.due_at is None or due.at < case.due_at
    start = {"clock_start": now, "due_at": due.at, "due_estimated": due.estimated}
    case = compare_and_set(case, version=case.version, urgent=True, **(start if sooner else {}))
    for report in queries.reports_of(case):
        moves.follow(report, now)
    return case


def ask_for_more(
    actor: Actor, report: ContentReport, *, words: str, version: int, now: datetime | None = None
) -> ContentReport:
    """Ask, as a clerk, what a vague report means; once. Without an answer it closes with that reason (LN-2.3).

    `version` is the work order's. Raises `Invalid`, `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    if not words.strip():
        raise Invalid("words", N_("Please write what you need to know."))
    if report.asked_at is not None:
        raise AlreadyDone(ASKED_ONCE)
    left = queries.living(report)
    if not left or any(case.status is not CaseState.CHECK for case in left):
        raise IllegalMove(report.status, ReportState.ASKED)
    order = orders.order_by_id(report.order_id)
    if order.version != version:
        raise Stale()
    with transaction():
        if order.assignee_id is None:  # which takes a new order into work, before it waits
            order_moves.assign(actor, order, actor.id, now=now)
        report = moves.move_report(report, ReportState.ASKED, asked_at=now)
        audit.record(report.stream, "report.asked", actor=actor, at=now)
        workorders.reply(
            actor,
            order,
            body=words.strip(),
            version=order.version,
            then=Status.WAITING,
            language=order.language,
            now=now,
        )
    return report


def lapse(report: ContentReport, now: datetime) -> None:
    """Close a report of which nothing more came, with its order; a link that nobody else reported ends with it."""
    with transaction():
        report = moves.move_report(report, ReportState.LAPSED)
        moves.hold_while(False, report, now)
        audit.record(report.stream, "report.lapsed", actor=SYSTEM, at=now)
        for case in queries.living(report):
            if case.status is CaseState.CHECK and not queries.reports_of(case):
                moves.move_case(SYSTEM, case, CaseState.DROPPED, version=case.version, now=now)


def may_withdraw(report: ContentReport) -> bool:
    """True as long as nothing was decided about any link of a report that stands."""
    undecided = {one.case.status for one in queries.named_in(report)} == {CaseState.CHECK}
    return undecided and report.status not in rules.UNCOUNTED


def withdraw_report(
    actor: Actor, report: ContentReport, *, now: datetime | None = None
) -> ContentReport:
    """Withdraw a report as who sent it, before anything is decided; its order closes. Twice is harmless.

    A link that somebody else reported is looked at all the same. Raises `NotFound`, `DomainError`.
    """
    now = now or utcnow()
    if actor.id is None or actor.id != report.person_id:
        raise NotFound()
    if report.status is ReportState.WITHDRAWN:
        return report
    if not may_withdraw(report):
        raise DomainError(DECIDED_ALREADY)
    with transaction():
        report = moves.move_report(report, ReportState.WITHDRAWN)
        moves.hold_while(False, report, now)
        audit.record(report.stream, "report.withdrawn", actor=actor, at=now)
        for one in queries.named_in(report):
            if not queries.reports_of(one.case):
                version = one.case.version
                moves.move_case(actor, one.case, CaseState.WITHDRAWN, version=version, now=now)
        workorders.close_own_order(actor, orders.order_by_id(report.order_id), now=now)
    return report


def take_up_again(report: ContentReport, now: datetime) -> None:
    """Go on with a report to which more came; its links are due anew, unless others reported them as well."""
    with transaction() as session:
        report = moves.move_report(report, ReportState.OPEN)
        audit.record(report.stream, "report.taken_up", actor=SYSTEM, at=now)
        for named in queries.named_in(report):
            case = named.case
            if case.status is CaseState.CHECK and len(queries.reports_of(case)) == 1:
                _begin_again(case, now)
            elif case.status in (CaseState.DROPPED, CaseState.WITHDRAWN):
                if (other := _open_case(case.url_blind)) is None:
                    moves.move_case(SYSTEM, case, CaseState.CHECK, version=case.version, now=now)
                else:
                    link = select(ReportLink).where(
                        ReportLink.report_id == report.id, ReportLink.content_id == case.id
                    )
                    session.execute(link).scalar_one().content_id = other.id
        session.flush()
        moves.follow(report, now)


def _begin_again(case: ReportedContent, now: datetime) -> None:
    due = rules.due_in(CaseState.CHECK, case.rules, now, urgent=case.urgent)
    assert due is not None
    compare_and_set(
        case,
        version=case.version,
        clock_start=now,
        due_at=due.at,
        due_estimated=due.estimated,
    )


def recount_reports(now: datetime) -> None:
    """Count dates anew whose holidays were not published when they were promised; nobody loses a day. Periodic."""
    estimated = ReportedContent.due_estimated.is_(True)
    each_of(ReportedContent, estimated, work=partial(_recount, now=now))


def _recount(case: ReportedContent, now: datetime) -> None:
    due = queries.due_of(case)
    if due is None or (due.at, due.estimated) == (case.due_at, case.due_estimated):
        return
    case = compare_and_set(case, version=case.version, due_at=due.at, due_estimated=due.estimated)
    until = due.at.isoformat()
    audit.record(case.stream, "reported.recounted", actor=SYSTEM, at=now, until=until)
    for report in queries.reports_of(case):
        moves.follow(report, now)
