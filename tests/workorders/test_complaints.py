"""A complaint is kept from the staff whom it is about, wherever they look; everybody else works on it as ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import select

from support.core import outbox
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db
from support.core.errors import NotAllowed
from support.notifications.models import Delivery
from support.workorders import desk_presence, letters, queries, service, service_bulk, timers
from support.workorders.kind import COMPLAINT, QUESTION, Kind
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import Recusal, WorkOrder
from support.workorders.service_bulk import Chosen
from tests.workorders.desk_world import client_of, counted, make_agent, make_member, make_order

SAID = "They laughed about my zebra"


@pytest.fixture
def config(config: Config, valkey_url: str) -> Config:
    """The usual configuration with a real Valkey, for who is where."""
    return config.with_changes(redis_url=valkey_url)


def complain(alice: Actor, order: WorkOrder, kind: Kind = COMPLAINT) -> WorkOrder:
    """File a complaint about an order."""
    return service.file_order(
        alice, kind, requester_id=alice.id or 0, contact_id=None, subject="Zebra not heard",
        body=SAID, language="en", related=order,
    )  # fmt: skip


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Mei owned Alice's order once; Alice complains; Jonas had no part in it, nor had Ada the admin."""
    with app.app_context():
        mei, jonas, alice = make_agent("Mei"), make_agent("Jonas"), make_member("Alice", "a@b.org")
        order = make_order(alice, "The first matter")
        service.assign_order(mei, order, assignee_id=mei.id, version=order.version)
        service.assign_order(jonas, order, assignee_id=None, version=order.version)
        complaint = complain(alice, order)
        return {
            "mei": client_of(app, mei),
            "jonas": client_of(app, jonas),
            "actors": {"mei": mei, "jonas": jonas, "alice": alice},
            "id": complaint.id,
            "order": order.id,
            "first": f"/desk/orders/{order.reference}",
            "url": f"/desk/orders/{complaint.reference}",
            "reference": complaint.reference,
        }


PARTS: dict[str, Callable[[Actor, Actor, WorkOrder], object]] = {
    "owned it once": lambda mei, jonas, order: (
        service.assign_order(jonas, order, assignee_id=mei.id, version=order.version),
        service.assign_order(jonas, order, assignee_id=jonas.id, version=order.version),
    ),
    "owns it": lambda mei, jonas, order: service.assign_order(
        jonas, order, assignee_id=mei.id, version=order.version
    ),
    "replied": lambda mei, _jonas, order: service.reply(
        mei, order, body="No.", version=order.version, then=Status.OPEN, language="en"
    ),
    "wrote a note": lambda mei, _jonas, order: service.add_note(mei, order, body="Odd person"),
    "closed it": lambda mei, _jonas, order: service.move_order(
        mei, order, status=Status.CLOSED, version=order.version
    ),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.usefixtures("context")
def test_whoever_had_a_part_in_the_matter_neither_sees_nor_works_on_the_complaint(
    part: str,
) -> None:
    mei, jonas, lena = make_agent("Mei"), make_agent("Jonas"), make_agent("Lena")
    alice = make_member("Alice")
    order = make_order(alice)
    PARTS[part](mei, jonas, order)
    complaint = complain(alice, order)
    assert mei.id in queries.recused(complaint)
    assert queries.order_at_desk(lena, complaint.reference).id == complaint.id
    version = complaint.version
    acts: tuple[Callable[[], object], ...] = (
        lambda: service.add_note(mei, complaint, body="b"),
        lambda: service.tag_order(mei, complaint, words=["x"]),
        lambda: service.set_priority(mei, complaint, priority=Priority.LOW, version=version),
        lambda: service.assign_order(mei, complaint, assignee_id=lena.id, version=version),
        lambda: service.assign_order(lena, complaint, assignee_id=mei.id, version=version),
        lambda: service.move_order(mei, complaint, status=Status.CLOSED, version=version),
        lambda: service.reply(
            mei, complaint, body="b", version=version, then=Status.OPEN, language="en"
        ),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
        db.session.rollback()
    assert complaint.version == version


@pytest.mark.usefixtures("context")
def test_who_takes_the_matter_up_after_the_complaint_may_work_on_both() -> None:
    jonas, alice = make_agent("Jonas"), make_member("Alice")
    order = make_order(alice)
    complaint = complain(alice, order)
    service.reply(
        jonas, order, body="Sorry.", version=order.version, then=Status.OPEN, language="en"
    )
    service.assign_order(jonas, complaint, assignee_id=jonas.id, version=complaint.version)
    assert complaint.assignee_id == jonas.id


@pytest.mark.usefixtures("context")
def test_a_complaint_about_a_complaint_is_kept_from_those_of_both() -> None:
    mei, jonas, alice = make_agent("Mei"), make_agent("Jonas"), make_member("Alice")
    order = make_order(alice)
    PARTS["replied"](mei, jonas, order)
    first = complain(alice, order)
    PARTS["replied"](jonas, mei, first)
    assert queries.recused(complain(alice, first)) == {mei.id, jonas.id}


@pytest.mark.usefixtures("context")
def test_another_kind_that_names_an_order_is_kept_from_nobody() -> None:
    mei, alice = make_agent("Mei"), make_member("Alice")
    order = make_order(alice)
    PARTS["replied"](mei, mei, order)
    assert queries.recused(complain(alice, order, QUESTION)) == frozenset()


def test_no_page_of_the_desk_shows_it_to_whom_it_is_about(app: Flask, world: Any) -> None:
    paths = [
        "/desk", "/desk?kind=complaint", "/desk?sort=newest", "/desk?q=zebra", "/desk?status=any",
        "/desk/search?q=zebra", "/desk/search?q=laughed", "/desk/search?q=Alice",
        f"/desk/search?q={world['reference']}", "/desk/mine", "/desk/live?since=0_0", world["first"],
    ]  # fmt: skip
    for path in paths:
        html = world["mei"].get(path).get_data(as_text=True).replace("zebra&#34;", "")
        for secret in ("Zebra not heard", SAID, f"/desk/orders/{world['reference']}"):
            assert secret not in html, path
    live = world["mei"].get("/desk/live?since=0_0").get_json()
    assert str(world["id"]) not in [row["key"] for row in live["rows"]] + live["gone"]
    for path in paths[:4] + paths[5:9] + paths[10:]:
        assert world["reference"] in world["jonas"].get(path).get_data(as_text=True), path
    for path in ("", "/history", "/why"):
        assert world["mei"].get(world["url"] + path).status_code == 404
        assert world["jonas"].get(world["url"] + path).status_code == 200


def test_who_is_at_the_complaint_is_not_told_to_whom_it_is_about(app: Flask, world: Any) -> None:
    with app.app_context():
        desk_presence.beat(world["id"], world["actors"]["jonas"].id or 0, "typing", utcnow())
        told = f".{world['id']}-"
    for known in ("", f"&known={world['id']}"):
        answer = world["mei"].get(f"/desk/live?since=0_0{known}")
        assert told not in answer.get_json()["cursor"]
    with app.app_context():
        lena = client_of(app, make_agent("Lena"))
    assert told in lena.get("/desk/live?since=0_0").get_json()["cursor"]


def test_bulk_changes_pass_it_over_without_a_word(app: Flask, world: Any) -> None:
    mei = world["actors"]["mei"]
    with app.app_context():
        chosen = [Chosen(world["id"], 1), Chosen(world["order"], 99), Chosen(999_999, 1)]
        run = service_bulk.change_many(mei, chosen, act="priority", value=1, scope="s", key="k")
        assert [row[0] for row in run.refused] == [world["order"]]
        assert queries.order_by_id(world["id"]).version == 1
        uid = run.uid
    page = world["mei"].page(f"/desk/bulk/{uid}")
    assert "0 changed, 1 refused" in page.text
    assert world["reference"] not in page.text


def test_the_complaint_offers_nobody_whom_it_is_about_as_its_owner(world: Any) -> None:
    page = world["jonas"].page(world["url"])
    owner = page.form(button="Save")
    offered = [each.text.strip() for each in page.all("option")]
    assert page.values(owner)["assignee"] == ""
    assert "Jonas" in offered
    assert "Mei" not in offered


def test_nothing_about_it_is_told_to_whom_it_is_about(app: Flask, world: Any) -> None:
    with app.app_context():
        boss = make_agent("Boss", Role.ADMIN)
        order = queries.order_by_id(world["order"])
        service.add_note(boss, order, body="Too late: the complaint is there already.")
        second = complain(world["actors"]["alice"], order).id
        later = utcnow() + timedelta(days=60)
        timers.alarm_overdue(later)
        outbox.drain()
        told = select(Delivery.person_id, Delivery.about).where(
            Delivery.template == "workorders.overdue_team"
        )
        found = set(map(tuple, db.session.execute(told)))
        ids = {"order": world["id"]}
        assert letters.staff_facts(ids, world["actors"]["mei"]) is None
        assert letters.staff_facts(ids, world["actors"]["jonas"]) is not None
    mei, jonas = (world["actors"][name].id for name in ("mei", "jonas"))
    assert (jonas, f"order:{second}") in found
    assert (boss.id, f"order:{world['id']}") in found
    assert not {(mei, f"order:{world['id']}"), (boss.id, f"order:{second}")} & found


def test_keeping_complaints_back_costs_a_page_at_most_one_query(app: Flask, world: Any) -> None:
    numbers = []
    for path in (world["first"], world["url"]):
        world["jonas"].get(path)
        with app.app_context(), counted() as seen:
            assert world["jonas"].get(path).status_code == 200
        numbers.append(len(seen))
    plain, complaint = numbers
    assert complaint <= plain + 2  # whom it is kept from, and the order that it names


def test_complaints_of_earlier_versions_are_kept_back_too(app: Flask, world: Any) -> None:
    with app.app_context():
        order = queries.order_by_id(world["order"])
        service.add_note(make_agent("Later"), order, body="After the complaint.")
        before = set(map(tuple, db.session.execute(select(Recusal.person_id, Recusal.order_id))))
        db.session.remove()
        script = ScriptDirectory(str(app.extensions["migrate"].directory))
        flask_migrate.downgrade(revision=script.get_revision("0006").down_revision)
        flask_migrate.upgrade()
        after = set(map(tuple, db.session.execute(select(Recusal.person_id, Recusal.order_id))))
    assert after == before == {(world["actors"]["mei"].id, world["id"])}
