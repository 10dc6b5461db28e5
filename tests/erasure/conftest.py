"""What the tests of deletions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.erasure.world import ErasureWorld


@pytest.fixture
def world(app: Flask) -> Iterator[ErasureWorld]:
    """Priya who decides, Lena who agrees, Mei at the desk; Alice who asks, Bob who does not."""
    made = ErasureWorld(app)
    yield made
    made.leave()
