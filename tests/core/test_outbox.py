"""The outbox: written with the verb or not at all, carried out at least once, dead rows stand before staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import select, update

from support.core import doorbell, outbox, outbox_upkeep, worker
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import register, settings
from support.core.db import changed, db, transaction
from support.core.errors import AlreadyDone, NotAllowed
from support.core.outbox import GiveUp, Retry, Subscription
from support.core.outbox_rows import OutboxRow, OutboxState
from support.core.worker import Periodic, TimerRun, run_periodic, tick
from tests.core.test_db import in_threads

RAN: list[Any] = []
MOODS: dict[str, Exception] = {}


def remember(payload: dict[str, Any]) -> None:
    """Note that the message arrived, in the mood that the test set."""
    RAN.append(payload["n"])
    if mood := MOODS.get("now"):
        raise mood


def remember_too(payload: dict[str, Any]) -> None:
    """A second subscriber of the same topic."""
    RAN.append(-payload["n"])


@pytest.fixture(autouse=True)
def subscribed(app: Flask) -> Iterator[None]:
    """Two subscribers of one topic; nothing remembered yet."""
    RAN.clear()
    MOODS.clear()
    register(app, Subscription("test.news", remember), Subscription("test.news", remember_too))
    with app.app_context():
        yield
        db.session.remove()


def put(n: int = 1, **more: Any) -> None:
    """Put one message."""
    with transaction():
        outbox.put("test.news", f"key-{n}", n=n, **more)


def rows() -> list[tuple[str, int, str | None]]:
    """State, attempts and last error of the first subscriber's rows."""
    db.session.rollback()
    found = db.session.execute(
        select(OutboxRow.state, OutboxRow.attempts, OutboxRow.last_error)
        .where(OutboxRow.handler.endswith("remember"))
        .order_by(OutboxRow.id)
    )
    return [(state, attempts, error) for state, attempts, error in found]


def due_now() -> None:
    """Let every waiting row be due."""
    with transaction():
        changed(update(OutboxRow).values(due_at=utcnow() - timedelta(seconds=1)))


def test_each_subscriber_gets_the_message_once() -> None:
    put()
    assert outbox.drain() == 2
    assert sorted(RAN) == [-1, 1]
    assert outbox.drain() == 0
    assert rows() == [("done", 1, None)]


def test_the_same_key_again_writes_nothing() -> None:
    put()
    put()
    assert outbox.drain() == 2


def test_a_verb_that_fails_leaves_no_message() -> None:
    def verb() -> None:
        with transaction():
            outbox.put("test.news", "key", n=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        verb()
    assert outbox.drain() == 0


def test_a_refusal_for_good_is_dead_at_once_with_its_reason() -> None:
    MOODS["now"] = GiveUp("550 no such user")
    put()
    outbox.drain()
    assert rows() == [("dead", 1, "550 no such user")]


def test_trouble_outside_is_tried_again_later_and_given_up_after_a_day() -> None:
    MOODS["now"] = Retry("connection refused")
    put()
    outbox.drain()
    assert rows() == [("pending", 1, "connection refused")]
    assert outbox.drain() == 0, "it waits before the next try"
    due_now()
    with transaction():
        changed(update(OutboxRow).values(created_at=utcnow() - timedelta(hours=25)))
    outbox.drain()
    assert rows()[0][0] == OutboxState.DEAD


def test_a_poison_row_is_dead_after_eight_tries_and_holds_up_nobody() -> None:
    MOODS["now"] = ValueError("secret text of a person")
    put(1)
    for _ in range(8):
        due_now()
        outbox.drain()
    assert rows() == [("dead", 8, "ValueError")]
    MOODS.clear()
    put(2)
    assert outbox.drain() == 2


def test_a_dead_row_can_be_put_back_in_line() -> None:
    MOODS["now"] = GiveUp("no")
    put()
    outbox.drain()
    MOODS.clear()
    dead = db.session.execute(select(OutboxRow.id).where(OutboxRow.state == "dead")).scalar_one()
    db.session.rollback()
    with pytest.raises(NotAllowed):
        outbox_upkeep.revive(Actor("staff", 7, frozenset({Role.AGENT})), dead)
    outbox_upkeep.revive(SYSTEM, dead)
    with pytest.raises(AlreadyDone):
        outbox_upkeep.revive(SYSTEM, dead)
    outbox.drain()
    assert rows() == [("done", 1, None)]


def test_an_expired_message_is_never_carried_out() -> None:
    put(expires_at=utcnow() - timedelta(seconds=1))
    outbox.drain()
    assert RAN == []
    assert rows()[0][0] == OutboxState.EXPIRED


def test_urgent_overtakes_bulk() -> None:
    put(1, priority=outbox.BULK)
    put(2, priority=outbox.URGENT)
    outbox.drain()
    assert [n for n in RAN if n > 0] == [2, 1]


def test_a_row_whose_owner_died_is_taken_over_when_its_lease_ends() -> None:
    put()
    with transaction():
        changed(
            update(OutboxRow).values(
                state="sending",
                owner="dead",
                lease_until=utcnow() + timedelta(seconds=30),
                attempts=1,
            )
        )
    assert outbox.drain() == 0
    with transaction():
        changed(update(OutboxRow).values(lease_until=utcnow() - timedelta(seconds=1)))
    assert outbox.drain() == 2
    assert rows() == [("done", 2, None)]


def test_the_result_of_an_owner_who_lost_the_lease_counts_for_nothing(app: Flask) -> None:
    def lose_lease(_payload: dict[str, Any]) -> None:
        with transaction():
            changed(update(OutboxRow).values(owner="another"))
        raise GiveUp("the old owner's opinion")

    register(app, Subscription("test.slow", lose_lease))
    with transaction():
        outbox.put("test.slow", "key", n=1)
    outbox.drain()
    state, owner = db.session.execute(select(OutboxRow.state, OutboxRow.owner)).one()
    assert (state, owner) == ("sending", "another")


def test_many_drains_at_once_run_each_row_once(app: Flask) -> None:
    for n in range(1, 41):
        put(n)
    in_threads(app, 6, lambda _index: outbox.drain())
    assert sorted(RAN) == sorted([*range(1, 41), *range(-40, 0)])


def test_the_tick_carries_out_what_no_worker_does() -> None:
    put()
    tick(utcnow())  # no Valkey is configured here
    assert sorted(RAN) == [-1, 1]


def test_a_periodic_task_runs_once_in_its_slot_whoever_ticks(app: Flask) -> None:
    ran: list[int] = []
    task = Periodic("count", timedelta(minutes=1), lambda _now: ran.append(1))
    now = utcnow()
    in_threads(app, 6, lambda _index: run_periodic(task, now))
    assert len(ran) == 1
    assert not run_periodic(task, now)
    assert run_periodic(task, now + timedelta(minutes=1))


def test_a_failing_periodic_task_is_tried_in_the_next_slot_and_stops_nobody() -> None:
    def fail(_now: object) -> None:
        raise ValueError

    task, now = Periodic("fail", timedelta(minutes=1), fail), utcnow()
    assert run_periodic(task, now)
    assert run_periodic(task, now + timedelta(minutes=1))
    worker.forget_old_runs(now + timedelta(days=3))
    assert db.session.execute(select(TimerRun)).first() is None


class TestWithValkey:
    """The doorbell on a real Valkey."""

    @pytest.fixture
    def config(self, config: Config, valkey_url: str) -> Config:
        return config.with_changes(redis_url=valkey_url)

    def test_a_commit_rings_and_the_rq_job_carries_it_out(self) -> None:
        put()
        connection = doorbell.connect(settings().redis_url, timeout=None)
        queue = Queue(doorbell.QUEUE, connection=connection, serializer=JSONSerializer)
        assert queue.count >= 1
        SimpleWorker([queue], connection=connection, serializer=JSONSerializer).work(burst=True)
        assert sorted(RAN) == [-1, 1]

    def test_many_commits_in_a_second_ring_once(self) -> None:
        connection = doorbell.connect(settings().redis_url, timeout=None)
        connection.flushall()
        with time_machine.travel(utcnow(), tick=False):
            for n in range(20):
                put(n)
        assert connection.llen(f"rq:queue:{doorbell.QUEUE}") == 1


class TestWithoutValkey:
    """A Valkey that is configured and away."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.with_changes(redis_url="unix:///nowhere/at/all.sock")

    def test_a_silent_doorbell_is_no_error_and_the_tick_delivers(self) -> None:
        for n in range(5):
            put(n + 1)
        assert not doorbell.answers()
        tick(utcnow())
        assert len(RAN) == 10
