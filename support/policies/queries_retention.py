"""The runs of retention, for the run itself, its page and the command line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select

from support.core.db import db
from support.policies.models_retention import OPEN, RetentionPart, RetentionRun, RunState

NIGHTS = 30


def open_run() -> RetentionRun | None:
    """Return the run that is under way, the oldest first."""
    found = select(RetentionRun).where(RetentionRun.state.in_(OPEN)).order_by(RetentionRun.id)
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def run_by_id(run_id: int) -> RetentionRun:
    """Return a run as it is now."""
    return db.session.get_one(RetentionRun, run_id, populate_existing=True)


def newest_run() -> RetentionRun:
    """Return the newest run; there is one."""
    found = last_run()
    assert found is not None
    return found


def last_run() -> RetentionRun | None:
    """Return the newest run of any kind, None where none ever began."""
    return _last()


def last_night() -> RetentionRun | None:
    """Return the newest nightly run."""
    return _last(RetentionRun.night.is_not(None))


def last_counted() -> RetentionRun | None:
    """Return the newest run that counted to its end."""
    return _last(RetentionRun.counted_at.is_not(None))


def last_carried_out() -> RetentionRun | None:
    """Return the newest run that did more than count."""
    return _last(RetentionRun.dry.is_(False), RetentionRun.counted_at.is_not(None))


def _last(*which: ColumnElement[bool]) -> RetentionRun | None:
    found = select(RetentionRun).where(*which).order_by(RetentionRun.id.desc()).limit(1)
    return db.session.execute(found).scalar_one_or_none()


def next_part(run_id: int, state: RunState) -> RetentionPart | None:
    """Return the next place of a run that is in this state."""
    found = (
        select(RetentionPart)
        .where(RetentionPart.run_id == run_id, RetentionPart.state == state)
        .order_by(RetentionPart.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(found).scalar_one_or_none()


def parts_of(run_id: int) -> Sequence[RetentionPart]:
    """Return the places of a run, in their order."""
    found = select(RetentionPart).where(RetentionPart.run_id == run_id).order_by(RetentionPart.id)
    return db.session.execute(found.execution_options(populate_existing=True)).scalars().all()


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run found, did and left, in all its places."""

    found: int
    done: int
    held: int
    failed: int


def totals_of(run_id: int) -> Totals:
    """Return the sums of a run."""
    part = RetentionPart
    failed = case((part.state == RunState.FAILED, 1), else_=0)
    sums = (func.coalesce(func.sum(each), 0) for each in (part.found, part.done, part.held, failed))
    row = db.session.execute(select(*sums).where(part.run_id == run_id)).one()
    return Totals(*(int(each) for each in row))


@dataclass(frozen=True, slots=True)
class Night:
    """What one run did: rows that were deleted, rows that were made anonymous, rows that a hold kept."""

    began_at: datetime
    deleted: int
    anonymous: int
    held: int


def nights(anonymous: Collection[str]) -> list[Night]:
    """Return the newest runs that did more than count, the oldest first; `anonymous` places delete none."""
    part, run = RetentionPart, RetentionRun
    changed = func.sum(case((part.code.in_(anonymous), part.done), else_=0))
    found = (
        select(run.began_at, func.sum(part.done) - changed, changed, func.sum(part.held))
        .join(part, part.run_id == run.id)
        .where(run.dry.is_(False))
        .group_by(run.id, run.began_at)
        .order_by(run.id.desc())
        .limit(NIGHTS)
    )
    rows = db.session.execute(found).all()
    return [Night(row[0], *(int(each) for each in row[1:])) for row in reversed(rows)]
