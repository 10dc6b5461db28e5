"""What nobody can take is overdue from its first minute, and stops being so when somebody holds the role."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from support.accounts.models import Person
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import changed, transaction
from support.workorders import desk_counts, queries, service
from support.workorders.desk_lines import EARLIER, LATER
from support.workorders.kind import Kind
from support.workorders.lifecycle import Status
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

NOTICE = Kind(
    code="toy", title="Toy notice", summary="s", icon="puzzle", first_team="legal",
    first_roles=frozenset({Role.LEGAL}),
)  # fmt: skip


@pytest.fixture(autouse=True)
def toy_kind(app: Flask) -> None:
    """A kind that only the legal department takes up."""
    app.extensions["ground"].hooks[Kind].append(NOTICE)


def forget(app: Flask) -> None:
    """Let the process read anew who works here and what was counted."""
    app.extensions["ground"].kept.clear()


def seen(html: str) -> list[str]:
    """Return the subjects of a queue page, in order."""
    return re.findall(r'class="q-subject"><a [^>]*>([^<]+)</a>', html)


def give(role: Role, person: Actor) -> None:
    """Give somebody a role more."""
    held = [*person.roles, role]
    with transaction():
        changed(update(Person).where(Person.id == person.id).values(roles=held))


def test_it_is_first_in_the_queue_counted_as_overdue_and_on_the_administrators_page(
    app: Flask,
) -> None:
    now = utcnow()
    with app.app_context():
        agent, admin, alice = make_agent(), make_agent("Ada", Role.ADMIN), make_member()
        make_order(alice, "Late", now=now - timedelta(days=30))
        make_order(alice, "Soon", now=now - timedelta(hours=1))
        notice = make_order(alice, "Notice", kind=NOTICE)
        asked = make_order(alice, "Asked", kind=NOTICE)
        service.reply(admin, asked, body="?", version=1, then=Status.WAITING, language="en")
        desk_counts.fold_counts(utcnow())
        counts = desk_counts.counts()
        url = f"/desk/orders/{notice.reference}"
        notice_id, version = notice.id, notice.version
    assert (counts["breached"], counts["unstaffed:legal"]) == (2, 1)
    client, boss = client_of(app, agent), client_of(app, admin)
    queue = client.get("/desk").get_data(as_text=True)
    assert seen(queue) == ["Late", "Notice", "Soon", "Asked"]
    assert seen(client.get("/desk?due=late").get_data(as_text=True)) == ["Late", "Notice"]
    assert seen(client.get("/desk?sort=priority").get_data(as_text=True))[1] == "Notice"
    page = client.page(url)
    assert "Nobody can take this work order" in page.text
    head = next(each for each in page.all("time") if "due" in each.attributes.get("class", ""))
    assert "breached" in head.attributes["class"]
    home = boss.page("/admin")
    assert "Nobody can take the work orders of legal" in home.text
    link = next(each for each in home.all("a") if "due=late" in each.attributes["href"])
    assert seen(boss.get(link.attributes["href"]).get_data(as_text=True)) == ["Notice"]
    with app.app_context():
        assert queries.order_by_id(notice_id).version == version


def test_it_stops_being_overdue_when_somebody_holds_the_role(app: Flask) -> None:
    with app.app_context():
        agent, admin, alice = make_agent(), make_agent("Ada", Role.ADMIN), make_member()
        make_order(alice, "Question", now=utcnow() - timedelta(minutes=5))
        notice = make_order(alice, "Notice", kind=NOTICE)
        make_agent("Gone", Role.LEGAL)
        with transaction():
            gone = Person.name == "Gone"
            changed(update(Person).where(gone).values(disabled_at=utcnow()))
        desk_counts.fold_counts(utcnow())
        assert desk_counts.counts()["breached"] == 1
        notice_id, due, url = notice.id, notice.due_at, f"/desk/orders/{notice.reference}"
    client, boss = client_of(app, agent), client_of(app, admin)
    assert seen(client.get("/desk").get_data(as_text=True)) == ["Notice", "Question"]
    with app.app_context():
        give(Role.LEGAL, agent)
        desk_counts.fold_counts(utcnow())
        assert "breached" not in desk_counts.counts()
        assert "unstaffed:legal" not in desk_counts.counts()
        assert queries.order_by_id(notice_id).due_at == due
    forget(app)
    assert seen(client.get("/desk").get_data(as_text=True)) == ["Question", "Notice"]
    assert seen(client.get("/desk?due=late").get_data(as_text=True)) == []
    assert "Nobody can take" not in client.page(url).text
    assert "Nobody can take" not in boss.page("/admin").text


@pytest.mark.parametrize("sort", ["due", "priority"])
def test_the_pages_are_complete_and_lead_on_from_an_order_while_somebody_lacks(
    app: Flask, sort: str
) -> None:
    with app.app_context():
        agent, alice, now = make_agent(), make_member(), utcnow()
        for number in range(30):
            kind = NOTICE if number % 2 else None
            make_order(alice, f"Order {number}", kind=kind, now=now - timedelta(hours=number * 5))
    client = client_of(app, agent)
    first = client.get(f"/desk?sort={sort}").get_data(as_text=True)
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link
    second = client.get(link[1].replace("&amp;", "&")).get_data(as_text=True)
    whole = seen(first) + seen(second)
    assert len(whole) == len(set(whole)) == 30
    address = re.findall(r'class="q-subject"><a href="([^"]+)"', first)[10].replace("&amp;", "&")
    page = client.page(address)
    strip = [each for each in page.all("a") if "strip-item" in each.attributes.get("class", "")]
    beside = [each.text for each in strip]
    assert len(beside) == EARLIER + 1 + LATER
    assert all(
        name in text for name, text in zip(whole[10 - EARLIER : 11 + LATER], beside, strict=True)
    )
