"""The IP clerk of a story: their decisions by the verbs, on the database of the processes that carry them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update

from app import create_app
from support.accounts import queries as accounts
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.infringement import (
    jobs,
    publishing,
    queries,
    queries_counters,
    service_checks,
    service_counter,
    service_forwarding,
    service_measures,
    service_publishing,
    service_rulings,
    timers,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.models_publishing import DuePublication, DueState
from support.infringement.regimes import RegimeCode
from support.notifications.service import reader_of
from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until

PASSED = timedelta(days=40)


class Office:
    """The clerk of the demo at one notice."""

    def __init__(self, server: LiveServer, database_url: str, reference: str) -> None:
        config = Config(instance_dir=server.instance).with_changes(database_url=database_url)
        self._app, self._reference = create_app(config), reference

    @contextmanager
    def _desk(self) -> Iterator[tuple[Actor, Notice]]:
        with self._app.app_context():
            found = accounts.bound_contact("email", "ip_clerk@example.com")
            assert found is not None
            clerk = reader_of(accounts.person(found[0]))
            yield clerk, queries.notice_at_desk(clerk, self._reference)
            db.session.remove()
            db.engine.dispose()

    def qualify(self) -> None:
        """Find the notice complete."""
        with self._desk() as (clerk, notice):
            meter = service_checks.check_formally(
                clerk, notice, regime=RegimeCode.ECL, version=notice.version
            )
            assert meter.complete, meter.missing

    def take_down(self, *positions: int) -> None:
        """Take a measure against some links, and send the notice on once the platform has answered."""
        with self._desk() as (clerk, notice):
            for item in queries.items_of(notice):
                if item.position in positions:
                    service_measures.take_measure(
                        clerk, item, measure="delete", version=item.version
                    )
        self.wait_for(ItemState.MEASURE_TAKEN, positions)
        self._each(ItemState.MEASURE_TAKEN, service_forwarding.forward_notice)

    def send_counter_on(self, *positions: int) -> None:
        """Find the counter-notice complete and send it on; the letter to the holder starts the waiting period."""
        with self._desk() as (clerk, notice):
            counter = next(
                filter(None, map(queries_counters.counter_of, queries.respondents_of(notice)))
            )
            lacking = service_counter.check_counter(clerk, counter, version=counter.version)
            assert lacking is None, lacking
        self._each(ItemState.COUNTER_CHECK, service_forwarding.forward_counter)
        self.wait_for(ItemState.WAITING, positions)

    def keep(self, position: int) -> None:
        """Keep the measure, since the holder has shown that they sued."""
        with self._desk() as (clerk, notice):
            item = queries.items_of(notice)[position - 1]
            authority, number = queries.dispute_of(notice, item)
            service_rulings.keep_pending(
                clerk, item, authority=authority, number=number, version=item.version
            )

    def let_time_pass(self) -> None:
        """Move the waiting period into the past and let the tick's own task look at it; the clock stays as it is."""
        with self._desk() as (_clerk, notice):
            with transaction() as session:
                for item in queries.items_of(notice, {ItemState.WAITING}):
                    assert item.due_at is not None
                    assert item.clock_start is not None
                    moved = {
                        "due_at": item.due_at - PASSED,
                        "clock_start": item.clock_start - PASSED,
                    }
                    session.execute(update(Item).where(Item.id == item.id).values(moved))
            timers.end_terms(utcnow())

    def publish(self, number: int) -> None:
        """Publish what is due of the notice once it is `number` entries, without the words that are marked."""

        def due() -> list[DuePublication]:
            found = select(DuePublication).where(DuePublication.state == DueState.OPEN)
            return list(
                db.session.execute(found.where(DuePublication.notice_id == notice.id)).scalars()
            )

        def all_there() -> bool:
            db.session.rollback()
            return len(due()) == number

        with self._desk() as (clerk, notice):
            wait_until(all_there, seconds=60, what=f"{number} entries to publish")
            for row in due():
                kept = [piece.text for piece in publishing.draft_of(row).pieces if not piece.mark]
                service_publishing.publish_due(
                    clerk,
                    row,
                    text="".join(kept),
                    named=False,
                    ends_at=utcnow() + timedelta(days=365),
                    version=row.version,
                )

    def wait_for(self, state: ItemState, positions: tuple[int, ...]) -> None:
        """Wait until the links stand there; what the tick does once a minute is done at once."""

        def there() -> bool:
            with self._desk() as (_clerk, notice):
                jobs.note_arrivals_of(notice, utcnow())
                standing = {item.position: item.status for item in queries.items_of(notice)}
            return all(standing[position] is state for position in positions)

        wait_until(there, seconds=60, what=f"{positions} at {state}")

    def _each(self, state: ItemState, verb: Callable[..., Item]) -> None:
        with self._desk() as (clerk, notice):
            for item in queries.items_of(notice, {state}):
                verb(clerk, item, version=item.version)
