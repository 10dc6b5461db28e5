"""A request for deletion until two people agree: who asks is shown first, each class has a reason, dates are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from support.core.actors import Actor, Role
from support.core.calendars import cn_working_days, count, months
from support.core.db import changed, db, transaction
from support.core.errors import (
    AlreadyDone,
    IllegalMove,
    Invalid,
    NeedsProof,
    NotAllowed,
    NotFound,
    Stale,
)
from support.core.holders import Measure
from support.erasure import queries, queries_plan, rules, service
from support.erasure.lifecycle import LIFECYCLE, ErasureState
from support.erasure.models import Erasure
from support.notifications.models import Delivery
from support.policies import service_legal_holds
from support.policies.models_legal_holds import Ground
from support.verification.service import open_check, withdraw_check
from support.workorders import moves, timers
from support.workorders.lifecycle import Status
from tests.erasure.world import ErasureWorld
from tests.workorders.desk_world import make_agent, make_guest_order

S = ErasureState


def test_the_way_to_execution_passes_identity_and_two_people() -> None:
    def ways_to(state: ErasureState) -> set[ErasureState]:
        return {old for old, new, legal in LIFECYCLE.pairs() if legal and new is state}

    assert ways_to(S.EXECUTING) == {S.APPROVED}
    assert ways_to(S.APPROVED) == {S.PROPOSED}
    assert ways_to(S.REFUSED) == {S.PROPOSED, S.UNFOUND}, "two people, also where nobody is found"
    assert ways_to(S.PROPOSED) == {S.REVIEW, S.EXTENDED}
    assert ways_to(S.REVIEW) == {S.IDENTITY, S.PROPOSED, S.HELD}
    assert ways_to(S.HELD) == ways_to(S.UNFOUND) == {S.MATCHING}
    assert ways_to(S.MATCHING) == {S.CHECKING, S.HELD, S.UNFOUND}


def test_before_identity_is_shown_nothing_is_counted_and_the_desk_sees_no_data(
    world: ErasureWorld,
) -> None:
    row = world.asked()
    assert (row.status, row.due_at) == (S.IDENTITY, None)
    assert list(queries.requests_at_desk(world.priya, over=False)) == []
    with pytest.raises(IllegalMove):
        service.propose(world.priya, row, {}, {}, version=row.version)
    assert queries.lines_of(row) == []


@pytest.mark.parametrize("second", [False, True])
def test_a_member_shows_two_things_before_the_clock_runs(world: ErasureWorld, second: bool) -> None:
    row, alice = world.asked(), world.shown(world.alice, second=second)
    if not second:
        with pytest.raises(NeedsProof):
            service.confirm_request(alice, row, region="cn", version=row.version)
        assert world.fresh(row).status is S.IDENTITY
        return
    row = service.confirm_request(alice, row, region="cn", version=row.version, now=world.now)
    assert row.status is S.REVIEW
    assert row.due_at == cn_working_days(world.now, rules.WORKING_DAYS).at
    order = world.order(row)
    assert (order.state, order.due_at) == (Status.OPEN, row.due_at)


def test_proof_that_is_old_shows_nothing(world: ErasureWorld) -> None:
    row, alice = world.asked(), world.shown(world.alice)
    with pytest.raises(NeedsProof):
        service.confirm_request(
            alice, row, region="cn", version=row.version, now=world.now + timedelta(minutes=16)
        )


def test_nobody_shows_who_somebody_else_is(world: ErasureWorld) -> None:
    row = world.asked()
    for stranger in (world.bob, world.mei, Actor("anonymous"), world.priya):
        with pytest.raises(NotFound):
            service.confirm_request(stranger, row, region="cn", version=row.version)
        with pytest.raises(NotFound):
            service.withdraw(stranger, row, version=row.version)
    assert world.fresh(row).status is S.IDENTITY


def test_a_second_request_is_closed_once_its_person_is_known_and_not_before(
    world: ErasureWorld,
) -> None:
    first, second = world.confirmed(), world.asked()
    assert second.status is S.IDENTITY
    decided = service.confirm_request(
        world.shown(world.alice), second, region="cn", version=second.version, now=world.now
    )
    assert decided.id == first.id
    second = world.fresh(second)
    assert second.status is S.WITHDRAWN
    assert world.order(second).closed_reason == "duplicate"


def test_the_database_lets_one_request_of_a_person_run(world: ErasureWorld) -> None:
    first, second = world.confirmed(), world.asked()
    with pytest.raises(IntegrityError), transaction():
        changed(update(Erasure).where(Erasure.id == second.id).values(state=S.REVIEW))
    assert world.fresh(first).status is S.REVIEW


@pytest.mark.parametrize("region", sorted(rules.REGIONS))
def test_no_answer_is_due_after_the_cap_of_the_law(world: ErasureWorld, region: str) -> None:
    row = world.confirmed(region=region)
    law = rules.REGIONS[region]
    assert row.due_at is not None
    assert row.due_at <= count(law.unit, row.at, law.cap).at


def test_identity_that_is_shown_late_moves_our_own_date_and_never_the_cap(
    world: ErasureWorld,
) -> None:
    row = world.asked()
    world.later(days=25)
    row = service.confirm_request(
        world.shown(world.alice), row, region="eu", version=row.version, now=world.now
    )
    assert row.due_at == months(row.at, 1).at


def test_the_date_is_moved_once_with_a_reason_that_the_person_is_told(world: ErasureWorld) -> None:
    row = world.confirmed()
    before = row.due_at
    with pytest.raises(Invalid):
        service.extend(world.priya, row, "", version=row.version, now=world.now)
    with pytest.raises(NotAllowed):
        service.extend(world.lena, row, "many", version=row.version, now=world.now)
    row = service.extend(world.priya, row, "complex", version=row.version, now=world.now)
    assert before is not None
    assert row.due_at is not None
    assert row.due_at > before
    with pytest.raises(AlreadyDone):
        service.extend(world.priya, row, "many", version=row.version, now=world.now)
    world.drain()
    told = select(func.count()).where(Delivery.ids["what"].as_string() == "extended")
    assert db.session.execute(told).scalar_one() > 0


def test_only_a_privacy_officer_proposes_and_only_another_person_agrees(
    world: ErasureWorld,
) -> None:
    row = world.confirmed()
    for actor in (world.lena, world.mei):
        with pytest.raises(NotAllowed):
            service.propose(actor, row, {}, {}, version=row.version)
    row = world.proposed(row)
    with pytest.raises(NotAllowed):
        service.approve(world.priya, row, version=row.version)
    with pytest.raises(NotAllowed):
        service.approve(world.mei, row, version=row.version)
    with pytest.raises(IntegrityError), transaction():
        changed(update(Erasure).where(Erasure.id == row.id).values(approved_by=Erasure.decided_by))
    row = world.fresh(row)
    for _click in range(2):
        service.approve(world.lena, row, version=row.version if _click else 3)
    assert row.status is S.APPROVED


def test_another_privacy_officer_may_agree(world: ErasureWorld) -> None:
    row, other = world.proposed(), make_agent("Otto", Role.PRIVACY_OFFICER)
    assert service.approve(other, row, version=row.version).status is S.APPROVED


def test_what_stays_has_a_reason_and_nothing_is_done_that_the_table_does_not_allow(
    world: ErasureWorld,
) -> None:
    row = world.confirmed()
    with pytest.raises(Invalid):
        world.proposed(row, {"account": "keep"})
    with pytest.raises(Invalid):
        world.proposed(row, {"account": "restrict"})
    with pytest.raises(Invalid):
        world.proposed(row, {"orders": "erase"})
    row = world.proposed(row, {"account": "keep"}, {"account": "dispute"})
    line = next(line for line in queries.lines_of(row) if line.data_class == "account")
    assert (line.what, line.reason) == (Measure.KEEP, "dispute")


def test_a_class_that_stays_by_law_needs_no_words_of_the_officer(world: ErasureWorld) -> None:
    row = world.proposed()
    kept = [line for line in queries.lines_of(row) if line.what is Measure.KEEP]
    assert {(line.data_class, line.reason) for line in kept} <= {("consents", "law")}


def test_a_refusal_of_all_has_words_and_two_people_and_changes_nothing(
    world: ErasureWorld,
) -> None:
    row = world.refused()
    assert (row.status, row.approved_by) == (S.REFUSED, world.lena.id)
    assert queries.remark_of(row) == "canary reason"
    world.drain()
    assert queries.steps_of(row) == []
    assert world.order(row).state is Status.RESOLVED


def test_a_proposal_that_is_sent_back_is_decided_anew_and_keeps_its_words(
    world: ErasureWorld,
) -> None:
    row = world.proposed()
    with pytest.raises(Invalid):
        service.send_back(world.lena, row, "  ", version=row.version)
    row = service.send_back(world.lena, row, "Ask legal first.", version=row.version)
    assert (row.status, queries.remark_of(row)) == (S.REVIEW, "Ask legal first.")
    with pytest.raises(Stale):
        service.propose(world.priya, row, {}, {}, version=1)


def test_a_request_is_taken_back_until_its_first_step(world: ErasureWorld) -> None:
    row = world.approved()
    row = service.withdraw(world.alice, row, version=row.version)
    assert service.withdraw(world.alice, row, version=row.version).status is S.WITHDRAWN
    world.drain()
    assert queries.steps_of(row) == []
    assert world.order(row).state is Status.CLOSED


def test_a_request_that_is_being_carried_out_can_not_be_taken_back(world: ErasureWorld) -> None:
    row = world.approved()
    with transaction():
        service.move(Actor("system"), row, S.EXECUTING, row.version, world.now)
    with pytest.raises(NotAllowed):
        service.withdraw(world.alice, row, version=row.version)
    order = world.order(row)
    with pytest.raises(NotAllowed), transaction():
        moves.move(world.mei, order, Status.CLOSED, version=order.version, now=world.now)
    assert world.fresh(row).status is S.EXECUTING


def test_without_proof_of_who_asks_it_ends_by_itself_and_nothing_was_done(
    world: ErasureWorld,
) -> None:
    row = world.asked()
    assert world.order(row).state is Status.WAITING
    world.later(days=20)
    for work in timers.PERIODIC:
        work.work(world.now)
    row = world.fresh(row)
    assert (row.status, queries.lines_of(row)) == (S.UNVERIFIED, [])


def test_the_desk_can_not_call_a_request_solved_that_is_not_decided(world: ErasureWorld) -> None:
    order = world.order(world.confirmed())
    with pytest.raises(NotAllowed), transaction():
        moves.move(world.priya, order, Status.RESOLVED, version=order.version, now=world.now)


def test_a_legal_hold_is_shown_in_the_dry_run_and_in_what_is_proposed(world: ErasureWorld) -> None:
    row = world.confirmed()
    service_legal_holds.place_hold(
        world.lena, f"person:{world.alice.id}", Ground.LAWSUIT, reference="(2026) 1"
    )
    plan = queries_plan.plan_of(row.person_id, world.now)
    assert all(each.held for each in plan if each.found)
    row = world.proposed(row)
    held = [line.held for line in queries.lines_of(row) if line.what is not Measure.KEEP]
    assert held
    assert all(held)


def test_nothing_is_deleted_while_somebody_shows_that_the_account_is_theirs(
    world: ErasureWorld,
) -> None:
    row, guest = world.asked(), make_guest_order("locked.out@example.org")
    check = open_check(
        world.mei,
        about=guest.stream,
        reference=guest.reference,
        asker_id=guest.requester_id,
        subject_id=world.alice.id or 0,
    )
    with pytest.raises(NotAllowed):
        service.confirm_request(world.shown(world.alice), row, region="cn", version=row.version)
    withdraw_check(world.mei, check)
    row = world.fresh(row)
    alice = world.shown(world.alice)
    row = service.confirm_request(alice, row, region="cn", version=row.version, now=world.now)
    assert row.status is S.REVIEW


def test_people_of_the_staff_are_not_deleted_this_way(world: ErasureWorld) -> None:
    row = world.asked(world.mei)
    with pytest.raises(NotAllowed):
        service.confirm_request(world.shown(world.mei), row, region="cn", version=row.version)
