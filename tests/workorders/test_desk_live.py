"""The live parts, on a real Valkey and without one: changed rows, 204 for nothing, who is where."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import redis
from flask import Flask

from support.core.clock import utcnow
from support.core.config import Config
from support.workorders import desk_presence, queries, service
from support.workorders.desk_sorts import write_key
from support.workorders.lifecycle import Priority, Status
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

JSON = {"Accept": "application/json"}


@pytest.fixture
def config(config: Config, valkey_url: str) -> Config:
    """The usual configuration with a real Valkey."""
    return config.with_changes(redis_url=valkey_url)


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Mei and Arjun at the desk, and two orders of Alice."""
    with app.app_context():
        mei, arjun, alice = make_agent("Mei"), make_agent("Arjun"), make_member()
        orders = [make_order(alice, f"Order {number}") for number in range(2)]
        return {
            "mei": client_of(app, mei),
            "arjun": client_of(app, arjun),
            "who": (mei, arjun, alice),
            "ids": [order.id for order in orders],
            "urls": [f"/desk/orders/{order.reference}" for order in orders],
        }


def later(cursor: str, minutes: int = 1) -> str:
    """Return a cursor that lies `minutes` behind, past the overlap in which rows are told twice."""
    place, dot, seen = cursor.partition(".")
    moment, order_id = place.split("_")
    return f"{int(moment) + minutes * 60_000_000}_{order_id}{dot}{seen}"


def beat(client: PageClient, url: str, state: str, since: str = "") -> Any:
    """Say that somebody is at the order, as the page's script does."""
    token = client.page(url).all("input")
    csrf = next(each for each in token if each.attributes.get("name") == "csrf_token")
    return client.post(
        f"{url}/presence?since={since}",
        data={"state": state, "csrf_token": csrf.attributes["value"]},
        headers=JSON,
    )


def test_a_changed_row_is_told_once_and_then_nothing(app: Flask, world: Any) -> None:
    form = world["mei"].page("/desk").form(action="/desk/bulk")
    live = parse_qs(form.attributes["data-live-url"].partition("?")[2])
    assert live["known"] == [".".join(str(each) for each in world["ids"])]
    quiet = later(live["since"][0])
    assert world["mei"].get(f"/desk/live?since={quiet}").status_code == 204
    soon = utcnow() + timedelta(minutes=2)
    with app.app_context():
        order = queries.order_by_id(world["ids"][0])
        service.set_priority(world["who"][0], order, priority=Priority.URGENT, version=1, now=soon)
    answer = world["mei"].get(f"/desk/live?since={quiet}").get_json()
    assert [row["key"] for row in answer["rows"]] == [str(world["ids"][0])]
    row = Page(f"<table><tbody>{answer['rows'][0]['html']}</tbody></table>")
    assert "Urgent" in row.text
    box = next(each for each in row.all("input") if each.attributes["name"] == "ids")
    assert box.attributes["value"] == f"{world['ids'][0]}:2"
    assert not row.problems()
    after = later(answer["cursor"], 5)
    quiet = world["mei"].get(f"/desk/live?since={after}")
    assert quiet.status_code == 204
    assert quiet.data == b""


def test_a_row_that_left_the_view_is_gone_and_a_new_one_comes(app: Flask, world: Any) -> None:
    start = "0_0"
    with app.app_context():
        order = queries.order_by_id(world["ids"][0])
        service.assign_order(world["who"][0], order, assignee_id=world["who"][0].id, version=1)
        fresh = make_order(world["who"][2], "A new one").id
    answer = world["mei"].get(f"/desk/live?view=unassigned&since={start}").get_json()
    assert {row["key"] for row in answer["rows"]} == {str(world["ids"][1]), str(fresh)}
    assert answer["gone"] == [str(world["ids"][0])]


def test_a_change_on_another_page_of_the_queue_is_no_news(app: Flask, world: Any) -> None:
    mei, _arjun, alice = world["who"]
    first, second = world["ids"]
    now = utcnow() + timedelta(minutes=5)
    since = write_key((now, 0))
    address = f"/desk/live?known={first}&since="
    with app.app_context():
        for each in (first, second):
            order = queries.order_by_id(each)
            at = now + timedelta(seconds=1)
            service.reply(mei, order, body="Hm", version=1, then=Status.OPEN, language="en", now=at)
    answer = world["arjun"].get(address + since).get_json()
    assert [row["key"] for row in answer["rows"]] == [str(first)]
    assert answer["gone"] == []
    with app.app_context():  # but what its requester wrote to is, and a new one
        order = queries.order_by_id(second)
        at = now + timedelta(minutes=2)
        service.answer(alice, order, body="Well?", language="en", now=at)
        fresh = make_order(alice, "New", now=at).id
    since = write_key((now + timedelta(minutes=1), 0))
    answer = world["arjun"].get(address + since).get_json()
    assert {row["key"] for row in answer["rows"]} == {str(second), str(fresh)}
    with app.app_context():  # and what was told as news is kept current
        order = queries.order_by_id(fresh)
        at = now + timedelta(minutes=20)
        service.reply(mei, order, body="Hm", version=1, then=Status.OPEN, language="en", now=at)
    told = later(answer["cursor"], 15)
    answer = world["arjun"].get(address + told).get_json()
    assert [row["key"] for row in answer["rows"]] == [str(fresh)]


def test_a_cursor_that_nobody_wrote_begins_now(world: Any) -> None:
    for odd in ("", "x", "1_2_3", "99999999999999999999_1", "1_1.x-y.-", "%00"):
        assert world["mei"].get(f"/desk/live?since={odd}").status_code in (200, 204)


def test_viewing_and_typing_are_told_apart_and_nobody_sees_themselves(world: Any) -> None:
    url = world["urls"][0]
    assert beat(world["mei"], url, "viewing").get_json()["viewing"] == ""
    seen = beat(world["arjun"], url, "viewing").get_json()
    assert (seen["viewing"], seen["typing"]) == ("Mei is viewing", "")
    beat(world["mei"], url, "typing")
    seen = beat(world["arjun"], url, "viewing").get_json()
    assert (seen["viewing"], seen["typing"]) == ("", "Mei is writing a reply")
    assert beat(world["arjun"], url, "viewing", seen["cursor"]).status_code == 204
    page = world["arjun"].page(url)
    warning = next(each for each in page.all("p") if "data-typing" in each.attributes)
    assert warning.text.strip() == "Mei is writing a reply"
    elsewhere = beat(world["arjun"], world["urls"][1], "viewing").get_json()
    assert (elsewhere["viewing"], elsewhere["typing"]) == ("", "")


def test_the_poll_of_an_order_says_that_it_changed(app: Flask, world: Any) -> None:
    first = beat(world["mei"], world["urls"][0], "viewing").get_json()
    with app.app_context():
        order = queries.order_by_id(world["ids"][0])
        service.answer(world["who"][2], order, body="And another thing", language="en")
    second = beat(world["mei"], world["urls"][0], "viewing", first["cursor"]).get_json()
    assert second["version"] == first["version"] + 1


def test_the_queue_shows_who_is_at_an_order_and_when_they_left(app: Flask, world: Any) -> None:
    mei = world["who"][0]
    quiet = later("9_9".replace("9", str(int(utcnow().timestamp() * 1e6)), 1))
    with app.app_context():
        desk_presence.beat(world["ids"][0], mei.id or 0, "viewing", utcnow())
    answer = world["arjun"].get(f"/desk/live?since={quiet}").get_json()
    assert [row["key"] for row in answer["rows"]] == [str(world["ids"][0])]
    assert "Mei is viewing" in answer["rows"][0]["html"]
    assert world["arjun"].get(f"/desk/live?since={answer['cursor']}").status_code == 204
    with app.app_context():
        gone = utcnow() - timedelta(seconds=desk_presence.LIVES + 1)
        desk_presence.beat(world["ids"][0], mei.id or 0, "viewing", gone)
    answer = world["arjun"].get(f"/desk/live?since={answer['cursor']}").get_json()
    assert "Mei is viewing" not in answer["rows"][0]["html"]


def test_beats_end_by_themselves(app: Flask, world: Any, valkey_url: str) -> None:
    now = utcnow()
    with app.app_context():
        desk_presence.beat(7, 1, "viewing", now)
        assert desk_presence.others(7, 2, now).viewing == [1]
        over = now + timedelta(seconds=desk_presence.LIVES + 1)
        assert desk_presence.others(7, 2, over).viewing == []
        assert desk_presence.others(7, 2, now).viewing == []  # forgotten, not only hidden
        desk_presence.beat(7, 1, "anything else", now)
        assert desk_presence.others(7, 2, now).viewing == [1]
    with redis.Redis.from_url(valkey_url) as client:
        assert 0 < client.ttl("gongdan:presence") <= 2 * desk_presence.LIVES


def test_without_a_valkey_there_is_nobody_and_no_error(
    app: Flask, world: Any, tmp_path: Path
) -> None:
    ground = app.extensions["ground"]
    for url in ("", f"unix://{tmp_path}/nobody.sock"):
        changed = ground.config.with_changes(redis_url=url)
        object.__setattr__(ground, "config", changed)
        seen = beat(world["mei"], world["urls"][0], "typing")
        assert seen.status_code == 200
        assert seen.get_json()["typing"] == ""
        assert world["mei"].get("/desk/live?since=0_0").status_code == 200


def test_presence_needs_a_token_and_a_post(world: Any) -> None:
    assert world["mei"].get(f"{world['urls'][0]}/presence").status_code == 405
    answer = world["mei"].post(
        f"{world['urls'][0]}/presence", data={"state": "typing"}, headers=JSON
    )
    assert answer.status_code >= 400
