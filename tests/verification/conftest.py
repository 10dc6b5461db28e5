"""What the tests of identity checks share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.verification.payments import Company
from tests.verification.world import World


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """A locked-out member, a guest who says so, an agent, a verifier and an approver."""
    made = World(app)
    yield made
    made.leave()


@pytest.fixture
def company(world: World, app: Flask) -> Company:
    """Mei asked for a company's papers; codes are not in the way."""
    return Company(world, app.extensions["ground"].config.outgoing_dir)
