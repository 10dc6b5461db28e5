"""A decision about many links: few statements for each, one act in the history, once however often it is sent."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.core import audit
from support.core.db import db
from support.core.platform_calls import PlatformCall
from support.infringement import (
    queries,
    service_bulk,
    service_forwarding,
    service_measures,
)
from support.infringement.lifecycle import Content, ItemState
from support.infringement.models import Item, Notice
from support.infringement.service_bulk import BATCH, Form, Refused, Verb
from tests.fixtures.pages import Page, PageClient
from tests.infringement.test_desk import address, browser
from tests.infringement.world import NoticeWorld
from tests.workorders.desk_world import counted

S = ItemState
NO_FORM = Form()


def many(world: NoticeWorld, number: int) -> Notice:
    """A qualified notice with so many links."""
    return world.qualified(links=tuple(f"https://market.example/{n}" for n in range(number)))


def versions(world: NoticeWorld, notice: Notice) -> dict[int, int]:
    """All links as a page has them."""
    return {item.id: item.version for item in world.items(notice)}


def measure(world: NoticeWorld, at: datetime | None = None) -> Verb:
    """Take a measure."""
    return lambda item, version: service_measures.take_measure(
        world.ivy, item, measure="delete", version=version, now=at or world.now
    )


def forward(world: NoticeWorld) -> Verb:
    """Send the notice on."""
    return lambda item, version: service_forwarding.forward_notice(
        world.ivy, item, version=version, now=world.now
    )


def decide(
    world: NoticeWorld, notice: Notice, verb: Verb, chosen: dict[int, int], form: Form = NO_FORM
) -> list[Refused]:
    """Carry it out."""
    notice = queries.notice_by_id(notice.id)
    return service_bulk.decide_many(notice, chosen, verb, now=world.now, form=form)


@pytest.mark.parametrize(("act", "most"), [("measure", 6), ("forward", 4)])
def test_each_link_costs_a_handful_of_statements_however_many_there_are(
    world: NoticeWorld, act: str, most: int
) -> None:
    said = {}
    for number in (BATCH, 2 * BATCH):
        notice = many(world, number)
        if act == "forward":
            assert decide(world, notice, measure(world), versions(world, notice)) == []
            for item in world.items(notice):
                world.platform(item)
        verb = measure(world) if act == "measure" else forward(world)
        chosen = versions(world, notice)
        with counted() as statements:
            assert decide(world, notice, verb, chosen) == []
        said[number] = len(statements)
    for_more = said[2 * BATCH] - said[BATCH]
    assert for_more <= most * BATCH
    assert said[BATCH] <= for_more + 16, "what does not depend on the links"


def test_a_batch_is_one_event_and_its_order_follows(world: NoticeWorld) -> None:
    notice = many(world, BATCH + 2)
    assert decide(world, notice, measure(world), versions(world, notice)) == []
    events = [one for one in queries.history(notice) if one.action == f"item.{S.MEASURE_ASKED}"]
    assert [len(one.data["items"]) for one in events] == [BATCH, 2]
    assert {item.standing for item in world.items(notice)} == {Content.DOWN_ASKED}
    assert db.session.execute(select(func.count(PlatformCall.id))).scalar_one() == BATCH + 2
    assert world.order(notice).resolve_due is not None
    assert list(audit.verify()) == []
    number = notice.id
    world.drain()
    states = world.states(queries.notice_by_id(number))
    assert set(states) == {S.MEASURE_TAKEN}, "each link was asked for by its own call"


def test_what_is_refused_halfway_leaves_nothing_behind(world: NoticeWorld) -> None:
    notice = many(world, 3)

    def halfway(item: Item, version: int) -> object:
        measure(world)(item, version)
        if item.position == 2:
            service_measures.ask_again(world.ivy, item, version=item.version, now=world.now)
        return item

    refused = decide(world, notice, halfway, versions(world, notice))
    assert [(one.position, one.field) for one in refused] == [(2, "")]
    assert world.states(notice) == [S.MEASURE_ASKED, S.QUALIFIED, S.MEASURE_ASKED]
    assert db.session.execute(select(func.count(PlatformCall.id))).scalar_one() == 2
    (event,) = [one for one in queries.history(notice) if one.action == f"item.{S.MEASURE_ASKED}"]
    assert len(event.data["items"]) == 2


def test_the_same_form_twice_is_harmless_and_says_the_same(world: NoticeWorld) -> None:
    notice = many(world, 3)
    chosen = versions(world, notice)
    chosen[next(iter(chosen))] = 99
    form = Form("session:1", "a key", "measure")
    said = [decide(world, notice, measure(world), chosen, form) for _ in range(2)]
    assert [one.position for one in said[0]] == [1]
    assert said[0] == said[1]
    assert service_bulk.moment_of(form) == service_bulk.moment_of(form)


def test_a_form_that_was_left_halfway_is_carried_on_by_its_second_sending(
    world: NoticeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = many(world, 4)
    monkeypatch.setattr(service_bulk, "BATCH", 2)
    form, chosen, verb = Form("session:1", "a key", ""), versions(world, notice), measure(world)

    def cut_off(item: Item, version: int) -> object:
        if item.position == 3:
            raise ConnectionError
        return verb(item, version)

    with pytest.raises(ConnectionError):
        decide(world, notice, cut_off, chosen, form)
    assert world.states(notice) == [S.MEASURE_ASKED] * 2 + [S.QUALIFIED] * 2
    assert decide(world, notice, verb, chosen, form) == []
    assert world.states(notice) == [S.MEASURE_ASKED] * 4


def test_a_double_click_leads_to_the_same_page(world: NoticeWorld, app: Flask) -> None:
    notice = world.qualified()
    case = address(world, notice) + "/notice"
    ids = " ".join(f"{item}:{version}" for item, version in versions(world, notice).items())
    client = browser(world, app, world.ivy)
    said = decision(client, case, {"act": "measure", "ids": ids})
    for _click in range(2):
        answer = client.post(f"{case}/decisions", data=said)
        assert (answer.status_code, answer.location) == (303, f"{case}/links")
        text = client.page(f"{case}/links").text
        assert "Done. Links: 3." in text
        assert "Somebody else changed this" not in text
    assert world.states(notice) == [S.MEASURE_ASKED] * 3
    assert (
        decision(client, case, {"act": "measure", "ids": ids})["idempotency_key"]
        != (said["idempotency_key"])
    )


def decision(client: PageClient, case: str, said: dict[str, str]) -> dict[str, str]:
    """What the form of a decision says that is looked at."""
    page = client.page(f"{case}/links")
    token = page.values(page.form(action=f"{case}/look"))["csrf_token"]
    answer = client.post(f"{case}/look", data=said | {"csrf_token": token})
    look = Page(answer.get_data(as_text=True))
    return look.values(look.form(action=f"{case}/decisions"))
