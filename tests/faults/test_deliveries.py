"""Promise 2: every message is sent at least once, and again at most once for each crash."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow, OutboxState
from support.notifications import service
from support.notifications.models import Channel, Delivery, DeliveryState
from tests.fixtures.servers import free_port, wait_until
from tests.notifications.conftest import make_member

ROOT = Path(__file__).resolve().parents[2]
MESSAGES, KILLS = 500, 30


class NotingSink:
    """Notes the Message-ID before it answers, and takes its time, so that kills hit between the two."""

    def __init__(self) -> None:
        self.noted: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode()
        self.noted += [line for line in head.splitlines() if line.startswith("Message-ID:")]
        await asyncio.sleep(random.uniform(0.002, 0.02))
        return "250 OK"


class Drainer:
    """Starts draining processes and tells whether they live."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self) -> int:
        """Start a process that drains and return its pid."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def drainer(app: Flask, port: int) -> Iterator[Drainer]:
    config = app.extensions["ground"].config
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.drainer"],
        cwd=ROOT,
        env={
            **os.environ,
            "INSTANCE_DIR": str(config.instance_dir),
            "DATABASE_URL": config.database_url,
            "PUBLIC_URL": config.public_url,
            "SMTP_URL": f"smtp://127.0.0.1:{port}",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        yield Drainer(process)
        assert process.stdin is not None
        process.stdin.close()


def end_leases() -> None:
    """Let the time pass that a dead owner's lease still runs (90 s)."""
    with transaction() as session:
        session.execute(
            db.update(OutboxRow)
            .where(OutboxRow.state == OutboxState.SENDING)
            .values(lease_until=utcnow() - timedelta(seconds=1))
        )


def tell_many(count: int) -> None:
    alice = make_member("Alice", "alice@example.com")
    with transaction():
        for number in range(count):
            service.tell(
                alice,
                "notifications.password_changed",
                about=f"person:{alice}",
                key=str(number),
                ids={"person": alice, "how": "changed"},
            )
    db.session.remove()


@pytest.mark.slow
def test_thirty_kills_lose_nothing_and_repeat_at_most_one_message_each(app: Flask) -> None:
    seed = random.randrange(10**6)
    random.seed(seed)
    sink = NotingSink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    kills, hits = 0, 0
    try:
        with app.app_context(), drainer(app, controller.port) as drains:
            tell_many(MESSAGES)
            while kills < KILLS:
                goal = len(sink.noted) + random.randint(1, 14)
                pid = drains.start()
                wait_until(
                    lambda goal=goal: len(sink.noted) >= goal,  # type: ignore[misc]
                    seconds=60,
                    what=f"{goal} messages (seed {seed})",
                )
                time.sleep(random.uniform(0, 0.02))
                os.kill(pid, signal.SIGKILL)
                kills += 1
                wait_until(lambda pid=pid: not lives(pid), seconds=10, what="killed")  # type: ignore[misc]
                end_leases()
                db.session.remove()
            last = drains.start()
            wait_until(lambda: not lives(last), seconds=120, what="drained")
            copies = Counter(sink.noted)
            hits = sum(copies.values()) - len(copies)
            states = db.session.execute(
                db.select(Delivery.state, db.func.count())
                .where(Delivery.channel == Channel.MAIL)
                .group_by(Delivery.state)
            ).all()
            open_rows = db.session.execute(
                db.select(db.func.count())
                .select_from(OutboxRow)
                .where(OutboxRow.state != OutboxState.DONE)
            ).scalar_one()
    finally:
        controller.stop()
    assert len(copies) == MESSAGES, f"lost (seed {seed})"
    assert hits <= kills, f"{hits} repeated in {kills} kills (seed {seed})"
    assert max(copies.values()) <= 1 + kills
    assert [tuple(row) for row in states] == [(DeliveryState.SENT, MESSAGES)]
    assert open_rows == 0


@pytest.mark.slow
def test_two_processes_at_once_send_each_message_once(app: Flask) -> None:
    sink = NotingSink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        with app.app_context(), drainer(app, controller.port) as drains:
            tell_many(120)
            pids = [drains.start(), drains.start()]
            wait_until(lambda: not any(map(lives, pids)), seconds=120, what="drained")
    finally:
        controller.stop()
    assert Counter(Counter(sink.noted).values()) == {1: 120}
