"""Who works on an order: agents, administrators and the roles of its kind; others of the staff read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import NotAllowed
from support.workorders import queries, service, service_bulk, service_desk, service_phone
from support.workorders.kind import Kind, kind_named
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder
from support.workorders.service_bulk import Chosen
from support.workorders.service_desk import Properties
from support.workorders.service_phone import Call
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import (
    client_of,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)

NOTICE = Kind(
    code="toy", title="Toy notice", summary="s", icon="puzzle", first_roles=frozenset({Role.LEGAL})
)
PROVED = Kind(code="proved", title="Proved", summary="s", icon="puzzle", assurance=1)

Act = Callable[[Actor, WorkOrder], object]
VERBS: dict[str, Act] = {
    "reply": lambda actor, order: service.reply(
        actor, order, body="b", version=order.version, then=Status.OPEN, language="en"
    ),
    "note": lambda actor, order: service.add_note(actor, order, body="b"),
    "assign": lambda actor, order: service.assign_order(
        actor, order, assignee_id=actor.id, version=order.version
    ),
    "priority": lambda actor, order: service.set_priority(
        actor, order, priority=Priority.URGENT, version=order.version
    ),
    "tag": lambda actor, order: service.tag_order(actor, order, words=["x"]),
    "move": lambda actor, order: service.move_order(
        actor, order, status=Status.WAITING, version=order.version
    ),
    "properties": lambda actor, order: service_desk.change_order(
        actor, order, Properties(priority=Priority.LOW), version=order.version
    ),
}


@pytest.fixture(autouse=True)
def toy_kinds(app: Flask) -> None:
    """A kind of the legal department, and one whose requester must be known."""
    app.extensions["ground"].hooks[Kind].extend([NOTICE, PROVED])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.usefixtures("context")
def test_a_verb_asks_for_a_role_that_works_on_the_kind(verb: str) -> None:
    alice = make_member("Alice")
    question, notice = make_order(alice), make_order(alice, kind=NOTICE)
    for role in set(Role) - {Role.AGENT, Role.ADMIN}:
        reader = make_agent(f"Some {role}", role)
        for order in (question, notice):
            if role is Role.LEGAL and order is notice:
                continue
            version = order.version
            with pytest.raises(NotAllowed):
                VERBS[verb](reader, order)
            db.session.rollback()
            assert order.version == version
            assert queries.order_at_desk(reader, order.reference).id == order.id
    for role, order in ((Role.LEGAL, notice), (Role.ADMIN, question)):
        before = order.version
        VERBS[verb](make_agent(f"Works as {role}", role), order)
        assert order.version > before


@pytest.mark.usefixtures("context")
def test_an_order_is_given_to_those_alone_who_may_work_on_it() -> None:
    agent, legal = make_agent(), make_agent("Lena", Role.LEGAL)
    alice = make_member("Alice")
    question, notice = make_order(alice), make_order(alice, kind=NOTICE)
    with pytest.raises(NotAllowed):
        service.assign_order(agent, question, assignee_id=legal.id, version=question.version)
    db.session.rollback()
    service.assign_order(agent, notice, assignee_id=legal.id, version=notice.version)
    assert notice.assignee_id == legal.id


@pytest.mark.usefixtures("context")
def test_bulk_changes_and_calls_ask_for_a_role_too() -> None:
    reader, legal = make_agent("Vera", Role.VERIFIER), make_agent("Lena", Role.LEGAL)
    alice = make_member("Alice")
    question, notice = make_order(alice), make_order(alice, kind=NOTICE)
    chosen = [Chosen(question.id, 1), Chosen(notice.id, 1)]
    values: dict[str, Any] = {"act": "priority", "value": 1, "scope": "s"}
    with pytest.raises(NotAllowed):
        service_bulk.change_many(reader, chosen, key="k1", **values)
    run = service_bulk.change_many(legal, chosen, key="k2", **values)
    assert [row[0] for row in run.changed] == [notice.id]
    assert [row[0] for row in run.refused] == [question.id]
    call = Call(kind_named("question"), "Call", "b", "en", Priority.NORMAL)
    acts: tuple[Callable[[], object], ...] = (
        lambda: service_phone.ask_caller(legal, "Alice", visitor="v", language="en"),
        lambda: service_phone.prove_caller(legal, "123456", visitor="v"),
        lambda: service_phone.file_phone_order(legal, call, caller=None, address="a@b.org"),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_whoever_only_reads_is_offered_nothing_that_would_be_refused(app: Flask) -> None:
    with app.app_context():
        reader, agent, alice = make_agent("Vera", Role.VERIFIER), make_agent(), make_member("Alice")
        order = make_order(alice, "Cannot sign in", "The code never arrives.")
        url = f"/desk/orders/{order.reference}"
    client, other = client_of(app, reader), client_of(app, agent)

    def forms(browser: PageClient, path: str) -> set[str]:
        page = browser.page(path)
        return {each.attributes.get("action", "").partition("?")[0] for each in page.all("form")}

    page = client.page(url)
    assert "The code never arrives." in page.text
    assert "Your role may read work orders of this kind, not work on them." in page.text
    assert not {each for each in forms(client, url) if each.startswith(url)}
    assert {f"{url}/replies", f"{url}/properties"} <= forms(other, url)
    assert "Unassigned" in page.text
    queue = client.page("/desk")
    assert "Cannot sign in" in queue.text
    assert not [each for each in queue.all("button") if each.attributes.get("name") == "act"]
    assert "/desk/orders/new" not in {each.attributes.get("href") for each in queue.all("a")}
    assert client.get("/desk/orders/new").status_code == 403
    hidden = next(each for each in page.all("input") if each.attributes["name"] == "csrf_token")
    token = {"csrf_token": hidden.attributes["value"]}
    for act in ("replies", "properties", "draft", "uploads"):
        sent = token | {"body": "x", "status": "closed", "audience": "note"}
        assert client.post(f"{url}/{act}", data=sent).status_code == 403, act


def test_owners_are_chosen_from_those_who_may_work_on_the_order(app: Flask) -> None:
    with app.app_context():
        agent = make_agent("Mei")
        make_agent("Lena", Role.LEGAL)
        make_agent("Vera", Role.VERIFIER)
        alice = make_member("Alice")
        urls = [f"/desk/orders/{make_order(alice, kind=kind).reference}" for kind in (None, NOTICE)]
    client = client_of(app, agent)
    question, notice = (
        {each.text.strip() for each in client.page(url).all("option")} & {"Mei", "Lena", "Vera"}
        for url in urls
    )
    assert (question, notice) == ({"Mei"}, {"Mei", "Lena"})


@pytest.mark.usefixtures("context")
def test_nobody_of_the_desk_finishes_an_order_whose_kind_wants_a_requester_who_is_known() -> None:
    agent, guest_order = make_agent(), make_guest_order("guest@example.org")
    order = make_order(Actor("guest", guest_order.requester_id), kind=PROVED)
    party = service.requester_party(order)
    assert party.proved_at is not None  # by the guest's own session
    unproved = service.file_order(
        SYSTEM, PROVED, requester_id=guest_order.requester_id, subject="s", body="b", language="en",
        contact_id=service.requester_party(guest_order).contact_id,
    )  # fmt: skip
    acts: tuple[Callable[[], object], ...] = (
        lambda: service.move_order(agent, unproved, status=Status.CLOSED, version=unproved.version),
        lambda: service.reply(
            agent, unproved, body="b", version=unproved.version, then=Status.RESOLVED, language="en"
        ),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
        db.session.rollback()
    service.reply(
        agent, unproved, body="Who are you?", version=unproved.version, then=Status.WAITING,
        language="en",
    )  # fmt: skip
    contact = service.requester_party(unproved).contact_id
    assert contact is not None
    service.prove_contact(contact, unproved, now=utcnow())
    for each in (order, unproved):
        service.move_order(agent, each, status=Status.CLOSED, version=each.version)
        assert each.status == Status.CLOSED


def test_the_page_offers_no_solution_before_the_requester_is_known(app: Flask) -> None:
    with app.app_context():
        agent, guest_order = make_agent(), make_guest_order("guest@example.org")
        order = service.file_order(
            SYSTEM, PROVED, requester_id=guest_order.requester_id, subject="s", body="b",
            contact_id=service.requester_party(guest_order).contact_id, language="en",
        )  # fmt: skip
        urls = [f"/desk/orders/{each.reference}" for each in (order, guest_order)]
    client = client_of(app, agent)
    offered = [
        {each.attributes["value"] for each in client.page(url).all("option")} for url in urls
    ]
    assert not {"resolved", "closed"} & offered[0]
    assert {"resolved", "closed"} <= offered[1]
