"""What is known of content reports and of the links that they name, found through what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from support.accounts import queries as people
from support.core import vault
from support.core.actors import Actor
from support.core.calendars import Due, never_shorter
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.infringement import lifecycle_reports as rules
from support.infringement.lifecycle_reports import LIVING, UNCOUNTED
from support.infringement.models_reports import (
    ContentReport,
    ReportAppeal,
    ReportedContent,
    ReportLink,
    appeal_place,
    reveal_place,
)
from support.workorders import queries as orders
from support.workorders.models import WorkOrder

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A link as one report names it: its number there, and its case."""

    position: int
    case: ReportedContent


def report_of(order: WorkOrder) -> ContentReport | None:
    """Return the report beside a work order."""
    found = select(ContentReport).where(ContentReport.order_id == order.id)
    return db.session.execute(found).scalar_one_or_none()


def report_by_id(report_id: int) -> ContentReport:
    """Return a report by its row id, for jobs; raises `NotFound`."""
    found = db.session.get(ContentReport, report_id)
    if found is None:
        raise NotFound()
    return found


def case_by_id(case_id: int) -> ReportedContent:
    """Return the case of a link by its row id, for jobs; raises `NotFound`."""
    found = db.session.get(ReportedContent, case_id)
    if found is None:
        raise NotFound()
    return found


def report_for(actor: Actor, reference: str) -> ContentReport:
    """Return the report that the actor filed under this reference; raises `NotFound` for everybody else."""
    found = report_of(orders.order_for(actor, reference))
    if found is None or found.person_id != actor.id:
        raise NotFound()
    return found


def report_at_desk(actor: Actor, reference: str) -> ContentReport:
    """Return the report of an order to somebody who works at the desk; raises `NotFound`."""
    found = report_of(orders.order_at_desk(actor, reference))
    if found is None:
        raise NotFound()
    return found


def case_for(actor: Actor, uid: str) -> ReportedContent:
    """Return the case of content that the actor answers for, once they were told of it; raises `NotFound`."""
    found = case_told(uid)
    if actor.id is None or found.person_id != actor.id:
        raise NotFound()
    return found


def cases_about(actor: Actor) -> Sequence[ReportedContent]:
    """Return the reported content that the actor answers for and was told of, newest first."""
    mine = (ReportedContent.person_id == actor.id, ReportedContent.told_at.is_not(None))
    query = select(ReportedContent).where(*mine).order_by(ReportedContent.id.desc())
    return db.session.execute(query.limit(MOST_LISTED)).scalars().all()


def case_told(uid: str) -> ReportedContent:
    """Return a case of which somebody was told, for the page that asks for a code; raises `NotFound`."""
    query = select(ReportedContent).where(ReportedContent.uid == uid)
    found = db.session.execute(query).scalar_one_or_none()
    if found is None or found.told_at is None or found.person_id is None:
        raise NotFound()
    return found


def named_in(report: ContentReport) -> list[Named]:
    """Return the links of a report in its own order."""
    query = (
        select(ReportLink.position, ReportedContent)
        .join(ReportedContent, ReportedContent.id == ReportLink.content_id)
        .where(ReportLink.report_id == report.id)
        .order_by(ReportLink.position)
    )
    return [Named(position, case) for position, case in db.session.execute(query)]


def living(report: ContentReport) -> list[ReportedContent]:
    """Return the links of a report that are not decided yet."""
    return [one.case for one in named_in(report) if one.case.status in LIVING]


def reports_of(case: ReportedContent) -> Sequence[ContentReport]:
    """Return the reports of a link that neither lapsed nor were withdrawn, the first one first."""
    query = (
        select(ContentReport)
        .join(ReportLink, ReportLink.report_id == ContentReport.id)
        .where(ReportLink.content_id == case.id, ContentReport.state.not_in(UNCOUNTED))
        .order_by(ContentReport.id)
    )
    return db.session.execute(query).scalars().all()


def first_report(case: ReportedContent) -> ContentReport:
    """Return the report that named a link first, lapsed or not: what the platform answers stands on its order."""
    query = (
        select(ContentReport)
        .join(ReportLink, ReportLink.report_id == ContentReport.id)
        .where(ReportLink.content_id == case.id)
        .order_by(ContentReport.id)
        .limit(1)
    )
    return db.session.execute(query).scalar_one()


def counts(cases: Sequence[ReportedContent]) -> dict[int, int]:
    """Return how many reports name each link."""
    query = (
        select(ReportLink.content_id, func.count())
        .where(ReportLink.content_id.in_([case.id for case in cases]))
        .group_by(ReportLink.content_id)
    )
    return {case_id: number for case_id, number in fetch(query)}  # noqa: C416 (rows aren't pairs)


def appeals_of(case: ReportedContent) -> Sequence[ReportAppeal]:
    """Return the appeals against how a link was decided, the oldest first."""
    found = select(ReportAppeal).where(ReportAppeal.content_id == case.id).order_by(ReportAppeal.id)
    return db.session.execute(found).scalars().all()


def appeals_by_case(cases: Sequence[ReportedContent]) -> dict[int, list[ReportAppeal]]:
    """Return the appeals of many links in one query, by link, and fetch the keys of what they say."""
    vault.load_keys([case.stream for case in cases])
    found: dict[int, list[ReportAppeal]] = {case.id: [] for case in cases}
    query = select(ReportAppeal).where(ReportAppeal.content_id.in_(found))
    for appeal in db.session.execute(query.order_by(ReportAppeal.id)).scalars():
        found[appeal.content_id].append(appeal)
    return found


def joined_orders(report: ContentReport, cases: Sequence[ReportedContent]) -> Sequence[int]:
    """Return the orders of the first twenty other reports that name one of these links."""
    query = (
        select(ContentReport.order_id)
        .join(ReportLink, ReportLink.report_id == ContentReport.id)
        .where(
            ReportLink.content_id.in_([case.id for case in cases]), ContentReport.id != report.id
        )
        .distinct()
        .order_by(ContentReport.order_id)
        .limit(20)
    )
    return db.session.execute(query).scalars().all()


def url_of(case: ReportedContent) -> str:
    """Return the link, empty once its key is destroyed."""
    return _text(case.stream, case.place("url_sealed"), case.url_sealed)


def title_of(case: ReportedContent) -> str:
    """Return the title of what stands behind the link, where the platform told one."""
    return _text(case.stream, case.place("title_sealed"), case.title_sealed)


def reason_of(case: ReportedContent) -> str:
    """Return why it was decided so, in the words of whoever decided."""
    return _text(case.stream, case.place("reason_sealed"), case.reason_sealed)


def address_of(case: ReportedContent) -> str:
    """Return how whoever answers for it is reached, where no account is known."""
    return _text(case.stream, case.place("address_sealed"), case.address_sealed)


def appeal_words(case: ReportedContent, appeal: ReportAppeal) -> str:
    """Return what an appeal says; for the desk and for its own side."""
    return _text(case.stream, appeal_place(appeal.uid), appeal.sealed)


def reveal_reason(report: ContentReport) -> str:
    """Return why legal lets the other side know who reported."""
    return _text(report.stream, reveal_place(report), report.reveal_sealed)


def revealed_names(case: ReportedContent, now: datetime) -> list[str]:
    """Return who reported a link, of those alone whose name legal decided to show and whose time to object is over."""
    shown = [
        report.person_id
        for report in reports_of(case)
        if report.reveal_at is not None and report.reveal_at <= now
    ]
    return sorted(filter(None, people.names(shown).values()))


def due_of(case: ReportedContent) -> Due | None:
    """Return a link's running clock as it is counted today, never shorter than promised, with its steps."""
    if case.due_at is None or case.clock_start is None:
        return None
    counted = rules.due_in(case.status, case.rules, case.clock_start, urgent=case.urgent)
    if counted is None:
        return None
    return never_shorter(Due(case.due_at, counted.zone, case.due_estimated, ()), counted)


def _text(owner: str, place: str, sealed: bytes | None) -> str:
    try:
        return vault.unseal(owner, place, sealed) if sealed else ""
    except vault.KeyDestroyed:
        return ""
