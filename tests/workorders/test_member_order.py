"""The end of an order as its requester sees it: the last day, the question whether it is solved, what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from support.core.actors import SYSTEM, Actor
from support.core.db import db
from support.workorders import letters, queries, service
from support.workorders.kind import COMPLAINT
from support.workorders.lifecycle import Status
from support.workorders.models import Message, WorkOrder
from tests.fixtures.pages import Page
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

WEDNESDAY = datetime(2026, 9, 23, 4, 0, tzinfo=UTC)
"""Ten days later is a day of the National Day holiday; people work again on 8 October."""


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Mei at the desk, Alice with one order that waits for her."""
    with app.app_context():
        mei, alice = make_agent("Mei Tanaka"), make_member("Alice", "alice@example.org")
        order = make_order(alice, "My secret subject", "My secret words")
        reply(mei, order, Status.WAITING)
        return {"mei": mei, "alice": alice, "id": order.id, "reference": order.reference}


def reply(agent: Actor, order: WorkOrder, then: Status, now: datetime | None = None) -> None:
    """Answer as the agent."""
    version = order.version
    service.reply(agent, order, body="?", version=version, then=then, language="en", now=now)


def finish(app: Flask, world: Any, status: Status) -> None:
    """Bring Alice's order to its end."""
    with app.app_context():
        order = queries.order_by_id(world["id"])
        service.move_order(SYSTEM, order, status=status, version=order.version)


def test_page_mail_and_explanation_name_the_same_last_minute(app: Flask) -> None:
    with app.app_context():
        mei, alice = make_agent("Mei Tanaka"), make_member("Alice", "alice@example.org")
        order = make_order(alice, now=WEDNESDAY)
        reply(mei, order, Status.WAITING, now=WEDNESDAY)
        facts = letters.requester_facts({"order": order.id}, alice)
        assert facts is not None
    client, url = client_of(app, alice), f"/orders/{order.reference}"
    for said in (facts["sentence"], client.page(url).text, client.page(f"{url}/why").text):
        assert "Thu 8 Oct 2026, 23:59" in said
    assert "Sat 3 Oct 2026 is a rest day" in client.page(f"{url}/why").text
    assert f"{url}/why" in [a.attributes["href"] for a in client.page(url).all("a")]


@pytest.mark.parametrize("said", [{}, {"solved": ""}, {"solved": "perhaps"}])
def test_a_rating_that_says_neither_yes_nor_no_is_asked_again_and_changes_nothing(
    app: Flask, world: Any, said: dict[str, str]
) -> None:
    finish(app, world, Status.RESOLVED)
    client, url = client_of(app, world["alice"]), f"/orders/{world['reference']}"
    page = client.page(url)
    sent = page.values(page.form(action=f"{url}/rating")) | {"comment": "Thank you."}
    sent.pop("solved", None)
    answer = client.post(f"{url}/rating", data=sent | said)
    assert answer.status_code == 422
    assert answer.text.count("Say whether it is solved: yes or no.") == 2  # above, and at the field
    assert "Thank you." in answer.text
    with app.app_context():
        order = queries.order_by_id(world["id"])
        assert (order.state, order.solved) == (Status.RESOLVED, None)
        assert db.session.execute(select(func.count()).select_from(Message)).scalar_one() == 2


def test_what_is_closed_for_good_is_followed_by_a_new_order_that_both_pages_show(
    app: Flask, world: Any
) -> None:
    client, url = client_of(app, world["alice"]), f"/orders/{world['reference']}"
    finish(app, world, Status.CLOSED)
    assert "File a new one about this" not in client.page(url).text
    with app.app_context():
        service.reopen_order(world["alice"], queries.order_by_id(world["id"]), body="It is back.")
    finish(app, world, Status.CLOSED)
    links = [a for a in client.page(url).all("a") if "File a new one" in a.text]
    form = client.page(links[0].attributes["href"])
    assert f"About work order {world['reference']}" in form.text
    sent = form.values(form.form(action="/orders/new/question"))
    assert sent["subject"] == f"More about {world['reference']}"
    assert "secret" not in sent["subject"] + sent["body"]
    sent |= {"body": "And one thing more.", "topic": "access"}
    check = client.post("/orders/new/question", data=sent)
    assert check.status_code == 303
    page = client.page(check.headers["Location"])
    filing = page.form(action="/orders/new/question/sending")
    client.post("/orders/new/question/sending", data=page.values(filing))
    with app.app_context():
        new = db.session.execute(
            select(WorkOrder).where(WorkOrder.related_id == world["id"])
        ).scalar_one()
        mei = client_of(app, world["mei"])
        service.assign_order(world["mei"], new, assignee_id=world["mei"].id, version=new.version)
    for reader, room in ((client, "/orders"), (mei, "/desk/orders")):
        for here, there in (
            (world["reference"], new.reference),
            (new.reference, world["reference"]),
        ):
            shown = [a.attributes["href"] for a in reader.page(f"{room}/{here}").all("a")]
            assert f"{room}/{there}" in shown


def test_thirty_days_after_the_closing_a_new_order_is_offered(app: Flask, world: Any) -> None:
    finish(app, world, Status.CLOSED)
    with app.app_context():
        ends = queries.order_by_id(world["id"]).term_ends_at
    assert ends is not None
    for moment, offered in ((ends - timedelta(minutes=1), False), (ends, True)):
        with time_machine.travel(moment, tick=False):
            page = client_of(app, world["alice"]).page(f"/orders/{world['reference']}")
        assert ("File a new one about this" in page.text) is offered
        assert ("Open it again" in page.text) is not offered


def test_a_draft_of_before_takes_the_link_and_keeps_its_text(app: Flask, world: Any) -> None:
    client = client_of(app, world["alice"])
    page = client.page("/orders/new/question")
    draft = page.values(page.form(action="/orders/new/question"))
    client.post("/orders/new/question", data=draft | {"subject": "Begun before", "then": "draft"})
    page = client.page(f"/orders/new/question?about={world['reference']}")
    sent = page.values(page.form(action="/orders/new/question"))
    assert (sent["subject"], sent["about"]) == ("Begun before", world["reference"])


def test_a_complaint_is_no_follow_up_at_the_desk_of_those_whom_it_is_about(
    app: Flask, world: Any
) -> None:
    finish(app, world, Status.CLOSED)
    with app.app_context():
        old, alice = queries.order_by_id(world["id"]), world["alice"]
        complaint = service.file_order(
            alice, COMPLAINT, requester_id=alice.id, contact_id=None, subject="Not heard",
            body="b", language="en", related=old,
        )  # fmt: skip
    mei = client_of(app, world["mei"])
    assert "Followed by" not in mei.page(f"/desk/orders/{world['reference']}").text
    page = client_of(app, world["alice"]).page(f"/orders/{world['reference']}")
    assert complaint.reference in page.text


def test_a_linked_order_that_is_anothers_is_named_to_nobody(app: Flask, world: Any) -> None:
    with app.app_context():
        bob = make_member("Bob", "bob@example.org")
        theirs = service.file_order(
            bob, COMPLAINT, requester_id=bob.id or 0, contact_id=None, subject="Mine", body="b",
            language="en", related=queries.order_by_id(world["id"]),
        )  # fmt: skip
    assert world["reference"] not in client_of(app, bob).page(f"/orders/{theirs.reference}").text
    alice = client_of(app, world["alice"])
    assert theirs.reference not in alice.page(f"/orders/{world['reference']}").text


def test_a_stale_rating_gives_words_and_the_order_as_it_stands(app: Flask, world: Any) -> None:
    finish(app, world, Status.RESOLVED)
    client, url = client_of(app, world["alice"]), f"/orders/{world['reference']}"
    page = client.page(url)
    assert "Needed only if something is missing" in page.text
    sent = page.values(page.form(action=f"{url}/rating"))
    asked = client.post(f"{url}/rating", data=sent | {"solved": "no"})
    assert asked.status_code == 422
    assert "<title>Error: My secret subject" in asked.text
    finish(app, world, Status.CLOSED)
    late = client.post(f"{url}/rating", data=sent | {"solved": "no"}, follow_redirects=True)
    assert "has moved on since you opened the page" in late.text
    assert Page(late.text).form(action=f"{url}/reopening")
    with app.app_context():
        service.reopen_order(world["alice"], queries.order_by_id(world["id"]), body="It is back.")
    late = client.post(f"{url}/rating", data=sent | {"solved": "yes"}, follow_redirects=True)
    assert "has moved on since you opened the page" in late.text
    assert Page(late.text).form(action=f"{url}/messages")
