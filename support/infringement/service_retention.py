"""What of this room ends by its own time: cases with both sides' words, reported links, conduct, begun notices.

A case is sealed under a key of its own: the key is destroyed, so that no copy can be read either. Rows stay as figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update

from support.accounts.service_retention import NeedsGuest
from support.core import file_upkeep, vault
from support.core.db import changed, db
from support.core.keeping import Keeping, delete_rows, plain, sweep
from support.core.words import N_
from support.infringement import service_drafts
from support.infringement.conduct import STEPS, StepKind, StepState
from support.infringement.lifecycle import ENDED
from support.infringement.lifecycle_reports import CASE
from support.infringement.models import (
    Answer,
    CounterNotice,
    HeldRight,
    Item,
    Notice,
    Paper,
    Respondent,
)
from support.infringement.models_conduct import (
    ConductAppeal,
    ConductSignal,
    ConductStep,
    NoticePrint,
)
from support.infringement.models_drafts import NoticeDraft
from support.infringement.models_reports import ContentReport, ReportAppeal, ReportedContent
from support.infringement.removals import own_value
from support.notifications import service_letters
from support.policies.data_classes import Class
from support.policies.queries_legal_holds import on_person, person_stream, stream_of
from support.workorders.models import WorkOrder


def _over(before: datetime) -> tuple[Any, ...]:
    """A notice whose order is closed for so long, and no link of which moved since."""
    closed = exists().where(
        WorkOrder.id == Notice.order_id, WorkOrder.status == "closed", WorkOrder.status_at < before
    )
    alive = or_(Item.state.not_in(sorted(ENDED)), Item.changed_at >= before)
    return _says_something(), closed, ~exists().where(Item.notice_id == Notice.id, alive)


def _says_something() -> Any:
    """A notice whose filer was erased before still has the other side's words, and each of its links with them."""
    links = exists().where(Item.notice_id == Notice.id, Item.sealed.is_not(None))
    return or_(Notice.sealed.is_not(None), links)


def _held(held: Any) -> Any:
    """A hold on its order, on its filer, or on anybody who answered."""
    side = (Respondent.notice_id == Notice.id, person_stream(Respondent.person_id).in_(held))
    own = (stream_of("order", Notice.order_id).in_(held), person_stream(Notice.person_id).in_(held))
    return or_(*own, exists().where(*side))


def _end_notices(_now: datetime, ids: Sequence[int]) -> int:
    rows = db.session.execute(select(Notice).where(Notice.id.in_(ids))).scalars().all()
    papers = select(Paper.file_uid).where(Paper.notice_id.in_(ids))
    file_upkeep.discard(db.session.execute(papers).scalars().all())
    db.session.execute(delete(Paper).where(Paper.notice_id.in_(ids)))
    links = select(Item.id).where(Item.notice_id.in_(ids))
    for table, which, bare in (
        (Answer, Answer.item_id.in_(links), {"sealed": None}),
        (CounterNotice, CounterNotice.notice_id.in_(ids), {"sealed": None}),
        (
            Respondent,
            Respondent.notice_id.in_(ids),
            {"address_sealed": None, "address_blind": None, "contact_id": None},
        ),
        (NoticePrint, NoticePrint.notice_id.in_(ids), {"text_blind": None}),
    ):
        changed(update(table).where(which).values(**bare))
    for link in db.session.execute(select(Item).where(Item.notice_id.in_(ids))).scalars():
        # Links stay apart, since a notice names none twice; nobody finds them by their address any more.
        link.url_blind, link.version = own_value(link.uid), link.version + 1
        link.platform_item = ""
        link.sealed = link.reason_sealed = link.complaint_sealed = link.dispute_sealed = None
    for notice in rows:
        vault.destroy(notice.stream)
        service_letters.forget_words(notice.stream)
        notice.sealed, notice.holder_blind = None, own_value(notice.uid)
        notice.valid_until = None
        notice.version += 1
    db.session.flush()
    return len(rows)


def _over_links(before: datetime) -> tuple[Any, ...]:
    ended = ReportedContent.state.in_(sorted(CASE.finals))
    return ReportedContent.url_sealed != b"", ended, ReportedContent.changed_at < before


def _held_links(held: Any) -> Any:
    return or_(
        stream_of("reported", ReportedContent.uid).in_(held),
        person_stream(ReportedContent.person_id).in_(held),
    )


def _end_links(_now: datetime, ids: Sequence[int]) -> int:
    rows = db.session.execute(select(ReportedContent).where(ReportedContent.id.in_(ids)))
    ended = rows.scalars().all()
    for row in ended:
        vault.destroy(row.stream)
        row.url_sealed, row.title_sealed, row.url_blind = b"", b"", own_value(row.uid)
        row.address_sealed = row.reason_sealed = row.contact_id = None
        row.platform_item = ""
        row.version += 1
    appeals = update(ReportAppeal).where(ReportAppeal.content_id.in_(ids))
    changed(appeals.values(sealed=b""))
    db.session.flush()
    return len(ended)


def _over_reports(before: datetime) -> tuple[Any, ...]:
    """A report with legal's reason to show a name, whose order is closed for so long."""
    order = (WorkOrder.id == ContentReport.order_id, WorkOrder.status == "closed")
    return ContentReport.reveal_sealed.is_not(None), exists().where(
        *order, WorkOrder.status_at < before
    )


def _held_reports(held: Any) -> Any:
    own = stream_of("order", ContentReport.order_id).in_(held)
    return or_(own, person_stream(ContentReport.person_id).in_(held))


def _end_reports(_now: datetime, ids: Sequence[int]) -> int:
    rows = db.session.execute(select(ContentReport).where(ContentReport.id.in_(ids)))
    ended = rows.scalars().all()
    for row in ended:
        vault.destroy(row.stream)
        row.reveal_sealed, row.version = None, row.version + 1
    db.session.flush()
    return len(ended)


def _end_rights(_now: datetime, ids: Sequence[int]) -> int:
    changed(update(Notice).where(Notice.right_id.in_(ids)).values(right_id=None))
    return delete_rows(HeldRight, ids)


def _over_steps(before: datetime) -> tuple[Any, ...]:
    """Steps that are over; one without an end of its own (a note, a warning) when it is old enough. A lane stands."""
    over = ConductStep.state.in_(sorted(STEPS.finals))
    endless = (ConductStep.state == StepState.STANDING) & ConductStep.until_at.is_(None)
    counts = func.coalesce(
        ConductStep.ended_at, ConductStep.until_at, ConductStep.starts_at, ConductStep.at
    )
    heard = exists().where(
        ConductAppeal.step_id == ConductStep.id,
        or_(ConductAppeal.decided_at.is_(None), ConductAppeal.decided_at >= before),
    )
    lane = endless & (ConductStep.kind == StepKind.LANE)
    return or_(over, endless), ~lane, counts < before, ~heard


def _end_steps(_now: datetime, ids: Sequence[int]) -> int:
    db.session.execute(delete(ConductAppeal).where(ConductAppeal.step_id.in_(ids)))
    return delete_rows(ConductStep, ids)


def _discard(_now: datetime, ids: Sequence[int]) -> int:
    uids = db.session.execute(select(NoticeDraft.uid).where(NoticeDraft.id.in_(ids))).scalars()
    found = list(uids)
    for uid in found:
        service_drafts.discard_draft(uid)
    return len(found)


def _needs(person: Any) -> Any:
    """Somebody answers for a link of a case whose words are still there."""
    answers = (Respondent.person_id == person, Respondent.notice_id == Notice.id)
    notices = exists().where(*answers, _says_something())
    links = exists().where(ReportedContent.person_id == person, ReportedContent.url_sealed != b"")
    return or_(notices, links)


NOTICES = Keeping(
    "infringement.notices",
    N_("Rights notices with answers and files"),
    N_("after the end of the case"),
    Class.RIGHTS,
    Notice,
    over=_over,
    first=Notice.id,
    held=_held,
    act=_end_notices,
    most=20,
)
LINKS = Keeping(
    "infringement.reported",
    N_("Reported content"),
    N_("after the end of the case"),
    Class.RIGHTS,
    ReportedContent,
    over=_over_links,
    first=ReportedContent.id,
    held=_held_links,
    act=_end_links,
    most=100,
)
REPORTS = Keeping(
    "infringement.reports",
    N_("Why a reporter's name was shown"),
    N_("after the end of the case"),
    Class.RIGHTS,
    ContentReport,
    over=_over_reports,
    first=ContentReport.id,
    held=_held_reports,
    act=_end_reports,
    most=100,
)
RIGHTS = plain(
    "infringement.rights",
    (N_("Rights that were taken off the list"), N_("after that")),
    Class.RIGHTS,
    HeldRight,
    HeldRight.forgotten_at,
    None,
    held=on_person(HeldRight.person_id),
    act=_end_rights,
)
STEPS_OVER = Keeping(
    "infringement.steps",
    N_("Notes, warnings and suspensions"),
    N_("after the end of the step"),
    Class.CONDUCT,
    ConductStep,
    over=_over_steps,
    first=ConductStep.id,
    held=on_person(ConductStep.person_id),
    act=_end_steps,
    most=100,
)
APPEALS = Keeping(
    "infringement.appeals",
    N_("Appeals about what counts in a record"),
    N_("after the decision"),
    Class.CONDUCT,
    ConductAppeal,
    over=lambda before: (ConductAppeal.step_id.is_(None), ConductAppeal.decided_at < before),
    first=ConductAppeal.id,
    held=on_person(ConductAppeal.person_id),
)
SIGNALS = plain(
    "infringement.signals",
    (N_("Signals about filers"), N_("after the notice")),
    Class.CONDUCT,
    ConductSignal,
    ConductSignal.at,
    None,
    held=on_person(ConductSignal.person_id),
)
DRAFTS = plain(
    "infringement.drafts",
    (N_("Begun notices"), N_("14 days after the last change")),
    Class.TRACES,
    NoticeDraft,
    NoticeDraft.ends_at,
    timedelta(0),
    held=on_person(NoticeDraft.person_id),
    act=_discard,
    most=50,
)
KEEPINGS: tuple[Keeping, ...] = (
    NOTICES,
    LINKS,
    REPORTS,
    RIGHTS,
    STEPS_OVER,
    APPEALS,
    SIGNALS,
    DRAFTS,
)
HOOKS: tuple[object, ...] = (*KEEPINGS, NeedsGuest(_needs))


def forget_old_drafts(now: datetime) -> None:
    """Give up what nobody touched for 14 days, sooner than at night (a periodic task). Safe to run twice."""
    sweep(DRAFTS, now)
