"""The nightly run: it counts what is over its time, then deletes it or makes it anonymous, batch by batch.

A run goes in slices, a few seconds each, so that the tick's other work does not wait for it. Each batch is a
transaction of its own that also writes down how far it is: after a kill the next slice goes on where it stopped, and
what was done is counted once. One process works on a run at a time (`RetentionRun.worker`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, update

from support.core import audit
from support.core import keeping as places
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import hooks, settings
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.installation import begun_at
from support.core.keeping import Batch, HeldStreams, Keeping
from support.policies import queries_retention as queries
from support.policies import retention
from support.policies.data_classes import Class
from support.policies.models_retention import RetentionPart, RetentionRun, RunState
from support.policies.policy import check_may_run_retention
from support.policies.queries_legal_holds import held_streams

log = logging.getLogger(__name__)

FROM_HOUR, TO_HOUR = 2, 6
"""When a night's run begins, in the zone of the operator (China's, unless it is set)."""
MISSED = timedelta(hours=30)
"""So long after the last one (or the first start) a night was missed, as nothing ran then: it begins at any hour."""
SLICE = 2.0
LEASE = timedelta(seconds=30)
SLOW = 0.25
"""Seconds: a batch that took longer is followed by one of half its rows."""

HELD = HeldStreams(held_streams)


class Lost(RuntimeError):
    """Another process works on the run."""


def go_on_nightly(now: datetime) -> None:
    """Begin the night's run when it is time, and go on with whatever run is open (a periodic task)."""
    if queries.open_run() is None and _is_time(now):
        begin_nightly(now)
    run = queries.open_run()
    db.session.rollback()
    if run is not None:
        go_on(run.id, now)


def _is_time(now: datetime) -> bool:
    last = queries.last_night()
    local = _local(now)
    if last is not None and last.night == local.date():
        return False
    if FROM_HOUR <= local.hour < TO_HOUR:
        return True
    before = last.began_at if last is not None else begun_at()
    return before is not None and before < now - MISSED


def begin_nightly(now: datetime) -> None:
    """Begin the run of this night, unless it has begun already."""
    _begin(SYSTEM, now, dry=False, night=True)


def next_night(now: datetime) -> datetime:
    """Return when the next nightly run begins."""
    local, last = _local(now), queries.last_night()
    begins = local.replace(hour=FROM_HOUR, minute=0, second=0, microsecond=0)
    over = local.hour >= TO_HOUR or (last is not None and last.night == local.date())
    return begins + timedelta(days=1) if over else max(begins, local)


def _local(now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(settings().operator_timezone))


def begin_run(actor: Actor, *, dry: bool, now: datetime | None = None) -> RetentionRun:
    """Begin a run now, or return the one that is under way; the privacy officer and the command line may.

    It is carried out by the tick, or by who calls `go_on`.
    """
    check_may_run_retention(actor)
    return queries.open_run() or _begin(actor, now or utcnow(), dry=dry)


def _begin(actor: Actor, now: datetime, *, dry: bool, night: bool = False) -> RetentionRun:
    day = _local(now).date() if night else None
    lacking = retention.uncovered(Class, hooks(Keeping))
    with transaction():
        values = {"night": day, "dry": dry, "asked_by": actor.id, "began_at": now, "worker": ""}
        failed = {"state": RunState.FAILED, "ended_at": now, "reason": " ".join(lacking)[:200]}
        fine = {"state": RunState.COUNTING, "reason": ""}
        if insert_new(RetentionRun, **values, **(failed if lacking else fine)):
            run = queries.newest_run()
            audit.record_system("retention.began", at=now, actor=actor, run=run.id, dry=dry)
            if lacking:
                log.error("retention_class_without_rule", extra={"classes": lacking})
                audit.record_system("retention.failed", at=now, actor=actor, run=run.id)
            else:
                db.session.add_all(_parts(run, now))
        return queries.newest_run()


def _parts(run: RetentionRun, now: datetime) -> Sequence[RetentionPart]:
    config = settings()
    return [
        RetentionPart(
            run_id=run.id,
            code=each.code,
            data_class=each.data_class,
            before=retention.begins(each, now, config),
        )
        for each in hooks(Keeping)
    ]


def go_on(
    run_id: int,
    now: datetime,
    *,
    seconds: float = SLICE,
    told: Callable[[], None] = lambda: None,
) -> bool:
    """Work on a run for some seconds and return whether anything is left; False also where another works on it.

    `told` is called after each step, for who shows progress.
    """
    worker, until = new_uid(), time.monotonic() + seconds
    if not _take(run_id, worker):
        return False
    try:
        while time.monotonic() < until:
            if not _step(run_id, worker, now, until, told):
                return False
            told()
    except Lost:
        db.session.rollback()
        return False
    finally:
        _let_go(run_id, worker)
    return True


def _take(run_id: int, worker: str) -> bool:
    here = utcnow()
    free = or_(RetentionRun.busy_until.is_(None), RetentionRun.busy_until < here)
    mine = update(RetentionRun).where(RetentionRun.id == run_id, free)
    with transaction():
        return changed(mine.values(worker=worker, busy_until=here + LEASE)) == 1


def _let_go(run_id: int, worker: str) -> None:
    mine = (RetentionRun.id == run_id, RetentionRun.worker == worker)
    with transaction():
        changed(update(RetentionRun).where(*mine).values(worker="", busy_until=None))


def _stay(run_id: int, worker: str) -> None:
    """Prolong the lease inside the caller's transaction; raise `Lost` where another has taken over."""
    mine = (RetentionRun.id == run_id, RetentionRun.worker == worker)
    if changed(update(RetentionRun).where(*mine).values(busy_until=utcnow() + LEASE)) != 1:
        raise Lost()


def _step(run_id: int, worker: str, now: datetime, until: float, told: Callable[[], None]) -> bool:
    """Count one place, or carry one on; end the run where nothing is left, and return False then."""
    run = queries.run_by_id(run_id)
    if not run.is_open:
        return False
    wanted = RunState.WAITING if run.status is RunState.COUNTING else RunState.COUNTED
    part = queries.next_part(run_id, wanted)
    if part is None:
        return _next_phase(run, worker, now)
    keeping = next((each for each in hooks(Keeping) if each.code == part.code), None)
    try:
        if keeping is None:
            raise LookupError(part.code)  # the run began with another version of the program
        if wanted is RunState.WAITING:
            _count(part, keeping, worker)
        else:
            _carry_on(part, keeping, worker, now, until, told)
    except Lost:
        raise
    except Exception as error:
        db.session.rollback()
        log.exception("retention_place_failed", extra={"place": part.code})
        _set(part, worker, state=RunState.FAILED, error=type(error).__name__, ended_at=now)
    return True


def _count(part: RetentionPart, keeping: Keeping, worker: str) -> None:
    counted = {"found": places.due(keeping, part.before), "held": places.held(keeping, part.before)}
    _set(part, worker, state=RunState.COUNTED, **counted)


def _carry_on(
    part: RetentionPart,
    keeping: Keeping,
    worker: str,
    now: datetime,
    until: float,
    told: Callable[[], None],
) -> None:
    """Carry out batches of one place until nothing is left of it or the time is over."""
    after, most = part.after, keeping.most

    def note(batch: Batch) -> None:
        _stay(part.run_id, worker)
        here = update(RetentionPart).where(RetentionPart.id == part.id)
        began = RetentionPart.began_at
        so_far = {"done": RetentionPart.done + batch.done, "after": batch.last}
        changed(here.values(**so_far))
        changed(here.where(began.is_(None)).values(began_at=now))

    while time.monotonic() < until:
        began = time.monotonic()
        batch = places.carry_out_some(keeping, now, part.before, most=most, after=after, note=note)
        if batch is None:
            _set(part, worker, state=RunState.DONE, ended_at=utcnow())
            return
        after, took = batch.last, time.monotonic() - began
        most = max(1, most // 2) if took > SLOW else most
        told()
        time.sleep(min(took, SLOW))  # others who want to write have their turn


def _set(part: RetentionPart, worker: str, **values: object) -> None:
    with transaction():
        _stay(part.run_id, worker)
        changed(update(RetentionPart).where(RetentionPart.id == part.id).values(**values))


def _next_phase(run: RetentionRun, worker: str, now: datetime) -> bool:
    """End counting, or the run; return whether there is more to do."""
    here = update(RetentionRun).where(RetentionRun.id == run.id, RetentionRun.state == run.state)
    with transaction():
        _stay(run.id, worker)
        if run.status is RunState.COUNTING and not run.dry:
            changed(here.values(state=RunState.CARRYING, counted_at=utcnow()))
            return True
        total = queries.totals_of(run.id)
        state = RunState.FAILED if total.failed else RunState.DONE
        counted = run.counted_at or utcnow()
        changed(here.values(state=state, counted_at=counted, ended_at=utcnow()))
        facts = {"run": run.id, "found": total.found, "done": total.done, "held": total.held}
        name = "retention.failed" if total.failed else "retention.ended"
        audit.record_system(name, at=now, actor=SYSTEM, **facts)
    if total.failed:
        log.error("retention_failed", extra={"run": run.id, "places": total.failed})
    return False
