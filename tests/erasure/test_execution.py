"""A deletion that two people agreed to is carried out everywhere, once, also when it is killed, and is proved."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.accounts import service as accounts
from support.core import audit, ledger, vault
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import db, transaction
from support.core.errors import Invalid
from support.core.holders import Holder, Measure
from support.core.outbox import Retry
from support.core.platform_calls import PlatformCall
from support.erasure import execution, queries, receipts, service_execution
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure, ErasureStep
from support.policies import queries_legal_holds, service_legal_holds
from support.policies.models_legal_holds import Ground
from support.workorders.models import Message, Note
from tests.erasure import leftovers
from tests.erasure.everything import CANARIES, PASSWORD, Everything
from tests.erasure.world import ErasureWorld
from tests.fixtures.live import ROOT

S = ErasureState
SEALED = {
    CANARIES[name] for name in ("website", "contact person", "position", "file name", "draft")
}
"""They never stood anywhere in clear; that they can't be opened any more follows from the key."""


@pytest.fixture
def life(world: ErasureWorld) -> Everything:
    """Somebody who used all of it."""
    return Everything(world.mei, world.bob)


def agreed(world: ErasureWorld, life: Everything) -> Erasure:
    """A request of hers to which two people agreed; all letters so far have left."""
    world.now = utcnow()
    row = world.confirmed(life.alice)
    world.drain()
    return world.approved(world.proposed(row))


def codes(row: Erasure) -> list[str]:
    return [step.code for step in queries.steps_of(row)]


def test_the_ledger_stands_before_anything_is_destroyed_and_the_proof_comes_last(
    app: Flask,
) -> None:
    with app.app_context():
        everything = {holder.data_class: Measure.ERASE for holder in hooks(Holder)}
        steps = [step.code for step in execution.steps_for(everything)]
        places = [steps.index(holder.code) for holder in hooks(Holder)]
    assert steps.index(execution.TOLD) < steps.index(execution.LEDGER) < min(places)
    assert max(places) < steps.index(execution.KEY) < steps.index(execution.CLEAN)
    assert steps[-1] == execution.PROOF


def test_nothing_of_the_person_is_left_where_nothing_is_locked_away(
    app: Flask, world: ErasureWorld, life: Everything
) -> None:
    row, instance = agreed(world, life), Path(app.instance_path)
    with world.outside():
        before = {canary for canary, _table in leftovers.in_tables(app, CANARIES.values())}
        before |= {canary for canary, _file in leftovers.in_files(instance, CANARIES.values())}
    assert before == set(CANARIES.values()) - SEALED
    row = world.carried_out(row)
    assert row.status in (S.COMPLETED, S.RESTRICTED), codes(row)
    with world.outside():
        assert leftovers.in_tables(app, CANARIES.values()) == []
        assert leftovers.in_files(instance, CANARIES.values()) == []
        url = str(app.config["SQLALCHEMY_DATABASE_URI"])
        if url.startswith("sqlite"):
            assert (
                leftovers.in_files(Path(url.removeprefix("sqlite:///")).parent, CANARIES.values())
                == []
            )
        else:
            plain = url.replace("postgresql+psycopg", "postgresql")
            assert leftovers.in_dump(plain, CANARIES.values()) == []


def test_what_others_wrote_stays_readable_without_the_person(
    world: ErasureWorld, life: Everything
) -> None:
    order_id, other_id = life.orders[0].id, life.other.id
    world.carried_out(agreed(world, life))
    texts = db.session.execute(
        select(Message.body).where(Message.order_id == order_id, Message.from_staff)
    )
    assert texts.scalar_one().startswith("Dear ")
    bobs = select(Message.body).where(Message.order_id == other_id)
    assert db.session.execute(bobs).scalar_one().startswith("The seller ")
    noted = db.session.execute(select(Note.body).where(Note.order_id == other_id)).scalar_one()
    assert noted.endswith("Bob is right.")


def test_the_person_can_neither_sign_in_nor_be_found_and_others_can(
    world: ErasureWorld, life: Everything
) -> None:
    world.carried_out(agreed(world, life))
    for name in (CANARIES["member name"], CANARIES["e-mail"], CANARIES["mobile"]):
        with pytest.raises(Invalid):
            accounts.sign_in_with_password(name, PASSWORD, address="192.0.2.1", device="x")
    with pytest.raises(vault.KeyDestroyed), transaction():
        vault.seal(f"person:{life.id}", "x.y:1", "anything")


def test_the_proof_is_genuine_says_each_place_and_nothing_of_the_person(
    world: ErasureWorld, life: Everything
) -> None:
    row = world.carried_out(agreed(world, life))
    text = json.dumps(row.receipt, ensure_ascii=False)
    facts = receipts.verify(text).facts
    assert [place["place"] for place in facts["places"]] == codes(row)
    assert all(place["done_at"] for place in facts["places"][:-1])
    assert (facts["ledger"], facts["reference"]) == (1, world.order(row).reference)
    assert not [canary for canary in CANARIES.values() if canary in text]


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_a_proof_altered_by_one_sign_is_none(
    world: ErasureWorld, life: Everything, at: float
) -> None:
    row = world.carried_out(agreed(world, life))
    signed = json.loads(json.dumps(row.receipt))
    said = json.dumps(signed["facts"])
    place = int(len(said) * at)
    while not said[place].isdigit():
        place += 1
    altered = said[:place] + str((int(said[place]) + 1) % 10) + said[place + 1 :]
    with pytest.raises(receipts.NotOurs):
        receipts.verify(json.dumps(signed | {"facts": json.loads(altered)}))
    with pytest.raises(receipts.NotOurs):
        receipts.verify(json.dumps(signed), public=receipts._text(bytes(32)))


def test_doing_it_again_does_nothing_more(world: ErasureWorld, life: Everything) -> None:
    row = world.carried_out(agreed(world, life))
    before = (
        row.receipt,
        ledger.last(),
        db.session.execute(select(func.count(Event.id))).scalar_one(),
    )
    service_execution.carry_on(row.id)
    service_execution.go_on(utcnow())
    world.drain()
    row = world.fresh(row)
    after = (
        row.receipt,
        ledger.last(),
        db.session.execute(select(func.count(Event.id))).scalar_one(),
    )
    assert before == after


def test_the_platform_is_asked_once_and_by_the_account_that_it_knows(
    world: ErasureWorld, life: Everything
) -> None:
    world.carried_out(agreed(world, life))
    calls = select(PlatformCall).where(PlatformCall.name == "erase_person")
    call = db.session.execute(calls).scalar_one()
    assert call.state == "done"


def test_a_legal_hold_keeps_it_and_its_release_carries_it_out(
    world: ErasureWorld, life: Everything
) -> None:
    stream = f"person:{life.id}"
    uid = service_legal_holds.place_hold(
        world.lena, stream, Ground.LAWSUIT, reference="(2026) 7"
    ).uid
    row = world.carried_out(agreed(world, life))
    assert row.status is S.EXECUTING
    assert row.receipt is None
    notes = {step.note for step in queries.steps_of(row) if step.measure}
    assert notes == {service_execution.HELD}
    with transaction():
        assert vault.seal(f"person:{life.id}", "x.y:1", "still there")
    service_legal_holds.release_hold(world.lena, queries_legal_holds.hold_on(stream, uid))
    service_execution.go_on(utcnow() + timedelta(hours=2))
    assert world.carried_out(row).receipt is not None


def test_a_part_of_the_data_goes_and_the_account_stays(
    world: ErasureWorld, life: Everything
) -> None:
    world.now = utcnow()
    row = world.confirmed(life.alice, scope=("profile",))
    keep = {holder.data_class: "keep" for holder in hooks(Holder) if holder.data_class != "profile"}
    why = dict.fromkeys(keep, "scope")
    row = world.carried_out(world.approved(world.proposed(row, keep, why)))
    assert row.status is S.COMPLETED
    assert execution.KEY not in codes(row)
    step = accounts.sign_in_with_password(
        CANARIES["e-mail"], PASSWORD, address="192.0.2.1", device="x"
    )
    assert step is not None


@pytest.mark.slow
@pytest.mark.parametrize(("when", "at"), [("after", 12), ("before", 13), ("after", 17)])
def test_killed_at_every_commit_it_is_done_once_and_the_proof_is_true(
    app: Flask, world: ErasureWorld, life: Everything, when: str, at: int
) -> None:
    row = agreed(world, life)
    world.drain()
    world.hurry()
    url, folder = str(app.config["SQLALCHEMY_DATABASE_URI"]), app.instance_path
    command = [sys.executable, "-m", "tests.erasure.killed", folder, url, when, str(at)]
    with world.outside():
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 5
    row = world.fresh(row)
    assert row.status in (S.COMPLETED, S.RESTRICTED)
    assert receipts.verify(json.dumps(row.receipt)).facts["ledger"] == ledger.last() == 1
    steps = db.session.execute(
        select(ErasureStep).where(ErasureStep.erasure_id == row.id)
    ).scalars()
    assert [step.code for step in steps if step.done_at is None] == []
    assert list(audit.verify()) == []
    with world.outside():
        assert leftovers.in_tables(app, CANARIES.values()) == []


def test_until_the_letter_has_left_nothing_is_destroyed(
    world: ErasureWorld, life: Everything
) -> None:
    row = agreed(world, life)
    with pytest.raises(Retry):
        service_execution.carry_on(row.id)
    steps = queries.steps_of(row)
    assert [step.code for step in steps if step.done_at is not None] == []
