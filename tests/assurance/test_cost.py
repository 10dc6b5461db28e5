"""What the gate may cost a page: one query, whatever it decides."""

from __future__ import annotations

import pytest

from support.assurance import service as assurance
from support.assurance.policy import ACTS, Act, Level
from support.core.db import db
from support.core.errors import NeedsProof
from tests.assurance.world import World
from tests.workorders.desk_world import counted


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("act", [act for act, rule in ACTS.items() if not rule.by_check])
@pytest.mark.parametrize("held", [Level.NOBODY, Level.TWO_WAYS])
def test_the_gate_asks_the_database_at_most_once(world: World, act: Act, held: Level) -> None:
    actor = world.at_level("alice", held)
    db.session.rollback()
    with counted() as seen:
        try:
            assurance.require(actor, act, now=world.now)
        except NeedsProof:
            assert held < ACTS[act].level
    assert len(seen) <= 1
