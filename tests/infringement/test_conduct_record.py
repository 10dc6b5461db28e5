"""What counts in the records of both sides: an outcome stays one, whatever is done after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.core.clock import utcnow
from support.core.db import db, transaction
from support.infringement import conduct, service, service_rulings, service_signals
from support.infringement import queries_conduct as known
from support.infringement.conduct import Record
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from tests.infringement.conduct_world import outcomes
from tests.infringement.test_publishing import contested_to_its_end
from tests.infringement.world import LISTINGS, NoticeWorld

LOST = (1, 0, 1)
NOTHING = (0, 0, 0)


def record(world: NoticeWorld) -> tuple[int, int, int]:
    """What counts of Hana now: decided, stayed down, came back."""
    db.session.rollback()
    with transaction():
        row = service_signals.count_record(world.hana.id or 0, world.now)
        return row.decided, row.taken, row.restored


def lost(world: NoticeWorld) -> Notice:
    """A link of Hana that came back after a counter-notice."""
    notice = world.qualified(links=LISTINGS[:1])
    contested_to_its_end(world, notice)
    assert record(world) == LOST
    return notice


def withdraw(world: NoticeWorld, item: Item) -> None:
    """Hana withdraws one link."""
    service.withdraw_item(world.hana, item, version=item.version, now=world.now)


def test_a_loss_counts_while_a_complaint_is_heard_and_after_it_is_dismissed(
    world: NoticeWorld,
) -> None:
    notice = lost(world)
    item = world.item(notice)
    service_rulings.complain(world.hana, item, words="x", version=item.version, now=world.now)
    assert record(world) == LOST
    item = world.item(notice)
    service_rulings.settle_complaint(
        world.lena, item, upheld=False, version=item.version, now=world.now
    )
    assert record(world) == LOST
    withdraw(world, world.item(notice))
    assert record(world) == LOST


@pytest.mark.parametrize("heard", [False, True])
def test_withdrawing_what_came_back_does_not_undo_the_loss(world: NoticeWorld, heard: bool) -> None:
    notice = lost(world)
    if heard:
        item = world.item(notice)
        service_rulings.complain(world.hana, item, words="x", version=item.version, now=world.now)
    withdraw(world, world.item(notice))
    assert record(world) == LOST


@pytest.mark.parametrize(
    ("reach", "counts"),
    [
        (NoticeWorld.awaiting, NOTHING),
        (NoticeWorld.checked, NOTHING),
        (NoticeWorld.counter_sent, LOST),
        (NoticeWorld.waiting, LOST),
    ],
)
def test_withdrawing_counts_as_a_loss_once_the_counter_notice_is_with_the_holder(
    world: NoticeWorld, reach: Callable[[NoticeWorld, Notice], Item], counts: tuple[int, int, int]
) -> None:
    world.now = utcnow()
    withdraw(world, reach(world, world.qualified(links=LISTINGS[:1])))
    world.drain()
    row = known.record_row(world.hana.id)
    assert ((row.decided, row.taken, row.restored) if row else NOTHING) == counts


def test_what_ended_against_a_respondent_counts_while_and_after_they_complain(
    world: NoticeWorld,
) -> None:
    notice = world.qualified(links=LISTINGS[:1])
    world.awaiting(notice)
    world.answer(notice, {1: "accept"})
    rong = world.rong.id or 0
    assert known.against_person(rong, world.now) == 1
    item = world.item(notice)
    service_rulings.complain(world.rong, item, words="x", version=item.version, now=world.now)
    mine = world.respondent(notice)
    assert known.against_person(rong, world.now) == 1
    assert known.against([mine], world.now) == {mine.id: 1}
    assert record(world) == (1, 1, 0)
    item = world.item(notice)
    service_rulings.settle_complaint(
        world.lena, item, upheld=False, version=item.version, now=world.now
    )
    db.session.rollback()
    assert known.against_person(rong, world.now) == 1
    withdraw(world, world.item(notice))
    assert (known.against_person(rong, world.now), record(world)) == (0, NOTHING)


@pytest.mark.parametrize(
    ("reason", "before", "reason_before", "counts"),
    [
        ("", "pending", "", Record(1, 0, 1)),
        ("dispute_over", "restore_asked", "", Record(1, 0, 1)),
        ("upheld", "restored", "", Record(1, 0, 0)),
        ("dismissed", "restored", "no_proof", Record(1, 0, 1)),
        ("dismissed", "restored", "upheld", Record(1, 0, 0)),
        ("lawful", "no_measure", "", Record(1, 0, 0)),
        ("lawful", "no_measure_sent", "", Record(1, 0, 0)),
        ("lapsed", "not_qualified", "", Record(1, 0, 0)),
        ("no_counter", "final", "", Record()),
        ("", "to_complete", "", Record()),
        ("", "", "", Record()),
    ],
)
def test_what_was_decided_against_a_filer_counts_after_it_is_withdrawn(
    reason: str, before: str, reason_before: str, counts: Record
) -> None:
    assert counted("withdrawn", reason, before, reason_before) == counts


def test_a_complaint_counts_as_what_it_is_about() -> None:
    for won in conduct.WON_BACK:
        assert counted("complaint", won, "restored", won) == Record(1, 0, 1)
        assert counted("restored", "dismissed", "restored", won) == Record(1, 0, 1)
    assert counted("complaint", "no_counter", "final", "no_counter") == Record(1, 1, 0)
    assert counted("final", "dismissed", "final", "no_counter") == Record(1, 1, 0)
    assert counted("restored", "dismissed", "restored", "upheld") == Record(1, 0, 0)
    assert counted("restore_asked", "upheld", "final", "no_counter") == Record()


def counted(*outcome: str) -> Record:
    """What one link counts for."""
    return conduct.record_of([(*conduct.counted_as(*outcome), 1)])


def test_content_of_ones_own_opens_no_lane(world: NoticeWorld) -> None:
    outcomes(world, 12, 0, owners=(world.hana, world.eve, world.agent))
    assert record(world) == (8, 8, 0)
    world.pass_time(days=1)
    outcomes(world, 10, 1, owners=(world.hana,))
    assert record(world) == (8, 8, 0)
    assert not known.is_fast(world.hana.id)


def test_the_lane_opens_against_three_different_people_at_least(world: NoticeWorld) -> None:
    outcomes(world, 20, 0, owners=(world.rong, world.eve))
    assert not known.is_fast(world.hana.id)
    world.pass_time(days=1)
    last = outcomes(world, 1, 0, owners=(world.agent,))
    assert known.is_fast(world.hana.id)
    with transaction():
        for item in world.items(last):
            item.state, item.reason = ItemState.NOT_QUALIFIED, ""
    record(world)
    assert not known.is_fast(world.hana.id), "nothing stayed down against the third"
    assert known.steps_of(world.hana.id or 0) == [], "which is no loss"
