"""Deletions that meet each other, a legal hold, a term that ran out, the desk's hand, or a job that was given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from support.accounts import service_contacts
from support.accounts.models import ContactKind, Person
from support.core import search, vault
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.holders import Holder, Measure, Removal
from support.core.outbox_rows import OutboxRow, OutboxState
from support.erasure import queries, service, service_execution
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure, ErasureLine
from support.policies import queries_legal_holds, service_legal_holds
from support.policies.models_legal_holds import Ground
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders import service_triage
from support.workorders.lifecycle import Status
from support.workorders.models import Message, Note
from tests.erasure.everything import CANARIES, Everything
from tests.erasure.test_execution import agreed
from tests.erasure.world import ErasureWorld
from tests.workorders.desk_world import make_member, make_order

S = ErasureState
OVER = (S.COMPLETED, S.RESTRICTED)


def said_in(order_id: int) -> list[str]:
    db.session.expire_all()
    found = select(Message.body).where(Message.order_id == order_id)
    return list(db.session.execute(found).scalars())


def test_two_people_who_are_named_in_one_note_are_both_taken_out_of_it(
    world: ErasureWorld,
) -> None:
    order = make_order(make_member("Dora", "dora@example.org"), "Two sellers", "Please look.")
    words = "Write to alice@example.org and bob@example.org, please."
    note_id = workorders.add_note(world.mei, order, body=words).id
    rows = [world.confirmed(who) for who in (world.alice, world.bob)]
    world.drain()
    rows = [world.approved(world.proposed(row)) for row in rows]
    assert {world.carried_out(row).status for row in rows} <= set(OVER)
    body = db.session.execute(select(Note.body).where(Note.id == note_id)).scalar_one()
    assert "example.org" not in body
    assert body.endswith("please.")


def test_a_subject_that_somebody_else_wrote_names_the_person_no_more(world: ErasureWorld) -> None:
    dora = make_member("Dora", "dora@example.org")
    order_id = make_order(dora, "alice@example.org cheated me", "Please look.").id
    row = world.confirmed()
    world.drain()
    assert world.carried_out(world.approved(world.proposed(row))).status in OVER
    assert orders.order_by_id(order_id).subject.endswith(" cheated me")
    assert "example.org" not in orders.order_by_id(order_id).subject
    assert [hit.thing_id for hit in search.find("order", "cheated", staff=True)] == [order_id]
    assert search.find("order", "alice@example.org", staff=True) == []


def test_what_a_hold_keeps_of_others_says_what_it_said_until_it_is_released(
    world: ErasureWorld,
) -> None:
    life = Everything(world.mei, world.bob)
    other_id, before = life.other.id, said_in(life.other.id)
    service_legal_holds.place_hold(
        world.lena, f"order:{other_id}", Ground.LAWSUIT, reference="(2026) 7"
    )
    row = world.carried_out(agreed(world, life))
    assert (row.status, said_in(other_id)) == (S.EXECUTING, before)
    [hold] = queries_legal_holds.standing_holds()
    service_legal_holds.release_hold(world.lena, hold)
    service_execution.go_on(utcnow() + timedelta(hours=2))
    row = world.carried_out(row)
    assert row.status in OVER
    assert CANARIES["mobile"] not in " ".join(said_in(other_id))


def test_a_term_that_ran_out_before_its_turn_locks_nothing_away_and_stops_nothing(
    world: ErasureWorld,
) -> None:
    life = Everything(world.mei, world.bob)
    row, past = agreed(world, life), utcnow() - timedelta(days=1)
    locked = (ErasureLine.erasure_id == row.id, ErasureLine.measure == Measure.RESTRICT)
    codes = [line.data_class for line in queries.lines_of(row) if line.what is Measure.RESTRICT]
    assert codes
    with transaction():
        changed(update(ErasureLine).where(*locked).values(until=past))
        for code in codes:
            vault.restriction_key(f"{row.uid}:{code}", past)
    vault.end_restrictions(utcnow())
    assert world.carried_out(row).status in OVER


def test_an_agreed_request_whose_job_was_given_up_begins_all_the_same(world: ErasureWorld) -> None:
    row = world.approved()
    with transaction():
        begun = update(OutboxRow).where(OutboxRow.topic == service.DUE)
        changed(begun.values(state=OutboxState.DEAD))
    service_execution.go_on(world.now + timedelta(minutes=9))
    assert world.carried_out(row).status is S.APPROVED
    service_execution.go_on(world.now + timedelta(minutes=11))
    assert world.carried_out(row).status in OVER


def test_what_was_not_asked_for_is_not_deleted(world: ErasureWorld) -> None:
    row = world.confirmed(scope=("sign_ins",))
    with pytest.raises(Invalid):
        world.proposed(row, {"account": "erase"})
    lines = queries.lines_of(world.proposed(row))
    others = {(line.measure, line.reason) for line in lines if line.data_class != "sign_ins"}
    assert others == {("keep", "scope")}
    assert {line.measure for line in lines if line.data_class == "sign_ins"} == {"erase"}


@pytest.mark.parametrize("how_far", ["confirmed", "proposed", "approved"])
def test_the_desk_ends_no_request_by_closing_its_order(world: ErasureWorld, how_far: str) -> None:
    row: Erasure = getattr(world, how_far)()
    order = world.order(row)
    with pytest.raises(NotAllowed):
        service_triage.move_order(world.mei, order, status=Status.CLOSED, version=order.version)
    row = world.fresh(row)
    assert row.status not in (S.WITHDRAWN, S.UNVERIFIED)
    assert service.withdraw(world.alice, row, version=row.version).status is S.WITHDRAWN
    assert world.order(row).state is Status.CLOSED


def test_a_guest_who_is_being_deleted_is_given_nothing_new(world: ErasureWorld) -> None:
    old = service_contacts.guest_for(ContactKind.EMAIL, "guest@example.org", "en").person_id
    with transaction():
        closed = update(Person).where(Person.id == old)
        changed(closed.values(disabled_at=utcnow()))
    new = service_contacts.guest_for(ContactKind.EMAIL, "guest@example.org", "en").person_id
    assert new != old


def test_a_request_is_called_done_when_its_last_term_has_ended(world: ErasureWorld) -> None:
    row = world.fresh(world.approved())
    with transaction():
        changed(update(Erasure).where(Erasure.id == row.id).values(state=S.RESTRICTED))
        mine = ErasureLine.erasure_id == row.id, ErasureLine.data_class == "account"
        changed(update(ErasureLine).where(*mine).values(until=world.now + timedelta(days=1)))
    service_execution.end_terms(world.now)
    assert world.fresh(row).status is S.RESTRICTED
    service_execution.end_terms(world.now + timedelta(days=1))
    assert world.fresh(row).status is S.COMPLETED


def test_a_hold_that_is_placed_between_two_batches_stops_the_rest(world: ErasureWorld) -> None:
    row, batches = world.approved(), []
    service_execution.begin(row, utcnow())
    step = next(step for step in queries.steps_of(row) if step.code == "accounts.addresses")

    def take(removal: Removal) -> int:
        batches.append(removal)
        stream = f"person:{removal.person_id}"
        service_legal_holds.place_hold(world.lena, stream, Ground.LAWSUIT, reference="(2026) 7")
        return 1

    place = Holder("toy", "", "toy", {}, lambda who: 1, lambda who: (), {Measure.ERASE: take})
    with transaction():
        toy = ErasureLine(erasure_id=row.id, data_class="toy", measure="erase", found=1)
        db.session.add(toy)
    assert service_execution._carry(row, step, place) is False
    assert len(batches) == 1
