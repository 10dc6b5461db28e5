"""Trainings of staff: recorded by an administrator, told before they lapse, written down when they did (PP-7.1)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import update

from support.accounts import queries, queries_training
from support.accounts.models import PersonKind, Training
from support.accounts.policy import (
    LONGEST_TRAINING_MONTHS,
    TRAINING_MONTHS,
    LapseStep,
    lapse_step,
    require_admin,
)
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, outbox
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import changed, transaction
from support.core.errors import Invalid, NotFound
from support.core.words import N_

LAPSING = "training.lapsing"
_OLDEST_YEARS = 10


def record_training(
    actor: Actor,
    person_id: int,
    *,
    passed_on: date,
    months: int = TRAINING_MONTHS,
    note: str = "",
    now: datetime | None = None,
) -> datetime:
    """Record that a member of staff passed a training and return its end; their roles count again from now on.

    Days are the operator's. It ends when the day begins that has the same number `months` later. Raises `NeedsProof`,
    `Invalid` for a day to come or months out of 1 to 36.
    """
    now = now or utcnow()
    require_admin(actor)
    assurance.require(actor, Act.CHANGE_ROLES, now=now)
    if queries.person(person_id).kind != PersonKind.STAFF:
        raise NotFound()
    if not 1 <= months <= LONGEST_TRAINING_MONTHS:
        raise Invalid("months", N_("Enter a number of months from 1 to 36."))
    if passed_on > now.astimezone(_zone()).date():
        raise Invalid("passed_on", N_("This day is still to come."))
    if passed_on.year < now.year - _OLDEST_YEARS:
        raise Invalid("passed_on", N_("This day is too long ago."))
    passed_at, expires_at = _begin_of(passed_on), _begin_of(_later(passed_on, months))
    with transaction() as session:
        session.add(
            Training(
                person_id=person_id,
                passed_at=passed_at,
                expires_at=expires_at,
                recorded_by=actor.id,
                recorded_at=now,
                note=" ".join(note.split())[:200],
            )
        )
        audit.record(
            f"person:{person_id}",
            "training.recorded",
            actor=actor,
            at=now,
            passed=passed_at.isoformat(),
            expires=expires_at.isoformat(),
        )
    return expires_at


def tell_lapses(now: datetime) -> None:
    """Put on their way the letters that are due, and write down what lapsed, where trainings are asked for.

    Safe to run twice: the row says how far its lapse was told. What was missed in between is not caught up with.
    """
    if not settings().training_required:
        return
    for latest in queries_training.latest_trainings():
        step = lapse_step(latest.expires_at, now)
        if step is not None and step > latest.told:
            _tell(latest, step, now)


def _tell(latest: queries_training.Latest, step: LapseStep, now: datetime) -> None:
    untold = (Training.id == latest.id, Training.told < step)
    with transaction():
        if changed(update(Training).where(*untold).values(told=step)) != 1:
            return
        key = f"{latest.id}:{step.value}"
        outbox.put(LAPSING, key, person=latest.person_id, training=latest.id)
        if step is LapseStep.LAPSED:
            who, action = f"person:{latest.person_id}", "training.lapsed"
            audit.record(who, action, actor=SYSTEM, at=now, training=latest.id)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().operator_timezone)


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), _zone())


def _later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
