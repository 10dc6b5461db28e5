"""After the end of the service everybody's data is deleted, person after person, and proved (PP-7.7, PIPL 47(2))."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import queries as people
from support.core import ledger
from support.core.clock import utcnow
from support.core.db import db
from support.erasure import execution, queries, queries_ceasing, receipts, service_ceasing
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure
from support.erasure.rules import CEASED
from support.notifications.models import Delivery
from support.policies import intake, queries_cessation, service_legal_holds
from support.policies.lifecycle_cessation import CessationState
from support.policies.models_cessation import Cessation
from support.policies.models_legal_holds import Ground
from support.workorders.lifecycle import Status
from tests.erasure.ending import DAYS, Ending
from tests.erasure.world import EMAIL, ErasureWorld
from tests.workorders.desk_world import client_of, make_guest_order, make_order

S = ErasureState


@pytest.fixture
def end(world: ErasureWorld) -> Ending:
    """Two administrators beside the people of the world; a guest and two members have orders."""
    make_order(world.alice)
    make_order(world.bob)
    make_guest_order("guest@example.org")
    world.drain()
    return Ending()


def gone_on(world: ErasureWorld, turns: int = 4) -> Cessation:
    """What the tick does, and the worker beside it, some times."""
    for _turn in range(turns):
        service_ceasing.carry_on(utcnow())
        world.drain()
        world.hurry()
        world.drain()
    row = queries_cessation.standing()
    assert row is not None
    return row


def requests() -> list[Erasure]:
    """The requests that the end of the service made."""
    db.session.expire_all()
    found = select(Erasure).where(Erasure.ground == CEASED).order_by(Erasure.person_id)
    return list(db.session.execute(found).scalars())


def is_erased(person_id: int | None) -> bool:
    return people.person(person_id or 0).erased


def test_nothing_is_deleted_before_the_time_to_take_data_along_is_over(
    end: Ending, world: ErasureWorld
) -> None:
    end.announced()
    for left in (timedelta(days=1), timedelta(days=-29, hours=-23)):
        row = queries_cessation.standing()
        assert row is not None
        end.moved(row, utcnow() + left)
        assert gone_on(world, 1).status is CessationState.ANNOUNCED
    assert requests() == []


def test_everybody_but_staff_is_deleted_and_told_and_the_end_is_proved(
    end: Ending, world: ErasureWorld
) -> None:
    end.over()
    row = gone_on(world)
    assert row.status is CessationState.DONE
    found = requests()
    guest = {each.person_id for each in found} - {world.alice.id, world.bob.id}
    assert len(found) == 3
    assert len(guest) == 1
    assert all(each.receipt and each.ledger for each in found)
    assert all(world.order(each).state is Status.CLOSED for each in found)
    assert is_erased(world.alice.id)
    assert is_erased(guest.pop())
    assert not is_erased(world.priya.id)
    assert not is_erased(end.ada.id)
    told = select(Delivery.about).where(Delivery.template == "erasure.news")
    streams = set(db.session.execute(told).scalars())
    members = [each for each in found if each.person_id in (world.alice.id, world.bob.id)]
    assert streams == {world.order(each).stream for each in members}


def test_a_request_of_the_end_names_the_two_who_ended_it_and_is_no_one_persons_to_take_back(
    end: Ending, world: ErasureWorld
) -> None:
    end.over()
    service_ceasing.carry_on(utcnow())
    row = requests()[0]
    assert (row.decided_by, row.approved_by) == (end.ada.id, end.ben.id)
    assert row.status is S.EXECUTING
    assert people.person(row.person_id).disabled
    codes = [step.code for step in queries.steps_of(row)]
    assert (
        codes.index(execution.TOLD)
        < codes.index(execution.LEDGER)
        < codes.index("accounts.account")
    )


def test_few_at_a_time_and_killed_between_two_people_it_goes_on_with_nobody_twice(
    end: Ending, world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_ceasing, "AT_ONCE", 2)
    end.over()
    killed: list[int] = []
    true = service_ceasing.erase_person

    def erase(row: Cessation, person_id: int, *, now: object) -> None:
        if len(killed) == 1:
            killed.append(person_id)
            raise SystemExit(9)
        killed.append(person_id)
        true(row, person_id, now=utcnow())

    monkeypatch.setattr(service_ceasing, "erase_person", erase)
    with pytest.raises(SystemExit):
        service_ceasing.carry_on(utcnow())
    db.session.rollback()
    assert len(requests()) == 1
    monkeypatch.setattr(service_ceasing, "erase_person", true)
    service_ceasing.carry_on(utcnow())
    assert len(requests()) == 2
    service_ceasing.carry_on(utcnow())
    assert len(requests()) == 2, "two run already"
    assert gone_on(world).status is CessationState.DONE
    assert len(requests()) == len({each.person_id for each in requests()}) == 3


def test_a_request_of_ones_own_that_nobody_agreed_to_gives_way_and_one_that_runs_goes_on(
    end: Ending, world: ErasureWorld
) -> None:
    waiting, asked = world.confirmed(world.bob), world.approved(world.proposed())
    end.over()
    row = gone_on(world)
    assert world.fresh(waiting).status is S.WITHDRAWN
    assert world.fresh(asked).status in (S.COMPLETED, S.RESTRICTED)
    assert row.status is CessationState.DONE
    assert is_erased(world.alice.id)
    assert is_erased(world.bob.id)


def test_what_a_legal_hold_keeps_waits_and_is_named_in_the_proof(
    end: Ending, world: ErasureWorld
) -> None:
    stream = f"person:{world.bob.id}"
    hold = service_legal_holds.place_hold(world.lena, stream, Ground.LAWSUIT, reference="12-345")
    end.over()
    row = gone_on(world)
    assert row.status is CessationState.DONE
    assert not is_erased(world.bob.id)
    assert row.proof is not None
    assert row.proof["facts"]["people"]["rest_under_legal_hold"] == 1
    account = next(each for each in row.proof["facts"]["classes"] if each["class"] == "account")
    assert (account["people"], account["under_legal_hold"]) == (3, 1)
    assert hold is not None


def test_the_proof_is_signed_counts_what_was_done_and_holds_nothing_of_anybody(
    app: Flask, end: Ending, world: ErasureWorld, tmp_path: Path
) -> None:
    end.over()
    row = gone_on(world)
    text = json.dumps(row.proof)
    facts = receipts.verify(text).facts
    assert facts["people"]["deleted"] + facts["people"]["rest_locked_away"] == 3
    account = [each for each in facts["classes"] if each["class"] == "account"]
    assert sum(each["people"] for each in account) == 3
    last = ledger.last()
    assert facts["ledger"]["entries"] == 3
    assert facts["ledger"]["last"] == last
    assert not {EMAIL, "Alice", "guest@example.org"} & set(text.split('"'))
    with pytest.raises(receipts.NotOurs):
        receipts.verify(text.replace('"entries": 3', '"entries": 2'))
    file = tmp_path / "proof.json"
    file.write_text(text, "utf-8")
    runner = app.test_cli_runner()
    browser = client_of(app, end.ada)
    with world.outside():
        assert runner.invoke(args=["receipt", "verify", str(file)]).exit_code == 0
        file.write_text(text.replace("deleted", "delated"), "utf-8")
        assert runner.invoke(args=["receipt", "verify", str(file)]).exit_code == 1
        visitor = app.test_client()
        saved = visitor.get("/cessation/proof.json")
        assert receipts.FORMAT not in saved.get_data(as_text=True)
        assert json.loads(saved.get_data()) == row.proof
        assert "Save the proof" in visitor.get("/cessation").get_data(as_text=True)
        checked = browser.submit("/deletions/check", {"proof": text}, action="/deletions/check")
        assert row.uid in checked.get_data(as_text=True)
        assert "3 of 3 people" in browser.page("/admin/cessation").text


def test_it_is_proved_only_when_nobody_is_left(end: Ending, world: ErasureWorld) -> None:
    row = end.over()
    service_ceasing.carry_on(utcnow())
    progress = queries_ceasing.progress()
    assert (progress.running, progress.left, progress.done) == (3, 0, 0)
    service_ceasing.carry_on(utcnow())
    assert queries_cessation.by_id(row.id).status is CessationState.ERASING
    gone_on(world)
    progress = queries_ceasing.progress()
    assert (progress.running, progress.left, progress.done, progress.all) == (0, 0, 3, 3)


def test_a_service_that_has_ended_is_not_ended_again(end: Ending, world: ErasureWorld) -> None:
    end.over()
    row = gone_on(world)
    assert not intake.intake_open(utcnow())
    assert row.ended_at is not None
    assert row.ended_at - utcnow() < DAYS
