"""What a member or guest writes on an order: drafts that come back, files that are seen, nothing typed is lost."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import changed, db, transaction
from support.core.files import StoredFile
from support.workorders.lifecycle import Status
from support.workorders.models import Message, WorkOrder
from tests.fixtures.pages import Page
from tests.workorders.desk_world import client_of, make_member, make_order


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Alice with one order."""
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        order = make_order(alice)
        return {
            "app": app,
            "alice": client_of(app, alice),
            "id": order.id,
            "url": f"/orders/{order.reference}",
        }


def typed(world: Any, act: str = "messages", **values: Any) -> dict[str, Any]:
    """Return what a browser would send from the form of this act on the page as it is now."""
    page = world["alice"].page(world["url"])
    sent: dict[str, Any] = page.values(page.form(action=f"{world['url']}/{act}")) | values
    return sent


def send(world: Any, sent: dict[str, Any], act: str = "messages") -> Any:
    return world["alice"].post(f"{world['url']}/{act}", data=sent)


def upload(world: Any, name: str) -> str:
    """Send one file alone, as the script does; return its id."""
    token = typed(world)["csrf_token"]
    answer = world["alice"].post(
        f"{world['url']}/uploads",
        data={"csrf_token": token, "file": (io.BytesIO(b"a page of words"), name)},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    uid: str = answer.get_json()["id"]
    return uid


def save_draft(world: Any, body: str) -> None:
    """Save the reply as the script does while it is typed."""
    answer = world["alice"].post(f"{world['url']}/draft", data=typed(world, body=body))
    assert answer.status_code == 200


def files_of(world: Any) -> dict[str, str | None]:
    """Return the names of all files and what they are attached to."""
    with world["app"].app_context():
        rows = db.session.execute(select(StoredFile).order_by(StoredFile.id)).scalars()
        return {row.name: row.attached_to for row in rows}


def bodies(world: Any) -> list[str]:
    with world["app"].app_context():
        return list(db.session.execute(select(Message.body).order_by(Message.id)).scalars())


def put(world: Any, status: Status, **values: Any) -> None:
    """Set the order's status as the clocks or another tab would."""
    if status is Status.CLOSED:
        values["term_ends_at"] = utcnow() + timedelta(days=30)
    with world["app"].app_context(), transaction():
        changed(
            update(WorkOrder)
            .where(WorkOrder.id == world["id"])
            .values(status=status, version=WorkOrder.version + 1, **values)
        )


def box(page: Page) -> str:
    """Return what stands in the page's box for a message."""
    (area,) = [each for each in page.all("textarea") if each.attributes.get("name") == "body"]
    return area.text.strip()


def test_a_reply_draft_and_its_files_come_back_with_the_page(world: Any) -> None:
    save_draft(world, "I tried again and")
    uid = upload(world, "log.txt")
    page = world["alice"].page(world["url"])
    assert box(page) == "I tried again and"
    assert "log.txt" in page.text
    form = page.form(action=f"{world['url']}/messages")
    assert page.values(form)["uploads"] == uid
    version = int(form.attributes["data-draft-version"])
    assert version > 0
    stale = typed(world, body="Another tab", draft_version=version - 1 or 99)
    assert world["alice"].post(f"{world['url']}/draft", data=stale).status_code == 409


def test_only_files_that_the_page_showed_go_with_a_reply(world: Any) -> None:
    without = typed(world, body="hello")
    upload(world, "seen.txt")
    seen = typed(world, body="With a file")
    upload(world, "forgotten.txt")
    assert send(world, without).status_code == 303
    assert files_of(world) == {"seen.txt": None, "forgotten.txt": None}
    assert send(world, seen).status_code == 303
    found = files_of(world)
    assert found["seen.txt"] is not None
    assert found["forgotten.txt"] is None
    page = world["alice"].page(world["url"])
    assert box(page) == ""
    assert "forgotten.txt" in page.text, "it waits where it can be seen"
    assert send(world, typed(world, body="Here it is")).status_code == 303
    assert None not in files_of(world).values()
    assert bodies(world)[1:] == ["hello", "With a file", "Here it is"]


def test_a_waiting_file_is_removed_by_its_button_and_the_text_stays(world: Any) -> None:
    uid = upload(world, "wrong.txt")
    answer = send(world, typed(world, body="Half a sentence", remove_file=uid))
    assert answer.status_code == 303
    page = world["alice"].page(world["url"])
    assert "wrong.txt" not in page.text
    assert box(page) == "Half a sentence"
    assert files_of(world) == {}
    assert len(bodies(world)) == 1


def test_the_script_removes_a_waiting_file_at_the_server_too(world: Any) -> None:
    uid = upload(world, "wrong.txt")
    sent = typed(world) | {"remove_file": uid}
    assert world["alice"].post(f"{world['url']}/uploads", data=sent).status_code == 200
    assert files_of(world) == {}


def test_a_file_that_is_gone_is_said_beside_the_text(world: Any) -> None:
    upload(world, "log.txt")
    sent = typed(world, body="See the log")
    with world["app"].app_context(), transaction() as session:
        session.execute(delete(StoredFile))
    answer = send(world, sent)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "We can't find this file" in page.text
    assert box(page) == "See the log"
    assert len(bodies(world)) == 1


def test_the_same_reply_sent_twice_with_a_file_is_one_and_leaves_no_copy_waiting(
    world: Any,
) -> None:
    sent = typed(world, body="Once")
    for _time in range(2):
        again = sent | {"files": (io.BytesIO(b"words"), "one.txt")}
        assert send(world, again).status_code == 303
    assert bodies(world)[1:] == ["Once"]
    with world["app"].app_context():
        attached = db.session.execute(select(StoredFile.attached_to)).scalars().all()
    assert len(attached) == 1
    assert attached != [None]


def test_a_form_sent_before_with_another_text_keeps_the_new_text(world: Any) -> None:
    sent = typed(world, body="First")
    assert send(world, sent).status_code == 303
    answer = send(world, sent | {"body": "Second, after the back button"})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert box(page) == "Second, after the back button"
    assert send(world, page.values(page.form(action=f"{world['url']}/messages"))).status_code == 303
    assert bodies(world)[1:] == ["First", "Second, after the back button"]


def test_a_reply_to_an_order_closed_meanwhile_can_open_it_again_with_its_text(world: Any) -> None:
    uid = upload(world, "log.txt")
    sent = typed(world, body="But it still fails")
    put(world, Status.CLOSED, closed_reason="no_answer", status_at=utcnow())
    answer = send(world, sent)
    assert answer.status_code == 409
    page = Page(answer.text)
    assert box(page) == "But it still fails"
    assert box(world["alice"].page(world["url"])) == "But it still fails", "the draft has it too"
    again = page.values(page.form(action=f"{world['url']}/reopening"))
    assert again["uploads"] == uid
    assert send(world, again, "reopening").status_code == 303
    assert bodies(world)[1:] == ["But it still fails"]
    assert files_of(world)["log.txt"] is not None
    assert box(world["alice"].page(world["url"])) == ""


def test_a_reply_to_an_order_closed_for_good_keeps_its_text_in_sight(world: Any) -> None:
    sent = typed(world, body="One thing more")
    put(world, Status.CLOSED, closed_reason="confirmed", reopened_at=utcnow(), status_at=utcnow())
    answer = send(world, sent)
    assert answer.status_code == 409
    assert "One thing more" in answer.text
    assert "/orders/new" in answer.text


def test_a_message_that_reopens_an_order_open_again_can_still_be_sent(world: Any) -> None:
    put(world, Status.CLOSED, closed_reason="confirmed", status_at=utcnow())
    sent = typed(world, "reopening", body="Not finished")
    put(world, Status.OPEN, closed_reason=None, reopened_at=utcnow())
    answer = send(world, sent, "reopening")
    assert answer.status_code == 409
    page = Page(answer.text)
    assert box(page) == "Not finished"
    again = page.values(page.form(action=f"{world['url']}/messages"))
    assert send(world, again).status_code == 303
    assert bodies(world)[1:] == ["Not finished"]


def test_what_is_missing_is_kept_when_the_order_was_closed_meanwhile(world: Any) -> None:
    put(world, Status.RESOLVED, status_at=utcnow())
    sent = typed(world, "rating", solved="no", comment="The code is still missing")
    put(world, Status.CLOSED, closed_reason="no_answer")
    answer = send(world, sent, "rating")
    assert answer.status_code == 409
    page = Page(answer.text)
    assert box(page) == "The code is still missing"
    assert box(world["alice"].page(world["url"])) == "The code is still missing"


class TestLimits:
    """How much one person sends within an hour."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.with_changes(person_replies_per_hour=2, person_megabytes_per_hour=3)

    def test_a_reply_beyond_the_limit_waits_in_the_box_and_in_the_draft(self, world: Any) -> None:
        for number in range(2):
            assert send(world, typed(world, body=f"Reply {number}")).status_code == 303
        answer = send(world, typed(world, body="One too many"))
        assert answer.status_code == 429
        assert "many messages within an hour" in answer.text
        assert box(Page(answer.text)) == "One too many"
        assert box(world["alice"].page(world["url"])) == "One too many"
        assert len(bodies(world)) == 3
        chinese = world["alice"].post("/language", data={**typed(world), "language": "zh"})
        assert chinese.status_code == 303
        assert "一小时" in send(world, typed(world, body="再来一条")).text

    def test_reopening_and_not_solved_count_as_replies(self, world: Any) -> None:
        for number in range(2):
            assert send(world, typed(world, body=f"Reply {number}")).status_code == 303
        put(world, Status.RESOLVED, status_at=utcnow())
        sent = typed(world, "rating", solved="no", comment="Still missing")
        answer = send(world, sent, "rating")
        assert answer.status_code == 429
        assert "Still missing" in answer.text
        put(world, Status.CLOSED, closed_reason="confirmed", status_at=utcnow())
        answer = send(world, typed(world, "reopening", body="Open, please"), "reopening")
        assert answer.status_code == 429
        assert box(Page(answer.text)) == "Open, please"

    def test_files_beyond_the_limit_are_refused_in_words_on_every_way_in(self, world: Any) -> None:
        for number in range(3):
            upload(world, f"{number}.txt")
        sent = typed(world, body="With a file")
        answer = send(world, sent | {"files": (io.BytesIO(b"words"), "4.txt")})
        assert answer.status_code == 429
        assert "lot of files within an hour" in answer.text
        assert box(Page(answer.text)) == "With a file"
