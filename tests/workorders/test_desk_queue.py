"""The queue: complete keyset pages, a constant number of queries, filters as addresses, counters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from support.accounts import service_profile
from support.core import installation
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.db import db
from support.workorders import desk_counts, queries, service
from support.workorders.desk_filters import View, read_view
from support.workorders.desk_sorts import SORTS
from support.workorders.kind import Kind
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import (
    client_of,
    counted,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)


def keys_on(html: str) -> list[str]:
    """Return the orders of a queue page, in order."""
    return re.findall(r'<tr data-key="(\d+)"', html)


def walk(client: PageClient, address: str, *, step: str = "next") -> list[str]:
    """Follow a pager from page to page and return every order met."""
    met: list[str] = []
    for _page in range(20):
        html = client.get(address).get_data(as_text=True)
        met += keys_on(html)
        link = re.search(rf'rel="{step}" href="([^"]+)"', html)
        if link is None:
            return met
        address = link[1].replace("&amp;", "&")
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("sort", list(SORTS))
def test_pages_are_complete_and_without_duplicates(app: Flask, sort: str) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        now = utcnow()
        expected = {
            str(
                make_order(
                    alice,
                    f"Order {number}",
                    priority=Priority(number % 4 + 1),
                    now=now - timedelta(minutes=number // 3),
                ).id
            )
            for number in range(60)
        }
        for order_id in sorted(expected)[::2]:  # paused orders share one due time
            order = queries.order_by_id(int(order_id))
            service.move_order(agent, order, status=Status.WAITING, version=1)
    client = client_of(app, agent)
    met = walk(client, f"/desk?sort={sort}")
    assert len(met) == len(set(met)) == 60
    assert set(met) == expected


def test_going_back_meets_the_same_orders(app: Flask) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        for number in range(60):
            make_order(alice, f"Order {number}")
    client = client_of(app, agent)
    forward = walk(client, "/desk")
    address = "/desk"
    for _page in range(2):
        html = client.get(address).get_data(as_text=True)
        found = re.search(r'rel="next" href="([^"]+)"', html)
        assert found
        address = found[1].replace("&amp;", "&")
    pages = []
    while True:
        html = client.get(address).get_data(as_text=True)
        pages.append(keys_on(html))
        back = re.search(r'rel="prev" href="([^"]+)"', html)
        if back is None:
            break
        address = back[1].replace("&amp;", "&")
    assert [key for page in reversed(pages) for key in page] == forward


def test_an_order_filed_while_somebody_pages_is_never_shown_twice(app: Flask) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        for number in range(30):
            make_order(alice, f"Order {number}")
    client = client_of(app, agent)
    first = client.get("/desk").get_data(as_text=True)
    with app.app_context():
        make_order(alice, "An urgent one that sorts first", priority=Priority.URGENT)
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link
    second = client.get(link[1].replace("&amp;", "&")).get_data(as_text=True)
    both = keys_on(first) + keys_on(second)
    assert len(both) == len(set(both)) == 30


def test_a_page_asks_at_most_six_times_however_many_rows_it_has(app: Flask) -> None:
    numbers = {}
    with app.app_context():
        installation.mark(demo=True)
        agent, alice = make_agent(), make_member()
        make_guest_order("rose@example.org")
        for number in range(4):
            make_order(alice, f"Order {number}")
    client = client_of(app, agent)
    client.get("/desk")
    for rows in (5, 25):
        with app.app_context():
            have = db.session.execute(
                db.select(db.func.count()).select_from(WorkOrder)
            ).scalar_one()
            for number in range(rows - have):
                make_order(make_member(f"Bob {rows} {number}"), f"More {number}")
            if rows == 25:
                service.assign_order(
                    agent, make_guest_order("lily@example.org"), assignee_id=agent.id, version=1
                )
            desk_counts.fold_counts(utcnow())
            with counted() as seen:
                html = client.get("/desk").get_data(as_text=True)
        assert len(keys_on(html)) == rows
        numbers[rows] = [each for each in seen if not each.startswith(("BEGIN", "PRAGMA"))]
    assert len(numbers[5]) == len(numbers[25]), "\n".join(numbers[25])
    assert len(numbers[25]) <= 6, "\n".join(numbers[25])


def test_filters_stand_in_the_address_and_each_chip_takes_one_away(app: Flask) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        urgent = make_order(alice, "Urgent one", priority=Priority.URGENT).id
        make_order(alice, "Plain one")
        chinese = make_order(
            alice, "更换手机号", language="zh", priority=Priority.URGENT, body="无法登录"
        ).id
    client = client_of(app, agent)
    html = client.get("/desk?priority=urgent&language=zh").get_data(as_text=True)
    assert keys_on(html) == [str(chinese)]
    assert "Priority: Urgent" in html
    assert 'href="/desk?priority=urgent"' in html
    assert set(keys_on(client.get("/desk?priority=urgent").get_data(as_text=True))) == {
        str(urgent),
        str(chinese),
    }


def test_the_filter_form_works_without_script(app: Flask) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        order = make_order(alice, "Tagged one")
        service.tag_order(agent, order, words=["billing"])
        make_order(alice, "Another one")
    client = client_of(app, agent)
    answer = client.submit("/desk", {"tag": "billing"}, button="Show")
    assert answer.status_code == 200
    assert keys_on(answer.get_data(as_text=True)) == [str(order.id)]


def test_words_narrow_the_queue(app: Flask) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        wanted = make_order(alice, "Refund for the September fee").id
        make_order(alice, "Something else")
    html = client_of(app, agent).get("/desk?q=september").get_data(as_text=True)
    assert keys_on(html) == [str(wanted)]


def test_an_address_that_nobody_wrote_shows_the_plain_queue(app: Flask) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        make_order(alice)
    client = client_of(app, agent)
    odd = "/desk?status=x&assignee=%00&priority=9&sort=nope&after=1_2_3&team=A&kind=q&view=zzz"
    assert len(keys_on(client.get(odd).get_data(as_text=True))) == 1
    for words in ("%00", "a%00b", "%E2%80%AE", "x" * 9000):
        assert client.get(f"/desk?q={words}&tag={words}").status_code == 200
    for place in ("99999999999999999999_1", "x_y", "_", "1", "9" * 19 + "_1"):
        assert client.get(f"/desk?after={place}").status_code == 200


def test_counts_are_folded_and_the_rail_shows_them(app: Flask) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member()
        now = utcnow()
        late = make_order(alice, "Late", now=now - timedelta(days=30))
        mine = make_order(alice, "Mine")
        service.assign_order(agent, mine, assignee_id=agent.id, version=1)
        waiting = make_order(alice, "Waiting")
        service.reply(agent, waiting, body="When?", version=1, then=Status.WAITING, language="en")
        desk_counts.fold_counts(now)
        desk_counts.fold_arrivals(now)
        found = desk_counts.counts()
        assert found["open"] == 3
        assert found["unassigned"] == 1
        assert found["breached"] == 1
        assert found["waiting"] == 1
        assert found[f"assignee:{agent.id}"] == 2
        assert found["team:support"] == 3
        assert sum(desk_counts.arrivals(found)) == 2
        service.move_order(agent, late, status=Status.CLOSED, version=1)
        desk_counts.fold_counts(now)
        desk_counts.fold_counts(now)
        assert "breached" not in desk_counts.counts()
    page = client_of(app, agent).page("/desk")
    rail = next(each for each in page.all("a") if "Unassigned" in each.text)
    assert "Unassigned" in rail.text
    assert "2 of 2" in page.text


def test_empty_states_say_what_to_do_next(app: Flask) -> None:
    with app.app_context():
        agent = make_agent()
    client = client_of(app, agent)
    assert "Nothing here now." in client.page("/desk").text
    text = client.page("/desk?priority=urgent&language=zh&due=late").text
    assert "No work order matches these 3 filters." in text
    assert "Clear filters" in text


def test_a_queue_that_nobody_can_staff_is_shown_to_the_admin_alone(app: Flask) -> None:
    with app.app_context():
        admin = make_agent("Ada Admin", Role.ADMIN)
        legal = make_agent("Lena Legal", Role.LEGAL)
        make_order(make_member())
        desk_counts.fold_counts(utcnow())
    assert "Nobody can take the work orders of Support" in client_of(app, admin).page("/desk").text
    assert "Nobody can take" not in client_of(app, legal).page("/desk").text
    with app.app_context():
        make_agent("Mei")
    app.extensions["ground"].kept.clear()
    assert "Nobody can take" not in client_of(app, admin).page("/desk").text


def test_a_toy_kind_is_drawn_from_its_declaration(app: Flask) -> None:
    toy = Kind(code="toy", title="Toy matter", summary="For a test", icon="puzzle")
    app.extensions["ground"].hooks[Kind].append(toy)
    with app.app_context():
        agent, alice = make_agent(), make_member()
        order = make_order(alice, "A toy is broken", kind=toy)
        reference = order.reference
    desk = client_of(app, agent)
    assert "Toy matter" in desk.page("/desk?kind=toy").text
    assert "Toy matter" in desk.page(f"/desk/orders/{reference}").text
    assert "A toy is broken" in client_of(app, alice).page(f"/orders/{reference}").text


def test_my_desk_shows_what_is_due_what_came_back_and_the_rest(app: Flask) -> None:
    now = utcnow()
    with app.app_context():
        agent, alice = make_agent(), make_member()
        late = make_order(alice, "Long overdue", now=now - timedelta(days=30))
        back = make_order(alice, "Came back")
        rest = make_order(alice, "Waits")
        other = make_order(alice, "Of a colleague")
        for order in (late, back, rest):
            service.assign_order(agent, order, assignee_id=agent.id, version=1)
        service.assign_order(agent, other, assignee_id=make_agent("Arjun").id, version=1)
        for order in (back, rest):
            service.reply(
                agent,
                order,
                body="When?",
                version=order.version,
                then=Status.WAITING,
                language="en",
            )
        service.answer(alice, back, body="Yesterday", language="en")
    html = client_of(app, agent).get("/desk/mine").get_data(as_text=True)
    parts = re.split(r"<h2[ >]", html)[1:]
    assert "Long overdue" in parts[0]
    assert "Came back" in parts[1]
    assert "Waits" in parts[2]
    assert "Of a colleague" not in html


def test_a_member_does_not_learn_that_there_is_a_desk(app: Flask) -> None:
    with app.app_context():
        alice = make_member()
    assert client_of(app, alice).get("/desk").status_code == 404


def test_a_view_keeps_only_what_its_filters_take() -> None:
    view = read_view({"assignee": "me'--", "tag": "x" * 41, "sort": "due", "view": "due"}, SORTS)
    assert view == View(preset="due")
    assert view.value("due") == "soon"
    assert view.address(sort="updated") == {"view": "due", "sort": "updated"}


def test_whoever_switched_single_keys_off_has_none_at_the_desk(app: Flask) -> None:
    with app.app_context():
        agent = make_agent()
        client = client_of(app, agent)
    assert "data-keys" in client.get("/desk").get_data(as_text=True)
    with app.app_context():
        service_profile.save_settings(
            agent, language="en", timezone="Asia/Shanghai", character_keys=False
        )
    assert "data-keys" not in client.get("/desk").get_data(as_text=True)
