"""The respondent's pages: theirs alone, without what is never forwarded; accepting, contesting, late answers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import installation
from support.core.actors import Actor
from support.core.db import db
from support.infringement import queries, queries_counters
from support.infringement.lifecycle import ItemState
from support.infringement.models import Arrival
from support.infringement.queries_parts import parts_of
from tests.core.files.uploads import jpeg
from tests.filing.filer import digits_for
from tests.fixtures.pages import PageClient
from tests.infringement.world import FACTS, NoticeWorld
from tests.workorders.desk_world import client_of, counted

S = ItemState
NEVER = (FACTS.holder_id_no, FACTS.email, FACTS.phone, FACTS.address)
ANSWER: dict[str, Any] = {
    "explanation": "Bought from the holder",
    "name": "Rong Canary",
    "id_no": "11010519491231002X",
    "address": "2 Canary Road",
    "email": "rong-canary@example.org",
    "phone": "+8613800002222",
    "shown_name": "Canary defence",
    "shown_contact": "defence@example.org",
    "no_infringement": "y",
    "truth": "y",
    "signature": "Rong Canary",
}


@pytest.fixture
def world(app: Flask) -> Iterator[NoticeWorld]:
    """Hana who holds a mark, Rong who sells, Ivy the clerk."""
    made = NoticeWorld(app)
    yield made
    made.leave()


class Browser:
    """Somebody's browser, whose requests stand apart from the world's own context."""

    def __init__(self, world: NoticeWorld, client: PageClient) -> None:
        self.world = world
        self.client = client

    def __getattr__(self, name: str) -> Any:
        """One act of the browser."""

        def act(*args: Any, **more: Any) -> Any:
            self.world.leave()
            try:
                return getattr(self.client, name)(*args, **more)
            finally:
                self.world.context = self.world.app.app_context()
                self.world.context.push()

        return act


def browser(world: NoticeWorld, actor: Actor) -> Browser:
    """Somebody's browser, signed in."""
    return Browser(world, client_of(world.app, actor))


def sent_to_rong(world: NoticeWorld) -> tuple[int, str]:
    """Two of three links are sent on; return the notice's id and the respondent's uid."""
    notice = world.qualified()
    world.forwarded(notice, 1)
    world.forwarded(notice, 2)
    return notice.id, world.respondent(notice).uid


def test_the_respondent_sees_the_notice_and_nothing_that_is_never_forwarded(
    world: NoticeWorld,
) -> None:
    _notice, uid = sent_to_rong(world)
    rong = browser(world, world.rong)
    text = rong.page(f"/notices/answers/{uid}").text
    for shown in (FACTS.holder_name, FACTS.explanation, FACTS.shown_contact, "market.example"):
        assert shown in text
    assert [secret for secret in NEVER if secret in text] == []
    assert "nobody has found that it is so" in text
    for other in (world.eve, world.hana):
        assert browser(world, other).get(f"/notices/answers/{uid}").status_code == 404
    assert browser(world, world.rong).get(f"/notices/answers/{'0' * 32}").status_code == 404


def test_one_link_is_accepted_and_one_contested_after_a_look(world: NoticeWorld) -> None:
    notice_id, uid = sent_to_rong(world)
    rong, path = browser(world, world.rong), f"/notices/answers/{uid}/answer"
    notice = queries.notice_by_id(notice_id)
    first, second = (item.id for item in world.items(notice)[:2])
    choices = {f"choice-{first}": "accept", f"choice-{second}": "contest"}
    said = ANSWER | choices | {"files": (io.BytesIO(jpeg()), "receipt.jpg")}
    look = rong.submit(path, said, action=path)
    text = look.get_data(as_text=True)
    assert look.status_code == 200
    assert "What the rights holder will see" in text
    preview = text.partition('id="preview"')[2].partition("</section>")[0]
    assert "Canary defence, defence@example.org" in preview
    for own in (ANSWER["id_no"], ANSWER["address"], ANSWER["email"], ANSWER["phone"]):
        assert own not in preview
    assert "receipt.jpg" in text
    assert world.states(notice)[:2] == [S.FORWARDED] * 2, "a look sends nothing"
    seen = {"then": "send", "csrf_token": token(rong, path), "seen": seen_on(text)}
    changed = rong.post(path, data=ANSWER | choices | seen | {"shown_contact": "other@example.org"})
    assert changed.status_code == 200, "what was changed after the look is looked at again"
    assert world.states(notice)[:2] == [S.FORWARDED] * 2
    assert rong.post(path, data=ANSWER | choices | seen).status_code == 303
    assert world.states(notice)[:2] == [S.FINAL, S.COUNTER_CHECK]
    counter = queries_counters.counter_of(world.respondent(notice))
    assert counter is not None
    assert queries_counters.counter_facts(notice, counter).papers == {"evidence"}
    page = rong.page(f"/notices/answers/{uid}").text
    assert "We check your counter-notice by" in page


def test_notices_about_own_content_stand_among_the_orders_and_in_a_list(world: NoticeWorld) -> None:
    _notice, uid = sent_to_rong(world)
    rong, eve = browser(world, world.rong), browser(world, world.eve)
    link = f'href="/notices/answers/{uid}"'
    for path in ("/orders", "/notices/answers"):
        assert link in rong.get(path).get_data(as_text=True)
        assert link not in eve.get(path).get_data(as_text=True)
    assert 'href="/notices/answers"' in rong.get("/account").get_data(as_text=True)
    assert "There is no notice about your content." in eve.page("/notices/answers").text
    with counted() as seen:
        assert [part.uid for part in parts_of(world.rong)] == [uid]
    assert len(seen) == 2, "the notices, and which links of them were sent on"


def seen_on(page: str) -> str:
    """The mark of what a look showed."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def token(client: Browser, path: str) -> str:
    """The token of the form on a page."""
    page = client.page(path)
    return str(page.values(page.form(action=path))["csrf_token"])


def test_an_answer_to_no_link_is_asked_for(world: NoticeWorld) -> None:
    _notice, uid = sent_to_rong(world)
    path = f"/notices/answers/{uid}/answer"
    refused = browser(world, world.rong).submit(path, ANSWER, action=path)
    assert refused.status_code == 422
    assert "Choose an answer for at least one link." in refused.get_data(as_text=True)


def test_a_late_answer_is_taken_while_the_measure_stands(world: NoticeWorld) -> None:
    notice = world.qualified()
    world.awaiting(notice)
    world.pass_time(days=40)
    world.tick()
    assert world.states(notice)[0] is S.FINAL
    uid, item = world.respondent(notice).uid, world.item(notice).id
    rong, path = browser(world, world.rong), f"/notices/answers/{uid}/answer"
    said = ANSWER | {f"choice-{item}": "contest"}
    look = rong.submit(path, said, action=path).get_data(as_text=True)
    said |= {"then": "send", "csrf_token": token(rong, path), "seen": seen_on(look)}
    assert rong.post(path, data=said).status_code == 303
    assert world.states(notice)[0] is S.COUNTER_CHECK


def test_somebody_reached_by_an_address_opens_the_page_with_a_code(
    app: Flask, world: NoticeWorld, client: PageClient
) -> None:
    installation.mark(demo=True)
    guest = Browser(world, client)
    notice = world.qualified(owner_address="seller@example.org")
    world.forwarded(notice)
    uid = world.respondent(notice).uid
    assert guest.get(f"/notices/answers/{uid}").status_code in (302, 303), "not without the code"
    path = f"/notices/answers/{uid}/open"
    assert FACTS.holder_name not in guest.page(path).text
    assert db.session.execute(select(Arrival)).first() is None, "opening the link is no arrival"
    assert guest.submit(path, {}, action=path).status_code == 303
    code = f"/notices/answers/{uid}/code"
    opened = guest.submit(code, {"code": digits_for(app, "notice_answer")}, action=code)
    assert opened.status_code == 303
    assert FACTS.holder_name in guest.page(f"/notices/answers/{uid}").text
    assert world.states(notice)[0] is S.AWAITING
    assert db.session.execute(select(Arrival.channel)).scalar_one() == "opened"
