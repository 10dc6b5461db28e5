"""What was deleted stays deleted, also when a backup of before comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from support.core import ledger, vault
from support.core.db import db
from support.core.vault import KeyDestroyed
from support.erasure import replay
from tests.core.backup_world import back_up, restore
from tests.erasure import leftovers
from tests.erasure.everything import CANARIES, Everything
from tests.erasure.test_execution import agreed
from tests.erasure.world import ErasureWorld


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
