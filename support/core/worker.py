"""`flask worker` and `flask tick`: the two processes beside the web that carry out what is due."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Flag

from flask import current_app
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from support.core import doorbell, logs, outbox, outbox_upkeep
from support.core.clock import utcnow
from support.core.context import hooks, settings
from support.core.db import PASSING, Id, Model, db, insert_new, transaction

log = logging.getLogger(__name__)

SWEEP_EVERY = 5.0
HELP_AFTER = 15.0


@dataclass(frozen=True, slots=True)
class Periodic:
    """`work(now)` runs once in each `every`, on one machine of many; it must be safe to run twice."""

    name: str
    every: timedelta
    work: Callable[[datetime], None]


class TimerRun(Model):
    """The unique (task, slot) that lets exactly one tick run a periodic task."""

    __tablename__ = "timer_run"
    __table_args__ = PASSING

    id: Mapped[Id]
    task_slot: Mapped[str] = mapped_column(String(120), unique=True)
    at: Mapped[datetime]


def drain_outbox() -> None:
    """The rq job: carry out what the outbox has due. Safe to run twice, takes no arguments."""
    with current_app.app_context():
        logs.clear()
        outbox.drain()


def run_worker() -> None:
    """Serve the doorbell until told to stop; without a Valkey there is nothing to serve, and the tick works alone."""
    url = settings().redis_url
    if not url:
        log.warning("worker_without_valkey")
        return
    connection = doorbell.connect(url, timeout=None)
    queue = Queue(doorbell.QUEUE, connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=60,
        maintenance_interval=30,
    )
    worker.work(logging_level="WARNING")


def run_tick() -> None:
    """Sweep the outbox and run what is periodic, every five seconds, until SIGTERM or SIGINT."""
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        started = time.monotonic()
        with current_app.app_context():
            logs.clear()
            try:
                tick(utcnow())
            except Exception:
                log.exception("tick_failed")
        stop.wait(max(0.2, SWEEP_EVERY - (time.monotonic() - started)))


def tick(now: datetime) -> None:
    """One sweep: ring for due rows, or carry them out here while no worker does; then the periodic tasks."""
    due, late = outbox_upkeep.waiting(now)
    db.session.rollback()
    if due and (late > HELP_AFTER or not doorbell.answers()):
        outbox.drain()
    elif due:
        doorbell.ring()
    for task in hooks(Periodic):
        run_periodic(task, now)


def run_periodic(task: Periodic, now: datetime) -> bool:
    """Run `task` if nobody ran it in this slot, and return whether it ran; a failure is logged."""
    slot = int(now.timestamp() // task.every.total_seconds())
    with transaction():
        mine = insert_new(TimerRun, task_slot=f"{task.name}|{slot}", at=now)
    if not mine:
        return False
    try:
        task.work(now)
    except Exception:
        db.session.rollback()
        log.exception("periodic_failed", extra={"task": task.name})
    return True


def forget_old_runs(now: datetime) -> None:
    """Delete timer rows older than two days."""
    with transaction() as session:
        session.execute(delete(TimerRun).where(TimerRun.at < now - timedelta(days=2)))
