"""What the tests of real names share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.realname.world import NameWorld


@pytest.fixture
def world(app: Flask) -> Iterator[NameWorld]:
    """Alice, a member; Bob, another one; Vera who verifies and Paul who approves."""
    made = NameWorld(app)
    yield made
    made.leave()
