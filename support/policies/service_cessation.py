"""The end of the whole service: proposed, agreed to by a second person, called off, carried out (PP-7.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from support.core import audit, outbox
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import after_commit, compare_and_set, db, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed
from support.core.text import clean_text, too_long
from support.core.words import N_
from support.policies import cessation_words, intake, queries_cessation, service_announcements
from support.policies.lifecycle_cessation import LIFECYCLE, CessationState
from support.policies.models import Announcement
from support.policies.models_cessation import Cessation
from support.policies.policy import check_may_end_service

TELL = "cessation.tell"
"""Payload: `cessation` (row id), `what` ("announced" or "called_off"), `after` (row id of the last person told)."""
LONGEST_WORDS = 2_000
S = CessationState

NEEDED = N_("This is needed in both languages.")
TOO_LONG = N_("Up to %(most)s characters, please.")
TOO_SOON = N_("The last day must be %(day)s or later: everybody is told %(days)s days before.")
TOO_FAR = N_("Please choose a day within the next two years.")
STANDING = N_("An end of the service is proposed or announced already.")
OTHERS = N_("Another administrator than who proposed it has to agree.")
TOO_LATE = N_("The last day is over: the end of the service can't be called off any more.")
_FARTHEST = timedelta(days=730)


def propose(
    actor: Actor,
    *,
    last_day: date,
    reason_en: str,
    reason_zh: str,
    now: datetime | None = None,
) -> Cessation:
    """Propose, as an administrator, that the service ends; nobody is told before a second one agrees.

    Raises `Invalid` for a day that is too soon, `AlreadyDone` while another proposal or announcement stands.
    """
    now = now or utcnow()
    check_may_end_service(actor)
    said = {
        name: _words(name, text)
        for name, text in (("reason_en", reason_en), ("reason_zh", reason_zh))
    }
    _check_day(last_day, now)
    uid, export = new_uid(), last_day + timedelta(days=settings().cessation_export_days)
    with transaction():
        new = insert_new(
            Cessation,
            uid=uid,
            standing=True,
            state=S.PROPOSED,
            last_day=last_day,
            stops_at=_end_of(last_day),
            last_export_day=export,
            export_until=_end_of(export),
            **said,
            proposed_by=actor.id,
            proposed_at=now,
            called_en="",
            called_zh="",
            version=1,
        )
        if not new:
            raise AlreadyDone(STANDING)
        row = queries_cessation.by_uid(uid)
        audit.record("system", "cessation.proposed", actor=actor, at=now, cessation=row.id)
    return row


def agree(actor: Actor, row: Cessation, *, version: int, now: datetime | None = None) -> Cessation:
    """Agree as the second person: it is announced, pinned, to everybody, and each member is told. Twice is harmless.

    Raises `NotAllowed` for who proposed it, `Invalid` where the last day came too near meanwhile, `Stale`.
    """
    now = now or utcnow()
    check_may_end_service(actor)
    if row.status is S.ANNOUNCED and row.agreed_by == actor.id:
        return row
    LIFECYCLE.check_move(row.status, S.ANNOUNCED)
    if actor.id == row.proposed_by:
        raise NotAllowed(OTHERS)
    _check_day(row.last_day, now)
    with transaction():
        news = _announce(actor, cessation_words.ends(row), now)
        values = {
            "agreed_by": actor.id,
            "agreed_at": now,
            "notice_days": (row.stops_at - now).days,
            "announcement_id": news.id,
        }
        row = _move(actor, row, S.ANNOUNCED, version, now, values)
        _tell(row, "announced")
    return row


def withdraw(
    actor: Actor, row: Cessation, *, version: int, now: datetime | None = None
) -> Cessation:
    """Take a proposal back, or turn it down as the second person; nobody was told of it. Twice is harmless."""
    now = now or utcnow()
    check_may_end_service(actor)
    if row.status is S.WITHDRAWN:
        return row
    LIFECYCLE.check_move(row.status, S.WITHDRAWN)
    with transaction():
        return _move(actor, row, S.WITHDRAWN, version, now, {"standing": None, "ended_at": now})


def call_off(
    actor: Actor,
    row: Cessation,
    *,
    words_en: str,
    words_zh: str,
    version: int,
    now: datetime | None = None,
) -> Cessation:
    """Call the end off, until its last day is over, saying why; whoever was told of it is told again.

    Raises `NotAllowed` after the last day, `Invalid`, `IllegalMove`, `Stale`.
    """
    now = now or utcnow()
    check_may_end_service(actor)
    LIFECYCLE.check_move(row.status, S.CALLED_OFF)
    if now >= row.stops_at:
        raise NotAllowed(TOO_LATE)
    said = {
        "called_en": _words("words_en", words_en),
        "called_zh": _words("words_zh", words_zh),
    }
    with transaction():
        by = {"called_off_by": actor.id, "called_off_at": now, "ended_at": now}
        row = _move(actor, row, S.CALLED_OFF, version, now, {"standing": None, **said, **by})
        _end_announcement(actor, row, now)
        _announce(actor, cessation_words.goes_on(row), now)
        _tell(row, "called_off")
    return row


def begin_erasing(row: Cessation, *, now: datetime) -> Cessation:
    """Begin with the deletion once the time is over in which people take their data along; by the system alone."""
    with transaction():
        return _move(SYSTEM, row, S.ERASING, row.version, now, {"erasing_at": now})


def finish(row: Cessation, proof: Mapping[str, Any], *, now: datetime) -> Cessation:
    """Write down the signed proof that all is deleted; by the system alone."""
    with transaction():
        values = {"proof": dict(proof), "ended_at": now}
        return _move(SYSTEM, row, S.DONE, row.version, now, values)


def _move(
    actor: Actor,
    row: Cessation,
    new: CessationState,
    version: int,
    now: datetime,
    values: Mapping[str, Any],
) -> Cessation:
    LIFECYCLE.check_move(row.status, new)
    row = compare_and_set(row, version=version, state=new, **values)
    audit.record("system", f"cessation.{new}", actor=actor, at=now, cessation=row.id)
    after_commit(intake.ending.forget)
    return row


def _tell(row: Cessation, what: str) -> None:
    outbox.put(TELL, f"{row.uid}:{what}:0", cessation=row.id, what=what, after=0)


def _announce(actor: Actor, texts: Mapping[str, str], now: datetime) -> Announcement:
    draft = service_announcements.write_announcement(actor, **texts, now=now)
    news = service_announcements.publish_announcement(actor, draft, version=draft.version, now=now)
    return service_announcements.pin_announcement(
        actor, news, pinned=True, version=news.version, now=now
    )


def _end_announcement(actor: Actor, row: Cessation, now: datetime) -> None:
    news = db.session.get(Announcement, row.announcement_id, populate_existing=True)
    if news is not None:
        service_announcements.end_announcement(actor, news, version=news.version, now=now)


def earliest_day(now: datetime) -> date:
    """Return the first day that leaves whole days enough between `now` and its end."""
    zone = ZoneInfo(settings().operator_timezone)
    day = now.astimezone(zone).date() + timedelta(days=settings().cessation_notice_days - 1)
    while _end_of(day) - now < timedelta(days=settings().cessation_notice_days):
        day += timedelta(days=1)
    return day


def _check_day(last_day: date, now: datetime) -> None:
    first = earliest_day(now)
    if last_day < first:
        days = settings().cessation_notice_days
        raise Invalid("last_day", TOO_SOON, day=first.isoformat(), days=days)
    if last_day > now.date() + _FARTHEST:
        raise Invalid("last_day", TOO_FAR)


def _end_of(day: date) -> datetime:
    """Return the moment at which a day is over where the operator is."""
    zone = ZoneInfo(settings().operator_timezone)
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(utcnow().tzinfo)


def _words(field: str, text: str) -> str:
    if too_long(text, LONGEST_WORDS):
        raise Invalid(field, TOO_LONG, most=LONGEST_WORDS)
    said = clean_text(text, LONGEST_WORDS)
    if not said:
        raise Invalid(field, NEEDED)
    return said
