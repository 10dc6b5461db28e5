"""What the tests of orders share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from support.core.config import Config
from support.core.db import db


@pytest.fixture(scope="module")
def app_once(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for tests that touch no database."""
    folder: Path = tmp_path_factory.mktemp("app")
    return create_app(Config(instance_dir=folder, testing=True).with_changes())


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, as a command has one."""
    with app.app_context():
        yield
        db.session.remove()
