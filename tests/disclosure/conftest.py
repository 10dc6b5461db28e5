"""What the tests of penalties share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.disclosure.world import PenaltyWorld


@pytest.fixture
def world(app: Flask) -> Iterator[PenaltyWorld]:
    """Lena and Leo of legal, Paul who approves, Mei at the desk; Alice and Bob, members."""
    made = PenaltyWorld(app)
    yield made
    made.leave()
