"""What was deleted stays deleted, also when a backup of before comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from support.core import ledger, vault
from support.core.db import db
from support.core.vault import KeyDestroyed
from support.erasure import replay
from support.workorders import service as workorders
from tests.core.backup_world import back_up, restore
from tests.erasure import leftovers
from tests.erasure.everything import CANARIES, Everything
from tests.erasure.test_execution import agreed
from tests.erasure.world import ErasureWorld
from tests.workorders.desk_world import make_member, make_order


def test_a_restored_backup_of_before_holds_nothing_of_the_person(
    app: Flask,
    world: ErasureWorld,
    same_engine: Flask,
    tmp_path: Path,
) -> None:
    life = Everything(world.mei, world.bob)
    row = agreed(world, life)
    with world.outside():
        made = back_up(app, tmp_path / "out")
    world.carried_out(row)
    with world.outside():
        back_up(app, tmp_path / "out", only_keys=True)
        assert restore(same_engine, made.data).behind == 0
        assert leftovers.in_tables(same_engine, CANARIES.values()) == []
        instance = Path(same_engine.instance_path)
        assert leftovers.in_files(instance, CANARIES.values()) == []
        with same_engine.app_context():
            assert ledger.applied() == 1
            with pytest.raises(KeyDestroyed):
                vault.unseal(f"person:{life.id}", "any.place:1", b"\1" + bytes(40))
            assert replay.replay() == 0, "twice is harmless"
            db.session.remove()


def test_two_deletions_that_met_in_one_text_are_both_done_again(
    app: Flask, world: ErasureWorld, same_engine: Flask, tmp_path: Path
) -> None:
    both = ["alice@example.org", "bob@example.org"]
    order = make_order(make_member("Dora", "dora@example.org"), " and ".join(both), "Please look.")
    workorders.add_note(world.mei, order, body=f"Write to {both[0]} and {both[1]}, please.")
    rows = [world.confirmed(who) for who in (world.alice, world.bob)]
    world.drain()
    rows = [world.approved(world.proposed(row)) for row in rows]
    with world.outside():
        made = back_up(app, tmp_path / "out")
    for row in rows:
        world.carried_out(row)
    with world.outside():
        back_up(app, tmp_path / "out", only_keys=True)
        assert restore(same_engine, made.data).behind == 0
        assert leftovers.in_tables(same_engine, both) == []
