"""Two at once: the database lets one of them through, and what is told of both is true."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from flask import Flask

from support.core.db import db
from support.core.errors import DomainError
from support.disclosure import queries, service_appeals, service_publishing
from support.disclosure.lifecycle import PenaltyState
from tests.disclosure.world import PenaltyWorld
from tests.fixtures.penalties import SAID

S = PenaltyState


def at_once(app: Flask, *acts: Callable[[], object]) -> None:
    """Carry out each act in a session of its own, all at the same moment."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                act()
            except DomainError:
                db.session.rollback()
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_appeal_in_the_last_minute_and_the_tick_never_both_win(world: PenaltyWorld) -> None:
    row = world.told()
    in_time, penalty_id = world.now, row.id
    world.after(row)
    after = world.now
    with world.outside():

        def appeal() -> None:
            own = queries.penalty_by_id(penalty_id)
            service_appeals.appeal_penalty(world.alice, own, "Real.", now=in_time)

        def tick() -> None:
            service_publishing.publish_due(after)

        at_once(world.app, appeal, tick, appeal, tick)
    row = queries.penalty_by_id(penalty_id)
    appealed = queries.appeal_of(row) is not None
    assert (row.status, appealed, len(world.entries(row))) in (
        (S.APPEALED, True, 0),
        (S.PUBLISHED, False, 1),
    )


def test_two_ticks_publish_one_entry(world: PenaltyWorld) -> None:
    row = world.told()
    penalty_id = row.id
    world.after(row)
    now = world.now
    with world.outside():
        at_once(world.app, *[lambda: service_publishing.publish_due(now)] * 3)
    assert len(world.entries(queries.penalty_by_id(penalty_id))) == 1


def test_a_correction_that_is_proposed_while_a_penalty_is_set_aside_never_waits_for_ever(
    world: PenaltyWorld,
) -> None:
    row = world.published()
    penalty_id, version, now = row.id, row.version, world.now
    with world.outside():

        def propose() -> None:
            mine = queries.penalty_by_id(penalty_id)
            service_publishing.propose_correction(world.lena, mine, SAID, now=now)

        def overturn() -> None:
            mine = queries.penalty_by_id(penalty_id)
            service_appeals.overturn_penalty(world.leo, mine, "Wrong.", version=version, now=now)

        at_once(world.app, propose, overturn)
    row = queries.penalty_by_id(penalty_id)
    waits = queries.correction_of(row) is not None
    assert (row.status, waits) in ((S.OVERTURNED, False), (S.PUBLISHED, True))
