"""Conduct is erased or locked away with its person; what still runs is held, what was counted goes at once."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from support.core import vault
from support.core.actors import Role
from support.core.db import db, transaction
from support.core.holders import Measure
from support.infringement import queries_conduct as known
from support.infringement import service_appeals, service_conduct
from support.infringement.conduct import Side, StepState
from support.infringement.models_conduct import (
    ConductAppeal,
    ConductSignal,
    ConductStep,
    FilerRecord,
    step_place,
)
from support.policies import queries_legal_holds as holds
from tests.fixtures.removals import carry_out, collected, holder, left_of, said
from tests.infringement.conduct_world import (
    FACTORS,
    fresh,
    outcomes,
    proposed,
    suspended,
    uid_of,
    warned,
)
from tests.infringement.removal_world import do
from tests.infringement.world import NoticeWorld
from tests.workorders.desk_world import client_of, make_agent

APPEALS, STEPS, COUNTS = (f"infringement.conduct_{name}" for name in ("appeals", "steps", "counts"))
EVERY = (APPEALS, STEPS, COUNTS)
MINE, ANSWER, NOTE = "I did nothing, canary.", "The canary was right.", "An odd canary."
BOTH = pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])


def history(world: NoticeWorld) -> ConductStep:
    """Hana: a note, a warning, a suspension that is over, an appeal that was dismissed, signals and a record."""
    service_conduct.note_conduct(
        world.ivy, world.hana.id or 0, side=Side.FILER, words=NOTE, now=world.now
    )
    step = suspended(world, world.hana)
    appeal = service_appeals.appeal_step(world.hana, step, words=MINE, now=world.now)
    third = make_agent("Lotte", Role.LEGAL)
    service_appeals.decide_appeal(
        third, appeal, upheld=False, words=ANSWER, version=appeal.version, now=world.now
    )
    outcomes(world, 1, 12, owners=[world.rong])
    world.pass_time(days=31)
    service_conduct.end_steps(world.now)
    return fresh(step)


def rows(table: type) -> int:
    db.session.rollback()
    return int(db.session.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_suspension_and_an_appeal_are_held_until_they_end(world: NoticeWorld) -> None:
    hana, rong = world.hana.id or 0, world.rong.id or 0
    step = warned(world, world.hana)
    assert not holds.is_held(*holder(STEPS).streams(hana)), "a warning holds nothing up"
    appeal = service_appeals.appeal_step(world.hana, step, words=MINE, now=world.now)
    assert holds.is_held(*holder(APPEALS).streams(hana))
    service_appeals.decide_appeal(
        world.lena, appeal, upheld=False, words=ANSWER, version=appeal.version, now=world.now
    )
    assert not holds.is_held(*holder(APPEALS).streams(hana))
    warned(world, world.rong, Side.RESPONDENT)
    step = proposed(world, world.rong, Side.RESPONDENT)
    assert holds.is_held(*holder(STEPS).streams(rong))
    service_conduct.decide_suspension(
        world.lena, step, approve=False, version=step.version, now=world.now
    )
    assert not holds.is_held(*holder(STEPS).streams(rong))
    suspended(world, world.rong, Side.RESPONDENT)
    assert holds.is_held(*holder(STEPS).streams(rong))
    assert not holds.is_held(f"person:{rong}"), "only their conduct is held"
    world.pass_time(days=31)
    service_conduct.end_steps(world.now)
    assert not holds.is_held(*holder(STEPS).streams(rong))


def test_the_copy_has_what_they_were_told_and_no_note_or_count(world: NoticeWorld) -> None:
    step = history(world)
    hana = world.hana.id or 0
    text = said(collected(hana, *(holder(code) for code in EVERY)))
    assert all(value in text for value in ("It went on.", FACTORS.gravity, MINE, ANSWER))
    assert NOTE not in text
    assert [holder(code).count(hana) for code in EVERY] == [1, 3, rows(ConductSignal) + 1]
    assert rows(ConductSignal) > 0
    assert holder(STEPS).since(hana) == step.ended_at


def test_erased_conduct_leaves_no_row(world: NoticeWorld) -> None:
    history(world)
    warned(world, world.rong, Side.RESPONDENT)
    assert all(do(Measure.ERASE, world.hana.id, *(holder(code) for code in EVERY)).values())
    assert [rows(table) for table in (ConductAppeal, ConductSignal, FilerRecord)] == [0, 0, 0]
    assert [step.person_id for step in db.session.query(ConductStep)] == [world.rong.id]
    assert known.said_in(db.session.query(ConductStep).one())["words"] == "Please stop."
    assert not any(do(Measure.ERASE, world.hana.id, *(holder(code) for code in EVERY)).values())


def test_locked_conduct_keeps_its_dates_and_nothing_that_can_be_read(world: NoticeWorld) -> None:
    step = history(world)
    hana = world.hana.id or 0
    assert all(do(Measure.RESTRICT, hana, *(holder(code) for code in EVERY)).values())
    assert [rows(table) for table in (ConductSignal, FilerRecord)] == [0, 0]
    for one in known.steps_of(hana):
        assert (known.said_in(one), one.grounds, one.figures) == ({}, [], {})
        assert one.status is StepState.ENDED
    appeal = known.appeals_of(hana)[0]
    assert (known.words_of(appeal), known.answer_to(appeal)) == ("", "")
    step = fresh(step)
    assert step.sealed is not None
    kept = json.loads(vault.unseal_restricted(step_place(step.uid), step.sealed))
    assert (kept["words"], kept["grounds"], kept["figures"]["days"]) == (
        "It went on.", ["unfounded"], 30,
    )  # fmt: skip
    assert not any(do(Measure.RESTRICT, hana, *(holder(code) for code in EVERY)).values())
    assert [holder(code).count(hana) for code in EVERY] == [0, 0, 0]
    carry_out(Measure.ERASE, hana, *(holder(code) for code in EVERY))
    assert rows(ConductStep) == 0


def test_with_a_destroyed_key_nothing_is_left(world: NoticeWorld) -> None:
    history(world)
    with transaction():
        vault.destroy(f"person:{world.hana.id}")
    every = [holder(code) for code in EVERY]
    assert not any(value in said(collected(world.hana.id, *every)) for value in (MINE, ANSWER))
    do(Measure.RESTRICT, world.hana.id, *every)
    assert rows(ConductStep) == 0
    assert [one.sealed for one in db.session.query(ConductAppeal)] == []


@BOTH
def test_pages_stand_and_nothing_lies_open(world: NoticeWorld, measure: Measure) -> None:
    step = history(world)
    uid, step_id = uid_of(world.hana), step.id
    do(measure, world.hana.id, *(holder(code) for code in EVERY))
    values = (MINE, ANSWER, NOTE, "It went on.", FACTORS.gravity, FACTORS.intent)
    assert left_of(values, "infringement") == []
    assert (db.session.get(ConductStep, step_id) is None) is (measure is Measure.ERASE)
    assert known.under_watch(world.now) == []
    world.leave()
    try:
        answer = client_of(world.app, world.leo).get(f"/desk/conduct/people/{uid}")
        assert answer.status_code == 200
        assert client_of(world.app, world.hana).get("/account/conduct").status_code == 200
    finally:
        world.context = world.app.app_context()
        world.context.push()
