"""The ladder and its appeals, by real people and the real outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from support.core.actors import Actor, Role
from support.core.db import db
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound, Stale
from support.core.platform_calls import PlatformCall
from support.infringement import queries, service_appeals, service_conduct
from support.infringement import queries_conduct as known
from support.infringement.conduct import AppealState, Side, StepState
from support.infringement.lifecycle import ItemState
from support.infringement.models_conduct import ConductStep
from tests.infringement.conduct_world import (
    FACTORS,
    fresh,
    letters,
    proposed,
    suspended,
    warned,
)
from tests.infringement.world import NoticeWorld
from tests.workorders.desk_world import make_agent


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
