"""An application whose doors are set (nothing leaves: no worker runs), where another service's account signs in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from support.core.config import Config
from support.core.db import db
from tests.assurance.world import World
from tests.fixtures.filled import OTHER_SERVICES
from tests.fixtures.pages import PageClient


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The real application on an empty database, where codes can be asked for and accounts be bound."""
    application = create_app(
        config.with_changes(
            smtp_url="smtp://127.0.0.1:9",
            sms_url="https://sms.example.com/send",
            **OTHER_SERVICES,
        )
    )
    application.test_client_class = PageClient
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def world(app: Flask) -> World:
    """Alice, a member, and Ada, an administrator, with all that a protected act could change."""
    with app.app_context():
        made = World()
        db.session.remove()
    return made


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, as a command has one."""
    with app.app_context():
        yield
