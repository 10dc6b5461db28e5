"""Counting: the signals that a notice gives about its filer, and the record that opens and closes the fast lane.

Nothing here decides about anybody but the fast lane, which is a measure and comes and goes by itself.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from support.core import audit, outbox, vault
from support.core.actors import SYSTEM
from support.core.calendars import cn_day
from support.core.db import db, insert_new, new_uid, transaction
from support.core.worker import Periodic
from support.infringement import conduct, queries, queries_signals
from support.infringement import queries_conduct as known
from support.infringement.conduct import Figures, Record, Side, StepKind, StepState
from support.infringement.models import Notice
from support.infringement.models_conduct import (
    ConductSignal,
    ConductStep,
    FilerRecord,
    NoticePrint,
)

TOLD = "conduct.told"
"""Somebody is to be told of a step or of an appeal; ids `step` or `appeal`, and `told` (`letters_conduct.NEWS`)."""

_BATCH = 200


def fold_notice(notice: Notice) -> None:
    """Count the signals of one notice, as of its filing; a second run finds the same."""
    facts = queries.facts_of(notice)
    text = conduct.folded(facts.explanation)
    blind = vault.blind_index("explanation", text) if text else None
    with transaction():
        insert_new(NoticePrint, notice_id=notice.id)
        row = select(NoticePrint).where(NoticePrint.notice_id == notice.id)
        db.session.execute(row).scalar_one().text_blind = blind
        db.session.flush()
        found = _dates(notice, facts.right_day) | _numbers(notice, blind)
        gone = (ConductSignal.notice_id == notice.id, ConductSignal.code != "lost")
        db.session.execute(delete(ConductSignal).where(*gone))
        for code, figures in found.items():
            _note(notice, code, figures, notice.at)


def _dates(notice: Notice, right_day: str) -> dict[str, Figures]:
    listed = (queries.listing_of(notice, item).since for item in queries.items_of(notice))
    days = [day for each in listed if (day := _day(each))]
    return conduct.backdated(_day(right_day), cn_day(notice.at), days)


def _day(text: str) -> date | None:
    """Return a day that somebody or the platform named; None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _numbers(notice: Notice, blind: bytes | None) -> dict[str, Figures]:
    mine, same_holder = (
        Notice.person_id == notice.person_id,
        Notice.holder_blind == notice.holder_blind,
    )
    counted = {
        "burst": conduct.burst(*queries_signals.filed(mine, notice.at)),
        "burst_holder": conduct.burst(*queries_signals.filed(same_holder, notice.at)),
        "template": conduct.template(*queries_signals.same_text(notice, blind)) if blind else None,
        "linked_address": _some("accounts", queries_signals.others_with_address(notice.person_id)),
        "linked_holder": _some("accounts", queries_signals.others_for_holder(notice)),
        "again": _some("items", queries_signals.named_again(notice)),
    }
    if counted["burst"]:
        counted["burst_holder"] = None
    return {code: figures for code, figures in counted.items() if figures}


def _some(name: str, number: int) -> Figures | None:
    return {name: number} if number else None


def _note(notice: Notice, code: str, figures: Figures, at: datetime) -> None:
    values = {"person_id": notice.person_id, "figures": figures, "at": at}
    insert_new(ConductSignal, notice_id=notice.id, code=code, **values)


def note_outcome(notice: Notice, now: datetime) -> None:
    """Count anew what became of a filer's links, and note a signal where many came back."""
    with transaction():
        record = queries_signals.record_since(notice.person_id, now - conduct.SHOWN_FOR)
        if figures := conduct.lost(record):
            gone = (ConductSignal.person_id == notice.person_id, ConductSignal.code == "lost")
            db.session.execute(delete(ConductSignal).where(*gone))
            _note(notice, "lost", figures, now)
        count_record(notice.person_id, now)


def count_record(person_id: int, now: datetime) -> FilerRecord:
    """Count somebody's record anew, in the caller's transaction; the fast lane follows it.

    Who had the lane and whose shares fell is out of it for `conduct.LANE.within`, is told, and may appeal. Where too
    little was decided, against too few people, or another step stands, the lane is closed until that is over.
    """
    since = now - conduct.LANE.within
    record = queries_signals.record_since(person_id, since)
    blank = {"decided": 0, "taken": 0, "restored": 0, "fast": False, "counted_at": now}
    insert_new(FilerRecord, person_id=person_id, **blank)
    locked = select(FilerRecord).where(FilerRecord.person_id == person_id).with_for_update()
    row = db.session.execute(locked, execution_options={"populate_existing": True}).scalar_one()
    fast = (
        conduct.is_good(record)
        and not known.standing_kinds(person_id, now)
        and queries_signals.respondents_since(person_id, since) >= conduct.LANE.respondents
    )
    if row.fast and conduct.is_measured(record) and not conduct.is_good(record):
        _lose_lane(person_id, record, now)
    row.decided, row.taken, row.restored = record.decided, record.taken, record.restored
    row.fast, row.counted_at = fast, now
    db.session.flush()
    return row


def _lose_lane(person_id: int, record: Record, now: datetime) -> None:
    figures = {"decided": record.decided, "taken": record.taken, "restored": record.restored}
    uid = new_uid()
    if not insert_new(
        ConductStep,
        uid=uid,
        person_id=person_id,
        side=Side.FILER,
        kind=StepKind.LANE,
        state=StepState.STANDING,
        grounds=[],
        figures=figures,
        at=now,
        starts_at=now,
        until_at=now + conduct.LANE.within,
        version=1,
    ):
        return
    step = known.step_named(uid)
    audit.record(f"person:{person_id}", "conduct.lane_lost", actor=SYSTEM, at=now, step=step.id)
    outbox.put(TOLD, f"{uid}:lane_lost", step=step.id, told="lane_lost")


def recount_records(now: datetime) -> None:
    """Count each record anew once a day, since time passes; periodic, safe to run twice."""
    old = FilerRecord.counted_at <= now - timedelta(days=1)
    found = select(FilerRecord.person_id).where(old).order_by(FilerRecord.counted_at).limit(_BATCH)
    for person_id in db.session.execute(found).scalars().all():
        with transaction():
            count_record(person_id, now)


PERIODIC = (Periodic("recount_records", timedelta(hours=1), recount_records),)
