"""What a law keeps can be read by who must, with a file number, while its term runs, and by nobody afterwards."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from support.core import files, locking, vault
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.holders import Removal
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure, ErasureLine
from support.infringement.models_conduct import ConductStep, step_place
from tests.erasure.world import ErasureWorld

WORDS = "A canary was warned."


@pytest.fixture
def locked(world: ErasureWorld) -> Erasure:
    """Alice's deletion, which locked a warning away until next year."""
    alice, now = world.alice.id, utcnow()
    place = step_place("c" * 32)
    with transaction() as session:
        sealed = vault.seal(f"person:{alice}", place, json.dumps({"words": WORDS}))
        known = {"side": "filer", "kind": "warning", "state": "ended", "grounds": [], "figures": {}}
        step = ConductStep(uid="c" * 32, person_id=alice, at=now, starts_at=now, **known)
        step.sealed = sealed
        session.add(step)
    row = world.carried_out(world.approved(world.proposed(world.confirmed())))
    assert row.status is ErasureState.RESTRICTED
    return row


def run(world: ErasureWorld, row: Erasure, *more: str) -> tuple[int, str]:
    reference = world.order(row).reference
    with world.outside():
        done = world.app.test_cli_runner().invoke(args=["erasure", "locked", reference, *more])
    return done.exit_code, done.output


def test_it_is_read_with_a_file_number_and_an_event_says_so(
    world: ErasureWorld, locked: Erasure
) -> None:
    status, output = run(world, locked, "--class", "conduct", "--reason", "(2026) 7")
    assert status == 0, output
    assert WORDS in output
    events = db.session.query(Event).filter_by(action="erasure.opened").all()
    said = {"erasure": world.fresh(locked).id, "data_class": "conduct", "number": "(2026) 7"}
    assert [event.data for event in events] == [said]


@pytest.mark.parametrize(
    "said",
    [
        ("conduct", "Because Alice Smith of 17 Hidden Perch Lane, her lawyer says!"),
        ("rights", "(2026) 7"),
    ],
)
def test_without_a_number_or_of_another_class_nothing_is_shown(
    world: ErasureWorld, locked: Erasure, said: tuple[str, str]
) -> None:
    status, output = run(world, locked, "--class", said[0], "--reason", said[1])
    assert status == 1
    assert WORDS not in output


def test_after_its_date_nobody_reads_it(world: ErasureWorld, locked: Erasure) -> None:
    vault.end_restrictions(utcnow() + timedelta(days=2000))
    owner = f"restriction:{world.fresh(locked).uid}:conduct"
    with pytest.raises(vault.KeyDestroyed):
        list(locking.locked_values(owner, world.alice.id or 0))
    mine = update(ErasureLine).where(ErasureLine.erasure_id == world.fresh(locked).id)
    with transaction():
        changed(mine.values(until=utcnow() - timedelta(days=1)))
    status, output = run(world, locked, "--class", "conduct", "--reason", "(2026) 7")
    assert (status, WORDS in output) == (1, False)


def test_a_file_that_is_locked_away_is_read_as_well(world: ErasureWorld) -> None:
    data = b"paid in full"
    kept = files.intake(io.BytesIO(data), "receipt.txt", len(data), f"person:{world.alice.id}")
    with transaction():
        owner = vault.restriction_key("r:rights", utcnow() + timedelta(days=9))
        uid = locking.shut_file(Removal(world.alice.id or 0, utcnow(), owner), kept)
    assert list(locking.locked_files(owner)) == [(uid, data)]
    assert [text for _place, text in locking.locked_values(owner, 0)] == ["receipt.txt"]
