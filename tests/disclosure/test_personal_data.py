"""Penalties are erased or locked away with their member; open ones are held, published ones end on their own date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from support.core import vault
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.holders import Holder, Measure, Removal
from support.core.vault import KeyDestroyed
from support.disclosure import penalty_pages, queries, service, service_appeals, service_publishing
from support.disclosure.lifecycle import PenaltyState
from support.disclosure.models import Penalty, PenaltyAppeal, PenaltyCorrection
from support.policies import queries_legal_holds as holds
from tests.disclosure.world import PenaltyWorld
from tests.fixtures.penalties import REASONS, SAID
from tests.fixtures.removals import carry_out, collected, holder, left_of, said
from tests.workorders.desk_world import client_of

CODE = "disclosure.penalties"
APPEAL, ANSWER, CORRECTED = "canary: they are real.", "canary answer", "A canary correction."
VALUES = (SAID.words_en, SAID.words_zh, SAID.name, REASONS, APPEAL, ANSWER, CORRECTED, "canary")
BOTH = pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])


def do(measure: Measure, person_id: int | None) -> int:
    each = holder(CODE)
    if measure is Measure.ERASE:
        return carry_out(measure, person_id, each)[CODE]
    taken = 0
    while some := _lock(each, person_id or 0):
        taken += some
        assert taken < 100
    db.session.expire_all()
    return taken


def _lock(each: Holder, person_id: int) -> int:
    until = utcnow() + timedelta(days=1095)
    with transaction():
        key = vault.restriction_key("test:penalties", until)
        return each.measures[Measure.RESTRICT](Removal(person_id, utcnow(), key, until))


def ended(world: PenaltyWorld) -> Penalty:
    """A penalty that was appealed against, upheld, published, corrected, and is published no more."""
    row = world.decide(world.appealed(), stands=True)
    world.tick()
    row = world.correct(world.fresh(row), words_en=CORRECTED)
    assert row.ends_at is not None
    world.tick(row.ends_at + timedelta(minutes=1))
    row = world.fresh(row)
    assert row.status is PenaltyState.ENDED
    return row


def is_held(world: PenaltyWorld) -> bool:
    return holds.is_held(*holder(CODE).streams(world.alice.id or 0))


def test_a_penalty_is_held_from_its_proposal_until_it_is_published(world: PenaltyWorld) -> None:
    row = world.draft()
    assert not is_held(world)
    service.propose_penalty(world.lena, row, version=row.version, now=world.now)
    assert is_held(world)
    row = world.fresh(row)
    service.approve_penalty(world.paul, row, version=row.version, now=world.now)
    world.drain()
    row = world.fresh(row)
    service_appeals.appeal_penalty(world.alice, row, APPEAL, now=world.now)
    assert is_held(world)
    world.decide(row, stands=True)
    assert is_held(world)
    world.tick()
    assert world.fresh(row).status is PenaltyState.PUBLISHED
    assert not is_held(world)


def test_the_copy_says_what_the_member_was_told(world: PenaltyWorld) -> None:
    row = ended(world)
    world.draft(words_en="Not told yet.")
    text = said(collected(world.alice.id, holder(CODE)))
    assert all(value in text for value in (SAID.words_zh, REASONS, APPEAL, ANSWER, SAID.rule_en))
    assert "Not told yet." not in text
    assert collected(world.bob.id, holder(CODE)) == []
    assert holder(CODE).count(world.alice.id or 0) == 2
    assert holder(CODE).since(world.alice.id or 0) == row.changed_at


@BOTH
def test_nothing_can_be_read_of_it_and_its_pages_stand(
    world: PenaltyWorld, measure: Measure
) -> None:
    row, draft = ended(world), world.draft()
    assert do(measure, world.alice.id) == 2
    assert do(measure, world.alice.id) == 0
    assert holder(CODE).count(world.alice.id or 0) == 0
    row = world.fresh(row)
    appeal = queries.appeal_of(row)
    assert appeal is not None
    for column, sealed in (
        ("sealed", row.sealed), ("reasons", row.reasons), ("appeal", appeal.sealed), ("answer", appeal.answer),
    ):  # fmt: skip
        assert queries.opened(row, column, sealed) == ""
    [correction] = db.session.query(PenaltyCorrection)
    assert queries.correction_wording(row, correction) is None
    assert (row.status, row.orders) == (PenaltyState.ENDED, [])
    assert world.fresh(draft).status is PenaltyState.DROPPED
    assert left_of(VALUES, "disclosure") == []
    with world.app.test_request_context():
        assert penalty_pages.member_page(row)["previews"] == []
        assert penalty_pages.lines_of([row])[0]["grounds"] == ""
    uid = row.uid
    with world.outside():
        for actor, path in (
            (world.lena, f"/desk/penalties/{uid}"), (world.lena, "/desk/penalties"),
            (world.alice, f"/account/penalties/{uid}"), (world.alice, "/account/penalties"),
        ):  # fmt: skip
            assert client_of(world.app, actor).get(path).status_code == 200, path


def test_locked_it_opens_under_its_own_key_alone(world: PenaltyWorld) -> None:
    row = ended(world)
    do(Measure.RESTRICT, world.alice.id)
    row = world.fresh(row)
    place = queries.place(row, "reasons")
    assert vault.unseal_restricted(place, row.reasons) == REASONS
    with pytest.raises(KeyDestroyed):
        vault.unseal(row.stream, place, row.reasons)
    carry_out(Measure.ERASE, world.alice.id, holder(CODE))
    assert world.fresh(row).reasons == b""


def test_what_is_published_stays_until_its_own_date(world: PenaltyWorld) -> None:
    row = world.published()
    do(Measure.ERASE, world.alice.id)
    row = world.fresh(row)
    [entry] = world.entries(row)
    assert entry.withdrawn_at is None
    assert row.ends_at is not None
    service_publishing.end_due(row.ends_at + timedelta(minutes=1))
    assert world.entries(row)[0].withdrawn_at is not None
    assert world.fresh(row).status is PenaltyState.ENDED


def test_with_a_destroyed_key_it_is_emptied(world: PenaltyWorld) -> None:
    row = ended(world)
    with transaction():
        vault.destroy(row.stream)
    assert REASONS not in said(collected(world.alice.id, holder(CODE)))
    assert do(Measure.RESTRICT, world.alice.id) == 1
    assert do(Measure.RESTRICT, world.alice.id) == 0
    row = world.fresh(row)
    assert (row.sealed, row.reasons) == (b"", b"")
    assert db.session.execute(select(PenaltyAppeal.sealed)).scalar_one() == b""


def test_another_member_is_not_touched(world: PenaltyWorld) -> None:
    row = ended(world)
    for measure in (Measure.RESTRICT, Measure.ERASE):
        assert do(measure, world.bob.id) == 0
    assert queries.opened(world.fresh(row), "reasons", row.reasons) == REASONS
