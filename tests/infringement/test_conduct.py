"""The ladder, appeals and the fast lane, by real people and the real outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from support.accounts import queries as people
from support.accounts import service_contacts
from support.accounts.models import ContactKind, ContactPoint
from support.core.actors import Actor, Role
from support.core.db import db, new_uid, transaction
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound, Stale
from support.core.platform_calls import PlatformCall
from support.infringement import queries, service_appeals, service_conduct, service_signals
from support.infringement import queries_conduct as known
from support.infringement.conduct import LANE, AppealState, Side, StepKind, StepState
from support.infringement.lifecycle import ItemState
from support.infringement.models import Notice, Respondent
from support.infringement.models_conduct import ConductSignal, ConductStep, NoticePrint
from support.infringement.service_conduct import Factors
from support.notifications.models import Delivery
from support.workorders.lifecycle import Priority
from tests.infringement.world import FACTS, NoticeWorld
from tests.workorders.desk_world import make_agent, make_member

FACTORS = Factors(12, 60, "Shops stood still for a week.", "The same claim after it was refused.")
LONG = "This listing copies our mark in every detail, as anybody can see at a glance."


def warned(world: NoticeWorld, who: Actor, side: Side = Side.FILER) -> ConductStep:
    """Somebody is warned by Leo."""
    ground = ["unfounded"] if side is Side.FILER else ["repeated"]
    return service_conduct.warn(
        world.leo, who.id or 0, side=side, grounds=ground, words="Please stop.", now=world.now
    )


def proposed(
    world: NoticeWorld,
    who: Actor,
    side: Side = Side.FILER,
    *,
    by: Actor | None = None,
    days: int = 30,
) -> ConductStep:
    """A suspension that waits for another person."""
    return service_conduct.propose_suspension(
        by or world.leo,
        who.id or 0,
        side=side,
        grounds=["unfounded", "repeated"],
        days=days,
        factors=FACTORS,
        words="It went on.",
        now=world.now,
    )


def suspended(world: NoticeWorld, who: Actor, side: Side = Side.FILER) -> ConductStep:
    """Somebody is suspended for 30 days by Leo and Lena."""
    warned(world, who, side)
    step = proposed(world, who, side)
    return service_conduct.decide_suspension(
        world.lena, step, approve=True, version=step.version, now=world.now
    )


def fresh(step: ConductStep) -> ConductStep:
    """The step as it is now."""
    db.session.rollback()
    return db.session.get_one(ConductStep, step.id, populate_existing=True)


def letters(who: Actor) -> list[str]:
    """What the conduct letters told somebody."""
    NoticeWorld.drain()
    mine = (Delivery.person_id == who.id, Delivery.template == "infringement.conduct")
    rows = db.session.query(Delivery).filter(*mine, Delivery.channel == "mail").all()
    return [row.ids["told"] for row in rows]


def codes(who: Actor) -> dict[str, dict[str, int]]:
    """The signals about somebody."""
    rows = db.session.query(ConductSignal).filter(ConductSignal.person_id == who.id)
    return {row.code: row.figures for row in rows}


def outcomes(
    world: NoticeWorld,
    taken: int,
    restored: int,
    *,
    who: Actor | None = None,
    owners: Sequence[Actor] = (),
) -> Notice:
    """A notice whose links ended in these ways, and the news of it; Rong answers for them, or these in turn."""
    links = tuple(
        f"https://market.example/items/{world.now:%j%H}{n}" for n in range(taken + restored)
    )
    notice = world.file(links=links, who=who)
    db.session.rollback()
    with transaction():
        answering = [_respondent(notice, owner) for owner in owners]
        for number, item in enumerate(queries.items_of(notice)):
            if answering:
                item.respondent_id = answering[number % len(answering)].id
            back = number >= taken
            item.state = ItemState.RESTORED if back else ItemState.FINAL
            item.reason = "no_proof" if back else "no_counter"
            item.changed_at = world.now
    service_signals.note_outcome(notice, world.now)
    return notice


def _respondent(notice: Notice, owner: Actor) -> Respondent:
    for found in queries.respondents_of(notice):
        if found.person_id == owner.id:
            return found
    row = Respondent(uid=new_uid(), notice_id=notice.id, person_id=owner.id, language="en")
    db.session.add(row)
    db.session.flush()
    return row


def test_the_ladder_is_climbed_step_by_step_and_by_two_people(world: NoticeWorld) -> None:
    hana = world.hana.id or 0
    for nobody in (world.agent, world.hana):
        with pytest.raises(NotAllowed):
            service_conduct.note_conduct(nobody, hana, side=Side.FILER, words="Hm.")
    service_conduct.note_conduct(world.ivy, hana, side=Side.FILER, words="Odd.", now=world.now)
    with pytest.raises(NotAllowed):
        service_conduct.warn(world.ivy, hana, side=Side.FILER, grounds=["unfounded"], words="No.")
    with pytest.raises(Invalid, match="warning"):
        proposed(world, world.hana)
    warned(world, world.hana)
    step = proposed(world, world.hana)
    with pytest.raises(Invalid, match="proposed or running"):
        proposed(world, world.hana, by=world.lena)
    with pytest.raises(NotAllowed, match="Another person"):
        service_conduct.decide_suspension(world.leo, step, approve=True, version=step.version)
    for nobody in (world.ivy, world.agent, world.hana):
        with pytest.raises(NotAllowed):
            service_conduct.decide_suspension(nobody, step, approve=True, version=step.version)
    assert fresh(step).status is StepState.PROPOSED
    assert known.suspended_until(hana, world.now) is None
    anna = make_agent("Anna", Role.APPROVER)
    step = service_conduct.decide_suspension(
        anna, fresh(step), approve=True, version=step.version, now=world.now
    )
    assert known.suspended_until(hana, world.now) == world.now + timedelta(days=30)
    with pytest.raises(IllegalMove):
        service_conduct.decide_suspension(anna, step, approve=False, version=step.version)
    assert letters(world.hana) == ["warned", "suspended"]


@pytest.mark.parametrize(("days", "good"), [(0, False), (1, True), (180, True), (181, False)])
def test_a_suspension_has_an_end_within_half_a_year(
    world: NoticeWorld, days: int, good: bool
) -> None:
    warned(world, world.hana)
    if good:
        assert proposed(world, world.hana, days=days).figures["days"] == days
    else:
        with pytest.raises(Invalid):
            proposed(world, world.hana, days=days)


@pytest.mark.parametrize("field", ["number", "share", "gravity", "intent"])
def test_a_proposal_weighs_each_factor(world: NoticeWorld, field: str) -> None:
    warned(world, world.hana)
    nothing: Any = "" if field in ("gravity", "intent") else 0
    lacking = replace(FACTORS, **{field: nothing})
    with pytest.raises(Invalid) as refused:
        service_conduct.propose_suspension(
            world.leo, world.hana.id or 0, side=Side.FILER, grounds=["unfounded"], days=3,
            factors=lacking, words="It went on.", now=world.now,
        )  # fmt: skip
    assert refused.value.field == field


def test_a_stale_approval_and_an_old_warning_begin_nothing(world: NoticeWorld) -> None:
    warned(world, world.hana)
    step = proposed(world, world.hana)
    with pytest.raises(Stale):
        service_conduct.decide_suspension(
            world.lena, step, approve=True, version=step.version + 1, now=world.now
        )
    world.pass_time(days=366)
    with pytest.raises(NotAllowed, match="warning"):
        service_conduct.decide_suspension(
            world.lena, fresh(step), approve=True, version=step.version, now=world.now
        )


def test_a_suspended_filers_notice_is_accepted_and_waits_without_being_overdue(
    world: NoticeWorld,
) -> None:
    before = world.file(links=("https://market.example/items/before",))
    step = suspended(world, world.hana)
    notice = world.file()
    order, number = world.order(notice), notice.id
    assert step.until_at is not None
    assert order.first_replied_at is not None, "it is acknowledged"
    assert order.due_at > step.until_at
    assert world.order(before).due_at < step.until_at, "what came before is handled"
    with pytest.raises(NotAllowed, match="suspended"):
        world.check(notice)
    world.pass_time(days=30, seconds=1)
    service_conduct.end_steps(world.now)
    service_conduct.end_steps(world.now)
    assert fresh(step).status is StepState.ENDED
    assert letters(world.hana) == ["warned", "suspended", "ended"]
    notice = queries.notice_by_id(number)
    world.check(notice)
    assert world.states(notice) == [ItemState.QUALIFIED] * 3


def test_an_appeal_is_decided_by_another_person_and_lifts_the_suspension(
    world: NoticeWorld,
) -> None:
    step = suspended(world, world.hana)
    notice = world.file()
    with pytest.raises(NotFound):
        service_appeals.appeal_step(world.eve, step, words="Not mine.", now=world.now)
    appeal = service_appeals.appeal_step(world.hana, step, words="It is wrong.", now=world.now)
    with pytest.raises(Invalid):
        service_appeals.appeal_step(world.hana, fresh(step), words="Again.", now=world.now)
    for who in (world.leo, world.lena, world.ivy, world.hana):
        with pytest.raises(NotAllowed):
            service_appeals.decide_appeal(
                who, appeal, upheld=True, words="Yes.", version=appeal.version, now=world.now
            )
    lin = make_agent("Lin", Role.LEGAL)
    world.pass_time(days=2)
    appeal = service_appeals.decide_appeal(
        lin, appeal, upheld=True, words="You are right.", version=appeal.version, now=world.now
    )
    step = fresh(step)
    assert (appeal.status, step.status) == (AppealState.UPHELD, StepState.LIFTED)
    assert step.ended_at == world.now
    assert world.order(notice).due_at < world.now + timedelta(days=4), "its clock runs now"
    world.check(queries.notice_by_id(notice.id))
    assert letters(world.hana) == ["warned", "suspended", "upheld"]


@pytest.mark.parametrize("side", list(Side))
def test_lifting_a_warning_on_appeal_lifts_the_suspension_that_rested_on_it(
    world: NoticeWorld, side: Side
) -> None:
    step = suspended(world, world.hana, side)
    warning = known.steps_of(world.hana.id or 0)[1]
    lin = make_agent("Lin", Role.LEGAL)
    uphold(world, lin, warning)
    assert (fresh(warning).status, fresh(step).status) == (StepState.LIFTED, StepState.LIFTED)
    assert letters(world.hana) == ["warned", "suspended", "upheld", "ended"]
    asked = [call.name for call in db.session.query(PlatformCall).order_by(PlatformCall.id)]
    assert asked == (["lock_account", "unlock_account"] if side is Side.RESPONDENT else [])


def test_a_suspension_stands_while_another_warning_bears_it(world: NoticeWorld) -> None:
    other = warned(world, world.hana)
    step = suspended(world, world.hana)
    warning = known.steps_of(world.hana.id or 0)[1]
    world.pass_time(days=1)
    warned(world, world.hana)
    lin = make_agent("Lin", Role.LEGAL)
    uphold(world, lin, warning)
    assert fresh(step).status is StepState.STANDING
    uphold(world, lin, other)
    assert fresh(step).status is StepState.LIFTED, "the third came after it"


def uphold(world: NoticeWorld, who: Actor, step: ConductStep) -> None:
    """Hana appeals against a step, and is right."""
    appeal = service_appeals.appeal_step(world.hana, fresh(step), words="No.", now=world.now)
    service_appeals.decide_appeal(
        who, appeal, upheld=True, words="Yes.", version=appeal.version, now=world.now
    )


def test_a_dismissed_appeal_leaves_the_warning_standing(world: NoticeWorld) -> None:
    step = warned(world, world.hana)
    appeal = service_appeals.appeal_step(world.hana, step, words="Why?", now=world.now)
    service_appeals.decide_appeal(
        world.lena, appeal, upheld=False, words="So.", version=appeal.version, now=world.now
    )
    assert fresh(step).status is StepState.STANDING
    with pytest.raises(IllegalMove):
        service_appeals.decide_appeal(
            world.lena, appeal, upheld=True, words="Or not.", version=appeal.version + 1
        )


def test_what_waits_is_counted_for_those_who_may_decide_it(world: NoticeWorld) -> None:
    step = warned(world, world.hana)
    proposed(world, world.hana)
    assert [service_conduct.waiting_for(one) for one in (world.leo, world.lena, world.ivy)] == [
        0,
        1,
        0,
    ]
    service_appeals.appeal_step(world.hana, step, words="It is not so.", now=world.now)
    assert [service_conduct.waiting_for(one) for one in (world.leo, world.lena)] == [0, 2]


def test_a_respondents_account_is_locked_for_the_time_and_opened_again(world: NoticeWorld) -> None:
    step = suspended(world, world.rong, Side.RESPONDENT)
    assert known.suspended_until(world.rong.id, world.now) is None, "they may still give notice"
    world.pass_time(days=31)
    service_conduct.end_steps(world.now)
    asked = [call.name for call in db.session.query(PlatformCall).order_by(PlatformCall.id)]
    assert asked == ["lock_account", "unlock_account"]
    assert fresh(step).status is StepState.ENDED


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


def uid_of(who: Actor) -> str:
    """The public id of somebody."""
    return people.person(who.id or 0).uid
