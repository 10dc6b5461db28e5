"""What staff see of an order and where: at the desk only, secrets masked, a complaint not by those it is about."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.core.audit import Event
from support.core.db import db
from support.workorders import service
from support.workorders.kind import COMPLAINT
from support.workorders.models import WorkOrder
from support.workorders.service_bulk import Chosen, change_many
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

SECRET = "Hunter2hunter2"
SUBJECT = f"Locked out, password: {SECRET}"


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Mei at the desk, Alice with one order whose subject and text hold her password."""
    with app.app_context():
        mei, alice = make_agent("Mei Tanaka"), make_member("Alice", "alice@example.org")
        order = make_order(alice, SUBJECT, f"It was password: {SECRET} until today.")
        return {
            "who": (mei, alice),
            "mei": client_of(app, mei),
            "alice": client_of(app, alice),
            "id": order.id,
            "mine": f"/orders/{order.reference}",
            "desk": f"/desk/orders/{order.reference}",
        }


def send_file(client: PageClient, url: str) -> None:
    """Add a message with one file, as a browser does."""
    page = client.page(url)
    form = page.form(action=f"{url}/messages")
    said = page.values(form) | {"body": "See the file", "files": (io.BytesIO(b"hello"), "a.txt")}
    answer = client.post(f"{url}/messages", data=said, content_type="multipart/form-data")
    assert answer.status_code == 303


def test_staff_who_open_a_members_page_are_led_to_the_desk(world: Any) -> None:
    answer = world["mei"].get(world["mine"])
    assert (answer.status_code, answer.location) == (303, world["desk"])
    assert SECRET not in world["mei"].get(world["mine"], follow_redirects=True).text
    assert world["mei"].get(f"{world['mine']}/why").status_code == 404


def test_staff_do_nothing_on_the_pages_of_a_party(app: Flask, world: Any) -> None:
    page = world["mei"].page(world["desk"])
    token = page.values(page.form(action=f"{world['desk']}/replies"))
    for act in ("messages", "draft", "uploads", "closure", "rating", "reopening"):
        answer = world["mei"].post(f"{world['mine']}/{act}", data=token | {"body": "x"})
        assert answer.status_code == 404, act
    with app.app_context():
        assert db.session.get_one(WorkOrder, world["id"]).version == 1


def test_no_file_is_read_by_staff_but_at_the_desk_where_it_is_written_down(
    app: Flask, world: Any
) -> None:
    send_file(world["alice"], world["mine"])
    mine = world["alice"].page(world["mine"])
    address = next(
        each.attributes["href"] for each in mine.all("a") if "/files/" in each.attributes["href"]
    )
    with world["alice"].get(address) as got:
        assert got.data == b"hello"
    for path in (address, f"{address}/thumbnail"):
        assert world["mei"].get(path).status_code == 404
    with app.app_context():
        read = select(func.count()).where(Event.action == "order.file_read")
        assert db.session.execute(read).scalar_one() == 0


def test_somebody_of_the_staff_who_filed_an_order_reads_it_as_its_requester(app: Flask) -> None:
    with app.app_context():
        mei = make_agent("Mei Tanaka")
        order = make_order(mei, "My own matter")
        service.add_note(make_agent("Arjun"), order, body="Between us colleagues.")
        reference = order.reference
    page = client_of(app, mei).page(f"/orders/{reference}")
    assert "My own matter" in page.text
    assert "Between us colleagues." not in page.text


def test_a_password_in_a_subject_is_hidden_wherever_the_desk_shows_it(
    app: Flask, world: Any
) -> None:
    mei, alice = world["who"]
    with app.app_context():
        order = db.session.get_one(WorkOrder, world["id"])
        other = service.file_order(
            alice, COMPLAINT, requester_id=alice.id or 0, contact_id=None, subject="Nobody helps",
            body="Still locked out.", language="en", related=order,
        )  # fmt: skip
        run = change_many(mei, [Chosen(order.id, 99)], act="priority", value=1, scope="s", key="k")
        assert run.refused
        service.assign_order(mei, order, assignee_id=mei.id, version=order.version)
        about, reference = f"/desk/orders/{other.reference}", order.reference
        uid = run.uid
    shown = {
        path: world["mei"].get(path).get_data(as_text=True)
        for path in (
            "/desk",
            "/desk/mine",
            world["desk"],
            f"{world['desk']}/history",
            about,
            "/desk/search?q=locked",
            f"/desk/search?q={reference}",
            "/desk/search?q=alice@example.org",
            f"/desk/bulk/{uid}",
            "/desk/live?since=0_0",
        )
    }
    for path, html in shown.items():
        assert "Locked" in html, path
        assert SECRET not in html, path
    assert "Masked: a password" in world["mei"].page(world["desk"]).text
    assert SUBJECT in world["alice"].page(world["mine"]).text
    with app.app_context():
        assert db.session.get_one(WorkOrder, world["id"]).subject == SUBJECT
