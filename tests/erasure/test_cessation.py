"""The end of the service until its last day: two people, notice, banner, letters, and nothing new after it (PP-7.7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from support.accounts import service_register
from support.accounts.models import ContactKind
from support.core import outbox
from support.core.clock import utcnow
from support.core.config import Config, ConfigError
from support.core.db import changed, db, transaction
from support.core.errors import AlreadyDone, IllegalMove, Invalid, NotAllowed, NotFound
from support.infringement import service_drafts as notice_drafts
from support.notifications import cessation_notices, everybody
from support.notifications.models import Channel, Delivery
from support.policies import intake, queries, queries_cessation, service_cessation
from support.policies.intake import Ceased
from support.policies.lifecycle_cessation import CessationState
from support.policies.models_cessation import Cessation
from support.workorders import service as workorders
from support.workorders import service_drafts
from tests.erasure.ending import DAYS, Ending
from tests.erasure.world import ErasureWorld
from tests.fixtures.pages import Page
from tests.workorders.desk_world import client_of, make_guest_order, make_member, make_order

S = CessationState
WORDS: dict[str, Any] = {"words_en": "We found somebody.", "words_zh": "有人接手了。"}


@pytest.fixture
def end(world: ErasureWorld) -> Ending:
    """Two administrators beside the people of the world."""
    return Ending()


def told(what: str) -> list[tuple[int | None, str]]:
    """Who has a letter of the end of the service, by which way."""
    rows = db.session.execute(
        select(Delivery.person_id, Delivery.channel, Delivery.ids).where(
            Delivery.template == cessation_notices.CESSATION
        )
    )
    return sorted((row.person_id, row.channel) for row in rows if row.ids["what"] == what)


def test_nobody_ends_the_service_alone_and_the_database_says_so_too(end: Ending) -> None:
    row = end.proposed()
    with pytest.raises(NotAllowed):
        service_cessation.agree(end.ada, row, version=row.version)
    for alone in ({"agreed_by": end.ada.id}, {"state": "announced"}):
        with pytest.raises(IntegrityError), transaction():
            changed(update(Cessation).values(**alone))
    with pytest.raises(IntegrityError), transaction():
        changed(update(Cessation).values(state="announced", agreed_by=end.ben.id, notice_days=29))
    assert intake.ending() is None
    row = service_cessation.agree(end.ben, queries_cessation.by_id(row.id), version=row.version)
    assert (row.status, row.proposed_by, row.agreed_by) == (S.ANNOUNCED, end.ada.id, end.ben.id)
    assert row.notice_days is not None
    assert row.notice_days >= 30


def test_only_administrators_end_it_and_only_once(end: Ending, world: ErasureWorld) -> None:
    with pytest.raises(NotAllowed):
        end.proposed(world.priya)
    with pytest.raises(NotFound):
        end.proposed(world.alice)
    row = end.proposed()
    with pytest.raises(AlreadyDone):
        end.proposed(end.ben)
    row = service_cessation.withdraw(end.ben, row, version=row.version)
    assert row.status is S.WITHDRAWN
    assert end.proposed(end.ben).status is S.PROPOSED


def test_the_last_day_is_thirty_days_ahead_when_it_is_announced_not_when_it_is_proposed(
    end: Ending,
) -> None:
    first = service_cessation.earliest_day(utcnow())
    with pytest.raises(Invalid):
        end.proposed(last_day=first - DAYS)
    row = end.proposed(last_day=first)
    with pytest.raises(Invalid):
        service_cessation.agree(end.ben, row, version=row.version, now=utcnow() + 2 * DAYS)
    assert row.stops_at - utcnow() >= 30 * DAYS


def test_no_setting_makes_the_notice_or_the_window_shorter_than_thirty_days(app: Flask) -> None:
    config: Config = app.extensions["ground"].config
    for name in ("cessation_notice_days", "cessation_export_days"):
        assert getattr(config.with_changes(**{name: 45}), name) == 45
        with pytest.raises(ConfigError):
            config.with_changes(**{name: 29})


def test_it_is_announced_in_both_languages_on_top(end: Ending) -> None:
    row = end.announced()
    (news,) = queries.pinned_announcements()
    assert "We move on." in news.body_en
    assert "我们另有安排。" in news.body_zh
    assert str(row.last_day.year) in news.title_en
    assert f"{row.last_day.year}年" in news.title_zh
    assert "work order" not in news.body_zh


def test_each_member_is_told_by_mail_and_inbox_once_however_often_it_is_carried_out(
    end: Ending, world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everybody, "BATCH", 2)
    members = [
        world.alice,
        world.bob,
        *(make_member(f"M{i}", f"m{i}@example.org") for i in range(3)),
    ]
    row = end.announced()
    cessation_notices.tell_members(
        {
            "cessation": row.id,
            "what": "announced",
            "after": 0,
            "key": "killed before its row was done",
        }
    )
    world.drain()
    expected = sorted((each.id, way) for each in members for way in (Channel.INBOX, Channel.MAIL))
    assert told("announced") == expected


def test_what_was_announced_can_be_called_off_and_everybody_is_told_again(
    end: Ending, world: ErasureWorld
) -> None:
    row = end.announced()
    world.drain()
    row = queries_cessation.by_uid(row.uid)
    row = service_cessation.call_off(end.ben, row, version=row.version, **WORDS)
    world.drain()
    assert row.status is S.CALLED_OFF
    assert intake.ending() is None
    assert told("called_off") == told("announced") != []
    (news,) = queries.pinned_announcements()
    assert "We found somebody." in news.body_en
    assert (
        queries.published_announcement(queries_cessation.announcement_of(row.id)).ended_at
        is not None
    )
    assert end.proposed().status is S.PROPOSED


def test_members_not_told_yet_are_not_told_of_an_end_that_was_called_off(
    end: Ending, world: ErasureWorld
) -> None:
    row = end.announced()
    service_cessation.call_off(end.ada, row, version=row.version, **WORDS)
    world.drain()
    assert told("announced") == []
    assert len(told("called_off")) == 4


def test_it_can_not_be_called_off_after_the_last_day(end: Ending) -> None:
    row = end.stopped()
    with pytest.raises(NotAllowed):
        service_cessation.call_off(end.ada, row, version=row.version, **WORDS)
    row = service_cessation.begin_erasing(row, now=utcnow())
    with pytest.raises(IllegalMove):
        service_cessation.call_off(end.ada, row, version=row.version, **WORDS)


def _register(_world: ErasureWorld) -> None:
    service_register.request_registration(
        ContactKind.EMAIL, "new@example.org", visitor="v", address="127.0.0.1", language="en"
    )


NEW: dict[str, Callable[[ErasureWorld], object]] = {
    "order": lambda world: make_order(world.alice),
    "guest order": lambda world: make_guest_order("guest@example.org"),
    "draft": lambda world: service_drafts.save_draft("visitor:1", "new:question", {"body": "x"}),
    "notice": lambda world: notice_drafts.begin_draft(world.alice.id),
    "registration": _register,
}


@pytest.mark.parametrize("what", NEW)
def test_until_the_last_day_is_over_new_things_are_taken_and_then_no_more(
    end: Ending, world: ErasureWorld, what: str
) -> None:
    row = end.announced()
    NEW[what](world)
    end.moved(row, utcnow() - timedelta(seconds=1))
    with pytest.raises(Ceased):
        NEW[what](world)


def test_a_request_for_deletion_stays_open_and_so_do_replies_until_the_window_ends(
    end: Ending, world: ErasureWorld
) -> None:
    order = make_order(world.alice)
    end.stopped()
    assert world.asked().ground == "closing"
    workorders.answer(world.alice, order, body="Still there?", language="en")
    service_drafts.save_draft(world.alice.ref, f"order:{order.id}", {"body": "more"})
    end.moved(queries_cessation.standing() or end.announced(), utcnow() - 31 * DAYS)
    with pytest.raises(Ceased):
        workorders.answer(world.alice, order, body="And now?", language="en")


SHUT = ("/orders/new", "/orders/new/question", "/notices", "/notices/new", "/register")
OPEN = (
    "/",
    "/orders",
    "/orders/new/erasure",
    "/account/data",
    "/contact",
    "/cessation",
    "/announcements",
)


def test_pages_of_new_things_say_plainly_that_the_service_has_ended_and_the_others_stay(
    app: Flask, end: Ending, world: ErasureWorld
) -> None:
    end.stopped()
    alice = client_of(app, world.alice)
    with world.outside():
        for path in SHUT:
            answer = alice.get(path)
            assert answer.status_code == 410, path
            page = Page(answer.get_data(as_text=True))
            assert "The service has ended" in page.text
            assert "/account/data" in {each.attributes.get("href") for each in page.all("a")}
        for path in OPEN:
            assert "This service ended on" in alice.page(path).text
        said = alice.get("/orders/new", headers={"Accept": "application/json"})
        assert (said.status_code, "ended" in said.get_data(as_text=True)) == (410, True)


def test_every_page_says_when_the_service_ends_and_none_when_it_does_not(
    app: Flask, end: Ending, world: ErasureWorld
) -> None:
    alice, mei = client_of(app, world.alice), client_of(app, world.mei)
    with world.outside():
        assert "This service ends" not in alice.page("/orders").text
    end.announced()
    with world.outside():
        for browser, path in ((alice, "/orders"), (alice, "/orders/new"), (mei, "/desk")):
            assert "This service ends on" in browser.page(path).text


def test_two_administrators_end_it_on_their_page_and_call_it_off(
    app: Flask, end: Ending, world: ErasureWorld
) -> None:
    ada, ben, mei = (client_of(app, who) for who in (end.ada, end.ben, world.mei))
    first = service_cessation.earliest_day(utcnow())
    said = {"reason_en": "We move on.", "reason_zh": "我们另有安排。"}
    path = "/admin/cessation"
    with world.outside():
        assert mei.get(path).status_code == 403
        soon = (first - DAYS).isoformat()
        assert ada.submit(path, {"last_day": soon, **said}, action=path).status_code == 422
        ada.submit(path, {"last_day": first.isoformat(), **said}, action=path)
        assert "Agree and announce" not in ada.page(path).text
        ben.submit(path, button="Agree and announce")
        assert "Announced" in ada.page(path).text
        ben.submit(f"{path}/calling-off", dict(WORDS), action=f"{path}/calling-off")
        assert "No end of this service is planned." in ben.page(path).text
        assert "Ada" in ben.page(path).text
    assert db.session.execute(select(func.count()).select_from(Cessation)).scalar_one() == 1
    assert outbox.drain() >= 0
