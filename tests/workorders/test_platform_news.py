"""What the platform did, or did not do, stands on the order and reaches who can act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, update

from support.core import outbox, platform
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow
from support.core.platform_calls import Name
from support.core.platform_door import Answer
from support.notifications import queries as notices
from support.notifications.models import Delivery
from support.workorders.models import WorkOrder
from support.workorders.queries import order_by_id
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

NOON = datetime.fromisoformat("2026-11-24T04:10:00+00:00")


@pytest.fixture
def order(app: Flask) -> Iterator[int]:
    """An order of Alice, of which nobody at the desk has news."""
    with app.app_context():
        yield quiet_order("Alice")
        db.session.remove()


def quiet_order(name: str) -> int:
    made = make_order(make_member(name)).id
    outbox.drain()
    with transaction() as session:
        session.execute(update(WorkOrder).where(WorkOrder.id == made).values(fresh=False))
    return made


def ask(order_id: int, name: Name = Name.TAKE_DOWN) -> str:
    order = order_by_id(order_id)
    return platform.call(name, order.reference, about=order.stream, reference=order.reference)


def is_fresh(order_id: int) -> bool:
    db.session.rollback()
    return order_by_id(order_id).fresh


def forget_calls() -> None:
    """Let nobody ask the door: the console version would answer at once."""
    with transaction() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic == platform.DUE))


def told(person: Actor) -> list[str]:
    found = select(Delivery.template).where(Delivery.person_id == person.id)
    return list(db.session.execute(found).scalars())


@pytest.mark.parametrize("done", [True, False])
def test_only_what_was_not_done_marks_the_order(order: int, done: bool) -> None:
    ann = make_agent("Ann", Role.ADMIN)
    seen = order_by_id(order).version
    platform.note_answer(ask(order), Answer(done, "by_hand"), utcnow())
    outbox.drain()
    assert is_fresh(order) is (not done)
    assert (order_by_id(order).version == seen) is done
    assert told(ann) == []


def test_a_refused_call_marks_the_order_and_reaches_the_administrators(app: Flask) -> None:
    with app.app_context():
        order = quiet_order("Alice")
        ann, bob = make_agent("Ann", Role.ADMIN), make_agent("Bob", Role.AGENT)
        with transaction():
            platform.note_failure(ask(order), 1, 1, "platform 403", utcnow())
        outbox.drain()
        assert is_fresh(order)
        assert told(ann) == ["notifications.platform_trouble"]
        assert told(bob) == []
        uid = notices.inbox_page(ann)[0].uid
        reference = order_by_id(order).reference
        browser, desk = client_of(app, ann), client_of(app, bob)
        db.session.remove()
    page = browser.page(f"/account/inbox/{uid}").text
    assert "refused or not done in the last 7 days: 1" in page
    history = desk.page(f"/desk/orders/{reference}/history").text
    assert "The call to the platform failed (Take content down, platform 403)" in history
    browser.submit("/policies", action="/language")
    assert "平台未执行所要求的操作" in browser.page(f"/account/inbox/{uid}").text


def test_silence_is_told_the_administrators_once_an_hour_and_every_order(
    app: Flask, order: int
) -> None:
    ann = make_agent("Ann", Role.ADMIN)
    other = quiet_order("Carol")
    for late, each in enumerate((order, other)):
        with time_machine.travel(NOON + late * timedelta(minutes=2), tick=False):
            ask(each, Name.LOCK_ACCOUNT)
    with time_machine.travel(NOON + timedelta(minutes=16), tick=False) as clock:
        forget_calls()
        for _time in range(2):
            platform.escalate(utcnow())
            outbox.drain()
            clock.shift(timedelta(minutes=2))
        assert told(ann) == ["notifications.platform_trouble"]
        assert [is_fresh(each) for each in (order, other)] == [True, True]
        clock.shift(timedelta(hours=1))
        third = quiet_order("Dan")
        ask(third, Name.END_SESSIONS)
        forget_calls()
        clock.shift(timedelta(minutes=16))
        platform.escalate(utcnow())
        outbox.drain()
        assert told(ann) == ["notifications.platform_trouble"] * 2


def test_a_call_that_is_about_no_order_marks_none(order: int) -> None:
    with transaction():
        uid = platform.call(Name.PING, "1", about="system")
        platform.note_failure(uid, 1, 1, "platform 403", utcnow())
    outbox.drain()
    assert not is_fresh(order)
