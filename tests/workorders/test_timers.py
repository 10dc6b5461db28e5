"""What happens because time passes: at its moment, once, whatever the ticks do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import audit
from support.core.actors import SYSTEM, Actor, Role
from support.core.audit import Event
from support.core.context import register
from support.core.db import db
from support.core.errors import NotAllowed
from support.core.outbox_rows import OutboxRow
from support.core.words import N_
from support.core.worker import Periodic, run_periodic
from support.notifications.models import Channel, Delivery
from support.workorders import queries, service, service_triage, targets, timers
from support.workorders.kind import QUESTION, Kind
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder
from tests.notifications.conftest import actor_of, drain, make_agent, make_member

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""Wednesday 12:00 in Shanghai: the desk is open, and a first reply is due at 16:00."""
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    """An application context, as the tick has one."""
    with app.app_context():
        yield


@pytest.fixture
def bob() -> Actor:
    """The one agent."""
    return make_agent()


@pytest.fixture
def order(bob: Actor) -> WorkOrder:
    """A question of Alice's, filed at noon; Bob works at the desk."""
    alice = make_member("Alice", "alice@example.com")
    return file_for(alice)


def file_for(person_id: int, *, kind: Kind = QUESTION, at: datetime = NOON) -> WorkOrder:
    return service.file_order(
        actor_of(person_id),
        kind,
        requester_id=person_id,
        contact_id=None,
        subject="Locked out",
        body="I can't sign in.",
        language="en",
        now=at,
    )


def reply(agent: Actor, order: WorkOrder, then: Status, *, at: datetime = NOON) -> None:
    service.reply(
        agent, order, body="Which phone?", version=order.version, then=then, language="en", now=at
    )


def again(order: WorkOrder) -> WorkOrder:
    """Return the order as the database has it now."""
    db.session.rollback()
    return queries.order_by_id(order.id)


def topics(*names: str) -> list[str]:
    """Return the news of these topics that were put, oldest first."""
    db.session.rollback()
    statement = select(OutboxRow.topic).where(OutboxRow.topic.in_(names)).order_by(OutboxRow.id)
    return list(db.session.execute(statement).scalars())


def days_reminded(order: WorkOrder) -> list[int]:
    db.session.rollback()
    mine = (Event.stream == order.stream, Event.action == "order.reminded")
    return [event.data["day"] for event in db.session.execute(select(Event).where(*mine)).scalars()]


TENTH = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""24:00 of the Monday after day 10, a Saturday, since `NOON`; in Shanghai, as all last days end."""
SEVENTH = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
"""24:00 of day 7."""


def test_waiting_is_reminded_on_day_three_and_six_and_closed_after_ten(
    bob: Actor, order: WorkOrder
) -> None:
    reply(bob, order, Status.WAITING)
    for passed, days, state in (
        (3 * DAY - MINUTE, [], Status.WAITING),
        (3 * DAY, [3], Status.WAITING),
        (6 * DAY - MINUTE, [3], Status.WAITING),
        (6 * DAY, [3, 6], Status.WAITING),
        (TENTH - NOON - MINUTE, [3, 6], Status.WAITING),
        (TENTH - NOON, [3, 6], Status.CLOSED),
        (14 * DAY, [3, 6], Status.CLOSED),
    ):
        timers.close_unanswered(NOON + passed)
        timers.remind_waiting(NOON + passed)
        assert days_reminded(order) == days
        assert again(order).state is state
    assert again(order).closed_reason == "no_answer"
    assert topics("order.closed") == ["order.closed"]


def test_a_tick_that_slept_through_day_three_sends_the_later_reminder_only(
    bob: Actor, order: WorkOrder
) -> None:
    reply(bob, order, Status.WAITING)
    timers.remind_waiting(NOON + 7 * DAY)
    timers.remind_waiting(NOON + 7 * DAY)
    assert days_reminded(order) == [6]


def test_an_answer_ends_the_reminders_and_a_second_question_begins_them_anew(
    bob: Actor, order: WorkOrder
) -> None:
    reply(bob, order, Status.WAITING)
    timers.remind_waiting(NOON + 3 * DAY)
    alice = actor_of(order.requester_id)
    service.answer(alice, again(order), body="A red one.", language="en", now=NOON + 4 * DAY)
    timers.remind_waiting(NOON + 6 * DAY)
    assert days_reminded(order) == [3]
    reply(bob, again(order), Status.WAITING, at=NOON + 7 * DAY)
    timers.remind_waiting(NOON + 10 * DAY)
    assert days_reminded(order) == [3, 3]


def test_the_reminder_reaches_the_requester_with_the_question(bob: Actor, order: WorkOrder) -> None:
    reply(bob, order, Status.WAITING)
    timers.remind_waiting(NOON + 3 * DAY)
    drain()
    row = db.session.execute(
        select(Delivery).where(
            Delivery.template == "workorders.reminder", Delivery.channel == Channel.MAIL
        )
    ).scalar_one()
    assert row.person_id == order.requester_id
    assert row.ids["day"] == 3
    assert row.ids["message"] is not None


def test_what_is_solved_closes_after_seven_days_unless_somebody_says_no(
    bob: Actor, order: WorkOrder
) -> None:
    other = file_for(order.requester_id)
    reply(bob, order, Status.RESOLVED)
    reply(bob, other, Status.RESOLVED)
    alice = actor_of(order.requester_id)
    service.rate_order(alice, again(other), solved=False, comment="No.", now=NOON + DAY)
    timers.close_unconfirmed(SEVENTH - MINUTE)
    assert again(order).state is Status.RESOLVED
    timers.close_unconfirmed(SEVENTH)
    timers.close_unconfirmed(SEVENTH)
    assert again(order).state is Status.CLOSED
    assert again(order).closed_reason == "not_confirmed"
    assert again(other).state is Status.OPEN
    assert topics("order.closed") == ["order.closed"]


def test_the_assignee_is_warned_two_hours_before_and_nobody_when_there_is_none(
    bob: Actor, order: WorkOrder
) -> None:
    due = order.first_reply_due
    timers.warn_due_soon(due - timedelta(hours=1))
    assert topics("order.due_soon") == []
    service_triage.assign_order(SYSTEM, order, assignee_id=bob.id, version=order.version, now=NOON)
    for passed, number in ((-121, 0), (-120, 1), (-60, 1), (-1, 1)):
        timers.warn_due_soon(due + passed * MINUTE)
        assert topics("order.due_soon") == ["order.due_soon"] * number


def test_the_team_is_told_at_half_time_of_what_nobody_took(bob: Actor, order: WorkOrder) -> None:
    taken = file_for(order.requester_id)
    service_triage.assign_order(SYSTEM, taken, assignee_id=bob.id, version=taken.version, now=NOON)
    half = targets.half_way(order)
    assert half == NOON + timedelta(hours=2)
    timers.warn_unassigned(half - MINUTE)
    assert topics("order.half_way") == []
    timers.warn_unassigned(half)
    timers.warn_unassigned(half + MINUTE)
    assert topics("order.half_way") == ["order.half_way"]


def test_an_overdue_order_alarms_assignee_team_and_admins_once(
    bob: Actor, order: WorkOrder
) -> None:
    carol, dave = make_agent("Carol"), make_agent("Dave", Role.ADMIN)
    service_triage.assign_order(SYSTEM, order, assignee_id=bob.id, version=order.version, now=NOON)
    drain()
    due = again(order).first_reply_due
    timers.alarm_overdue(due - MINUTE)
    assert topics("order.overdue") == []
    for passed in (0, 1, 600):
        timers.alarm_overdue(due + passed * MINUTE)
    assert topics("order.overdue") == ["order.overdue"]
    drain()
    told = select(Delivery.person_id, Delivery.template, Delivery.channel).where(
        Delivery.template.like("workorders.overdue%")
    )
    assert {tuple(row) for row in db.session.execute(told)} == {
        (bob.id, "workorders.overdue", "mail"),
        (bob.id, "workorders.overdue", "inbox"),
        (carol.id, "workorders.overdue_team", "inbox"),
        (dave.id, "workorders.overdue_team", "inbox"),
    }


def test_a_shorter_time_alarms_no_second_time_and_a_later_one_does(
    bob: Actor, order: WorkOrder
) -> None:
    timers.alarm_overdue(NOON + DAY)
    urgent, order = Priority.URGENT, again(order)
    service_triage.set_priority(bob, order, priority=urgent, version=order.version, now=NOON + DAY)
    timers.alarm_overdue(NOON + DAY)
    assert topics("order.overdue") == ["order.overdue"]
    order = again(order)
    reply(bob, order, Status.OPEN, at=NOON + DAY)  # from here on the solution is owed, later
    service_triage.set_priority(
        bob, again(order), priority=Priority.LOW, version=order.version, now=NOON + DAY
    )
    timers.alarm_overdue(NOON + 30 * DAY)
    assert topics("order.overdue") == ["order.overdue"] * 2


def test_no_alarm_sounds_for_what_waits_or_is_done(bob: Actor, order: WorkOrder) -> None:
    other = file_for(order.requester_id)
    reply(bob, order, Status.WAITING)
    service.close_own_order(actor_of(other.requester_id), other, now=NOON)
    for work in (timers.warn_due_soon, timers.warn_unassigned, timers.alarm_overdue):
        work(NOON + 30 * DAY)
    assert topics("order.due_soon", "order.half_way", "order.overdue") == []


def test_admins_hear_once_a_day_of_a_kind_that_nobody_can_take_up() -> None:
    make_agent("Dave", Role.ADMIN)
    timers.alarm_unstaffed(NOON)
    assert topics("order.unstaffed") == []
    file_for(make_member("Alice", "alice@example.com"))
    for moment in (NOON, NOON + MINUTE, NOON + DAY):
        timers.alarm_unstaffed(moment)
    assert topics("order.unstaffed") == ["order.unstaffed"] * 2
    make_agent()
    timers.alarm_unstaffed(NOON + 2 * DAY)
    assert topics("order.unstaffed") == ["order.unstaffed"] * 2


@pytest.mark.parametrize("state", [Status.WAITING, Status.RESOLVED])
def test_an_order_whose_kind_refuses_stays_and_the_others_go_on(
    app: Flask, bob: Actor, order: WorkOrder, state: Status
) -> None:
    def never(_order: WorkOrder, status: Status) -> None:
        if status is Status.CLOSED:
            raise NotAllowed()

    stubborn = Kind(code="stubborn", title=N_("Question"), summary="", icon="x", guard=never)
    register(app, stubborn)
    kept = file_for(order.requester_id, kind=stubborn)
    for each in (kept, order):
        reply(bob, each, state)
    timers.close_unanswered(NOON + 20 * DAY)
    timers.close_unconfirmed(NOON + 20 * DAY)
    assert again(kept).state is state
    assert again(order).state is Status.CLOSED


def test_a_run_takes_a_batch_and_the_next_one_the_rest(
    monkeypatch: pytest.MonkeyPatch, bob: Actor, order: WorkOrder
) -> None:
    monkeypatch.setattr(timers, "MOST", 2)
    monkeypatch.setattr(timers, "BATCH", 2)
    for _each in range(4):
        file_for(order.requester_id)
    for number in (2, 4, 5, 5):
        timers.alarm_overdue(NOON + DAY)
        assert len(topics("order.overdue")) == number


WORKS = {
    "order.closed": (timers.close_unanswered, 13 * DAY, Status.WAITING),
    "order.reminded": (timers.remind_waiting, 3 * DAY, Status.WAITING),
    "order.overdue": (timers.alarm_overdue, 30 * DAY, Status.OPEN),
}


@pytest.mark.parametrize("topic", WORKS)
def test_two_ticks_at_once_do_it_once(app: Flask, bob: Actor, order: WorkOrder, topic: str) -> None:
    work, passed, state = WORKS[topic]
    orders = [order, *(file_for(order.requester_id) for _each in range(3))]
    for each in orders:
        reply(bob, each, state)
    start, errors = Barrier(4), []

    def tick() -> None:
        with app.app_context():
            start.wait()
            try:
                work(NOON + passed)
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [Thread(target=tick) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert topics(topic) == [topic] * len(orders)
    assert [each for each in audit.verify() if each.stream.startswith("order:")] == []


def test_the_tick_knows_every_timer(app: Flask) -> None:
    known: list[Periodic] = app.extensions["ground"].hooks[Periodic]
    assert set(timers.PERIODIC) <= set(known)
    assert run_periodic(timers.PERIODIC[0], NOON)
    assert not run_periodic(timers.PERIODIC[0], NOON + timedelta(seconds=30))
