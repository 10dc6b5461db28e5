"""The desk's search: two languages, replies and notes, references, people, qualifiers, pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from support.accounts import service_profile
from support.workorders import desk_search, service
from support.workorders.desk_search import excerpt, marked, read_query
from support.workorders.lifecycle import Status
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import (
    client_of,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """An agent, Alice and Wang with an order each."""
    with app.app_context():
        agent = make_agent()
        alice = make_member("Alice", "alice@example.org", "+8613800138000")
        wang = make_member("王思远", language="zh")
        english = make_order(alice, "Refund for September", "I was charged twice.")
        chinese = make_order(
            wang, "更换手机号后无法登录", "旧号码已经注销，请帮忙核验。", language="zh"
        )
        return {
            "client": client_of(app, agent),
            "who": (agent, alice, wang),
            "english": english,
            "chinese": chinese,
            "references": (english.reference, chinese.reference),
        }


def found(client: PageClient, query: str) -> list[str]:
    """Return the references of the work orders on the page of results."""
    html = client.get("/desk/search", query_string={"q": query}).get_data(as_text=True)
    return re.findall(r'<span class="ref">(WO-[^<]+)</span>', html)


@pytest.mark.parametrize(
    "query", ["september", "ＳＥＰＴＥＭＢＥＲ refund", "charged", "twice september"]
)
def test_english_words_find_subject_and_message(world: Any, query: str) -> None:
    assert found(world["client"], query) == [world["references"][0]]


@pytest.mark.parametrize("query", ["登录", "手机号", "注销", "核验 登录"])
def test_two_chinese_characters_find_what_they_should(world: Any, query: str) -> None:
    assert found(world["client"], query) == [world["references"][1]]
    html = world["client"].get("/desk/search", query_string={"q": "登录"}).get_data(as_text=True)
    assert "<mark>登录</mark>" in html


def test_replies_and_notes_are_found_and_notes_are_named(app: Flask, world: Any) -> None:
    agent = world["who"][0]
    with app.app_context():
        order = make_order(world["who"][1], "Third")
        service.reply(
            agent, order, body="The walrus has landed", version=1, then=Status.OPEN, language="en"
        )
        service.add_note(agent, order, body="Suspicious narwhal")
    assert found(world["client"], "walrus") == [order.reference]
    assert found(world["client"], "narwhal") == [order.reference]
    page = world["client"].page("/desk/search?q=narwhal")
    assert "Internal note" in page.text


def test_a_reference_is_found_however_it_is_typed(world: Any) -> None:
    reference = world["references"][0]
    for typed in (reference, reference.lower(), reference.replace("-", " ")):
        assert found(world["client"], typed) == [reference]


def test_people_are_found_by_name_or_whole_address_never_by_a_part(world: Any) -> None:
    client = world["client"]
    for query in ("Ali", "alice@example.org", "13800138000", "+86 138 0013 8000"):
        text = client.page(f"/desk/search?q={query.replace('+', '%2B')}").text
        assert "People" in text
        assert "Refund for September" in text
        assert "alice@example.org" not in text.replace(f"“{query}”", "")
    for part in ("alice@exam", "1380013", "example.org"):
        assert "Refund for September" not in client.page(f"/desk/search?q={part}").text


def test_people_are_found_by_the_beginning_of_their_organisation(app: Flask, world: Any) -> None:
    with app.app_context():
        told = {"organisation": "杭州伞业 Umbrella Ltd."}
        service_profile.save_profile(world["who"][2], enterprise=True, values=told, version=0)
    text = world["client"].page("/desk/search?q=杭州伞业").text
    assert "People" in text
    assert "王思远" in text
    assert found(world["client"], "杭州伞业 umb") == [world["references"][1]]
    assert "王思远" not in world["client"].page("/desk/search?q=umbrella").text


def test_qualifiers_narrow(app: Flask, world: Any) -> None:
    agent, alice, _wang = world["who"]
    with app.app_context():
        mine = make_order(alice, "September again")
        service.assign_order(agent, mine, assignee_id=agent.id, version=1)
    client = world["client"]
    assert set(found(client, "september")) == {mine.reference, world["references"][0]}
    assert found(client, "september owner:me") == [mine.reference]
    assert found(client, "september owner:none") == [world["references"][0]]
    assert found(client, "september owner:mei") == [mine.reference]
    assert found(client, "september status:open") == [mine.reference]
    assert found(client, "september status:closed") == []
    assert found(client, "september lang:zh") == []
    assert found(client, "登录 lang：zh") == [world["references"][1]]


def test_pages_of_results_are_complete(app: Flask, world: Any) -> None:
    with app.app_context():
        expected = {
            make_order(world["who"][1], f"Giraffe {number}").reference for number in range(60)
        }
    address, met = "/desk/search?q=giraffe", []
    while address:
        html = world["client"].get(address).get_data(as_text=True)
        met += re.findall(r'<span class="ref">(WO-[^<]+)</span>', html)
        link = re.search(r'rel="next" href="([^"]+)"', html)
        address = link[1].replace("&amp;", "&") if link else ""
    assert len(met) == 60
    assert set(met) == expected


def test_nothing_found_says_what_to_try(world: Any) -> None:
    text = world["client"].page("/desk/search?q=unheard-of").text
    assert "Nothing for “unheard-of”." in text
    assert "whole phone number" in text
    for odd in ("", "%00", "。，", "%22 OR 1=1", "a" * 5000, "status:open"):
        assert world["client"].get(f"/desk/search?q={odd}").status_code == 200


def test_guests_are_found_by_their_whole_address(app: Flask, world: Any) -> None:
    with app.app_context():
        order = make_guest_order("rose@example.org", "Locked out")
    assert found(world["client"], "rose@example.org") == [order.reference]


def test_words_are_marked_without_touching_the_rest() -> None:
    assert marked("A refund, Refunded", "refund") == "A <mark>refund</mark>, <mark>Refund</mark>ed"
    assert marked("登录失败，无法登录", "登录") == "<mark>登录</mark>失败，无法<mark>登录</mark>"


def test_marking_words_lets_no_markup_through() -> None:
    assert marked("<b>", "") == "&lt;b&gt;"
    assert marked("<script>lt; amp</script>", "script lt amp") == (
        "&lt;<mark>script</mark>&gt;<mark>lt</mark>; <mark>amp</mark>&lt;/<mark>script</mark>&gt;"
    )


def test_an_excerpt_is_short_and_holds_the_word() -> None:
    long = "x " * 200 + "needle" + " y" * 200
    assert "needle" in excerpt(long, "needle")
    assert len(excerpt(long, "needle")) < 200


def test_a_query_is_taken_apart() -> None:
    asked = read_query("  refund status:open lang:xx owner:Mei ")
    assert (asked.words, asked.status, asked.owner, asked.language) == (
        "refund lang:xx",
        "open",
        "mei",
        "",
    )
    assert len(desk_search.read_query("a" * 5000).said) == 300


@pytest.mark.parametrize(
    "odd",
    [
        "o'brien",
        "a\\b",
        "100%",
        "%s %(x)s",
        ":words",
        "x'; DROP TABLE person; --",
        "\\' OR 1=1 --",
        "$1 $$",
        'say "so"',
        "tail\\",
    ],
)
def test_whatever_is_typed_stays_a_question(app: Flask, odd: str) -> None:
    """On PostgreSQL the words stand in the statement itself."""
    with app.app_context():
        agent, alice = make_agent(), make_member("Alice")
        order = make_order(alice, f"About {odd} and more")
        make_order(alice, "Something else")
        client = client_of(app, agent)
    page = client.page("/desk/search", query_string={"q": f"about {odd}"})
    assert order.reference in page.text
    assert "Something else" not in page.text
