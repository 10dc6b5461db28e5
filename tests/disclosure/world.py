"""Lena of legal proposes, Paul approves, Leo of legal hears appeals; Alice keeps a shop, Bob another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import inspect

from support.core import installation, outbox
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.db import db
from support.disclosure import (
    jobs,
    queries,
    service,
    service_appeals,
    service_publishing,
)
from support.disclosure.lifecycle import PenaltyState
from support.disclosure.models import Penalty
from support.policies.models_publications import Publication
from support.policies.queries_publications import entries_of
from tests.fixtures.penalties import REASONS, SAID
from tests.workorders.desk_world import make_agent, make_member

S = PenaltyState


class PenaltyWorld:
    """The people, and what they do one after the other; `now` is the moment of the next act."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._enter()
        installation.mark(demo=True)
        self.lena, self.leo = make_agent("Lena", Role.LEGAL), make_agent("Leo", Role.LEGAL)
        self.paul, self.mei = make_agent("Paul", Role.APPROVER), make_agent("Mei", Role.AGENT)
        self.alice = make_member("Alice", "alice@example.org")
        self.bob = make_member("Bob", "bob@example.org")
        self.now = utcnow()

    def _enter(self) -> None:
        self._context = self.app.app_context()
        self._context.push()

    def leave(self) -> None:
        """Leave the context in which verbs are called."""
        db.session.remove()
        self._context.pop()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Be a browser for a while: each request makes a context of its own."""
        self.leave()
        try:
            yield
        finally:
            self._enter()

    def draft(self, **more: Any) -> Penalty:
        """Lena writes a draft about Alice, with `more` of it said otherwise."""
        said = replace(SAID, **more)
        return service.write_penalty(self.lena, "Alice", said, reasons=REASONS, now=self.now)

    def proposed(self) -> Penalty:
        """A draft that waits for a second person."""
        row = self.draft()
        return service.propose_penalty(self.lena, row, version=row.version, now=self.now)

    def told(self) -> Penalty:
        """A penalty that Paul agreed to and that stands in Alice's inbox."""
        row = self.proposed()
        service.approve_penalty(self.paul, row, version=row.version, now=self.now)
        self.drain()
        return self.fresh(row)

    def appealed(self) -> Penalty:
        """A penalty against which Alice appealed."""
        row = self.told()
        service_appeals.appeal_penalty(self.alice, row, "canary: they are real.", now=self.now)
        return self.fresh(row)

    def published(self) -> Penalty:
        """A penalty that nobody appealed against in time."""
        row = self.told()
        self.after(row)
        self.tick()
        return self.fresh(row)

    def after(self, row: Penalty) -> None:
        """Let the time to appeal be over."""
        assert row.appeal_until is not None
        self.now = row.appeal_until + timedelta(minutes=1)

    def tick(self, now: datetime | None = None) -> None:
        """Do what the tick does of this room."""
        for work in jobs.PERIODIC:
            work.work(now or self.now)

    def drain(self) -> None:
        """Carry out what waits in the outbox."""
        while outbox.drain():
            pass

    def decide(self, row: Penalty, *, stands: bool) -> Penalty:
        """Leo, who had no part in it, decides the appeal."""
        row = self.fresh(row)
        return service_appeals.decide_appeal(
            self.leo, row, stands=stands, words="canary answer", version=row.version, now=self.now
        )

    def correct(self, row: Penalty, **more: Any) -> Penalty:
        """Lena proposes a correction and Paul agrees to it."""
        said = replace(SAID, **more)
        found = service_publishing.propose_correction(self.lena, row, said, now=self.now)
        service_publishing.settle_correction(
            self.paul, row, found, made=True, version=found.version, now=self.now
        )
        return self.fresh(row)

    @staticmethod
    def fresh(row: Penalty) -> Penalty:
        """The row as the database has it now."""
        db.session.expire_all()
        key = inspect(row).identity
        assert key is not None
        return queries.penalty_by_id(key[0])

    @staticmethod
    def entries(row: Penalty) -> list[Publication]:
        """The entries of a penalty in the public ledger, the first one first."""
        return list(entries_of(row.series))
