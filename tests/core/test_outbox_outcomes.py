"""What a room notes about an outcome is written with the row, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from support.core import outbox, outbox_upkeep
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.context import register
from support.core.db import db, in_transaction, transaction
from support.core.outbox import AfterDrain, GiveUp, Outcome, Retry, Subscription
from support.core.outbox_rows import OutboxRow, OutboxState


class Recorder:
    """A handler with its settle, which does as told and keeps what it is told."""

    def __init__(self) -> None:
        self.does: Any = None
        self.payloads: list[dict[str, Any]] = []
        self.outcomes: list[Outcome] = []
        self.settled_inside: list[bool] = []
        self.breaks = False

    def handle(self, payload: dict[str, Any]) -> str | None:
        self.payloads.append(payload)
        if isinstance(self.does, Exception):
            raise self.does
        word: str | None = self.does
        return word

    def settle(self, _payload: dict[str, Any], outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.settled_inside.append(in_transaction())
        if self.breaks:
            raise RuntimeError("settle failed")


@pytest.fixture
def recorder(app: Flask) -> Iterator[Recorder]:
    """A subscription of the topic `test.happened`."""
    recorder = Recorder()
    register(app, Subscription("test.happened", recorder.handle, recorder.settle))
    with app.app_context():
        yield recorder


def put(**more: Any) -> None:
    with transaction():
        outbox.put("test.happened", "1", thing=7, **more)


def row() -> OutboxRow:
    found: OutboxRow = db.session.execute(db.select(OutboxRow)).scalar_one()
    return found


@pytest.mark.parametrize(
    ("does", "state", "note"),
    [
        (None, OutboxState.DONE, None),
        ("cancelled", OutboxState.DONE, "cancelled"),
        (Retry("silence"), OutboxState.PENDING, "silence"),
        (GiveUp("refused"), OutboxState.DEAD, "refused"),
        (ValueError("a secret"), OutboxState.PENDING, "ValueError"),
    ],
)
def test_settle_learns_each_outcome_in_the_transaction_that_finishes_the_row(
    recorder: Recorder, does: Any, state: OutboxState, note: str | None
) -> None:
    put()
    recorder.does = does
    assert outbox.drain() == 1
    [outcome] = recorder.outcomes
    assert (outcome.state, outcome.note, outcome.attempts) == (state, note, 1)
    assert recorder.settled_inside == [True]
    assert row().state == state
    assert row().last_error == (None if state == OutboxState.DONE else note)
    assert recorder.payloads == [{"key": "1", "thing": 7}]


def test_an_expired_row_is_settled_without_running(recorder: Recorder) -> None:
    put(expires_at=utcnow() - timedelta(seconds=1))
    outbox.drain()
    assert recorder.payloads == []
    assert [outcome.state for outcome in recorder.outcomes] == [OutboxState.EXPIRED]


def test_a_fault_in_settle_ends_the_row_and_undoes_what_it_noted(
    app: Flask, recorder: Recorder
) -> None:
    put()
    recorder.breaks = True
    assert outbox.drain() == 1
    assert (row().state, row().last_error) == (OutboxState.DEAD, "settle failed")
    assert len(recorder.payloads) == 1
    outbox_upkeep.revive(SYSTEM, row().id)
    recorder.breaks = False
    outbox.drain()
    assert row().state == OutboxState.DONE


def test_what_lost_its_lease_is_not_settled(recorder: Recorder) -> None:
    put()
    [claim], _until = outbox._claim("first")
    outcome = Outcome(OutboxState.DONE, None, 1, utcnow())
    subscription = Subscription("test.happened", recorder.handle, recorder.settle)
    outbox._finish(claim, "somebody else", subscription, outcome, None)
    assert recorder.outcomes == []
    assert row().state == OutboxState.SENDING


def test_what_was_kept_open_is_given_back_after_each_drain(app: Flask, recorder: Recorder) -> None:
    ends: list[int] = []
    register(app, AfterDrain(lambda: ends.append(len(recorder.payloads))))
    put()
    outbox.drain()
    assert ends == [1]
    outbox.drain()
    assert ends == [1, 1]


def test_only_the_note_of_an_end_may_skip_the_disk(app: Flask, recorder: Recorder) -> None:
    said: list[str] = []

    def listen(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "ynchronous" in statement or statement.startswith("UPDATE outbox"):
            said.append(statement.split(" WHERE")[0])

    engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    put()
    outbox.drain()
    event.remove(engine, "before_cursor_execute", listen)
    relaxed = [words for words in said if "NORMAL" in words or "synchronous_commit = off" in words]
    assert len(relaxed) == 1
    finish = said[said.index(relaxed[0]) + 1]
    assert finish.startswith("UPDATE outbox SET state=")
    assert "attempts=" not in finish  # a claim must be on the disk before the message leaves
