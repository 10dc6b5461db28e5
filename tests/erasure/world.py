"""Priya is privacy officer, Lena of legal agrees, Mei works at the desk; Alice wants her data deleted, Bob stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import inspect, update

from support.accounts import service_sessions
from support.accounts.policy import Method
from support.core import installation, outbox
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.holders import Measure
from support.core.outbox_rows import OutboxRow, OutboxState
from support.erasure import queries, queries_plan, service
from support.erasure.models import Erasure
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from support.workorders.models import WorkOrder
from tests.workorders.desk_world import make_agent, make_member

EMAIL, MOBILE = "alice@example.org", "+8613700138000"


class ErasureWorld:
    """The people, and what they do one after the other; `now` is the moment of the next act."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._enter()
        installation.mark(demo=True)
        self.priya = make_agent("Priya", Role.PRIVACY_OFFICER)
        self.lena, self.mei = make_agent("Lena", Role.LEGAL), make_agent("Mei", Role.AGENT)
        self.alice = make_member("Alice", EMAIL, MOBILE)
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
        """Be a browser, or another process, for a while."""
        self.leave()
        try:
            yield
        finally:
            self._enter()

    def shown(self, who: Actor, *, second: bool = True) -> Actor:
        """The same person with a session of a moment ago, with a second factor or without."""
        with transaction():
            opened = service_sessions.open_session(
                who.id or 0, Method.PASSWORD, "127.0.0.1", "tests", self.now, second=second
            )
        return replace(who, session=opened.session_id)

    def asked(self, who: Actor | None = None, ground: str = "closing") -> Erasure:
        """Somebody files the work order of a request."""
        who = who or self.alice
        order = workorders.file_order(
            who,
            kind_named("erasure"),
            requester_id=who.id or 0,
            contact_id=None,
            subject="Deletion of my data: I close my account",
            body="canary facts: please delete all of it.",
            topic=ground,
            language="en",
            now=self.now,
        )
        return self.of(order)

    def of(self, order: WorkOrder) -> Erasure:
        """The request of an order."""
        found = queries.erasure_of(order)
        assert found is not None
        return found

    def order(self, row: Erasure) -> WorkOrder:
        """The order of a request, as it is now."""
        db.session.expire_all()
        return orders.order_by_id(self.fresh(row).order_id)

    def confirmed(self, who: Actor | None = None, region: str = "cn", **more: Any) -> Erasure:
        """A request whose person has shown who they are."""
        who = who or self.alice
        row = self.asked(who)
        return service.confirm_request(
            self.shown(who), row, region=region, version=row.version, now=self.now, **more
        )

    def proposed(
        self,
        row: Erasure | None = None,
        measures: Mapping[str, str] | None = None,
        reasons: Mapping[str, str] | None = None,
        words: str = "",
    ) -> Erasure:
        """Priya proposes what the table says, but for `measures`."""
        row = self.fresh(row or self.confirmed())
        return service.propose(
            self.priya,
            row,
            measures or {},
            reasons or {},
            words=words,
            version=row.version,
            now=self.now,
        )

    def refused(self) -> Erasure:
        """All stays, for a reason, and Lena agrees."""
        row = self.confirmed()
        plan = queries_plan.plan_of(row.person_id, self.now)
        codes = [each.data_class.value for each in plan]
        keep, why = dict.fromkeys(codes, Measure.KEEP.value), dict.fromkeys(codes, "ground")
        row = self.proposed(row, keep, why, "canary reason")
        return service.approve(self.lena, row, version=row.version, now=self.now)

    def approved(self, row: Erasure | None = None) -> Erasure:
        """Lena agrees to a proposal."""
        row = self.fresh(row) if row is not None else self.proposed()
        return service.approve(self.lena, row, version=row.version, now=self.now)

    def carried_out(self, row: Erasure | None = None) -> Erasure:
        """A request that was carried out to its end."""
        row = row or self.approved()
        self.drain()
        self.hurry()
        self.drain()
        return self.fresh(row)

    @staticmethod
    def hurry() -> None:
        """Let what waits in the outbox be due now."""
        with transaction():
            waiting = update(OutboxRow).where(OutboxRow.state == OutboxState.PENDING)
            changed(waiting.values(due_at=utcnow()))

    def drain(self) -> None:
        """Carry out what waits in the outbox."""
        while outbox.drain():
            pass

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    @staticmethod
    def fresh(row: Erasure) -> Erasure:
        """The row as the database has it now."""
        db.session.expire_all()
        key = inspect(row).identity
        assert key is not None
        return queries.erasure_by_id(key[0])
