"""What is given of people by rights notices and reports, written into the ledger of sharing beside the act itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal

from support.core.actors import SYSTEM, Actor
from support.core.db import db, each_of
from support.infringement import queries
from support.infringement.models import CounterNotice, Item, Notice, Respondent
from support.infringement.models_reports import ContentReport
from support.policies.queries_sharing import is_recorded
from support.policies.service_sharing import record_sharing
from support.policies.sharing_words import Aim, Basis, Data, Recipient
from support.workorders import queries as orders

_NAME = "reveal:"


def note_forwarded(actor: Actor, notice: Notice, respondent: Respondent, now: datetime) -> None:
    """Write down that a respondent was sent what the filer wrote, with the contact that they chose to show."""
    record_sharing(
        actor,
        notice.person_id,
        key=f"notice:{notice.uid}:{respondent.uid}",
        to=Recipient.RESPONDENT,
        data=(Data.NAME, Data.CONTACT, Data.WORDS, Data.LISTING),
        aim=Aim.NOTICE,
        basis=Basis.NOTICE,
        reference=orders.order_by_id(notice.order_id).reference,
        now=now,
    )


def note_counter(actor: Actor, item: Item, counter: CounterNotice, now: datetime) -> None:
    """Write down that the holder was sent the counter-notice of a respondent, with their name and contact."""
    respondent = db.session.get(Respondent, counter.respondent_id)
    if respondent is None or respondent.person_id is None:
        return
    notice = queries.notice_by_id(item.notice_id)
    record_sharing(
        actor,
        respondent.person_id,
        key=f"counter:{notice.uid}:{respondent.uid}",
        to=Recipient.HOLDER,
        data=(Data.NAME, Data.CONTACT, Data.WORDS),
        aim=Aim.COUNTER,
        basis=Basis.NOTICE,
        reference=orders.order_by_id(notice.order_id).reference,
        now=now,
    )


def note_reveals(now: datetime) -> None:
    """Write down whose name the other side of a report sees by now, as legal decided. Periodic, safe to run twice.

    It shows by itself when the reporter's time to object is over, unless legal stopped it until then.
    """
    unwritten = ~is_recorded(literal(_NAME) + ContentReport.uid)
    each_of(ContentReport, ContentReport.reveal_at <= now, unwritten, work=_note_reveal)


def _note_reveal(report: ContentReport) -> None:
    record_sharing(
        SYSTEM,
        report.person_id,
        key=f"{_NAME}{report.uid}",
        to=Recipient.RESPONDENT,
        data=(Data.NAME,),
        aim=Aim.REPORT,
        basis=Basis.DISPUTE,
        approved_by=report.reveal_by,
        reference=orders.order_by_id(report.order_id).reference,
        now=report.reveal_at,
    )
