"""What must hold after every fault, whatever it was (faults.md D): read from the database itself."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update

from app import create_app
from support.accounts.models import Code
from support.core import audit, vault
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.config import load
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow, OutboxState
from support.workorders.lifecycle import LIFECYCLE, Status
from support.workorders.models import Message, Party, WorkOrder
from support.workorders.reference import parse_reference
from tests.fixtures.live import LiveServer


@contextmanager
def looking_into(server: LiveServer, **environ: str) -> Iterator[None]:
    """An application context on the database of a server, beside its own processes."""
    environ = {
        **os.environ,
        **environ,
        "INSTANCE_DIR": str(server.instance),
        "PUBLIC_URL": server.url,
    }
    app = create_app(load(environ))
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def check(acknowledged: Iterable[str]) -> None:
    """Fail when an acknowledged order is not whole in the database, a history is illegal, or a trail broken."""
    numbers = {parse_reference(reference).sequence for reference in acknowledged}
    for table, column in (
        (WorkOrder, WorkOrder.id),
        (Party, Party.order_id),
        (Message, Message.order_id),
    ):
        there = set(db.session.execute(select(column)).scalars())
        assert not numbers - there, (
            f"acknowledged, but not in {table.__tablename__}: {numbers - there}"
        )
    _check_histories()
    assert list(audit.verify()) == []


def _check_histories() -> None:
    """Each order's moves are moves of the lifecycle and lead from the start to where it stands."""
    stands: dict[str, Status] = defaultdict(lambda: LIFECYCLE.start)
    events = select(Event).where(Event.action == "order.moved").order_by(Event.stream, Event.seq)
    for event in db.session.execute(events).scalars():
        old, new = Status(event.data["old"]), Status(event.data["new"])
        assert stands[event.stream] is old, f"{event.stream} {event.seq}: moved from {old}"
        LIFECYCLE.check_move(old, new)
        stands[event.stream] = new
    for order in db.session.execute(select(WorkOrder)).scalars():
        assert stands[order.stream] is order.state, f"{order.stream} stands at {order.state}"


def filed(subjects: Iterable[str]) -> dict[str, int]:
    """Return how many orders there are with each subject."""
    wanted = list(subjects)
    found = dict.fromkeys(wanted, 0)
    statement = select(WorkOrder.subject).where(WorkOrder.subject.in_(wanted))
    for subject in db.session.execute(statement).scalars():
        found[subject] += 1
    return found


def codes_sent_to(address: str) -> int:
    """Return how many one-time codes were written for an e-mail address."""
    statement = select(Code.id).where(Code.target_blind == vault.blind_index("email", address))
    return len(db.session.execute(statement).all())


def end_leases() -> None:
    """Let the time pass for which the lease of a killed owner still runs (90 s)."""
    with transaction() as session:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.state == OutboxState.SENDING)
            .values(lease_until=utcnow() - timedelta(seconds=1))
        )


def undone() -> int:
    """Return how many messages of the outbox are not carried out."""
    statement = select(OutboxRow.id).where(OutboxRow.state != OutboxState.DONE)
    found = len(db.session.execute(statement).all())
    db.session.rollback()
    return found
