"""Phone calls: nothing of anybody is shown before the code sent to the number on file was read back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import queries as people
from support.accounts import service_codes
from support.accounts.models import Code
from support.core import installation
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db
from support.workorders import queries, service_phone
from support.workorders.models import Party, WorkOrder
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

MOBILE = "+8613800138000"
THEIRS = ("138", "8000", "alice@example.org", "Her old matter")


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """An agent, and Alice with a mobile, an e-mail address and an older order."""
    with app.app_context():
        installation.mark(demo=True)
        agent, alice = make_agent(), make_member("Alice", "alice@example.org", MOBILE)
        make_order(alice, "Her old matter")
    return {"client": client_of(app, agent), "agent": agent, "alice": alice}


def ask(client: PageClient, who: str) -> Page:
    """Ask for a code for the caller and return the page that comes back."""
    answer = client.submit("/desk/orders/new", {"who": who}, action="/desk/orders/new/caller")
    assert answer.status_code == 303
    return client.page(answer.headers["Location"])


def digits(app: Flask) -> str:
    """Return what the newest code says, as the door that sends it learns it."""
    with app.app_context():
        newest = db.session.execute(select(Code.id).order_by(Code.id.desc()).limit(1)).scalar_one()
        sent = service_codes.reveal_code(newest)
        assert sent is not None
        return sent.digits


def read_back(client: PageClient, code: str) -> Any:
    """Type what the caller reads."""
    return client.submit(
        "/desk/orders/new?asked=yes", {"code": code}, action="/desk/orders/new/code"
    )


def shown_of_alice(page: Page) -> list[str]:
    """Return what the page gives away of Alice."""
    return [each for each in THEIRS if each in page.text]


@pytest.mark.parametrize("who", ["Alice", "alice", "138 0013 8000", "１３８００１３８０００"])
def test_nothing_of_the_caller_is_shown_before_the_code_is_read_back(
    app: Flask, world: Any, who: str
) -> None:
    client = world["client"]
    page = ask(client, who)
    assert shown_of_alice(page) == []
    with app.app_context():
        newest = db.session.execute(select(Code.id).order_by(Code.id.desc()).limit(1)).scalar_one()
        sent = service_codes.reveal_code(newest)
    assert sent is not None
    assert sent.target == MOBILE
    wrong = read_back(client, "000000" if digits(app) != "000000" else "111111")
    assert wrong.status_code == 422
    assert shown_of_alice(Page(wrong.get_data(as_text=True))) == []
    right = read_back(client, digits(app))
    assert right.status_code == 303
    proved = client.page(right.headers["Location"])
    assert "Her old matter" in proved.text
    assert "alice@example.org" not in proved.text  # masked even then


def test_a_stranger_gets_the_same_page_and_no_message(app: Flask, world: Any) -> None:
    client = world["client"]

    def plain(page: Page) -> str:
        return page.text

    known, unknown = ask(client, "Alice"), ask(client, "Nobody Here")
    assert plain(known) == plain(unknown)
    with app.app_context():
        rows = db.session.execute(select(Code).order_by(Code.id)).scalars().all()
        assert [row.send for row in rows] == [True, False]
        assert service_codes.reveal_code(rows[1].id) is None
    assert read_back(client, "123456").status_code == 422


def asked_twice(client: PageClient, first: str, second: str) -> list[int]:
    """Return the answers to two questions in a row."""
    return [
        client.submit(
            "/desk/orders/new", {"who": who}, action="/desk/orders/new/caller"
        ).status_code
        for who in (first, second)
    ]


def test_asking_by_name_and_by_number_answers_alike_for_member_and_stranger(
    app: Flask, world: Any
) -> None:
    client = world["client"]
    assert asked_twice(client, "Alice", "138 0013 8000") == [303, 303]
    assert asked_twice(client, "Nobody", "139 0013 9000") == [303, 303]
    assert asked_twice(client, " ALICE ", "+86 138 0013 8000") == [429, 429]
    assert asked_twice(client, " NOBODY ", "+86 139 0013 9000") == [429, 429]


def test_a_phone_gets_no_more_than_its_share_however_it_is_asked_for(
    app: Flask, world: Any
) -> None:
    now, names = utcnow(), ("Alice", MOBILE, "alice@example.org")
    with app.app_context():
        for minute in range(2, 12):
            service_phone.ask_caller(
                world["agent"],
                names[minute % 3],
                visitor=f"v{minute}",
                language="en",
                now=now + timedelta(minutes=minute),
            )
        sent = list(db.session.execute(select(Code.send).order_by(Code.id)).scalars())
    assert sent == [True] * 5 + [False] * 5


def test_each_question_is_an_event_whoever_is_asked_for(app: Flask, world: Any) -> None:
    for who in ("Alice", "Nobody"):
        ask(world["client"], who)
    with app.app_context():
        asked = select(Event).where(Event.action == "caller.asked").order_by(Event.id)
        events = db.session.execute(asked).scalars().all()
        codes = list(db.session.execute(select(Code.id).order_by(Code.id)).scalars())
        assert [(event.stream, event.actor_id) for event in events] == [
            (f"person:{world['alice'].id}", world["agent"].id),
            ("system", world["agent"].id),
        ]
        assert [event.data for event in events] == [{"code": code} for code in codes]


class TestWithMailOnly:
    """A desk that sends mail but no text messages."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        """Mail goes out; there is no door for text messages."""
        return config.with_changes(smtp_url="smtp://127.0.0.1:9")

    @pytest.fixture
    def client(self, app: Flask) -> PageClient:
        """An agent; Alice is reached by mail and mobile, Charlie by mobile alone, Dora by mail alone."""
        with app.app_context():
            agent = make_agent()
            make_member("Alice", "alice@example.org", MOBILE)
            make_member("Charlie", "", "+8613900139000")
            make_member("Dora", "dora@example.org")
        return client_of(app, agent)

    def test_everybody_gets_the_same_answer(self, app: Flask, client: PageClient) -> None:
        pages = [ask(client, who).text for who in ("Alice", "Charlie", "Dora", "Nobody")]
        assert len(set(pages)) == 1
        with app.app_context():
            rows = db.session.execute(select(Code).order_by(Code.id)).scalars().all()
            assert [(row.target_kind, row.send) for row in rows] == [
                ("email", True),
                ("email", False),
                ("email", True),
                ("email", False),
            ]


def test_without_any_door_nobody_is_asked_for(app: Flask) -> None:
    with app.app_context():
        agent = make_agent()
        make_member("Alice", "alice@example.org", MOBILE)
    client = client_of(app, agent)
    assert asked_twice(client, "Alice", "Nobody") == [503, 503]


def test_a_code_never_goes_to_staff(app: Flask, world: Any) -> None:
    ask(world["client"], "Mei Tanaka")
    with app.app_context():
        assert [row.send for row in db.session.execute(select(Code)).scalars()] == [False]


def test_the_order_of_a_proved_caller_is_theirs(app: Flask, world: Any) -> None:
    client = world["client"]
    ask(client, "Alice")
    address = read_back(client, digits(app)).headers["Location"]
    said = {"subject": "Calls about a refund", "body": "She was charged twice."}
    answer = client.submit(address, said, button="File the work order")
    assert answer.status_code == 303
    with app.app_context():
        order = db.session.execute(
            select(WorkOrder).order_by(WorkOrder.id.desc()).limit(1)
        ).scalar_one()
        party = db.session.execute(select(Party).where(Party.order_id == order.id)).scalar_one()
        actions = set(
            db.session.execute(select(Event.action).where(Event.stream == order.stream)).scalars()
        )
        assert (order.requester_id, order.channel) == (world["alice"].id, "phone")
        assert party.proved_at is not None
        assert "order.called" in actions
        own = f"person:{world['alice'].id}"
        assert "caller.proved" in set(
            db.session.execute(select(Event.action).where(Event.stream == own)).scalars()
        )
    page = client_of(app, world["alice"]).page(f"/orders/{order.reference}")
    assert "Calls about a refund" in page.text


def test_without_a_code_the_order_is_a_guests_even_with_a_members_number(
    app: Flask, world: Any
) -> None:
    said = {"address": "138 0013 8000", "subject": "Says she is Alice", "body": "No code read."}
    answer = world["client"].submit(
        "/desk/orders/new?guest=yes", said, button="File the work order"
    )
    assert answer.status_code == 303
    page = world["client"].page(answer.headers["Location"])
    beside = " ".join(each.text for each in page.all("aside"))
    assert "Guest" in beside
    assert "Her old matter" not in beside
    assert "Alice" not in beside
    with app.app_context():
        order = db.session.execute(
            select(WorkOrder).order_by(WorkOrder.id.desc()).limit(1)
        ).scalar_one()
        assert order.requester_id != world["alice"].id
        assert people.person(order.requester_id).kind == "guest"
        assert queries.party_of(world["alice"], order) is None


def test_a_proof_belongs_to_the_agent_who_made_the_call(app: Flask, world: Any) -> None:
    ask(world["client"], "Alice")
    address = read_back(world["client"], digits(app)).headers["Location"]
    with app.app_context():
        other = make_agent("Arjun")
    assert client_of(app, other).get(address).status_code == 410
    assert world["client"].get("/desk/orders/new?call=" + "0" * 32).status_code == 410


def test_what_is_typed_during_the_call_is_kept(world: Any) -> None:
    client = world["client"]
    page = client.page("/desk/orders/new?guest=yes")
    form = page.values(page.form(button="File the work order"))
    typed = form | {"subject": "Half a", "body": "He says that"}
    saved = client.post("/desk/orders/new/draft", data=typed)
    assert json.loads(saved.data)["version"] == 1
    again = client.page("/desk/orders/new?guest=yes")
    assert again.values(again.form(button="File the work order"))["subject"] == "Half a"


def test_a_bad_address_is_named_at_the_field_and_nothing_is_lost(world: Any) -> None:
    said = {"address": "call me", "subject": "Something", "body": "Words"}
    answer = world["client"].submit(
        "/desk/orders/new?guest=yes", said, button="File the work order"
    )
    assert answer.status_code == 422
    page = Page(answer.get_data(as_text=True))
    assert page.values(page.form(button="File the work order"))["subject"] == "Something"
