"""What this room keeps of people about content reports: who reported, who answers for the content, who appealed.

What a reporter wrote stands in their work order; here it is legal's reason to show their name. Of who answers for a
link it is the address at which they are reached and the content's title. The link and why it was decided so stay for as
long as anybody of the other side is there. A row stays as a number, for the case and its dates belong to all of them.
In their copy people find their own; who reported is never told by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, literal, or_, select

from support.core.db import db
from support.core.holders import BATCH, Holder, Item, Measure, Removal, count_of
from support.core.locking import shut, still_there
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.infringement import queries_reports as queries
from support.infringement import removals
from support.infringement.lifecycle_reports import LIVING
from support.infringement.models_reports import (
    ContentReport,
    ReportAppeal,
    ReportedContent,
    ReportLink,
    appeal_place,
    reveal_place,
)
from support.infringement.removals import fresh, mark, own_value, to_take
from support.policies.data_classes import Class
from support.workorders import queries as orders


def _their_reports(person_id: int) -> Iterator[Item]:
    mine = (ContentReport.person_id == person_id, ContentReport.erasure == "")
    found = select(ContentReport).where(*mine).order_by(ContentReport.id)
    for report in db.session.execute(found).scalars():
        links = [queries.url_of(one.case) for one in queries.named_in(report)]
        fields = {
            N_("Reference"): orders.order_by_id(report.order_id).reference,
            N_("Ground"): gettext(report.why.title),
            N_("Links"): "\n".join(filter(None, links)),
            N_("Why your name is shown"): queries.reveal_reason(report),
        }
        kept = {label: value for label, value in fields.items() if value}
        yield Item(N_("A content report of yours"), report.at, kept)


def _about(person_id: int) -> Any:
    """Say which reported links somebody answers for: told to them, or to an address of theirs."""
    columns = (ReportedContent.id, ReportedContent.uid, ReportedContent.address_sealed)
    untold = (ReportedContent.person_id.is_(None), still_there(ReportedContent.address_sealed))
    owner, place = (
        literal("reported:").concat(ReportedContent.uid),
        "reported_content.address_sealed",
    )
    found = list(removals.reached_at(person_id, select(*columns).where(*untold), owner, place))
    return or_(ReportedContent.person_id == person_id, ReportedContent.id.in_(found))


def _their_content(person_id: int) -> Iterator[Item]:
    mine = (_about(person_id), ReportedContent.erasure == "")
    found = select(ReportedContent).where(*mine).order_by(ReportedContent.id)
    for case in db.session.execute(found).scalars():
        told = case.told_at is not None
        fields = {
            N_("Address"): queries.address_of(case),
            N_("Link"): queries.url_of(case) if told else "",
            N_("Title"): queries.title_of(case) if told else "",
            N_("Status"): gettext(case.status.title) if told else "",
            N_("Reason"): queries.reason_of(case) if told else "",
        }
        kept = {label: value for label, value in fields.items() if value}
        yield Item(N_("A report about content of yours"), case.told_at or case.at, kept)


def _their_appeals(person_id: int) -> Iterator[Item]:
    found = select(ReportAppeal).where(ReportAppeal.person_id == person_id)
    for appeal in db.session.execute(found.order_by(ReportAppeal.id)).scalars():
        case = queries.case_by_id(appeal.content_id)
        if words := queries.appeal_words(case, appeal):
            yield Item(N_("An appeal of yours"), appeal.at, {N_("Text"): words})


def _take_reports(removal: Removal) -> int:
    mine = (ContentReport.person_id == removal.person_id, to_take(removal, ContentReport.erasure))
    rows = fresh(select(ContentReport).where(*mine).order_by(ContentReport.id).limit(BATCH))
    for report in rows:
        place = reveal_place(report)
        report.reveal_sealed = shut(removal, report.stream, place, report.reveal_sealed)
        report.erasure, report.version = mark(removal), report.version + 1
        db.session.flush()
        for one in queries.named_in(report):
            if one.case.erasure != "" or not _is_answered_for(one.case):
                _take_link(removal, one.case)
    db.session.flush()
    return len(rows)


def _is_answered_for(case: ReportedContent) -> bool:
    return case.person_id is not None or case.address_sealed is not None


def _take_link(removal: Removal, case: ReportedContent) -> None:
    """Take a link out together with why it was decided so, unless somebody who reported it is there yet."""
    others = select(ReportLink.id).join(ContentReport, ContentReport.id == ReportLink.report_id)
    there = others.where(ReportLink.content_id == case.id, ContentReport.erasure == "").limit(1)
    if db.session.execute(there).first() is not None:
        return
    for column in ("url_sealed", "title_sealed"):
        _take_column(removal, case, column, b"")
    _take_column(removal, case, "reason_sealed", None)
    case.url_blind, case.platform_item = own_value(case.uid), ""
    case.version += 1


def _take_column(removal: Removal, case: ReportedContent, column: str, empty: bytes | None) -> None:
    sealed = shut(removal, case.stream, case.place(column), getattr(case, column))
    setattr(case, column, sealed or empty)


def _take_content(removal: Removal) -> int:
    mine = (_about(removal.person_id), to_take(removal, ReportedContent.erasure))
    rows = fresh(select(ReportedContent).where(*mine).order_by(ReportedContent.id).limit(BATCH))
    for case in rows:
        _take_column(removal, case, "title_sealed", b"")
        _take_column(removal, case, "address_sealed", None)
        case.contact_id, case.erasure, case.version = None, mark(removal), case.version + 1
        _take_link(removal, case)
    db.session.flush()
    return len(rows)


def _words(person_id: int) -> tuple[Any, ...]:
    return ReportAppeal.person_id == person_id, still_there(ReportAppeal.sealed)


def _take_appeals(removal: Removal) -> int:
    left = func.length(ReportAppeal.sealed) > 0
    which = _words(removal.person_id) if removal.restriction else (
        ReportAppeal.person_id == removal.person_id, left
    )  # fmt: skip
    rows = fresh(select(ReportAppeal).where(*which).order_by(ReportAppeal.id).limit(BATCH))
    for appeal in rows:
        owner = queries.case_by_id(appeal.content_id).stream
        appeal.sealed = shut(removal, owner, appeal_place(appeal.uid), appeal.sealed) or b""
    db.session.flush()
    return len(rows)


def _since(which: Any) -> Any:
    """Return when the newest of some links that are decided came to stand as it does."""
    newest = select(func.max(ReportedContent.changed_at))
    ended = newest.where(ReportedContent.state.not_in(list(LIVING)), which)
    return db.session.execute(ended).scalar_one()


def _reported(person_id: int) -> Any:
    mine = select(ReportLink.content_id).join(ContentReport)
    return ReportedContent.id.in_(mine.where(ContentReport.person_id == person_id))


def _appealed(person_id: int) -> Any:
    mine = select(ReportAppeal.content_id).where(ReportAppeal.person_id == person_id)
    return ReportedContent.id.in_(mine)


def _streams(which: Any) -> Iterator[str]:
    """Yield the orders of all who reported some links: they are held while a link is open."""
    found = (
        select(ContentReport.order_id)
        .join(ReportLink, ReportLink.report_id == ContentReport.id)
        .join(ReportedContent, ReportedContent.id == ReportLink.content_id)
        .where(which)
    )
    yield from removals.streams_of(db.session.execute(found.distinct()).scalars().all())


def _holder(code: str, title: str, columns: dict[str, str], whose: Any, *how: Any) -> Holder:
    """A holder of this file: `whose` says which links are somebody's, `how` counts, collects and takes out."""
    count, collect, take = how
    return Holder(
        code=f"infringement.{code}",
        title=title,
        data_class=Class.RIGHTS,
        columns=columns,
        count=count,
        collect=collect,
        measures={Measure.RESTRICT: take, Measure.ERASE: take},
        since=lambda person_id: _since(whose(person_id)),
        streams=lambda person_id: _streams(whose(person_id)),
    )


HOLDERS: tuple[Holder, ...] = (
    _holder(
        "report_appeals",
        N_("Appeals about reported content"),
        {"report_appeal": "person_id sealed"},
        _appealed,
        lambda person_id: count_of(ReportAppeal, *_words(person_id)),
        _their_appeals,
        _take_appeals,
    ),
    _holder(
        "reports",
        N_("Content reports"),
        {"content_report": "person_id reveal_sealed"},
        _reported,
        lambda person_id: count_of(
            ContentReport, ContentReport.person_id == person_id, ContentReport.erasure == ""
        ),
        _their_reports,
        _take_reports,
    ),
    _holder(
        "reported",
        N_("Reports about your content"),
        {
            "reported_content": "person_id contact_id url_blind url_sealed title_sealed "
            "platform_item address_sealed reason_sealed"
        },
        _about,
        lambda person_id: count_of(
            ReportedContent, _about(person_id), ReportedContent.erasure == ""
        ),
        _their_content,
        _take_content,
    ),
)
