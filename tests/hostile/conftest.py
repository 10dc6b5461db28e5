"""An application whose doors are set (nothing leaves: no worker runs), and people of every kind in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from support.core.config import Config
from support.core.db import db
from tests.fixtures.pages import PageClient
from tests.hostile.world import World


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The real application on an empty database, where codes can be asked for."""
    doors = {"smtp_url": "smtp://127.0.0.1:9", "sms_url": "https://sms.example.com/send"}
    application = create_app(config.with_changes(**doors))
    application.test_client_class = PageClient
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def world(app: Flask) -> World:
    """Alice, Bob, two guests, an agent and an admin, with their orders."""
    return World(app)
