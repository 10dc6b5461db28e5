"""Things that are over their time, and a run that carries all of it out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from support.accounts.models import SignIn
from support.core.actors import SYSTEM
from support.core.db import changed, db, transaction
from support.policies import queries_retention as queries
from support.policies import service_retention as service
from support.policies.models_retention import RetentionPart, RetentionRun
from support.workorders.models import WorkOrder

NOW = datetime(2030, 3, 15, 19, 0, tzinfo=UTC)
"""03:00 on the 16th in Shanghai."""
MONTHS = timedelta(days=31)


def sign_in_at(at: datetime, *, address: str = "203.0.113.77", person: int | None = None) -> int:
    row = SignIn(
        person_id=person, at=at, target_blind=b"t", method="password", outcome="ok",
        address=address, network=None, device="Firefox on Linux", device_hash=None,
    )  # fmt: skip
    with transaction() as session:
        session.add(row)
        session.flush()
        return row.id


def closed_at(order: WorkOrder, at: datetime) -> WorkOrder:
    closed = update(WorkOrder).where(WorkOrder.id == order.id)
    with transaction():
        changed(closed.values(status="closed", status_at=at, updated_at=at))
    return order


def carry_out(now: datetime, *, dry: bool = False) -> RetentionRun:
    run = service.begin_run(SYSTEM, dry=dry, now=now)
    while service.go_on(run.id, now):
        pass
    db.session.rollback()
    return queries.run_by_id(run.id)


def part(run: RetentionRun, code: str) -> RetentionPart:
    """What a run did at one place."""
    return next(each for each in queries.parts_of(run.id) if each.code == code)
