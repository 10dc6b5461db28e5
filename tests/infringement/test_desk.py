"""The desk's pages of a rights notice: what is missing, the table of links, one decision for those chosen."""

from __future__ import annotations

import contextvars

import pytest
from flask import Flask

from support.core import installation
from support.core.actors import Actor
from support.core.db import db
from support.infringement import queries, queries_counters, service_counter
from support.infringement.lifecycle import ItemState
from support.infringement.models import Notice
from tests.fixtures.pages import PageClient
from tests.infringement.world import FACTS, NoticeWorld, without
from tests.workorders.desk_world import client_of, counted


def address(world: NoticeWorld, notice: Notice) -> str:
    """Where the order is at the desk."""
    return f"/desk/orders/{world.order(notice).reference}"


def browser(world: NoticeWorld, app: Flask, who: Actor) -> PageClient:
    """A client that is signed in."""
    db.session.rollback()
    return client_of(app, who)


def test_the_order_page_says_what_is_missing_and_leads_to_the_case(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.file(without("truth"))
    where = address(world, notice)
    page = browser(world, app, world.ivy).page(where)
    assert "Elements there: 7 of 8" in page.text
    assert "Your written guarantee that the notice is true." in page.text
    assert any(link.attributes.get("href") == f"{where}/notice" for link in page.all("a"))


def test_a_clerk_confirms_the_regime_and_the_elements_decide(
    world: NoticeWorld, app: Flask
) -> None:
    lacking, whole = world.file(without("truth")), world.file()
    client = browser(world, app, world.ivy)
    for notice, words, state in (
        (lacking, "The filer is asked for what is missing.", ItemState.TO_COMPLETE),
        (whole, "The notice is qualified.", ItemState.QUALIFIED),
    ):
        case = address(world, notice) + "/notice"
        answer = client.submit(case, {}, button="Confirm the regime and decide")
        assert answer.status_code == 303
        assert words in client.page(case).text
        assert world.states(notice) == [state] * 3


def test_chosen_links_are_decided_and_a_refusal_names_its_link(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified()
    case = address(world, notice) + "/notice"
    first, second, _third = world.items(notice)
    world.take(second)
    client = browser(world, app, world.ivy)
    chosen = [f"{first.id}:{first.version}", f"{second.id}:{second.version}"]
    page = client.page(f"{case}/links")
    said = page.values(page.form(action=f"{case}/look"))
    said |= {"act": "measure", "measure": "block", "ids": chosen}
    assert client.post(f"{case}/decisions", data=said).status_code == 303
    after = client.page(f"{case}/links").text
    assert "Done. Links: 1." in after
    assert "Link 2:" in after
    assert world.states(notice) == [ItemState.MEASURE_ASKED] * 2 + [ItemState.QUALIFIED]


def test_a_counter_notice_that_nobody_checked_is_named_before_it_goes_on(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified()
    item = world.contested(notice)
    case, client = address(world, notice) + "/notice", browser(world, app, world.ivy)
    page = client.page(f"{case}/links")
    said = page.values(page.form(action=f"{case}/look"))
    chosen = {"act": "counter", "ids": [f"{item.id}:{item.version}"]}
    first = "The counter-notice is to be checked first"
    assert first in client.post(f"{case}/look", data=said | chosen).get_data(as_text=True)
    counter = queries_counters.counter_of(world.respondent(notice))
    assert counter is not None
    service_counter.check_counter(world.ivy, counter, version=counter.version, now=world.now)
    assert first not in client.post(f"{case}/look", data=said | chosen).get_data(as_text=True)


def test_what_names_the_id_of_the_holder_shows_only_its_end(world: NoticeWorld, app: Flask) -> None:
    notice = world.file()
    html = browser(world, app, world.ivy).get(address(world, notice) + "/notice")
    text = html.get_data(as_text=True)
    assert FACTS.holder_name in text
    assert FACTS.holder_id_no not in text
    assert FACTS.holder_id_no[-4:] in text


def test_a_paper_opens_for_a_clerk_and_the_reading_is_written_down(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.file()
    paper = queries.papers_of(notice)[0].file_uid
    other = world.file()
    client = browser(world, app, world.ivy)
    path = f"{address(world, notice)}/notice/papers/{paper}"
    token = client.page(address(world, notice) + "/notice")
    said = token.values(token.form(action=path))
    with client.post(path, data=said) as answer:
        assert answer.status_code == 200
    wrong = f"{address(world, other)}/notice/papers/{paper}"
    assert client.post(wrong, data=said).status_code == 404
    trail = client.page(address(world, notice) + "/history").text
    assert "File opened" in trail


@pytest.mark.parametrize("who", ["agent", "hana", "rong"])
def test_nobody_else_comes_to_the_case(world: NoticeWorld, app: Flask, who: str) -> None:
    notice = world.file()
    client = browser(world, app, getattr(world, who))
    assert client.get(address(world, notice) + "/notice").status_code in (403, 404)


TABS = ("", "/links", "/counters", "/clock", "/letters", "/history")


def test_every_tab_takes_at_most_six_queries_with_one_link_or_with_three_hundred(
    world: NoticeWorld, app: Flask
) -> None:
    installation.mark(demo=False)
    few = world.qualified(links=("https://market.example/1",))
    many = world.qualified(links=tuple(f"https://market.example/{n}" for n in range(300)))
    for notice in (few, many):
        world.contested(notice)
    client = browser(world, app, world.ivy)
    costs: dict[str, list[int]] = {}
    for notice in (few, few, many):
        for tab in TABS:
            case = address(world, notice) + f"/notice{tab}"
            with (
                counted() as seen
            ):  # a request of its own: nothing that the test has loaded helps it
                contextvars.Context().run(client.page, case)
            costs.setdefault(tab, []).append(len(seen))
    for tab, (_first, one, most) in costs.items():
        assert one == most <= 6, (tab, costs)


def test_why_this_date_names_the_rule(world: NoticeWorld, app: Flask) -> None:
    notice = world.qualified()
    world.waiting(notice)
    text = browser(world, app, world.ivy).page(address(world, notice) + "/why").text
    assert "E-Commerce Law, article 43: fifteen days from arrival." in text


def test_the_reply_box_offers_no_status_that_would_be_refused(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified()
    page = browser(world, app, world.ivy).page(address(world, notice))
    offered = {
        option.attributes["value"]
        for option in page.all("option")
        if (select := option.inside("select")) and select.attributes.get("name") == "then"
    }
    assert offered == {"open"}
