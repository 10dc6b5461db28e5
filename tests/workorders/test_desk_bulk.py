"""Many orders at once: each by its own version, refused ones with their reason, undone where that is legal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from support.core import outbox
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import AlreadyDone, Expired, Invalid, NotFound
from support.core.outbox_rows import OutboxRow
from support.notifications.models import Delivery
from support.workorders import queries, service, service_bulk
from support.workorders.lifecycle import Priority, Status
from support.workorders.service_bulk import Chosen
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import (
    an_open_hour_ago,
    client_of,
    make_agent,
    make_member,
    make_order,
)


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """An agent and four orders."""
    with app.app_context():
        agent, alice = make_agent(), make_member()
        ids = [make_order(alice, f"Order {number}").id for number in range(4)]
    return {"agent": agent, "alice": alice, "ids": ids, "client": client_of(app, agent)}


def choose(client: PageClient, act: str, chosen: list[str]) -> Page:
    """Tick orders in the queue, press a button of the bulk bar, return the page that asks what to set."""
    page = client.page("/desk")
    form = page.form(action="/desk/bulk")
    answer = client.post("/desk/bulk", data=page.values(form) | {"ids": chosen, "act": act})
    assert answer.status_code == 200
    return Page(answer.get_data(as_text=True))


def boxes(client: PageClient) -> list[str]:
    """Return the values of the checkboxes of the queue."""
    inputs = client.page("/desk").all("input")
    return [each.attributes["value"] for each in inputs if each.attributes.get("name") == "ids"]


def confirm(client: PageClient, page: Page, ids: list[str], value: str) -> Any:
    """Send the page that asks what to set."""
    form = page.form(button="Change them")
    return client.post("/desk/bulk", data=page.values(form) | {"ids": ids, "value": value})


def test_the_selected_orders_are_assigned_and_undo_gives_them_back(app: Flask, world: Any) -> None:
    client, agent = world["client"], world["agent"]
    ids = boxes(client)
    page = choose(client, "assign", ids[:3])
    answer = confirm(client, page, ids[:3], "me")
    assert answer.status_code == 303
    assert "done=" in answer.headers["Location"]
    queue = client.page(answer.headers["Location"])
    assert "3 changed" in queue.text
    with app.app_context():
        owners = [queries.order_by_id(each).assignee_id for each in world["ids"]]
    assert owners.count(agent.id) == 3
    undo = queue.form(button="Undo")
    back = client.post(undo.attributes["action"], data=queue.values(undo))
    assert back.status_code == 303
    assert "This was undone." in client.page(back.headers["Location"]).text
    with app.app_context():
        assert [queries.order_by_id(each).assignee_id for each in world["ids"]] == [None] * 4


def test_what_changed_meanwhile_is_refused_and_the_others_go_on(app: Flask, world: Any) -> None:
    client = world["client"]
    ids = boxes(client)
    page = choose(client, "priority", ids)
    with app.app_context():
        order = queries.order_by_id(world["ids"][1])
        service.answer(world["alice"], order, body="One more thing", language="en")
    answer = confirm(client, page, ids, "urgent")
    result = client.page(answer.headers["Location"])
    assert "3 changed, 1 refused" in result.text
    assert "Somebody else changed this a moment ago." in result.text
    assert "Order 1" in result.text
    with app.app_context():
        found = [queries.order_by_id(each).priority for each in world["ids"]]
    assert found == [1, Priority.NORMAL, 1, 1]


def test_an_illegal_move_is_refused_with_its_reason(app: Flask, world: Any) -> None:
    with app.app_context():
        closed = queries.order_by_id(world["ids"][0])
        service.move_order(world["agent"], closed, status=Status.CLOSED, version=1)
        chosen = [Chosen(world["ids"][0], 2), Chosen(world["ids"][1], 1)]
        run = service_bulk.change_many(
            world["agent"], chosen, act="status", value="waiting", scope="s", key="k"
        )
        assert [row[0] for row in run.changed] == [world["ids"][1]]
        assert run.refused == [[world["ids"][0], "This can't be done in the present state."]]


def test_undo_leaves_alone_what_somebody_touched_and_what_has_no_way_back(
    app: Flask, world: Any
) -> None:
    agent = world["agent"]
    with app.app_context():
        chosen = [Chosen(each, 1) for each in world["ids"][:3]]
        run = service_bulk.change_many(
            agent, chosen, act="status", value="open", scope="s", key="k"
        )
        order = queries.order_by_id(world["ids"][0])
        service.answer(world["alice"], order, body="Here you are", language="en")
        undone = service_bulk.undo_many(agent, run.uid)
        assert undone.undone_at is not None
        # the first was answered meanwhile; a new order that was opened never becomes new again
        assert len(undone.refused) == 3
        with pytest.raises(AlreadyDone):
            service_bulk.undo_many(agent, run.uid)


def test_undo_has_an_end_and_an_owner(app: Flask, world: Any) -> None:
    agent = world["agent"]
    with app.app_context():
        chosen = [Chosen(world["ids"][0], 1)]
        run = service_bulk.change_many(agent, chosen, act="priority", value=1, scope="s", key="k")
        with pytest.raises(Expired):
            service_bulk.undo_many(agent, run.uid, now=utcnow() + timedelta(minutes=11))
        with pytest.raises(NotFound):
            service_bulk.undo_many(make_agent("Arjun"), run.uid)
        assert service_bulk.undo_many(agent, run.uid).refused == []
        assert queries.order_by_id(world["ids"][0]).priority == Priority.NORMAL


def test_a_change_of_many_twice_is_harmless(app: Flask, world: Any) -> None:
    with app.app_context():
        chosen = [Chosen(each, 1) for each in world["ids"]]
        runs = [
            service_bulk.change_many(
                world["agent"], chosen, act="tag", value="Billing", scope="s", key="k"
            )
            for _time in range(2)
        ]
        assert runs[0].uid == runs[1].uid
        assert len(runs[1].changed) == 4
        assert runs[1].refused == []
        order = queries.order_by_id(world["ids"][0])
        assert queries.tags_of(order) == ["billing"]
        assert order.version == 2


def test_nothing_chosen_or_too_much_is_said_in_words(app: Flask, world: Any) -> None:
    page = choose(world["client"], "status", [])
    assert "Choose at least one work order first." in page.text
    ids = boxes(world["client"])
    asked = choose(world["client"], "status", ids[:1])
    answer = confirm(world["client"], asked, ids[:1], "gone")
    assert answer.status_code == 422
    with app.app_context(), pytest.raises(Invalid):
        service_bulk.change_many(
            world["agent"],
            [Chosen(each, 1) for each in range(1, 102)],
            act="tag",
            value="x",
            scope="s",
            key="k2",
        )


def test_only_a_post_changes_many(world: Any) -> None:
    assert world["client"].get("/desk/bulk").status_code == 405


def told_of(app: Flask, topic: str) -> list[str]:
    """Carry out what is due by now and return the letters about a topic that were written.

    PostgreSQL's clock doesn't travel with the test's, so what is due by the test's is due at once.
    """
    with app.app_context():
        with transaction():
            by_now = OutboxRow.due_at <= utcnow()
            changed(update(OutboxRow).where(by_now).values(due_at=OutboxRow.created_at))
        outbox.drain()
        mine = Delivery.template == f"workorders.{topic}"
        return [
            str(row) for row in db.session.execute(select(Delivery.about).where(mine)).scalars()
        ]


def test_letters_wait_while_the_change_can_be_undone_and_one_undone_sends_none(
    app: Flask, world: Any
) -> None:
    agent, (kept, undone, answered, again) = world["agent"], world["ids"]
    with time_machine.travel(utcnow(), tick=False) as clock:
        with app.app_context():
            everything = [Chosen(each, 1) for each in world["ids"] if each != undone]
            how: dict[str, Any] = {"act": "status", "value": "resolved", "scope": "s"}
            service_bulk.change_many(agent, everything, key="k1", **how)
            run = service_bulk.change_many(agent, [Chosen(undone, 1)], key="k2", **how)
            assert service_bulk.undo_many(agent, run.uid).refused == []
            order = queries.order_by_id(answered)
            service.answer(world["alice"], order, body="It is not.", language="en")
            order = queries.order_by_id(again)
            service.reply(
                agent, order, body="Done.", version=2, then=Status.RESOLVED, language="en"
            )
        assert told_of(app, "resolved") == [f"order:{again}"]  # with the reply, at once
        clock.shift(service_bulk.UNDO_WITHIN + timedelta(seconds=1))
        assert told_of(app, "resolved") == [f"order:{again}", f"order:{kept}"]
        assert told_of(app, "asked") == []


def test_a_colleague_is_told_of_the_assignment_that_stands(app: Flask, world: Any) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock, app.app_context():
        agent, arjun, order_id = world["agent"], make_agent("Arjun"), world["ids"][0]
        first = service_bulk.change_many(
            agent, [Chosen(order_id, 1)], act="assign", value=arjun.id, scope="s", key="k1"
        )
        service_bulk.undo_many(agent, first.uid)
        version = queries.order_by_id(order_id).version
        service_bulk.change_many(
            agent, [Chosen(order_id, version)], act="assign", value=arjun.id, scope="s", key="k2"
        )
        clock.shift(service_bulk.UNDO_WITHIN + timedelta(seconds=1))
        assert told_of(app, "assigned") == [f"order:{order_id}"]


@pytest.mark.parametrize("before", [Status.WAITING, Status.RESOLVED, Status.OPEN])
def test_closing_is_undone_to_where_the_order_stood(app: Flask, world: Any, before: Status) -> None:
    agent, order_id = world["agent"], world["ids"][0]
    with app.app_context():
        service.move_order(agent, queries.order_by_id(order_id), status=before, version=1)
        run = service_bulk.change_many(
            agent, [Chosen(order_id, 2)], act="status", value="closed", scope="s", key="k"
        )
        assert service_bulk.undo_many(agent, run.uid).refused == []
        order = queries.order_by_id(order_id)
        assert (order.state, order.closed_reason) == (before, None)


def test_the_page_says_beforehand_how_many_people_are_told(app: Flask, world: Any) -> None:
    with app.app_context():
        bob = make_order(make_member("Bob"), "Bob's")
        service.move_order(world["agent"], bob, status=Status.CLOSED, version=1)
    ids = [f"{each}:1" for each in world["ids"]] + [f"{bob.id}:2"]
    page = choose(world["client"], "status", ids)
    told = {
        each.attributes["id"]: each.text
        for each in page.all("p")
        if each.attributes.get("id", "").startswith("value-")
    }
    assert told == {
        "value-waiting-hint": "1 requester is told.",  # four orders, one person; Bob's is closed
        "value-resolved-hint": "1 requester is told.",
        "value-closed-hint": "1 requester is told.",
    }
    assert "Nobody is told of it." in choose(world["client"], "priority", ids).text


def test_the_result_counts_what_changed_what_was_so_and_what_was_refused(
    app: Flask, world: Any
) -> None:
    client, ids = world["client"], boxes(world["client"])
    with app.app_context():
        first, second = (queries.order_by_id(each) for each in world["ids"][:2])
        service.set_priority(world["agent"], first, priority=Priority.URGENT, version=1)
        service.add_note(world["agent"], second, body="Mine.")
    ids[[each.partition(":")[0] for each in ids].index(str(world["ids"][0]))] = (
        f"{world['ids'][0]}:2"
    )
    answer = confirm(client, choose(client, "priority", ids), ids, "urgent")
    result = client.page(answer.headers["Location"])
    assert "2 changed, 1 already so, 1 refused" in result.text
    undo = result.form(button="Undo")
    back = client.post(undo.attributes["action"], data=result.values(undo))
    assert "2 undone, 0 left as they are" in client.page(back.headers["Location"]).text


def test_a_priority_that_makes_orders_overdue_says_so(app: Flask, world: Any) -> None:
    with app.app_context():
        for _number in range(2):
            make_order(world["alice"], "Older", priority=Priority.LOW, now=an_open_hour_ago())
    client, ids = world["client"], boxes(world["client"])
    answer = confirm(client, choose(client, "priority", ids), ids, "urgent")
    assert "2 work orders are overdue now." in client.page(answer.headers["Location"]).text
