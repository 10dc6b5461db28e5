"""The service is ended by two administrators; its dates are then moved to where a test wants to be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import changed, transaction
from support.policies import intake, queries_cessation, service_cessation
from support.policies.models_cessation import Cessation
from tests.workorders.desk_world import make_agent

DAYS = timedelta(days=1)


class Ending:
    """Ada proposes that the service ends, Ben agrees."""

    def __init__(self) -> None:
        self.ada, self.ben = make_agent("Ada", Role.ADMIN), make_agent("Ben", Role.ADMIN)

    def proposed(self, actor: Actor | None = None, **more: Any) -> Cessation:
        """A proposal of the first day that is allowed."""
        now = utcnow()
        given: dict[str, Any] = {"last_day": service_cessation.earliest_day(now), "now": now}
        given |= {"reason_en": "We move on.", "reason_zh": "我们另有安排。"}
        return service_cessation.propose(actor or self.ada, **given | more)

    def announced(self) -> Cessation:
        """Two people decided it, and everybody may know."""
        row = self.proposed()
        return service_cessation.agree(self.ben, row, version=row.version)

    def stopped(self) -> Cessation:
        """The last day was yesterday."""
        return self.moved(self.announced(), utcnow() - DAYS)

    def over(self) -> Cessation:
        """The time to take data along was over yesterday."""
        return self.moved(self.announced(), utcnow() - 31 * DAYS)

    @staticmethod
    def moved(row: Cessation, stops_at: datetime) -> Cessation:
        """Let the last day end at another moment, and what follows with it."""
        until = stops_at + 30 * DAYS
        dates: dict[str, Any] = {"stops_at": stops_at, "last_day": (stops_at - DAYS).date()}
        dates |= {"export_until": until, "last_export_day": (until - DAYS).date()}
        with transaction():
            changed(update(Cessation).where(Cessation.id == row.id).values(**dates))
        intake.ending.forget()
        return queries_cessation.by_id(row.id)
