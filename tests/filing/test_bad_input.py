"""What goes wrong with a notice has the result that the law's table names, and the rest of it goes on (`law.md` 2.3).

Beside what stands elsewhere: wrong, dead and 500 links in `test_listings`, forged links in `test_resume`, every
letter's links opened three times in `tests/notifications/test_links`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.accounts.models import Code
from support.core import installation
from support.core.db import db
from support.core.errors import IllegalMove, NotFound
from support.core.files import StoredFile
from support.infringement import queries, service_checks, service_forwarding
from support.infringement.lifecycle import Content, ItemState
from support.infringement.models import Arrival
from support.infringement.regimes import ContentKind, RegimeCode
from tests.core.files.uploads import jpeg, office
from tests.filing.test_answers import ANSWER, Browser, browser, sent_to_rong, token
from tests.fixtures.pages import PageClient
from tests.infringement.world import FACTS, LISTINGS, NoticeWorld, without

S = ItemState


@pytest.fixture
def world(app: Flask) -> Iterator[NoticeWorld]:
    """Hana who holds a mark, Rong who sells, Ivy the clerk."""
    made = NoticeWorld(app)
    yield made
    made.leave()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(FACTS, valid_until=date(2026, 3, 1)), "in_force"),
        (without("in_force"), "in_force"),
        (replace(FACTS, filer_type="agent", agent_name="Ann Canary"), "authority"),
    ],
    ids=["expired", "foreign", "agent"],
)
def test_a_right_that_does_not_hold_here_or_an_agent_without_authority_is_asked_and_nothing_is_touched(
    world: NoticeWorld, facts: object, code: str
) -> None:
    notice = world.file(facts)  # type: ignore[arg-type]
    meter = service_checks.check_formally(
        world.ivy, notice, regime=RegimeCode.ECL, version=notice.version, now=world.now
    )
    assert [element.code for element in meter.missing] == [code]
    assert world.states(notice) == [S.TO_COMPLETE] * 3
    assert {item.standing for item in world.items(notice)} == {Content.UP}


def test_what_came_back_under_article_17_is_refused_and_the_other_links_go_on(
    world: NoticeWorld,
) -> None:
    facts = replace(FACTS, right_type="copyright")
    first = world.file(facts, content=ContentKind.POST, links=LISTINGS[:1])
    world.check(first, RegimeCode.RTNIC)
    item = world.checked(first)
    item = service_forwarding.forward_counter(
        world.leo, item, version=item.version, at_once=True, words="Clear", now=world.now
    )
    world.platform(item)
    again = world.file(facts, content=ContentKind.POST)
    assert world.states(again) == [S.NOT_QUALIFIED, S.RECEIVED, S.RECEIVED]
    assert world.item(again).reason == "article_17"
    world.check(again, RegimeCode.RTNIC)
    assert world.states(again) == [S.NOT_QUALIFIED, S.QUALIFIED, S.QUALIFIED]
    other = world.file(
        replace(facts, holder_name="Someone Else"), who=world.eve, content=ContentKind.POST
    )
    assert world.states(other) == [S.RECEIVED] * 3, "another holder may"


def test_an_invitation_that_a_scanner_opens_sends_no_code_and_is_no_arrival(
    app: Flask, world: NoticeWorld, client: PageClient
) -> None:
    installation.mark(demo=True)
    scanner = Browser(world, client)
    notice = world.qualified(owner_address="seller@example.org")
    world.forwarded(notice)
    uid = world.respondent(notice).uid
    for _look in range(3):
        for page in ("", "/open", "/code", "/answer", "/complaint"):
            assert scanner.get(f"/notices/answers/{uid}{page}").status_code in (200, 302, 303)
    for table in (Code, Arrival):
        assert db.session.execute(select(func.count()).select_from(table)).scalar_one() == 0
    assert world.states(notice)[0] is S.FORWARDED
    with pytest.raises(NotFound):
        queries.respondent_for(world.eve, uid)


def test_a_listing_that_its_owner_removes_ends_alone(world: NoticeWorld) -> None:
    notice = world.qualified()
    for position in (1, 2):
        world.awaiting(notice, position)
    item = world.item(notice)
    service_checks.note_gone(world.ivy, item, version=item.version, now=world.now)
    world.answer(notice, {2: "contest"})
    with pytest.raises(IllegalMove):
        world.answer(notice, {1: "contest"})
    assert world.states(notice) == [S.GONE, S.COUNTER_CHECK, S.QUALIFIED]
    page = browser(world, world.rong).page(f"/notices/answers/{world.respondent(notice).uid}").text
    assert "It was removed by its owner. You need do nothing." in page


def test_an_answer_after_the_end_is_not_offered_and_changes_nothing(world: NoticeWorld) -> None:
    notice = world.qualified()
    world.waiting(notice)
    world.pass_time(days=60)
    world.tick()
    world.platform(world.item(notice))
    assert world.item(notice).status is S.RESTORED
    uid, item = world.respondent(notice).uid, world.item(notice).id
    rong, path = browser(world, world.rong), f"/notices/answers/{uid}/answer"
    assert f"choice-{item}" not in rong.page(path).text
    said = ANSWER | {f"choice-{item}": "contest", "then": "send", "csrf_token": token(rong, path)}
    refused = rong.post(path, data=said)
    assert refused.status_code == 422
    assert ANSWER["explanation"] in refused.get_data(as_text=True)
    assert world.item(notice).status is S.RESTORED
    with pytest.raises(IllegalMove):
        world.answer(notice, {1: "contest"})


def test_a_file_with_macros_is_named_and_the_rest_of_the_answer_stays(world: NoticeWorld) -> None:
    _notice, uid = sent_to_rong(world)
    rong, path = browser(world, world.rong), f"/notices/answers/{uid}/answer"
    bad = (io.BytesIO(office(more={"word/vbaProject.bin": b"x"})), "letter.docx")
    refused = rong.submit(
        path, ANSWER | {"files": [bad, (io.BytesIO(jpeg()), "bill.jpg")]}, action=path
    )
    assert refused.status_code == 415
    text = refused.get_data(as_text=True)
    assert "This document has macros" in text
    assert "letter.docx" in text
    assert "bill.jpg" in text
    assert ANSWER["explanation"] in text
    kept = select(func.count()).select_from(StoredFile).where(StoredFile.media_type == "image/jpeg")
    assert db.session.execute(kept).scalar_one() == 1
