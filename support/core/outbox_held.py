"""Holding back what is put into the outbox, so that an act of many transactions is told of as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import update

from support.core import doorbell
from support.core.clock import utcnow
from support.core.db import after_commit, transaction
from support.core.outbox import HELD
from support.core.outbox_rows import OutboxRow, OutboxState

_KEYS = 500


@contextmanager
def held() -> Iterator[None]:
    """Keep what is put inside until the block ends.

    Should this process die in it, the rows go out by themselves after `outbox.LONGEST_HOLD`. Not inside a transaction.
    """
    waiting: list[str] = []
    token = HELD.set(waiting)
    try:
        yield
    finally:
        HELD.reset(token)
        if waiting:
            _release(waiting)


def _release(keys: Sequence[str]) -> None:
    with transaction() as session:
        for start in range(0, len(keys), _KEYS):
            which = OutboxRow.dedup_key.in_(keys[start : start + _KEYS])
            still = (which, OutboxRow.state == OutboxState.PENDING, OutboxRow.attempts == 0)
            session.execute(update(OutboxRow).where(*still).values(due_at=utcnow()))
        after_commit(doorbell.ring)
