"""What the desk's page of an order shows: who asks, what was sent, what happened, when something is due; drafts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from support.core import installation, outbox, vault
from support.core.db import transaction
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import (
    client_of,
    make_guest_order,
    make_member,
    make_order,
    two_at_the_desk,
    typed,
)


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Mei and Arjun at the desk, Alice with one order."""
    return two_at_the_desk(app)


def test_drafts_follow_the_agent_and_a_second_tab_is_told(world: Any) -> None:
    page = world["mei"].page(world["url"])
    form = page.values(page.form(action=f"{world['url']}/replies"))
    draft = f"{world['url']}/draft"
    saved = world["mei"].post(draft, data=form | {"body": "Half a"})
    assert saved.get_json()["version"] == 1
    assert "Draft saved" in saved.get_json()["words"]
    assert "Half a" in world["mei"].page(world["url"]).text
    assert "Half a" not in world["arjun"].page(world["url"]).text
    more = form | {"body": "Half a sentence", "draft_version": "1"}
    assert world["mei"].post(draft, data=more).get_json()["version"] == 2
    clash = world["mei"].post(draft, data=form | {"body": "Other tab", "draft_version": "1"})
    assert clash.status_code == 409
    assert clash.get_json()["fields"]["body"] == "Half a sentence"


def test_the_page_brings_the_version_of_the_draft_that_it_shows(world: Any) -> None:
    def opened(client: PageClient) -> dict[str, Any]:
        page = client.page(world["url"])
        form = page.form(action=f"{world['url']}/replies")
        return page.values(form) | {"draft_version": form.attributes["data-draft-version"]}

    mei, draft = world["mei"], f"{world['url']}/draft"
    one, other = opened(mei), opened(mei)
    assert mei.post(draft, data=one | {"body": "One"}).status_code == 200
    assert mei.post(draft, data=other | {"body": "Other"}).status_code == 409
    again, third = opened(mei), opened(mei)
    assert mei.post(draft, data=again | {"body": "One more"}).status_code == 200
    assert mei.post(draft, data=third | {"body": "Third"}).status_code == 409
    assert "One more" in mei.page(world["url"]).text


def test_what_could_not_be_sent_is_there_when_the_page_is_loaded_again(world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="Dear {{requester}}, look.")
    assert world["mei"].post(f"{world['url']}/replies", data=sent).status_code == 422
    empty = typed(world["mei"], world["url"], body=" ")
    answer = world["mei"].post(f"{world['url']}/replies", data=empty)
    assert answer.status_code == 422
    [box] = Page(answer.get_data(as_text=True)).all("textarea")
    assert "autofocus" in box.attributes
    assert "Dear {{requester}}, look." in world["mei"].page(world["url"]).text


def test_the_strip_and_the_keys_lead_to_the_neighbours_in_the_same_view(
    app: Flask, world: Any
) -> None:
    with app.app_context():
        second = make_order(world["who"][2], "The second one")
    page = world["mei"].page(f"{world['url']}?view=unassigned")
    following = next(each for each in page.all("a") if each.attributes.get("data-key") == "j")
    assert following.attributes["href"] == f"/desk/orders/{second.reference}?view=unassigned"
    there = world["mei"].page(following.attributes["href"])
    before = next(each for each in there.all("a") if each.attributes.get("data-key") == "k")
    assert before.attributes["href"] == f"{world['url']}?view=unassigned"


def test_the_requester_is_shown_masked_with_their_other_orders(app: Flask, world: Any) -> None:
    with app.app_context():
        make_order(world["who"][2], "An older matter")
    text = world["mei"].page(world["url"]).text
    assert "alice@example.org" not in text
    assert "al•••e@ex•••.org" in text
    assert "An older matter" in text


def test_why_this_date_is_explained_to_both_sides_in_their_language(app: Flask, world: Any) -> None:
    text = world["mei"].page(f"{world['url']}/why").text
    assert "First reply" in text
    assert "The promise for priority “Normal” is 4 h of opening time." in text
    assert "is 3 working days of opening time." in text
    assert "runs during opening hours only" in text
    theirs = world["alice"].page(f"/orders/{world['reference']}/why").text
    assert "4 h of opening time" in theirs
    with app.app_context():
        stranger = make_member("Mallory")
    assert client_of(app, stranger).get(f"/orders/{world['reference']}/why").status_code == 404
    with app.app_context():
        zhang = make_member("Zhang", language="zh")
        order = make_order(zhang, "无法登录", language="zh")
    chinese = client_of(app, zhang).page(f"/orders/{order.reference}/why").text
    assert "为什么是这个时间" in chinese
    assert "周一至周五" in chinese
    assert "Mon-Fri" not in chinese


def test_the_thread_shows_what_was_sent_to_whom_masked(app: Flask, world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="Please try again.", then="waiting")
    assert world["mei"].post(f"{world['url']}/replies", data=sent).status_code == 303
    with app.app_context():
        installation.mark(demo=True)
        for _time in range(3):
            outbox.drain()
    text = world["mei"].page(world["url"]).text
    assert "E-mail to al•••e@ex•••.org sent" in text
    assert "alice@example.org" not in text


def test_the_history_says_what_happened_and_who_did_it(app: Flask, world: Any) -> None:
    sent = typed(world["mei"], world["url"], body="Please try again now.", then="waiting")
    world["mei"].post(f"{world['url']}/replies", data=sent)
    links = world["arjun"].page(world["url"]).all("a")
    history = world["arjun"].page(next(a.attributes["href"] for a in links if a.text == "History"))
    rows = [" ".join(row.text.split()) for row in history.all("tr")]
    assert any("on requester" in row and "Mei Tanaka" in row for row in rows), rows
    assert "Work order filed" in rows[-1]
    assert "Please try again now." not in history.text


def test_an_erased_requester_leaves_the_desks_pages_standing(app: Flask, world: Any) -> None:
    with app.app_context():
        guests = make_guest_order("gone@example.org")
        with transaction():
            vault.destroy(f"person:{guests.requester_id}")
        url = f"/desk/orders/{guests.reference}"
    for path in ("/desk", url, f"{url}/history"):
        page = world["mei"].page(path)
        assert "example.org" not in page.text
        assert "ex•••" not in page.text
    assert guests.reference in world["mei"].page("/desk").text


def test_an_unknown_reference_is_not_found(world: Any) -> None:
    for odd in ("WO-26-999999-AA", "x", "WO-26-000001-00", "%00"):
        assert world["mei"].get(f"/desk/orders/{odd}").status_code == 404
