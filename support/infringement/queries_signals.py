"""What is counted of filers: what became of their links, and what a notice is measured by against others."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from support.accounts.models import ContactPoint
from support.core.db import db, fetch
from support.infringement import conduct
from support.infringement.conduct import AppealState, Record
from support.infringement.models import Item, Notice, Respondent
from support.infringement.models_conduct import ConductAppeal, NoticePrint
from support.infringement.queries_conduct import OUTCOME, is_against

_ONE_DAY = timedelta(days=1)


def record_since(person_id: int, since: datetime) -> Record:
    """Count what became of somebody's links since then (`conduct.counted_as`).

    Neither a notice that was left out after an appeal counts, nor content for which the filer answers themselves.
    """
    rows = fetch(
        select(*OUTCOME, func.count())
        .join(Notice, Notice.id == Item.notice_id)
        .outerjoin(Respondent, Respondent.id == Item.respondent_id)
        .where(_in_record(person_id, since))
        .group_by(*OUTCOME)
    )
    return conduct.record_of((*conduct.counted_as(*outcome), number) for *outcome, number in rows)


def respondents_since(person_id: int, since: datetime) -> int:
    """Return against how many different people somebody's links stayed down since then; unknown ones don't count."""
    rows = fetch(
        select(Respondent.person_id, *OUTCOME)
        .join(Item, Item.respondent_id == Respondent.id)
        .join(Notice, Notice.id == Item.notice_id)
        .where(_in_record(person_id, since), Respondent.person_id.is_not(None))
        .distinct()
    )
    return len({person for person, *outcome in rows if is_against(outcome)})


def _in_record(person_id: int, since: datetime) -> ColumnElement[bool]:
    """What counts of somebody's links: by others, since then, and in no notice that was left out after an appeal."""
    left_out = select(ConductAppeal.notice_id).where(
        ConductAppeal.person_id == person_id,
        ConductAppeal.state == AppealState.UPHELD,
        ConductAppeal.notice_id.is_not(None),
    )
    return and_(
        Notice.person_id == person_id,
        Item.state.in_(conduct.COUNTED),
        Respondent.person_id.is_distinct_from(person_id),
        Item.changed_at >= since,
        Notice.id.not_in(left_out),
    )


def filed(which: ColumnElement[bool], now: datetime) -> tuple[int, int, int]:
    """Return how many notices were filed within the hour, within the day, and in the usual time before that day."""
    hour, day = now - timedelta(hours=1), now - _ONE_DAY
    row = fetch(
        select(
            func.count().filter(Notice.at > hour),
            func.count().filter(Notice.at > day),
            func.count().filter(Notice.at <= day),
        ).where(which, Notice.at > day - conduct.BURST_USUAL, Notice.at <= now)
    ).one()
    return row[0], row[1], row[2]


def same_text(notice: Notice, blind: bytes) -> tuple[int, int]:
    """Return in how many notices up to this one, and for how many rights holders, an explanation stands."""
    row = fetch(
        select(func.count(), func.count(Notice.holder_blind.distinct()))
        .select_from(NoticePrint)
        .join(Notice, Notice.id == NoticePrint.notice_id)
        .where(NoticePrint.text_blind == blind, Notice.id <= notice.id)
    ).one()
    return row[0], row[1]


def others_with_address(person_id: int) -> int:
    """Return how many other filers have proved an address or a phone that this one has proved."""
    mine, theirs = ContactPoint.__table__.alias(), ContactPoint.__table__.alias()
    same = and_(mine.c.kind == theirs.c.kind, mine.c.blind == theirs.c.blind)
    files = select(Notice.id).where(Notice.person_id == theirs.c.person_id).exists()
    found = (
        select(func.count(theirs.c.person_id.distinct()))
        .select_from(mine.join(theirs, same))
        .where(mine.c.person_id == person_id, theirs.c.person_id != person_id)
        .where(mine.c.verified_at.is_not(None), theirs.c.verified_at.is_not(None), files)
    )
    return int(db.session.execute(found).scalar_one())


def others_for_holder(notice: Notice) -> int:
    """Return how many other people had filed notices for the same rights holder."""
    found = select(func.count(Notice.person_id.distinct())).where(
        Notice.holder_blind == notice.holder_blind,
        Notice.person_id != notice.person_id,
        Notice.id < notice.id,
    )
    return int(db.session.execute(found).scalar_one())


def named_again(notice: Notice) -> int:
    """Return how many links of a notice were refused since they had come back under article 17."""
    found = select(func.count()).where(Item.notice_id == notice.id, Item.reason == "article_17")
    return int(db.session.execute(found).scalar_one())
