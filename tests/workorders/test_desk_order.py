"""One order at the desk: reply and note, what came too late, masked secrets, files, dates explained."""

from __future__ import annotations

import io
import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from support.core.audit import Event
from support.core.db import db
from support.core.errors import Stale
from support.workorders import queries, service, service_desk
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import Message, Note
from support.workorders.service_desk import Properties
from tests.fixtures.pages import Element, Page
from tests.workorders.desk_world import (
    an_open_hour_ago,
    make_order,
    order_now,
    two_at_the_desk,
    typed,
)


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Mei and Arjun at the desk, Alice with one order."""
    return two_at_the_desk(app)


def test_a_reply_goes_to_the_requester_and_sets_the_status(app: Flask, world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="Please try again now.", then="waiting")
    assert world["mei"].post(f"{world['url']}/replies", data=sent).status_code == 303
    order = order_now(app, world["id"])
    assert order.status == Status.WAITING
    assert order.assignee_id == world["who"][0].id
    assert "Please try again now." in world["alice"].page(f"/orders/{world['reference']}").text


def test_sending_the_same_form_twice_makes_one_reply(app: Flask, world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="Once only.")
    for _time in range(2):
        assert world["mei"].post(f"{world['url']}/replies", data=sent).status_code == 303
    with app.app_context():
        bodies = db.session.execute(select(Message.body).where(Message.from_staff)).scalars().all()
    assert bodies == ["Once only."]


def test_a_note_is_never_in_anything_the_requester_gets(app: Flask, world: Any) -> None:
    secret = "Looks like the zebra fraud ring"
    sent = typed(world["mei"], world["url"], body=secret, audience="note")
    assert world["mei"].post(f"{world['url']}/replies", data=sent).status_code == 303
    page = world["arjun"].page(world["url"])
    assert secret in page.text
    assert "Internal note" in page.text
    reference = world["reference"]
    paths = [f"/orders/{reference}", "/orders", f"/orders/{reference}/why", "/", "/account/inbox"]
    for path in paths:
        assert "zebra" not in world["alice"].get(path).get_data(as_text=True)
    assert "zebra" in world["mei"].get("/desk/search?q=zebra").get_data(as_text=True)
    for path in (f"/desk/search?q=zebra&reference={reference}", world["url"], "/desk/live"):
        assert world["alice"].get(path).status_code == 404
    with app.app_context():
        assert db.session.execute(select(Note.body)).scalar_one() == secret


def test_the_status_after_a_reply_means_nothing_for_a_note(app: Flask, world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="For us.", audience="note", then="gone")
    assert world["mei"].post(f"{world['url']}/replies", data=sent).status_code == 303
    assert order_now(app, world["id"]).state is Status.NEW
    sent = typed(world["mei"], world["url"], body="For you.", then="gone")
    assert world["mei"].post(f"{world['url']}/replies", data=sent).status_code == 422


def test_a_priority_that_makes_the_order_overdue_says_since_when(app: Flask, world: Any) -> None:
    with app.app_context():
        order = make_order(world["who"][2], "Older", priority=Priority.LOW, now=an_open_hour_ago())
    url = f"/desk/orders/{order.reference}"
    page = world["mei"].page(url)
    wanted = page.values(page.form(button="Save")) | {"priority": "urgent"}
    answer = world["mei"].post(f"{url}/properties", data=wanted)
    due = order_now(app, order.id).due_at.astimezone(ZoneInfo("Asia/Shanghai"))
    said = world["mei"].page(answer.headers["Location"]).text
    assert f"Now overdue since {due:%a} {due.day} {due:%b %Y, %H:%M}" in said


def test_an_empty_reply_keeps_the_page_and_says_what_is_missing(world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="  \u200b ", then="resolved")
    answer = world["mei"].post(f"{world['url']}/replies", data=sent)
    assert answer.status_code == 422
    page = Page(answer.get_data(as_text=True))
    assert "Write something first." in page.text
    assert page.values(page.form(action=f"{world['url']}/replies"))["then"] == "resolved"


def test_a_late_reply_shows_both_texts_and_goes_out_when_sent_anyway(
    app: Flask, world: Any
) -> None:
    late = typed(world["mei"], world["url"], body="My words, typed slowly.", then="resolved")
    first = typed(world["arjun"], world["url"], body="Arjun was faster.", then="waiting")
    assert world["arjun"].post(f"{world['url']}/replies", data=first).status_code == 303
    answer = world["mei"].post(f"{world['url']}/replies", data=late)
    assert answer.status_code == 409
    page = Page(answer.get_data(as_text=True))
    assert "Arjun was faster." in page.text
    assert "Arjun Nair was here in the meantime" in page.text
    assert "Arjun Nair: Status: Waiting on requester" in page.text
    assert "My words, typed slowly." in page.text
    assert "The code never arrives." not in page.text  # only what is new
    again = page.values(page.form(button="Send anyway"))
    assert again["version"] != late["version"]
    assert again["idempotency_key"] != late["idempotency_key"]
    assert "My words, typed slowly." in world["mei"].page(world["url"]).text  # kept as a draft
    assert world["mei"].post(f"{world['url']}/replies", data=again).status_code == 303
    order = order_now(app, world["id"])
    assert order.status == Status.RESOLVED
    with app.app_context():
        said = db.session.execute(select(Message.body).where(Message.from_staff)).scalars().all()
    assert said == ["Arjun was faster.", "My words, typed slowly."]


def test_a_reply_to_an_order_that_was_closed_meanwhile_is_kept_and_offered_what_is_legal(
    app: Flask, world: Any
) -> None:
    late = typed(world["mei"], world["url"], body="Still typing.", then="waiting")
    with app.app_context():
        order = queries.order_by_id(world["id"])
        service.close_own_order(world["who"][2], order)
    answer = world["mei"].post(f"{world['url']}/replies", data=late)
    assert answer.status_code == 409
    page = Page(answer.get_data(as_text=True))
    again = page.values(page.form(button="Send anyway"))
    assert again["body"].strip() == "Still typing."
    assert again["then"] == "open"
    assert world["mei"].post(f"{world['url']}/replies", data=again).status_code == 303


def test_properties_are_set_together_and_a_late_change_shows_what_changed(
    app: Flask, world: Any
) -> None:
    mei, arjun, _alice = world["who"]
    page = world["mei"].page(world["url"])
    form = page.form(button="Save")
    wanted = page.values(form) | {
        "assignee": str(arjun.id),
        "priority": "high",
        "tags": "billing，sign-in",
    }
    assert world["mei"].post(f"{world['url']}/properties", data=wanted).status_code == 303
    order = order_now(app, world["id"])
    assert (order.assignee_id, order.priority) == (arjun.id, Priority.HIGH)
    assert order.status == Status.OPEN
    with app.app_context():
        assert queries.tags_of(order) == ["billing", "sign-in"]
    late = wanted | {"priority": "urgent", "assignee": str(mei.id)}
    answer = world["mei"].post(f"{world['url']}/properties", data=late)
    assert answer.status_code == 409
    clash = Page(answer.get_data(as_text=True))
    assert "Mei Tanaka: Priority set to High" in clash.text
    assert "Urgent" in clash.text
    again = clash.values(clash.form(button="Set it anyway"))
    assert world["mei"].post(f"{world['url']}/properties", data=again).status_code == 303
    order = order_now(app, world["id"])
    assert (order.assignee_id, order.priority) == (mei.id, Priority.URGENT)


def undo_forms(page: Page) -> list[Element]:
    return [each for each in page.all("form") if "undoing" in each.attributes.get("action", "")]


def test_a_change_on_the_page_is_undone_there_and_brings_everything_back(
    app: Flask, world: Any
) -> None:
    _mei, arjun, _alice = world["who"]
    page = world["mei"].page(world["url"])
    wanted = page.values(page.form(button="Save")) | {
        "assignee": str(arjun.id),
        "priority": "high",
        "tags": "billing",
        "status": "resolved",
    }
    answer = world["mei"].post(f"{world['url']}/properties?view=unassigned", data=wanted)
    changed = world["mei"].page(answer.headers["Location"])
    assert "The requester is told in ten minutes." in changed.text
    undo = changed.form(button="Undo")
    sent = changed.values(undo)
    assert not undo_forms(world["arjun"].page(answer.headers["Location"]))
    back = world["mei"].post(undo.attributes["action"], data=sent)
    assert back.headers["Location"] == f"{world['url']}?view=unassigned"
    assert "This was undone." in world["mei"].page(back.headers["Location"]).text
    order = order_now(app, world["id"])
    assert (order.assignee_id, order.priority) == (None, Priority.NORMAL)
    assert order.state is Status.OPEN  # what was begun never becomes new again
    with app.app_context():
        assert queries.tags_of(order) == []
    assert world["mei"].post(undo.attributes["action"], data=sent).status_code == 409


def test_marked_solved_is_not_undone_over_what_a_colleague_did_since(
    app: Flask, world: Any
) -> None:
    page = world["mei"].page(world["url"])
    form = page.form(button="Mark solved e")
    answer = world["mei"].post(form.attributes["action"], data=page.values(form))
    changed = world["mei"].page(answer.headers["Location"])
    undo = changed.form(button="Undo")
    with app.app_context():
        service.add_note(world["who"][1], queries.order_by_id(world["id"]), body="Sure?")
    assert not undo_forms(world["mei"].page(answer.headers["Location"]))
    back = world["mei"].post(undo.attributes["action"], data=changed.values(undo))
    said = world["mei"].page(back.headers["Location"]).text
    assert "Nothing was undone. Somebody else changed this a moment ago." in said
    assert order_now(app, world["id"]).state is Status.RESOLVED


def test_properties_that_nobody_offered_are_refused(world: Any) -> None:
    page = world["mei"].page(world["url"])
    form = page.values(page.form(button="Save"))
    for odd in ({"status": "gone"}, {"priority": "9"}, {"assignee": "x"}):
        assert world["mei"].post(f"{world['url']}/properties", data=form | odd).status_code == 404


def test_nobody_but_staff_can_be_given_an_order(app: Flask, world: Any) -> None:
    page = world["mei"].page(world["url"])
    form = page.values(page.form(button="Save"))
    forged = form | {"assignee": str(world["who"][2].id)}
    assert world["mei"].post(f"{world['url']}/properties", data=forged).status_code == 403
    forged = form | {"assignee": "999999"}
    assert world["mei"].post(f"{world['url']}/properties", data=forged).status_code == 404
    assert order_now(app, world["id"]).assignee_id is None


def test_all_of_the_properties_or_none(app: Flask, world: Any) -> None:
    mei, arjun, _alice = world["who"]
    with app.app_context():
        order = queries.order_by_id(world["id"])
        wanted = Properties(assignee_id=arjun.id, priority=Priority.LOW)
        with pytest.raises(Stale):
            service_desk.change_order(mei, order, wanted, version=order.version + 1)
    order = order_now(app, world["id"])
    assert (order.assignee_id, order.priority) == (None, Priority.NORMAL)


def test_two_agents_at_once_and_exactly_one_reply_goes_out(app: Flask, world: Any) -> None:
    sent = {
        name: typed(world[name], world["url"], body=f"From {name}.", then="waiting")
        for name in ("mei", "arjun")
    }
    ready, answers = threading.Barrier(2), {}

    def send(name: str) -> None:
        ready.wait()
        answers[name] = world[name].post(f"{world['url']}/replies", data=sent[name])

    threads = [threading.Thread(target=send, args=(name,)) for name in sent]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answer.status_code for answer in answers.values()) == [303, 409]
    loser = next(name for name, answer in answers.items() if answer.status_code == 409)
    winner = "mei" if loser == "arjun" else "arjun"
    text = answers[loser].get_data(as_text=True)
    assert f"From {loser}." in text
    assert f"From {winner}." in text
    with app.app_context():
        bodies = db.session.execute(select(Message.body).where(Message.from_staff)).scalars().all()
    assert bodies == [f"From {winner}."]


def test_pasted_secrets_are_masked_for_staff_and_kept_for_their_writer(
    app: Flask, world: Any
) -> None:
    with app.app_context():
        order = queries.order_by_id(world["id"])
        service.answer(
            world["who"][2], order, body="my password: Hunter2hunter2 thanks", language="en"
        )
    page = world["mei"].page(world["url"])
    assert "Hunter2hunter2" not in page.text
    assert "Masked: a password" in page.text
    found = world["mei"].get("/desk/search?q=thanks").get_data(as_text=True)
    assert "Hunter2hunter2" not in found
    assert "Hunter2hunter2" in world["alice"].page(f"/orders/{world['reference']}").text


def test_each_reading_of_a_file_is_an_event_and_only_a_post_reads(app: Flask, world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="See the file.", then="open")
    sent["files"] = (io.BytesIO(b"hello there"), "notes.txt")
    answer = world["mei"].post(
        f"{world['url']}/replies", data=sent, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    page = world["arjun"].page(world["url"])
    form = next(each for each in page.all("form") if "/files/" in each.attributes["action"])
    action = form.attributes["action"]
    assert world["arjun"].get(action).status_code == 405
    for _time in range(2):
        with world["arjun"].post(action, data=page.values(form)) as got:
            assert got.data == b"hello there"
            assert "attachment" in got.headers["Content-Disposition"]
            assert "sandbox" in got.headers["Content-Security-Policy"]
    with app.app_context():
        read = select(Event).where(Event.action == "order.file_read")
        readers = [event.actor_id for event in db.session.execute(read).scalars()]
        other = make_order(world["who"][2], "Another one")
    assert readers == [world["who"][1].id] * 2
    elsewhere = action.replace(world["reference"], other.reference)
    assert world["arjun"].post(elsewhere, data=page.values(form)).status_code == 404
    assert "File opened by Arjun Nair" in world["mei"].page(world["url"]).text


def test_a_file_of_a_wrong_type_is_named_and_the_text_stays(world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="With a bad file.")
    sent["files"] = (io.BytesIO(b"MZ\x90\x00" + b"\0" * 200), "setup.exe")
    answer = world["mei"].post(
        f"{world['url']}/replies", data=sent, content_type="multipart/form-data"
    )
    assert answer.status_code == 415
    text = answer.get_data(as_text=True)
    assert "setup.exe" in text
    assert "With a bad file." in text
