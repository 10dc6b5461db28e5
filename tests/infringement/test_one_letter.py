"""One act is one letter: what the platform answers link by link is told together, and to nobody a second time."""

from __future__ import annotations

from sqlalchemy import select

from support.core.clock import utcnow
from support.core.db import db
from support.core.outbox_rows import OutboxRow, OutboxState
from support.core.platform_calls import CallState
from support.infringement import (
    queries,
    queries_acts,
    service,
    service_bulk,
    service_forwarding,
)
from support.infringement.letters import HOLDER, RESPONDENT
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from tests.infringement.test_letters import told
from tests.infringement.world import NoticeWorld

S = ItemState


def asked(world: NoticeWorld) -> Notice:
    """A notice whose three links the platform was asked to take down."""
    notice = world.qualified()
    for position in (1, 2, 3):
        world.take(world.item(notice, position))
    return notice


def taken(world: NoticeWorld, notice: Notice) -> list[list[int]]:
    """The links of each letter that calls them taken down, by their positions, whichever event brings it."""
    world.items(notice)
    letters = {}
    for event in queries.history(notice):
        items, key = queries_acts.answered_together(notice, S.MEASURE_TAKEN, event.seq)
        if items:
            letters[key] = [item.position for item in items]
    return list(letters.values())


def test_the_last_answer_brings_one_letter_about_every_link(world: NoticeWorld) -> None:
    notice = asked(world)
    for position in (2, 1, 3):
        assert taken(world, notice) == []
        world.platform(world.item(notice, position))
    assert taken(world, notice) == [[1, 2, 3]]


def test_the_holder_gets_one_letter_when_many_links_are_taken_down(world: NoticeWorld) -> None:
    notice = asked(world)
    world.drain()
    assert world.states(notice) == [S.MEASURE_TAKEN] * 3
    news = [one.ids for one in told(world.hana.id, HOLDER) if one.ids["what"] == S.MEASURE_TAKEN]
    assert [len(ids["items"]) for ids in news] == [3]


def test_a_link_that_the_platform_refuses_holds_back_no_letter_about_the_others(
    world: NoticeWorld,
) -> None:
    notice = asked(world)
    world.platform(world.item(notice, 1))
    world.platform(world.item(notice, 2))
    world.platform(world.item(notice, 3), CallState.NOT_DONE)
    assert taken(world, notice) == [[1, 2]]
    world.platform(world.item(notice, 3))
    assert taken(world, notice) == [[1, 2], [3]]


def test_a_link_that_is_withdrawn_meanwhile_holds_back_no_letter_either(
    world: NoticeWorld,
) -> None:
    notice = asked(world)
    world.platform(world.item(notice, 1))
    for position in (2, 3):
        item = world.item(notice, position)
        service.withdraw_item(world.hana, item, version=item.version, now=world.now)
    assert taken(world, notice) == [[1]]


def test_an_act_that_goes_on_with_links_of_others_is_the_same_letter_for_who_was_told(
    world: NoticeWorld,
) -> None:
    notice = world.qualified()
    items = [world.taken(notice, position) for position in (1, 2)]
    keys = []
    for item in items:
        service_forwarding.forward_notice(
            world.ivy, item, version=world.item(notice, item.position).version, now=world.now
        )
        seq = next(e.seq for e in queries.history(notice) if e.action == f"item.{S.FORWARDED}")
        keys.append(queries_acts.told_by(notice, seq, [world.item(notice, 1)]))
    assert keys[0] == keys[1]
    assert queries_acts.told_by(notice, seq, world.items(notice)) != keys[0]


def test_a_decision_about_many_links_is_told_once_however_long_it_takes(world: NoticeWorld) -> None:
    notice = world.qualified()
    number = notice.id
    for position in (1, 2, 3):
        world.taken(notice, position)
    world.drain()
    notice = queries.notice_by_id(number)
    versions = {item.id: item.version for item in queries.items_of(notice)}
    due: list[int] = []

    def forward(item: Item, version: int) -> None:
        service_forwarding.forward_notice(world.ivy, item, version=version, now=world.now)
        ready = (OutboxRow.state == OutboxState.PENDING, OutboxRow.due_at <= utcnow())
        due.append(len(db.session.execute(select(OutboxRow.id).where(*ready)).all()))

    assert service_bulk.decide_many(notice, versions, forward, now=world.now) == []
    assert due == [0, 0, 0], "a worker that does not wait finds nothing to tell yet"
    world.drain()
    (letter,) = told(world.rong.id, RESPONDENT)
    assert len(letter.ids["items"]) == 3
