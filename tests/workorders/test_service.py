"""The verbs of a work order: what they do, whom they refuse, and that twice is harmless."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import current_app
from sqlalchemy import select

from support.core.actors import SYSTEM, Actor
from support.core.audit import Event
from support.core.db import db
from support.core.errors import IllegalMove, NotAllowed, NotFound, Stale
from support.core.outbox_rows import OutboxRow
from support.workorders import desk_lines, queries, service, targets
from support.workorders.kind import COMPLAINT
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import NEVER, Message, Party, WorkOrder
from tests.workorders.desk_world import make_agent, make_guest_order, make_member, make_order

pytestmark = pytest.mark.usefixtures("context")

MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


def actions(order: WorkOrder) -> list[str]:
    """The order's trail."""
    rows = select(Event.action).where(Event.stream == order.stream).order_by(Event.seq)
    return list(db.session.execute(rows).scalars())


def reply(agent: Actor, order: WorkOrder, then: Status = Status.OPEN, **more: object) -> Message:
    """Answer as an agent who sees the newest version."""
    return service.reply(
        agent,
        order,
        body="Here is how.",
        version=order.version,
        then=then,
        language="en",
        **more,  # type: ignore[arg-type]
    )


def as_a_page_loads(order: WorkOrder) -> WorkOrder:
    """Return the order in a read that is still open, as a request has it before its verb begins."""
    order_id = order.id
    db.session.remove()
    return queries.order_by_id(order_id)


def elsewhere(*acts: Callable[[], None]) -> None:
    """Run each act in a thread of its own, with a database session of its own, and wait for all."""
    application, errors = current_app._get_current_object(), []  # type: ignore[attr-defined]

    def run(act: Callable[[], None]) -> None:
        with application.app_context():
            try:
                act()
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_filed_order_is_committed_with_party_message_event_and_outbox_row() -> None:
    alice = make_member("Alice")
    order = make_order(alice, now=MONDAY)
    db.session.remove()
    stored = queries.order_for(alice, order.reference)
    assert (stored.status, stored.fresh, stored.team) == (Status.NEW, True, "support")
    assert actions(stored) == ["order.filed"]
    assert db.session.execute(select(Party.role)).scalars().all() == ["requester"]
    assert db.session.execute(select(Message.body)).scalar_one() == "The code never arrives."
    topics = db.session.execute(select(OutboxRow.topic)).scalars().all()
    assert "order.filed" in topics


def test_the_first_reply_is_due_four_office_hours_later_and_the_lunch_of_the_week_counts_not() -> (
    None
):
    order = make_order(make_member("Alice"), now=MONDAY)
    assert order.first_reply_due == MONDAY + timedelta(hours=4)
    friday_evening = datetime(
        2026, 11, 20, 9, 0, tzinfo=UTC
    )  # 17:00 in Shanghai, one office hour left
    late = make_order(make_member("Bob"), now=friday_evening)
    assert late.first_reply_due == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_nobody_else_finds_the_order_not_even_that_it_exists() -> None:
    order = make_order(make_member("Alice"))
    for stranger in (make_member("Charlie"), Actor("anonymous"), Actor("guest", 999)):
        with pytest.raises(NotFound):
            queries.order_for(stranger, order.reference)


def test_a_wrong_year_or_check_character_finds_nothing() -> None:
    alice = make_member("Alice")
    order = make_order(alice)
    slipped = order.reference[:-1] + ("0" if order.reference[-1] != "0" else "1")
    for reference in (slipped, order.reference.replace("WO-26", "WO-25"), "WO-26-999999-00", ""):
        with pytest.raises(NotFound):
            queries.order_for(alice, reference)


def test_a_reply_takes_the_order_sets_the_status_and_stops_the_first_clock() -> None:
    agent, order = make_agent(), make_order(make_member("Alice"), now=MONDAY)
    reply(agent, order, Status.WAITING, now=MONDAY + timedelta(hours=1))
    assert (order.status, order.assignee_id, order.fresh) == (Status.WAITING, agent.id, False)
    assert order.first_replied_at == MONDAY + timedelta(hours=1)
    assert order.due_at == NEVER
    assert actions(order)[:2] == ["order.filed", "order.assigned"]
    assert actions(order)[-1] == "order.replied"


def test_an_answer_brings_a_waiting_order_back_and_gives_the_pause_back() -> None:
    alice, agent = make_member("Alice"), make_agent()
    order = make_order(alice, now=MONDAY)
    before = order.resolve_due
    reply(agent, order, Status.WAITING, now=MONDAY + timedelta(hours=1))
    service.answer(alice, order, body="Yes.", language="en", now=MONDAY + timedelta(hours=3))
    assert (order.status, order.fresh) == (Status.OPEN, True)
    assert order.paused_minutes == 120
    assert order.resolve_due == targets.office_hours().add(before, 120).at
    assert order.due_at == order.resolve_due


def test_a_stale_reply_is_refused_and_writes_nothing() -> None:
    alice, agent = make_member("Alice"), make_agent()
    order = make_order(alice)
    seen = order.version
    service.answer(alice, order, body="One more thing.", language="en")
    with pytest.raises(Stale):
        service.reply(agent, order, body="x", version=seen, then=Status.OPEN, language="en")
    bodies = db.session.execute(select(Message.body).order_by(Message.id)).scalars().all()
    assert bodies == ["The code never arrives.", "One more thing."]


def test_a_reply_cannot_close_or_send_back_to_new() -> None:
    order = make_order(make_member("Alice"))
    for status in (Status.CLOSED, Status.NEW):
        with pytest.raises(IllegalMove):
            reply(make_agent(f"Agent {status}"), order, status)


@pytest.mark.parametrize("verb", ["reply", "note", "assign", "priority", "tag", "move"])
def test_a_member_cannot_do_what_the_desk_does(verb: str) -> None:
    alice = make_member("Alice")
    order = make_order(alice)
    acts: dict[str, Callable[[], object]] = {
        "reply": lambda: reply(alice, order),
        "note": lambda: service.add_note(alice, order, body="x"),
        "assign": lambda: service.assign_order(
            alice, order, assignee_id=alice.id, version=order.version
        ),
        "priority": lambda: service.set_priority(
            alice, order, priority=Priority.URGENT, version=order.version
        ),
        "tag": lambda: service.tag_order(alice, order, words=["x"]),
        "move": lambda: service.move_order(
            alice, order, status=Status.CLOSED, version=order.version
        ),
    }
    with pytest.raises(NotAllowed):
        acts[verb]()
    assert actions(order) == ["order.filed"]


def test_another_member_cannot_answer_close_rate_or_reopen() -> None:
    order, charlie = make_order(make_member("Alice")), make_member("Charlie")
    reply(make_agent(), order, Status.RESOLVED)
    with pytest.raises(NotAllowed):
        service.answer(charlie, order, body="x", language="en")
    with pytest.raises(NotAllowed):
        service.close_own_order(charlie, order)
    with pytest.raises(NotAllowed):
        service.rate_order(charlie, order, solved=True, comment="")
    db.session.rollback()
    assert order.status == Status.RESOLVED


def test_closing_twice_is_harmless() -> None:
    alice = make_member("Alice")
    order = make_order(alice)
    service.close_own_order(alice, order)
    trail = actions(order)
    service.close_own_order(alice, order)
    assert (order.status, actions(order)) == (Status.CLOSED, trail)


def test_confirming_twice_is_harmless_and_closes_once() -> None:
    alice = make_member("Alice")
    order = make_order(alice)
    reply(make_agent(), order, Status.RESOLVED)
    for _ in range(2):
        service.rate_order(alice, order, solved=True, comment="Quick, thank you.")
    assert (order.status, order.solved, order.closed_reason) == (Status.CLOSED, True, "confirmed")
    assert actions(order).count("order.rated") == 1


def test_not_solved_brings_it_back_with_the_comment_as_the_message() -> None:
    alice = make_member("Alice")
    order = make_order(alice)
    reply(make_agent(), order, Status.RESOLVED)
    service.rate_order(alice, order, solved=False, comment="It still fails.")
    assert (order.status, order.fresh) == (Status.OPEN, True)
    newest = db.session.execute(
        select(Message.body).order_by(Message.id.desc()).limit(1)
    ).scalar_one()
    assert newest == "It still fails."


def test_an_order_opens_again_once_and_within_thirty_days() -> None:
    alice = make_member("Alice")
    order = make_order(alice, now=MONDAY)
    service.close_own_order(alice, order, now=MONDAY)
    ends = datetime(2026, 12, 16, 16, 0, tzinfo=UTC)  # 24:00 in Shanghai, thirty days later
    with pytest.raises(IllegalMove):
        service.reopen_order(alice, order, body="x", now=ends)
    service.reopen_order(alice, order, body="It is back.", now=ends - timedelta(seconds=1))
    assert order.status == Status.OPEN
    service.close_own_order(alice, order, now=MONDAY + timedelta(days=31))
    with pytest.raises(IllegalMove):
        service.reopen_order(alice, order, body="x", now=MONDAY + timedelta(days=32))


def test_a_complaint_goes_to_nobody_who_had_a_part_in_the_matter() -> None:
    alice, mei, jonas = make_member("Alice"), make_agent("Mei"), make_agent("Jonas")
    order = make_order(alice)
    reply(mei, order)
    complaint = service.file_order(
        alice, COMPLAINT, requester_id=alice.id or 0, contact_id=None, subject="Not well handled",
        body="I was not heard.", language="en", related=order,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        service.assign_order(mei, complaint, assignee_id=mei.id, version=complaint.version)
    db.session.rollback()
    service.assign_order(jonas, complaint, assignee_id=jonas.id, version=complaint.version)
    assert complaint.assignee_id == jonas.id


def test_nobody_who_had_a_part_in_the_matter_answers_the_complaint_either() -> None:
    alice, mei = make_member("Alice"), make_agent("Mei")
    order = make_order(alice)
    reply(mei, order)
    complaint = service.file_order(
        alice, COMPLAINT, requester_id=alice.id or 0, contact_id=None, subject="Not well handled",
        body="I was not heard.", language="en", related=order,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        reply(mei, complaint)


def test_priority_counts_the_targets_anew_from_the_filing() -> None:
    agent, order = make_agent(), make_order(make_member("Alice"), now=MONDAY)
    service.set_priority(agent, order, priority=Priority.URGENT, version=order.version)
    assert order.first_reply_due == MONDAY + timedelta(minutes=30)
    trail = actions(order)
    service.set_priority(agent, order, priority=Priority.URGENT, version=order.version)
    assert actions(order) == trail


def test_tags_become_what_was_asked_and_the_same_again_changes_nothing() -> None:
    agent, order = make_agent(), make_order(make_member("Alice"))
    service.tag_order(agent, order, words=["Phone-Change", "zh", "zh "])
    assert queries.tags_of(order) == ["phone-change", "zh"]
    trail = actions(order)
    service.tag_order(agent, order, words=["zh", "phone-change"])
    assert actions(order) == trail
    service.tag_order(agent, order, words=["zh"])
    assert queries.tags_of(order) == ["zh"]


def test_a_note_is_in_the_thread_of_staff_and_in_no_other() -> None:
    alice, agent = make_member("Alice"), make_agent()
    order = make_order(alice)
    service.add_note(agent, order, body="Looks like fraud.")
    assert "note" in {line.kind for line in desk_lines.read_whole(order)}
    for entry in queries.thread(alice, order):
        assert entry.kind != "note"
        assert getattr(entry.row, "action", "") != "order.noted"


def test_a_guest_sees_their_own_order_and_its_trail() -> None:
    order = make_guest_order("guest@example.org")
    guest = Actor("guest", order.requester_id)
    assert queries.order_for(guest, order.reference).id == order.id
    assert [entry.kind for entry in queries.thread(guest, order)].count("message") == 1


def test_events_hold_no_personal_text() -> None:
    alice, agent = make_member("Alice", "alice@example.org"), make_agent()
    order = make_order(alice, "Secret subject", "Secret body")
    service.add_note(agent, order, body="Secret note")
    reply(agent, order)
    data = db.session.execute(select(Event.data)).scalars().all()
    assert "ecret" not in str(data)
    assert "alice@" not in str(data)
    payloads = db.session.execute(select(OutboxRow.payload)).scalars().all()
    assert "ecret" not in str(payloads)


def test_what_was_closed_meanwhile_takes_no_message() -> None:
    alice = make_member("Alice")
    order = make_order(alice)
    reply(make_agent(), order, Status.WAITING)
    order = as_a_page_loads(order)

    def close() -> None:
        other = queries.order_by_id(order.id)
        service.move_order(SYSTEM, other, status=Status.CLOSED, version=other.version)

    elsewhere(close)
    with pytest.raises(IllegalMove):
        service.answer(alice, order, body="Too late?", language="en")
    db.session.rollback()
    stored = queries.order_by_id(order.id)
    assert (stored.state, stored.fresh) == (Status.CLOSED, False)
    assert "Too late?" not in db.session.execute(select(Message.body)).scalars().all()


def test_an_order_opened_again_and_closed_meanwhile_is_not_opened_a_second_time() -> None:
    alice = make_member("Alice")
    order = make_order(alice)
    service.close_own_order(alice, order)
    order = as_a_page_loads(order)

    def open_and_close() -> None:
        other = queries.order_by_id(order.id)
        service.reopen_order(alice, other, body="It is back.")
        service.close_own_order(alice, other)

    elsewhere(open_and_close)
    with pytest.raises(IllegalMove):
        service.reopen_order(alice, order, body="Once more.")


def test_an_answer_and_a_closing_at_once_leave_no_message_on_a_closed_order() -> None:
    alice, agent = make_member("Alice"), make_agent()
    for _round in range(6):
        order = make_order(alice)
        reply(agent, order, Status.WAITING)
        order_id, start = order.id, Barrier(2)
        db.session.remove()

        def answer(order_id: int = order_id, start: Barrier = start) -> None:
            mine = queries.order_by_id(order_id)
            start.wait()
            with suppress(IllegalMove, Stale):
                service.answer(alice, mine, body="Here.", language="en")

        def close(order_id: int = order_id, start: Barrier = start) -> None:
            mine = queries.order_by_id(order_id)
            start.wait()
            with suppress(IllegalMove, Stale):
                service.move_order(SYSTEM, mine, status=Status.CLOSED, version=mine.version)

        elsewhere(answer, close)
        order = queries.order_by_id(order_id)
        trail = actions(order)
        if "order.closed" in trail:
            assert "order.answered" not in trail[trail.index("order.closed") :]
