"""An application whose platform is a real process, and a context as a worker has one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from support.core import platform_door
from support.core.config import Config
from support.core.db import db
from tests.fixtures.platform import Platform


@pytest.fixture
def config(config: Config, platform_there: Platform) -> Config:
    """Calls go to the process."""
    platform_door._kept.cache_clear()  # its breaker counts for the whole process
    return config.with_changes(**platform_there.settings)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context."""
    with app.app_context():
        yield
        db.session.remove()
