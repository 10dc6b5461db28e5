"""The clocks of an order over its whole life: what stands still, what begins anew, and the last day of each term."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from support.core.actors import SYSTEM, Actor
from support.core.audit import Event
from support.core.calendars import cn_calendar_days
from support.core.db import db, transaction
from support.core.errors import IllegalMove
from support.workorders import queries, service, targets, timers
from support.workorders.kind import QUESTION, plain_next_step
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder
from tests.workorders.desk_world import make_agent, make_member, make_order

pytestmark = pytest.mark.usefixtures("context")

MONDAY = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STANDING = {Status.WAITING: 10, Status.RESOLVED: 7, Status.CLOSED: 30}
"""Where the desk's clock stands still, and how many calendar days that lasts."""


def reply(agent: Actor, order: WorkOrder, then: Status, at: datetime) -> None:
    version = again(order).version
    service.reply(agent, order, body="?", version=version, then=then, language="en", now=at)


def again(order: WorkOrder) -> WorkOrder:
    """Return the order as the database has it now."""
    db.session.rollback()
    return queries.order_by_id(order.id)


def days_reminded(order: WorkOrder) -> list[int]:
    db.session.rollback()
    mine = (Event.stream == order.stream, Event.action == "order.reminded")
    return [event.data["day"] for event in db.session.execute(select(Event).where(*mine)).scalars()]


def actions(order: WorkOrder) -> list[str]:
    trail = select(Event.action).where(Event.stream == order.stream)
    return list(db.session.execute(trail).scalars())


def tick(now: datetime) -> None:
    for work in (
        timers.recount_estimates,
        timers.close_unanswered,
        timers.close_unconfirmed,
        timers.remind_waiting,
    ):
        work(now)


def test_a_question_asked_while_waiting_begins_the_term_and_its_reminders_anew() -> None:
    bob, order = make_agent(), make_order(make_member(), now=MONDAY)
    reply(bob, order, Status.WAITING, MONDAY)
    for day in (3, 6):
        tick(MONDAY + day * DAY)
    second = MONDAY + 9 * DAY
    reply(bob, order, Status.WAITING, second)
    tick(MONDAY + 14 * DAY)
    assert again(order).state is Status.WAITING
    assert days_reminded(order) == [3, 6, 3]
    tick(second + 6 * DAY)
    assert days_reminded(order) == [3, 6, 3, 6]
    last = cn_calendar_days(second, 10).at
    tick(last - MINUTE)
    assert again(order).state is Status.WAITING
    tick(last)
    assert again(order).state is Status.CLOSED


def test_an_answer_of_the_desk_to_what_is_solved_begins_the_week_anew() -> None:
    bob, order = make_agent(), make_order(make_member(), now=MONDAY)
    reply(bob, order, Status.RESOLVED, MONDAY)
    second = MONDAY + 6 * DAY
    reply(bob, order, Status.RESOLVED, second)
    tick(MONDAY + 10 * DAY)
    assert again(order).state is Status.RESOLVED
    tick(cn_calendar_days(second, 7).at)
    assert again(order).state is Status.CLOSED


def test_a_second_question_gives_none_of_the_pause_away() -> None:
    alice, bob = make_member(), make_agent()
    order = make_order(alice, now=MONDAY)
    reply(bob, order, Status.WAITING, MONDAY)
    reply(bob, order, Status.WAITING, MONDAY + HOUR)
    service.answer(alice, again(order), body="A", language="en", now=MONDAY + 3 * HOUR)
    assert again(order).paused_minutes == 180


def test_an_order_opened_again_has_the_time_that_was_left_when_the_desk_thought_it_solved() -> None:
    alice, bob = make_member(), make_agent()
    order = make_order(alice, now=MONDAY)
    reply(bob, order, Status.RESOLVED, MONDAY + DAY)
    left = targets.office_hours().elapsed(MONDAY + DAY, again(order).resolve_due)
    tick(cn_calendar_days(MONDAY + DAY, 7).at)
    assert again(order).state is Status.CLOSED
    back = MONDAY + 14 * DAY
    order = service.reopen_order(alice, again(order), body="It is back.", now=back)
    assert order.resolve_due == order.due_at == targets.office_hours().add(back, left).at
    tick(back)
    assert again(order).due_at > back


def test_waiting_and_then_solved_is_one_pause() -> None:
    alice, bob = make_member(), make_agent()
    order = make_order(alice, now=MONDAY)
    reply(bob, order, Status.WAITING, MONDAY)
    reply(bob, order, Status.RESOLVED, MONDAY + 7 * DAY)
    back = MONDAY + 7 * DAY + 5 * MINUTE
    service.rate_order(alice, again(order), solved=False, comment="No.", now=back)
    assert again(order).paused_minutes == targets.office_hours().elapsed(MONDAY, back)


def test_a_first_reply_that_came_late_stays_late_whatever_stood_still_afterwards() -> None:
    alice, bob = make_member(), make_agent()
    order = make_order(alice, now=MONDAY)
    due = order.first_reply_due
    reply(bob, order, Status.WAITING, due + HOUR)
    service.answer(alice, again(order), body="A", language="en", now=due + 9 * DAY)
    order = again(order)
    assert order.first_reply_due == due < (order.first_replied_at or due)
    for priority in (Priority.LOW, Priority.NORMAL):
        service.set_priority(bob, again(order), priority=priority, version=again(order).version)
    assert again(order).first_reply_due == due


_WAYS = st.one_of(
    st.tuples(st.just("reply"), st.sampled_from([Status.OPEN, Status.WAITING, Status.RESOLVED])),
    st.tuples(st.just("move"), st.sampled_from([s for s in Status if s is not Status.NEW])),
    st.tuples(st.just("rate"), st.booleans()),
    st.tuples(st.just("priority"), st.sampled_from(Priority)),
    st.tuples(st.sampled_from(["answer", "close", "reopen", "note"]), st.none()),
)
_numbers = count()
_GAPS = st.integers(min_value=1, max_value=5 * 24 * 60)


def act(way: str, value: Any, order: WorkOrder, alice: Actor, bob: Actor, now: datetime) -> None:
    """Do one thing to the order, as its pages would."""
    acts: dict[str, Callable[[], object]] = {
        "reply": lambda: reply(bob, order, value, now),
        "move": lambda: service.move_order(
            bob, order, status=value, version=order.version, now=now
        ),
        "rate": lambda: service.rate_order(alice, order, solved=value, comment="c", now=now),
        "priority": lambda: service.set_priority(
            bob, order, priority=value, version=order.version, now=now
        ),
        "answer": lambda: service.answer(alice, order, body="b", language="en", now=now),
        "close": lambda: service.close_own_order(alice, order, now=now),
        "reopen": lambda: service.reopen_order(alice, order, body="b", now=now),
        "note": lambda: service.add_note(bob, order, body="n", now=now),
    }
    acts[way]()


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(_WAYS, _GAPS), min_size=1, max_size=9))
def test_the_desk_is_late_exactly_when_its_clock_has_run_for_longer_than_the_target(
    steps: list[tuple[tuple[str, Any], int]],
) -> None:
    alice, bob = make_member(f"Alice {next(_numbers)}"), make_agent(f"Bob {next(_numbers)}")
    hours, now = targets.office_hours(), MONDAY
    order = make_order(alice, now=now)
    stood, since, begun, before_reply = 0, None, now, None
    for (way, value), minutes in steps:
        now += minutes * MINUTE
        was = again(order).state
        try:
            act(way, value, order, alice, bob, now)
        except IllegalMove:
            continue
        order = again(order)
        state = order.state
        if since is None and state in STANDING:
            since = now
        elif since is not None and state not in STANDING:
            stood, since = stood + hours.elapsed(since, now), None
        if state is not was or (way == "reply" and state in STANDING):
            begun = now
        if before_reply is None and order.first_replied_at is not None:
            before_reply = stood + (hours.elapsed(since, now) if since is not None else 0)
        target = targets.target_of(QUESTION, order.priority)
        assert order.resolve_due == hours.add(MONDAY, target.resolve + stood).at
        ends = cn_calendar_days(begun, STANDING[state]).at if state in STANDING else None
        assert order.term_ends_at == ends
        if since is not None:
            continue
        owed = target.first_reply if before_reply is None else target.resolve
        ran = hours.elapsed(MONDAY, now) - stood
        assert (now >= order.due_at) == (ran >= owed)
        paused = stood if before_reply is None else before_reply
        assert order.first_reply_due == hours.add(MONDAY, target.first_reply + paused).at


WEDNESDAY = datetime(2026, 9, 23, 4, 0, tzinfo=UTC)
"""Ten days later is a day of the National Day holiday; people work again on 8 October."""
EIGHTH_ENDS = datetime(2026, 10, 8, 16, 0, tzinfo=UTC)


def test_a_last_day_that_is_a_rest_day_gives_way_and_the_time_ends_at_midnight_in_shanghai() -> (
    None
):
    bob, order = make_agent(), make_order(make_member(), now=WEDNESDAY)
    reply(bob, order, Status.WAITING, WEDNESDAY)
    assert again(order).term_ends_at == EIGHTH_ENDS
    tick(EIGHTH_ENDS - MINUTE)
    assert again(order).state is Status.WAITING
    tick(EIGHTH_ENDS)
    assert again(order).state is Status.CLOSED


def test_reminders_come_on_the_third_and_sixth_day_after_the_day_of_the_question() -> None:
    late = datetime(2026, 6, 1, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai: the day is nearly over
    bob, order = make_agent(), make_order(make_member(), now=late)
    reply(bob, order, Status.WAITING, late)
    seen: dict[int, int] = {}
    for hour in range(10 * 24):
        now = late + hour * HOUR
        timers.remind_waiting(now)
        for day in days_reminded(order):
            seen.setdefault(day, (now + 8 * HOUR).date().day)
    assert seen == {3: 4, 6: 7}


@pytest.mark.parametrize("viewer", ["requester", "staff"])
@pytest.mark.parametrize("state", [Status.WAITING, Status.RESOLVED, Status.CLOSED])
def test_the_sentence_names_the_last_minute_of_the_last_day(state: Status, viewer: Any) -> None:
    order = make_order(make_member(), now=WEDNESDAY)
    service.move_order(SYSTEM, order, status=state, version=order.version, now=WEDNESDAY)
    order = again(order)
    last = cn_calendar_days(WEDNESDAY, STANDING[state]).at - MINUTE
    assert plain_next_step(order, viewer, WEDNESDAY).facts == {"until": last}


def test_while_holidays_are_not_published_the_last_day_is_an_estimate() -> None:
    year_end = datetime(2026, 12, 28, 4, 0, tzinfo=UTC)
    order = make_order(make_member(), now=year_end)
    reply(make_agent(), order, Status.WAITING, year_end)
    assert again(order).term_estimated
    tick(year_end + DAY)
    assert again(order).term_estimated
    assert "order.recounted" not in actions(order)


@pytest.mark.parametrize(("days", "longer"), [(-2, False), (2, True)])
def test_an_estimate_is_counted_anew_when_the_holidays_are_known_and_never_gets_shorter(
    days: int, longer: bool
) -> None:
    order = make_order(make_member(), now=WEDNESDAY)
    reply(make_agent(), order, Status.WAITING, WEDNESDAY)
    promised = EIGHTH_ENDS - days * DAY
    with transaction():  # as it was counted before the holidays of this autumn were published
        guess = {"term_estimated": True, "term_ends_at": promised}
        db.session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(**guess))
    for _time in range(2):
        timers.recount_estimates(WEDNESDAY + DAY)
    order = again(order)
    assert order.term_ends_at == (EIGHTH_ENDS if longer else promised)
    assert not order.term_estimated
    assert actions(order).count("order.recounted") == 1


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (timers.close_unanswered, "ix_work_order_timed"),
        (timers.close_unconfirmed, "ix_work_order_timed"),
        (timers.remind_waiting, "ix_work_order_timed"),
        (timers.recount_estimates, "ix_work_order_estimated"),
    ],
)
def test_a_timer_finds_its_orders_by_an_index_however_many_there_are(
    work: Callable[[datetime], None], name: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if "FROM work_order" in statement:
            asked.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work(MONDAY)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.remove()  # its open read would keep the index from being dropped
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        if (
            not sqlite
        ):  # an empty table is read faster whole; what is dropped comes back with the rollback
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("DROP INDEX ix_work_order_status")
        plan = connection.exec_driver_sql(
            ("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + asked[0][0], asked[0][1]
        )
        assert name in str(plan.all())
