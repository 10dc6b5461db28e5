"""What is counted of filers and respondents, and the fast lane, by the real outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from support.accounts import service_contacts
from support.accounts.models import ContactKind, ContactPoint
from support.core.actors import Actor
from support.core.db import db, transaction
from support.infringement import queries, service_appeals, service_conduct, service_signals
from support.infringement import queries_conduct as known
from support.infringement.conduct import LANE, StepKind
from support.infringement.models_conduct import ConductStep, NoticePrint
from support.workorders.lifecycle import Priority
from tests.infringement.conduct_world import (
    LONG,
    codes,
    letters,
    outcomes,
)
from tests.infringement.world import FACTS, NoticeWorld
from tests.workorders.desk_world import make_member


def test_signals_are_counted_and_nothing_follows_from_them(world: NoticeWorld) -> None:
    young = replace(FACTS, explanation=LONG, right_day="2026-03-05")
    for holder in ("First Holder", "Second Holder"):
        for number in range(5):
            link = f"https://market.example/{holder[:3]}/{number}"
            notice = world.file(replace(young, holder_name=holder), links=(link,))
    last = notice.id
    world.file(replace(young, holder_name="First Holder"), who=world.eve)
    world.drain()
    found = codes(world.hana)
    assert found["template"]["holders"] == 2
    assert found["after_filing"] == {"days": 3}
    assert found["burst"] == {"hour": 10, "day": 10, "usual": 1}
    assert codes(world.eve)["linked_holder"] == {"accounts": 1}
    assert db.session.query(ConductStep).count() == 0, "no verdict by a signal"
    assert not known.is_fast(world.hana.id)
    assert known.suspended_until(world.hana.id, world.now) is None
    prints = db.session.query(NoticePrint).filter(NoticePrint.text_blind.is_not(None))
    assert len({row.text_blind for row in prints}) == 1
    before = codes(world.hana)
    service_signals.fold_notice(queries.notice_by_id(last))
    assert codes(world.hana) == before, "twice is harmless"


def test_a_fast_lane_is_measured_lost_and_won_back(world: NoticeWorld) -> None:
    three = (world.rong, world.eve, world.agent)
    outcomes(world, 9, 0, owners=three)
    assert not known.is_fast(world.hana.id), "too few"
    world.pass_time(days=1)
    outcomes(world, 1, 0)
    assert known.is_fast(world.hana.id)
    assert world.order(world.file()).priority == Priority.HIGH
    world.pass_time(days=1)
    bad_id = outcomes(world, 0, 2).id
    steps = known.steps_of(world.hana.id or 0)
    assert [step.step for step in steps] == [StepKind.LANE]
    assert steps[0].figures == {"decided": 12, "taken": 10, "restored": 2}
    assert not known.is_fast(world.hana.id)
    assert letters(world.hana) == ["lane_lost"]
    bad = queries.notice_by_id(bad_id)
    service_signals.note_outcome(bad, world.now)
    assert len(known.steps_of(world.hana.id or 0)) == 1, "twice is harmless"
    lane, record = service_appeals.appeal_step, service_appeals.object_to_record
    first = record(world.hana, bad, words="The court gave it back to me.", now=world.now)
    lost = known.steps_of(world.hana.id or 0)[0]
    second = lane(world.hana, lost, words="So the lane, too.", now=world.now)
    for appeal in (first, second):
        service_appeals.decide_appeal(
            world.leo, appeal, upheld=True, words="Right.", version=appeal.version, now=world.now
        )
    assert known.is_fast(world.hana.id), "the notice counts no more, and the loss is lifted"


def test_the_lane_opens_again_by_itself_after_three_months(world: NoticeWorld) -> None:
    three = (world.rong, world.eve, world.agent)
    outcomes(world, 18, 0, owners=three)
    world.pass_time(days=1)
    outcomes(world, 0, 1)
    assert not known.is_fast(world.hana.id), "one of nineteen is more than five in a hundred"
    world.pass_time(days=10)
    outcomes(world, 20, 0, owners=three)
    assert not known.is_fast(world.hana.id), "the shares are good again, the three months not over"
    world.pass_time(seconds=1, days=LANE.within.days - 10)
    service_conduct.end_steps(world.now)
    assert known.is_fast(world.hana.id)
    world.pass_time(days=91)
    service_signals.recount_records(world.now)
    assert not known.is_fast(world.hana.id), "nothing was decided for three months"
    assert len(known.steps_of(world.hana.id or 0)) == 1, "and that is no loss"


def test_repeat_respondents_are_counted_by_what_ended_against_them(world: NoticeWorld) -> None:
    notice = outcomes(world, 3, 2)
    respondents = queries.respondents_of(notice)
    assert known.against(respondents, world.now) == {respondents[0].id: 3}
    assert known.against_person(world.rong.id or 0, world.now) == 3
    later = world.now + timedelta(days=366)
    assert known.against(respondents, later) == {respondents[0].id: 0}
    assert known.steps_of(world.rong.id or 0) == []


def test_accounts_with_one_address_are_a_signal(world: NoticeWorld) -> None:
    twin = make_member("Twin", "twin@example.org")
    guest = share_address(twin, world.now)
    world.file(who=twin)
    world.file(replace(FACTS, holder_name="Another"), who=guest)
    world.drain()
    assert codes(guest)["linked_address"] == {"accounts": 1}
    assert "linked_address" not in codes(world.hana)


def share_address(twin: Actor, now: datetime) -> Actor:
    """A guest who has proved the address of a member."""
    with transaction():
        found = service_contacts.guest_for(ContactKind.EMAIL, "twin@example.org", "en", now=now)
        db.session.get_one(ContactPoint, found.contact_id).verified_at = now
    return Actor("guest", found.person_id)
