"""What follows a forwarded notice: arrivals, counter-notices, the waits of each law, and their ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from support.core.config import Config
from support.core.db import db
from support.core.errors import (
    IllegalMove,
    Invalid,
    NotAllowed,
)
from support.infringement import (
    queries,
    queries_counters,
    service,
    service_counter,
    service_forwarding,
    service_measures,
    service_rulings,
    timers,
)
from support.infringement.lifecycle import Content, ItemState
from support.infringement.models import Arrival, Notice
from support.infringement.regimes import ContentKind, RegimeCode
from support.workorders.lifecycle import Status
from tests.infringement.world import COUNTER, FACTS, NoticeWorld

S = ItemState


def test_no_time_runs_before_there_is_evidence_of_an_arrival(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.forwarded(notice)
    assert (item.status, item.due_at) == (S.FORWARDED, None)
    world.pass_time(days=60)
    world.tick()
    assert world.item(notice).status is S.FORWARDED
    item = world.arrived(world.item(notice), "notice")
    assert item.status is S.AWAITING
    world.arrived(item, "notice")
    assert len(db.session.execute(select(Arrival)).all()) == 1


def test_an_arrival_lies_between_the_sending_and_now(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.forwarded(notice)
    before = world.now
    world.pass_time(days=1)
    for moment in (before.replace(year=2025), world.now.replace(year=2027)):
        with pytest.raises(Invalid):
            service_forwarding.note_arrival(
                world.ivy, item, "notice", channel="post", at=moment, now=world.now
            )
    with pytest.raises(Invalid):
        service_forwarding.note_arrival(
            world.ivy, item, "notice", channel="sms", at=world.now, now=world.now
        )


def test_without_a_counter_notice_the_measure_stays(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.awaiting(notice)
    assert item.due_at is not None
    world.now = item.due_at
    world.tick()
    item = world.item(notice)
    assert (item.status, item.reason, item.standing) == (S.FINAL, "no_counter", Content.DOWN)


def test_the_respondent_accepts_one_and_contests_another(world: NoticeWorld) -> None:
    notice = world.qualified()
    world.awaiting(notice, 1)
    world.forwarded(notice, 2)
    world.answer(notice, {1: "accept", 2: "contest"})
    assert world.states(notice)[:2] == [S.FINAL, S.COUNTER_CHECK]
    assert world.item(notice).reason == "accepted"
    with pytest.raises(IllegalMove):
        world.answer(notice, {1: "contest"})


def test_a_late_counter_notice_is_still_handled(world: NoticeWorld) -> None:
    notice = world.qualified(links=("https://market.example/items/1",))
    item = world.awaiting(notice)
    assert item.due_at is not None
    world.now = item.due_at
    world.tick()
    assert world.order(notice).state is Status.RESOLVED
    world.pass_time(days=3)
    world.answer(notice, {1: "contest"})
    assert world.item(notice).status is S.COUNTER_CHECK
    assert world.order(notice).state is Status.OPEN


def test_a_counter_notice_that_lacks_something_comes_back_or_lapses(world: NoticeWorld) -> None:
    notice = world.qualified()
    bare = replace(COUNTER, statements=frozenset())
    world.contested(notice, facts=bare)
    counter = queries_counters.counter_of(world.respondent(notice))
    assert counter is not None
    with pytest.raises(IllegalMove):
        service_forwarding.forward_counter(
            world.ivy, world.item(notice), version=world.item(notice).version, now=world.now
        )
    lacking = service_counter.check_counter(
        world.ivy, counter, version=counter.version, now=world.now
    )
    assert lacking is not None
    assert [element.code for element in lacking.missing] == ["no_infringement", "truth"]
    assert world.item(notice).status is S.COUNTER_TO_COMPLETE
    world.answer(notice, {1: "contest"}, papers=())
    assert world.item(notice).status is S.COUNTER_CHECK
    service_counter.check_counter(
        world.ivy, counter, version=queries_counters.counter_by_id(notice, counter.id).version,
        now=world.now,
    )  # fmt: skip
    assert queries_counters.counter_by_id(notice, counter.id).checked_by == world.ivy.id


def test_the_waiting_period_runs_from_the_arrival_and_ends_in_restoring(
    world: NoticeWorld,
) -> None:
    notice = world.qualified()
    item = world.counter_sent(notice)
    assert (item.status, item.due_at) == (S.COUNTER_FORWARDED, None)
    item = world.arrived(item, "counter")
    due = queries.due_of(item)
    assert due is not None
    assert due.last_day.isoformat() == "2026-03-17"
    with pytest.raises(IllegalMove):
        service_measures.restore_item(world.ivy, item, version=item.version, now=world.now)
    world.now = due.at
    world.tick()
    world.tick()
    item = world.item(notice)
    assert (item.status, item.standing) == (S.RESTORE_ASKED, Content.UP_ASKED)
    world.platform(item)
    item = world.item(notice)
    assert (item.status, item.standing, item.reason) == (S.RESTORED, Content.UP, "no_proof")


def test_a_receipt_of_court_or_authority_keeps_the_measure(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.waiting(notice)
    with pytest.raises(Invalid):
        service_rulings.keep_pending(
            world.ivy, item, authority="", number="", version=item.version, now=world.now
        )
    item = service_rulings.keep_pending(
        world.ivy, world.item(notice), authority="Nanshan court", number="(2026) 1",
        version=world.item(notice).version, now=world.now,
    )  # fmt: skip
    world.pass_time(days=90)
    world.tick()
    item = world.item(notice)
    assert (item.status, item.standing) == (S.PENDING, Content.DOWN)
    assert queries.dispute_of(notice, item) == ("Nanshan court", "(2026) 1")
    service_rulings.record_decision(
        world.leo, item, keep=False, authority="Nanshan court", number="(2026) 1",
        version=item.version, now=world.now,
    )  # fmt: skip
    world.platform(item)
    item = world.item(notice)
    assert (item.status, item.standing) == (S.DECIDED, Content.UP)


def test_legal_extends_once_by_at_most_twenty_working_days(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.waiting(notice)
    for who, days in ((world.ivy, 5), (world.leo, 21), (world.leo, 0)):
        with pytest.raises((NotAllowed, Invalid)):
            service_rulings.extend_wait(
                who, item, days=days, words="Apostille", version=item.version, now=world.now
            )
    item = service_rulings.extend_wait(
        world.leo, item, days=20, words="Apostille", version=item.version, now=world.now
    )
    due = queries.due_of(item)
    assert due is not None
    assert due.last_day.isoformat() == "2026-04-15"
    with pytest.raises(IllegalMove):
        service_rulings.extend_wait(
            world.leo, item, days=1, words="More", version=item.version, now=world.now
        )


def rtnic(world: NoticeWorld) -> Notice:
    """A copyright notice about a post."""
    facts = replace(FACTS, right_type="copyright")
    return world.file(facts, content=ContentKind.POST, links=("https://market.example/p/1",))


def test_rtnic_restores_at_once_if_legal_says_so_and_hears_no_second_notice(
    world: NoticeWorld,
) -> None:
    notice = rtnic(world)
    world.check(notice, RegimeCode.RTNIC)
    item = world.checked(notice)
    for who, choice, words in (
        (world.ivy, True, "Clear"), (world.leo, None, "Clear"), (world.leo, True, " "),
    ):  # fmt: skip
        with pytest.raises((NotAllowed, Invalid)):
            service_forwarding.forward_counter(
                who, item, version=item.version, at_once=choice, words=words, now=world.now
            )
    item = service_forwarding.forward_counter(
        world.leo, item, version=item.version, at_once=True, words="Clear", now=world.now
    )
    assert (item.status, item.reason) == (S.RESTORE_ASKED, "at_once")
    world.platform(item)
    assert world.item(notice).status is S.RESTORED
    service.withdraw_item(
        world.hana, world.item(notice), version=world.item(notice).version, now=world.now
    )
    again = rtnic(world)
    assert world.states(again) == [S.NOT_QUALIFIED], "nor does withdrawing the first one help"
    assert world.item(again).reason == "article_17"


def us_notice(world: NoticeWorld, *, us_law: bool = True) -> Notice:
    """A copyright notice of somebody who asks for US law."""
    facts = replace(FACTS, right_type="copyright", territory="US")
    return world.file(facts, us_law=us_law, links=("https://market.example/u/1",))


def test_us_law_needs_an_agent_and_a_filer_who_asks_for_it(world: NoticeWorld) -> None:
    with pytest.raises(Invalid):
        world.check(us_notice(world), RegimeCode.DMCA)


class TestWithAnAgentInTheUnitedStates:
    """The operator has registered a designated agent."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        """The usual configuration, and the agent."""
        return config.with_changes(dmca_agent=True)

    def test_us_law_restores_in_its_window_from_the_receipt_here(self, world: NoticeWorld) -> None:
        with pytest.raises(Invalid):
            world.check(us_notice(world, us_law=False), RegimeCode.DMCA)
        notice = us_notice(world)
        world.check(notice, RegimeCode.DMCA)
        world.contested(notice)
        received = world.now
        counter = queries_counters.counter_of(world.respondent(notice))
        assert counter is not None
        world.pass_time(days=1)
        service_counter.check_counter(world.ivy, counter, version=counter.version, now=world.now)
        item = world.item(notice)
        item = service_forwarding.forward_counter(
            world.ivy, item, version=item.version, now=world.now
        )
        assert (item.status, item.clock_start) == (S.WAITING, received)
        due = queries.due_of(item)
        assert due is not None
        assert due.last_day.isoformat() == "2026-03-13", "ten business days after Sunday evening"
        with pytest.raises(Invalid):
            service_rulings.extend_wait(
                world.leo, item, days=1, words="Late", version=item.version, now=world.now
            )


def test_a_recount_moves_an_estimate_and_never_shortens_it(world: NoticeWorld) -> None:
    world.now = world.now.replace(year=2028, month=1, day=5)
    notice = world.qualified()
    item = world.waiting(notice)
    assert item.due_estimated
    promised = item.due_at
    timers.recount_items(world.now)
    timers.recount_items(world.now)
    assert world.item(notice).due_at == promised
    assert [event for event in queries.history(notice) if event.action == "item.recounted"] == []
