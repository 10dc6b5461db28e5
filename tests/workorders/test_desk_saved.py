"""Saved replies: written once in both languages, changed with care, put into a reply without losing a typed word."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.core.actors import SYSTEM, Actor, Role
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Expired, NotAllowed, NotFound, Stale
from support.workorders import desk_saved, queries_saved, service_saved
from support.workorders.desk_forms import SavedTexts
from support.workorders.models import Message, Note, SavedReply
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import (
    client_of,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)

HELLO: SavedTexts = {
    "title": "Codes do not arrive",
    "text_en": "Hello {{requester}}, about {{reference}}: call {{phone}}.\n\n{{agent}}, {{operator}}",
    "text_zh": "{{requester}}，您好：工单 {{reference}}，请致电 {{phone}}。\n\n{{operator}} {{agent}}",
}
TYPED: dict[str, Any] = {**HELLO}
LIST = "/desk/saved-replies"


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Mei and Arjun at the desk, a Chinese order of Alice, one saved reply in both languages."""
    with app.app_context():
        mei, arjun = make_agent("Mei Tanaka"), make_agent("Arjun Nair")
        order = make_order(make_member("Alice", "alice@example.org"), language="zh")
        saved = service_saved.write_saved(mei, **HELLO)
        return {
            "mei": client_of(app, mei),
            "arjun": client_of(app, arjun),
            "agent": mei,
            "uid": saved.uid,
            "reference": order.reference,
            "url": f"/desk/orders/{order.reference}",
        }


def saved_now(app: Flask, uid: str) -> SavedReply:
    with app.app_context():
        return queries_saved.saved_for(SYSTEM, uid, deleted=True)


def events(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    with app.app_context():
        rows = select(Event.action, Event.data).where(Event.action.like("saved_reply.%"))
        return [(action, data) for action, data in db.session.execute(rows.order_by(Event.seq))]


def box(client: PageClient, url: str) -> tuple[Page, dict[str, Any]]:
    """Return the page of an order and what its reply box holds."""
    page = client.page(url)
    return page, page.values(page.form(action=f"{url}/replies"))


def insert(client: PageClient, url: str, **values: Any) -> Any:
    """Press Insert in the reply box, as a browser without script does."""
    page, typed = box(client, url)
    button = next(each for each in page.all("button") if each.text.strip() == "Insert")
    return client.post(button.attributes["formaction"], data=typed | values)


def test_the_list_shows_languages_and_uses_and_the_preview_both_texts_with_chips(
    app: Flask, world: Any
) -> None:
    with app.app_context():
        only = service_saved.write_saved(
            SYSTEM, title="实名变更", text_en="", text_zh="请提交工单。"
        )
    text = world["mei"].page(LIST).text
    assert "Codes do not arriveEnglish · 中文 used 0 times" in text
    assert "实名变更中文 used 0 times" in text
    page = world["mei"].page(f"{LIST}/{world['uid']}")
    chips = [each.text for each in page.all("span") if each.attributes.get("class") == "tag"]
    assert chips[:3] == ["Requester's name", "Reference", "Operator's phone"]
    assert len(chips) == 10
    assert "{{" not in page.text
    missing = world["mei"].page(f"{LIST}/{only.uid}").text
    assert "There is no English text yet." in missing
    assert "请提交工单。" in missing


def test_agents_and_admins_write_and_use_them_other_staff_only_read_them(
    app: Flask, world: Any
) -> None:
    with app.app_context():
        admin, legal = make_agent("Ada", Role.ADMIN), make_agent("Lena", Role.LEGAL)
        alice = make_member("Bob")
        saved = queries_saved.saved_for(SYSTEM, world["uid"])
        acts: list[Callable[[], object]] = [
            lambda: service_saved.write_saved(legal, **HELLO),
            lambda: service_saved.change_saved(legal, saved, version=1, **HELLO),
            lambda: service_saved.delete_saved(legal, saved, version=1),
            lambda: service_saved.restore_saved(legal, saved),
        ]
        for act in acts:
            with pytest.raises(NotAllowed):
                act()
    assert (
        client_of(app, admin).submit(f"{LIST}/new", TYPED, action=f"{LIST}/new").status_code == 303
    )
    reader = client_of(app, legal)
    page = reader.page(f"{LIST}/{world['uid']}")
    assert "Edit" not in page.text
    assert "New saved reply" not in reader.page(LIST).text
    for path in (f"{LIST}/new", f"{LIST}/{world['uid']}/text"):
        assert reader.get(path).status_code == 403
    assert f"{world['url']}/saved-replies" not in reader.page(world["url"]).text
    for path in (LIST, f"{LIST}/{world['uid']}", f"{LIST}/new"):
        assert client_of(app, alice).get(path).status_code == 404


def test_sending_the_same_form_twice_makes_one_saved_reply(app: Flask, world: Any) -> None:
    page = world["mei"].page(f"{LIST}/new")
    sent = page.values(page.form(action=f"{LIST}/new")) | TYPED | {"title": "Only one"}
    for _time in range(2):
        assert world["mei"].post(f"{LIST}/new", data=sent).status_code == 303
    assert world["mei"].page(LIST).text.count("Only one") == 1


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"title": "  "}, "title", "Give it a title by which colleagues find it."),
        ({"title": "x" * 121}, "title", "Keep the title under 120 characters."),
        ({"text_en": "", "text_zh": " \u200b"}, "text_en", "at least one of the two languages"),
        ({"text_zh": "请打 {{fone}}"}, "text_zh", "There is nothing to fill in for {{fone}}."),
        ({"text_en": "x" * 20_001}, "text_en", "keep it under 20000 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    world: Any, values: dict[str, str], field: str, words: str
) -> None:
    for path in (f"{LIST}/new", f"{LIST}/{world['uid']}/text"):
        answer = world["mei"].submit(path, TYPED | values, action=path)
        assert answer.status_code == 422
        page = Page(answer.get_data(as_text=True))
        error = next(
            each for each in page.all("p") if each.attributes.get("id") == f"{field}-error"
        )
        assert words in error.text
        kept = page.values(page.form(action=path))
        untouched = next(name for name in TYPED if name not in values)
        assert kept[untouched].strip() == TYPED[untouched]


def test_a_late_change_shows_both_texts_and_is_saved_when_sent_anyway(
    app: Flask, world: Any
) -> None:
    path = f"{LIST}/{world['uid']}/text"
    page = world["mei"].page(path)
    late = page.values(page.form(action=path)) | {"text_en": "Mei's words, typed slowly."}
    assert (
        world["arjun"].submit(path, {"text_en": "Arjun's words."}, action=path).status_code == 303
    )
    answer = world["mei"].post(path, data=late)
    assert answer.status_code == 409
    page = Page(answer.get_data(as_text=True))
    assert "Arjun's words." in page.text
    again = page.values(page.form(action=path))
    assert again["text_en"].strip() == "Mei's words, typed slowly."
    assert world["mei"].post(path, data=again).status_code == 303
    assert saved_now(app, world["uid"]).text_en == "Mei's words, typed slowly."
    number = saved_now(app, world["uid"]).id
    assert events(app) == [
        ("saved_reply.written", {"saved_reply": number}),
        ("saved_reply.changed", {"saved_reply": number}),
        ("saved_reply.changed", {"saved_reply": number}),
    ]


def test_a_change_to_what_was_deleted_meanwhile_can_be_saved_as_new(app: Flask, world: Any) -> None:
    path = f"{LIST}/{world['uid']}/text"
    page = world["mei"].page(path)
    late = page.values(page.form(action=path)) | {"text_en": "Still of use."}
    with app.app_context():
        saved = queries_saved.saved_for(SYSTEM, world["uid"])
        service_saved.delete_saved(SYSTEM, saved, version=1)
    answer = world["mei"].post(path, data=late)
    assert answer.status_code == 409
    page = Page(answer.get_data(as_text=True))
    assert "A colleague deleted this saved reply." in page.text
    again = page.values(page.form(action=f"{LIST}/new"))
    assert again["text_en"].strip() == "Still of use."
    assert world["mei"].post(f"{LIST}/new", data=again).status_code == 303
    assert saved_now(app, world["uid"]).deleted_at is not None


def test_deleting_is_undone_by_one_button_for_ten_minutes(app: Flask, world: Any) -> None:
    show = f"{LIST}/{world['uid']}"
    answer = world["mei"].submit(show, action=f"{show}/deletion")
    assert answer.status_code == 303
    assert world["mei"].get(show).status_code == 404
    page = world["mei"].page(answer.headers["Location"])
    assert "There are no saved replies yet." in page.text
    assert world["mei"].submit(answer.headers["Location"], button="Undo").status_code == 303
    assert "Codes do not arrive" in world["mei"].page(LIST).text
    assert "Deleted." not in world["mei"].page(answer.headers["Location"]).text
    with app.app_context():
        now, saved = utcnow(), queries_saved.saved_for(SYSTEM, world["uid"])
        service_saved.delete_saved(SYSTEM, saved, version=saved.version, now=now)
        with pytest.raises(Expired):
            service_saved.restore_saved(
                SYSTEM, saved, now=now + service_saved.UNDO_WITHIN + timedelta(seconds=1)
            )


def test_deleting_what_a_colleague_just_changed_is_refused(app: Flask, world: Any) -> None:
    show = f"{LIST}/{world['uid']}"
    page = world["mei"].page(show)
    late = page.values(page.form(action=f"{show}/deletion"))
    path = f"{show}/text"
    assert world["arjun"].submit(path, {"text_en": "Better."}, action=path).status_code == 303
    assert world["mei"].post(f"{show}/deletion", data=late).status_code == 409
    assert saved_now(app, world["uid"]).deleted_at is None


@pytest.mark.usefixtures("context")
def test_changing_deleting_and_restoring_twice_is_harmless() -> None:
    saved = service_saved.write_saved(SYSTEM, **HELLO)
    for _time in range(2):
        service_saved.change_saved(
            SYSTEM, saved, version=saved.version, title="T", text_en="E", text_zh=""
        )
    for _time in range(2):
        service_saved.delete_saved(SYSTEM, saved, version=saved.version)
    for _time in range(2):
        service_saved.restore_saved(SYSTEM, saved)
    actions = db.session.execute(
        select(Event.action).where(Event.action.like("saved_reply.%")).order_by(Event.seq)
    ).scalars()
    assert [action.split(".")[1] for action in actions] == [
        "written",
        "changed",
        "deleted",
        "restored",
    ]


@pytest.mark.usefixtures("context")
def test_what_was_deleted_two_days_ago_is_gone_for_good() -> None:
    kept, gone = (service_saved.write_saved(SYSTEM, **HELLO).uid for _each in range(2))
    service_saved.delete_saved(SYSTEM, queries_saved.saved_for(SYSTEM, gone), version=1)
    service_saved.forget_deleted_saved(utcnow())
    assert queries_saved.saved_for(SYSTEM, gone, deleted=True)
    service_saved.forget_deleted_saved(utcnow() + timedelta(days=3))
    assert queries_saved.saved_for(SYSTEM, kept)
    with pytest.raises(NotFound):
        queries_saved.saved_for(SYSTEM, gone, deleted=True)


def test_of_two_changes_at_the_same_version_one_wins(app: Flask, world: Any) -> None:
    with app.app_context():
        saved = queries_saved.saved_for(SYSTEM, world["uid"])
        first: SavedTexts = {"title": "T", "text_en": "First", "text_zh": ""}
        second: SavedTexts = {"title": "T", "text_en": "Second", "text_zh": ""}
        service_saved.change_saved(SYSTEM, saved, version=1, **first)
        with pytest.raises(Stale):
            service_saved.change_saved(SYSTEM, saved, version=1, **second)
    assert saved_now(app, world["uid"]).text_en == "First"


def test_without_script_it_comes_behind_what_was_typed_filled_in_and_nothing_is_lost(
    app: Flask, world: Any
) -> None:
    answer = insert(
        world["mei"],
        world["url"],
        body="Typed first.",
        then="resolved",
        saved=f"{world['uid']}:zh",
        files=(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "plan.pdf"),
    )
    assert answer.status_code == 303
    page, kept = box(world["mei"], world["url"])
    assert kept["body"] == (
        f"Typed first.\n\nAlice，您好：工单 {world['reference']}，请致电 +86 10 5550 0100。"
        "\n\n示例平台 Mei Tanaka"
    )
    assert kept["then"] == "resolved"
    assert "plan.pdf" in page.text
    assert saved_now(app, world["uid"]).used == 1
    assert saved_now(app, world["uid"]).version == 1  # a use is no change
    assert "used 1 time" in world["mei"].page(LIST).text
    assert world["mei"].post(f"{world['url']}/replies", data=kept).status_code == 303
    with app.app_context():
        said = db.session.execute(select(Message.body).where(Message.from_staff)).scalar_one()
    assert said == kept["body"]


def test_the_language_of_the_order_is_offered_first_and_a_missing_one_not_at_all(
    app: Flask, world: Any
) -> None:
    with app.app_context():
        service_saved.write_saved(SYSTEM, title="Only English", text_en="Hi.", text_zh="")
        english = make_order(make_member("Bob"), language="en")
    for url, first in ((world["url"], "zh"), (f"/desk/orders/{english.reference}", "en")):
        page = world["mei"].page(url)
        values = [
            each.attributes["value"][-2:]
            for each in page.all("option")
            if re.fullmatch(r"[0-9a-f]{32}:(en|zh)", each.attributes["value"])
        ]
        assert values[0] == first
        assert sorted(values) == ["en", "en", "zh"]


@pytest.mark.parametrize("said", ["", "nonsense", f"{'0' * 32}:zh"])
def test_insert_without_a_choice_or_of_one_that_is_gone_keeps_the_text(
    world: Any, said: str
) -> None:
    answer = insert(world["mei"], world["url"], body="Typed.", saved=said)
    assert answer.status_code == 303
    page, kept = box(world["mei"], world["url"])
    assert kept["body"] == "Typed."
    assert "Choose a saved reply from the list first." in page.text


def test_a_place_without_a_value_is_marked_and_the_reply_is_not_sent_before_it_is_filled_in(
    app: Flask, world: Any
) -> None:
    with app.app_context():
        order = make_guest_order("nora@example.org")  # a guest has no name
    url = f"/desk/orders/{order.reference}"
    insert(world["mei"], url, saved=f"{world['uid']}:en")
    page, kept = box(world["mei"], url)
    assert kept["body"].startswith("Hello {{requester}}, about WO-")
    assert "Not filled in: {{requester}}." in page.text
    answer = world["mei"].post(f"{url}/replies", data=kept)
    assert answer.status_code == 422
    refused = Page(answer.get_data(as_text=True))
    assert "Not filled in: {{requester}}." in refused.text
    assert refused.values(refused.form(action=f"{url}/replies"))["body"] == kept["body"]
    assert "nora" not in kept["body"]
    note = world["mei"].post(f"{url}/replies", data=kept | {"audience": "note"})
    assert note.status_code == 303
    filled = kept | {"body": kept["body"].replace("{{requester}}", "Nora"), "version": "0-0"}
    _page, fresh = box(world["mei"], url)
    sent = fresh | {"body": filled["body"]}
    assert world["mei"].post(f"{url}/replies", data=sent).status_code == 303
    with app.app_context():
        assert "{{requester}}" in db.session.execute(select(Note.body)).scalar_one()
        assert (
            "Hello Nora,"
            in db.session.execute(select(Message.body).where(Message.from_staff)).scalar_one()
        )


def test_a_script_gets_the_text_and_what_is_missing(app: Flask, world: Any) -> None:
    _page, typed = box(world["mei"], world["url"])
    answer = world["mei"].post(
        f"{world['url']}/saved-replies",
        data={"saved": f"{world['uid']}:en", "csrf_token": typed["csrf_token"]},
        headers={"Accept": "application/json"},
    )
    said = json.loads(answer.get_data())
    assert said["text"].startswith(f"Hello Alice, about {world['reference']}: call")
    assert said["words"] == ""
    assert box(world["mei"], world["url"])[1]["body"] == ""  # the page keeps what is typed itself
    assert saved_now(app, world["uid"]).used == 1


def test_places_are_found_also_with_full_width_braces_and_spaces() -> None:
    text = "｛｛phone｝｝ {{ agent }} {{phone}} {{nothing}} { {phone} }"
    assert desk_saved.unfilled(text) == ["{{phone}}", "{{agent}}"]
    assert desk_saved.unknown(text) == ["{{nothing}}"]


def test_the_text_of_a_saved_reply_is_never_markup(app: Flask, world: Any) -> None:
    nasty = "<script>alert(1)</script>{{agent}}"
    with app.app_context():
        actor = Actor("system")
        saved = service_saved.write_saved(actor, title="<b>x</b>", text_en=nasty, text_zh="")
    for path in (LIST, f"{LIST}/{saved.uid}", f"{LIST}/{saved.uid}/text", world["url"]):
        html = world["mei"].get(path).get_data(as_text=True)
        assert "<script>alert" not in html
        assert "<b>x</b>" not in html
