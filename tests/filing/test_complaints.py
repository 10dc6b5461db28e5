"""Complaints about how links ended: whom it goes against, once, for six months, from their own page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from support.core.clock import utcnow
from support.core.errors import IllegalMove
from support.infringement import complaints, service_forwarding, service_measures, service_rulings
from support.infringement.lifecycle import ItemState
from support.infringement.models import Notice
from support.workorders.kind import Sentence
from tests.filing.test_answers import browser
from tests.infringement.world import NoticeWorld

S = ItemState


@pytest.fixture
def world(app: Flask) -> Iterator[NoticeWorld]:
    """Hana who holds a mark, Rong who sells, Ivy the clerk."""
    made = NoticeWorld(app)
    yield made
    made.leave()


def lapsed(world: NoticeWorld) -> Notice:
    """Nobody contested two of the links in time."""
    notice = world.qualified()
    world.awaiting(notice, 1)
    world.awaiting(notice, 2)
    world.pass_time(days=40)
    world.tick()
    return notice


def test_a_respondent_complains_from_the_page_and_the_holder_reads_only_that_it_is_heard(
    world: NoticeWorld,
) -> None:
    world.now = utcnow() - timedelta(days=45)
    notice = lapsed(world)
    item, uid = world.item(notice).id, world.respondent(notice).uid
    rong, path = browser(world, world.rong), f"/notices/answers/{uid}/complaint"
    text = rong.page(f"/notices/answers/{uid}").text
    assert "You can complain about how this ended until" in text
    assert browser(world, world.eve).get(path).status_code == 404
    bare = rong.submit(path, {"words": "Canary words"}, action=path)
    assert bare.status_code == 422
    assert "Choose at least one link." in bare.get_data(as_text=True)
    assert "Canary words" in bare.get_data(as_text=True), "what was typed is kept"
    said = {"words": "Canary words", "items": str(item)}
    assert rong.submit(path, said, action=path).status_code == 303
    assert world.item(notice).status is S.COMPLAINT
    assert "heard by another person" in rong.page(f"/notices/answers/{uid}").text
    reference = world.order(notice).reference
    page = browser(world, world.hana).page(f"/orders/{reference}/notice").text
    assert "is heard by somebody of legal" in page
    assert "Canary words" not in page
    assert f'value="{item}"' not in rong.page(path).text, "once for each link"


def test_a_dismissed_complaint_is_the_last_one_and_the_page_says_what_remains(
    world: NoticeWorld,
) -> None:
    notice = lapsed(world)
    item = world.item(notice)
    with pytest.raises(IllegalMove):  # the measure stays, which is what the holder asked for
        service_rulings.complain(world.hana, item, words="x", version=item.version, now=world.now)
    service_rulings.complain_about(world.rong, [item], words="x", now=world.now)
    item = world.item(notice)
    service_rulings.settle_complaint(
        world.leo, item, upheld=False, version=item.version, now=world.now
    )
    item = world.item(notice)
    with pytest.raises(IllegalMove):
        service_rulings.complain_about(world.rong, [item], words="x", now=world.now)
    assert complaints.sentence_of(item, "respondent", world.now) == Sentence(complaints.SETTLED)


def test_a_holder_complains_about_no_measure_until_the_six_months_are_over(
    world: NoticeWorld,
) -> None:
    notice = world.qualified()
    item = world.item(notice)
    service_measures.refuse_measure(
        world.leo, item, reason="lawful", words="", version=item.version, now=world.now
    )
    item = world.item(notice)
    assert not complaints.may_complain(item, "holder", world.now), "it is not sent on yet"
    service_forwarding.forward_notice(world.ivy, item, version=item.version, now=world.now)
    item = world.item(notice)
    end = complaints.end_of(item).at
    assert complaints.may_complain(item, "holder", end - timedelta(seconds=1))
    assert not complaints.may_complain(item, "holder", end)
    over = complaints.sentence_of(item, "holder", end)
    assert over is not None
    assert over.words == complaints.OVER
    with pytest.raises(IllegalMove):
        service_rulings.complain_about(world.hana, [item], words="Late", now=end)
