"""Publication: due in time after each event, redacted, never while a complaint is heard, corrected by new entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import inspect, select, update

from support.core.actors import Actor
from support.core.db import db, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed, NotFound
from support.infringement import (
    publishing,
    queries,
    queries_counters,
    queries_publishing,
    service,
    service_counter,
    service_due,
    service_forwarding,
    service_publishing,
    service_rulings,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models import Notice
from support.infringement.models_publishing import DuePublication
from support.infringement.regimes import RegimeCode
from support.policies import queries_publications as ledger
from support.policies.models_publications import Publication
from tests.fixtures.pages import PageClient
from tests.infringement.world import COUNTER, FACTS, LISTINGS, NoticeWorld
from tests.workorders.desk_world import client_of

ENDS = datetime(2030, 1, 1, tzinfo=UTC)
WORDS = (
    "I am Hana Canary, 1 Canary Road. Write to holder-canary@example.org or 138 0000 1111; my ID is "
    f"11010519491231002X. The lamp at {LISTINGS[0]} copies mine."
)
NATURAL = replace(
    FACTS, holder_name="Hana Canary", holder_id_type="id_card", holder_id_no="11010519491231002X", explanation=WORDS
)  # fmt: skip
ANSWER = replace(
    COUNTER, explanation="Rong Canary says: bought in the open. rong-canary@example.org"
)
CANARIES = (
    "Canary", "canary", NATURAL.holder_id_no, "13800001111", "138 0000", "13800002222", "market.example",
    "hana@example.org", "rong@example.org",
)  # fmt: skip


def ident(row: Notice | Publication) -> int:
    """Its row id, wherever its session went."""
    state: Any = inspect(row)
    return int(state.identity[0])


def rows(notice: Notice, state: str = "open") -> list[DuePublication]:
    """What is due for a notice, in order."""
    db.session.rollback()
    if notice not in db.session:
        db.session.add(notice)  # the worker took the session away
    found = select(DuePublication).where(DuePublication.notice_id == ident(notice))
    found = found.where(DuePublication.state == state).order_by(DuePublication.id)
    return list(db.session.execute(found).scalars())


def told(notice: Notice, state: str = "open") -> list[tuple[str, str, list[int]]]:
    """The same in short: kind, state reached, numbers of the links."""
    positions = {item.id: item.position for item in queries.items_of(notice)}
    return [
        (row.kind, row.what, [positions[each] for each in row.item_ids])
        for row in rows(notice, state)
    ]


def publish(world: NoticeWorld, row: DuePublication, *, who: Actor | None = None) -> Publication:
    """Publish as it is proposed."""
    draft = publishing.draft_of(row)
    return service_publishing.publish_due(
        who or world.ivy, row, text=draft.proposed, named=draft.named,
        ends_at=ENDS if draft.personal else None, version=row.version, now=world.now,
    )  # fmt: skip


def published(world: NoticeWorld, notice: Notice) -> list[Publication]:
    """Publish all that is due."""
    return [publish(world, row) for row in rows(notice)]


def contested_to_its_end(world: NoticeWorld, notice: Notice) -> None:
    """The first link is contested with words that hold names, and comes back since nobody sued."""
    world.contested(notice, facts=ANSWER)
    counter = queries_counters.counter_of(world.respondent(notice))
    assert counter is not None
    service_counter.check_counter(world.ivy, counter, version=counter.version, now=world.now)
    item = world.item(notice)
    sent = service_forwarding.forward_counter(world.ivy, item, version=item.version, now=world.now)
    world.arrived(sent, "counter")
    world.pass_time(days=40)
    world.tick()
    world.platform(world.item(notice))
    world.drain()


def test_each_event_is_due_three_working_days_later_once_and_links_of_a_day_are_one_entry(
    world: NoticeWorld,
) -> None:
    world.now = datetime(
        2026, 9, 24, 2, tzinfo=UTC
    )  # before the holidays; Sunday the 20th is worked
    notice = world.qualified(links=LISTINGS[:2])
    world.awaiting(notice, 1)
    world.pass_time(minutes=5)
    world.awaiting(notice, 2)
    world.drain()
    world.drain()
    assert told(notice) == [("notice", "forwarded", [1, 2])]
    (row,) = rows(notice)
    assert row.due_at == datetime(2026, 9, 30, 16, tzinfo=UTC)
    before = [(row.version, row.items) for row in rows(notice)]
    for seq in {said["seq"] for said in row.items.values()}:
        service_due.note_event(notice, seq)
    assert [(row.version, row.items) for row in rows(notice)] == before
    world.answer(notice, {1: "accept"})
    service.withdraw_item(
        world.hana, world.item(notice, 2), version=world.item(notice, 2).version, now=world.now
    )
    world.drain()
    assert told(notice)[1:] == [("result", "final", [1]), ("result", "withdrawn", [2])]


def test_what_no_law_asks_to_be_published_and_what_was_never_sent_on_is_not_due(
    world: NoticeWorld,
) -> None:
    civil = world.qualified(RegimeCode.CC)
    world.awaiting(civil)
    early = world.qualified()
    item = world.item(early)
    service.withdraw_item(world.hana, item, version=item.version, now=world.now)
    world.drain()
    assert rows(civil) == rows(early) == []


def heard(world: NoticeWorld, notice: Notice) -> None:
    """The respondent complains about the first link."""
    item = world.item(notice)
    service_rulings.complain(world.rong, item, words="Wrong.", version=item.version, now=world.now)
    world.drain()


def settled(world: NoticeWorld, notice: Notice, *, upheld: bool) -> None:
    """Somebody else of legal decides."""
    item = world.item(notice)
    service_rulings.settle_complaint(
        world.lena, item, upheld=upheld, version=item.version, now=world.now
    )
    world.drain()


@pytest.mark.parametrize("upheld", [False, True])
def test_nothing_is_published_while_a_complaint_is_heard_and_then_the_time_begins_anew(
    world: NoticeWorld, upheld: bool
) -> None:
    notice = world.qualified(links=LISTINGS[:1])
    world.awaiting(notice)
    world.answer(notice, {1: "accept"})
    world.drain()
    first = publish(world, rows(notice)[0])
    series = first.series
    (row,) = rows(notice)
    promised = row.due_at
    heard(world, notice)
    assert queries_publishing.waiting(world.ivy)[0].heard
    with pytest.raises(NotAllowed):
        publish(world, rows(notice)[0])
    world.pass_time(days=7)
    settled(world, notice, upheld=upheld)
    if upheld:
        # the platform has answered at once
        assert told(notice) == [("result", "restored", [1])]
        assert told(notice, "dropped") == [("result", "final", [])]
    else:
        assert told(notice) == [("result", "final", [1])]
        assert rows(notice)[0].due_at - promised == timedelta(days=7)
    last = publish(world, rows(notice)[0])
    assert [each.id for each in ledger.entries_of(series)] == [ident(first), last.id]


def test_a_result_that_a_complaint_overturns_is_followed_by_another_and_stands(
    world: NoticeWorld,
) -> None:
    notice = world.qualified(links=LISTINGS[:1])
    world.awaiting(notice)
    world.answer(notice, {1: "accept"})
    world.drain()
    first, result = published(world, notice)
    case = first.series
    heard(world, notice)
    settled(world, notice, upheld=True)
    (later,) = published(world, notice)
    series = ledger.entries_of(case)
    assert [each.id for each in series] == [ident(first), ident(result), later.id]
    assert [each.withdrawn_at for each in series] == [None] * 3


def test_no_personal_value_of_the_case_gets_out(world: NoticeWorld, app: Flask) -> None:
    notice = world.qualified(facts=NATURAL)
    contested_to_its_end(world, notice)
    entries = published(world, notice)
    assert [each.kind for each in entries] == ["notice", "counter", "result"]
    db.session.rollback()
    client = app.test_client()
    paths = ["/transparency", *(f"/transparency/{each.uid}" for each in entries)]
    paths += [
        f"/transparency.{kind}?language={code}"
        for kind in ("json", "atom")
        for code in ("en", "zh")
    ]
    for path in paths:
        said = client.get(path).get_data(as_text=True)
        assert not [secret for secret in CANARIES if secret in said], path
    assert "[link 1]" in client.get(paths[1]).get_data(as_text=True)
    assert "[name]" in client.get(paths[1]).get_data(as_text=True)


@pytest.mark.parametrize(
    "text",
    [
        "Ask Hana  CANARY.",
        "Write to holder-canary＠example.org",
        "Call 138-0000-1111",
        "ID 110105 19491231 002X",
        "See HTTPS://market.example/items/1",
        "She lives at 1 canary road",
        "我的账号 rong@example.org",
    ],
)
def test_a_text_that_still_tells_who_somebody_is_is_refused(world: NoticeWorld, text: str) -> None:
    notice = world.qualified(facts=NATURAL)
    world.awaiting(notice)
    world.drain()
    (row,) = rows(notice)
    with pytest.raises(Invalid) as refused:
        service_publishing.publish_due(
            world.ivy, row, text=text, named=False, ends_at=ENDS, version=row.version, now=world.now
        )
    assert refused.value.field == "text"
    assert rows(notice) != []


def test_an_organisation_is_named_and_a_person_never(world: NoticeWorld) -> None:
    firm, person = world.qualified(), world.qualified(facts=NATURAL)
    for notice in (firm, person):
        world.awaiting(notice)
    world.drain()
    (named,), (hidden,) = published(world, firm), published(world, person)
    assert (named.facts or {})["name"] == FACTS.holder_name
    assert not named.personal
    assert "name" not in (hidden.facts or {})
    assert hidden.personal
    assert hidden.ends_at == ENDS
    assert publishing.is_organisation("", "91110000600037341L", "X Ltd")
    assert not publishing.is_organisation("licence", "110", "Li Hua")
    assert not publishing.is_organisation("passport", "91110000600037341L", "Example Ltd")


def page_of(world: NoticeWorld, app: Flask, who: Actor) -> PageClient:
    """A browser at the desk."""
    db.session.rollback()
    g.pop("_login_user", None)
    return client_of(app, who)


def test_the_desk_publishes_once_corrects_by_a_new_entry_and_takes_out(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified(facts=NATURAL)
    world.awaiting(notice)
    world.drain()
    (row,) = rows(notice)
    path = f"/desk/publications/{row.uid}"
    client = page_of(world, app, world.ivy)
    assert "Overdue" in client.page("/desk/publications").text
    page = client.page(path)
    form = page.form(button="Publish")
    refused = client.post(path, data=page.values(form) | {"text": "By Hana Canary"})
    assert refused.status_code == 422
    assert "By Hana Canary" in refused.get_data(as_text=True)
    said = page.values(form)
    for odd in ("", "x", "9" * 30, "0"):
        late = client.post(path, data=said | {"version": odd, "text": "My words."})
        assert late.status_code == 409, odd
        assert "My words." in late.get_data(as_text=True)
    for _click in range(2):
        assert client.post(path, data=said).status_code == 303
    (old,) = ledger.entries()
    assert old.personal
    fixed = client.submit(
        f"{path}/correction", {"text": "Shorter."}, button="Publish the correction"
    )
    assert fixed.status_code == 303
    db.session.rollback()
    new, older = ledger.entries()
    assert (new.text, new.replaces_id, older.text) == ("Shorter.", older.id, None)
    assert client.submit(path, {"why": "ordered"}, button="Take it out").status_code == 303
    assert client.get(f"/transparency/{new.uid}").status_code == 410
    assert "By order of a court or an authority" in client.page(path).text
    assert "By order" in client.page("/desk/publications/published").text
    with pytest.raises(AlreadyDone):
        service_publishing.correct_entry(
            world.ivy, rows(notice, "published")[0], text="", named=False, ends_at=ENDS,
            version=rows(notice, "published")[0].version,
        )  # fmt: skip


def test_others_come_neither_to_the_pages_nor_to_the_verbs(world: NoticeWorld, app: Flask) -> None:
    notice = world.qualified()
    world.awaiting(notice)
    world.drain()
    (row,) = rows(notice)
    for who, status in ((world.agent, 403), (world.hana, 404), (world.rong, 404)):
        client = page_of(world, app, who)
        for path in ("", "/published", f"/{row.uid}"):
            assert client.get(f"/desk/publications{path}").status_code == status
    (row,) = rows(notice)
    with pytest.raises(NotAllowed):
        publish(world, row, who=world.agent)
    with pytest.raises(NotFound):
        queries_publishing.due_for(world.ivy, "0" * 32)


def test_the_list_of_what_is_due_leafs_through_rows_of_one_moment(
    world: NoticeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _each in range(3):
        world.awaiting(world.qualified(links=LISTINGS[:1]))
    world.drain()
    monkeypatch.setattr(queries_publishing, "PAGE", 1)
    found: list[str] = []
    while page := queries_publishing.waiting(world.ivy, after=found[-1] if found else ""):
        found.append(page[0].row.uid)
    assert len(found) == len(set(found)) == 3


def test_whom_nothing_reaches_is_told_in_public_and_the_time_runs_from_there(
    world: NoticeWorld,
) -> None:
    told_there = world.qualified(RegimeCode.CC, links=LISTINGS[:1])
    world.forwarded(told_there)
    notice = world.qualified(RegimeCode.CC, links=LISTINGS[:1], nobody=True)
    world.forwarded(notice)
    world.drain()
    assert rows(told_there) == [], "this law asks for no publication"
    (row,) = rows(notice)
    publish(world, row)
    item = world.item(notice)
    assert (item.status, item.clock_start) == (ItemState.AWAITING, world.now)


def test_a_date_over_unpublished_holidays_is_counted_anew_and_never_earlier(
    world: NoticeWorld,
) -> None:
    notice = world.qualified(links=LISTINGS[:1])
    world.awaiting(notice)
    world.drain()
    (row,) = rows(notice)
    counted = row.due_at
    for estimated, kept in ((-timedelta(days=2), counted), (timedelta(days=2), None)):
        moved = counted + estimated
        with transaction() as session:
            session.execute(update(DuePublication).values(due_at=moved, due_estimated=True))
        service_due.recount_due(world.now)
        (row,) = rows(notice)
        assert (row.due_at, row.due_estimated) == (kept or moved, False)
