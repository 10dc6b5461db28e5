"""What the tests of rights notices share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.infringement.world import NoticeWorld


@pytest.fixture
def world(app: Flask) -> Iterator[NoticeWorld]:
    """Hana who holds a mark, Rong who sells, Ivy the clerk, Leo and Lena of legal."""
    made = NoticeWorld(app)
    yield made
    made.leave()
