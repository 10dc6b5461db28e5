"""An application whose doors are set (nothing is sent: no worker runs), with a policy to accept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from support.core.config import Config
from support.core.db import db
from support.policies import service as policies
from tests.accounts.other_accounts import Services, running_services
from tests.fixtures.pages import PageClient


@pytest.fixture(scope="session")
def other_services() -> Iterator[Services]:
    """The services whose accounts sign in, one process of them for each test process."""
    with running_services() as services:
        yield services


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The real application on an empty database, once on each engine, where codes can be asked for."""
    doors = {"smtp_url": "smtp://127.0.0.1:9", "sms_url": "https://sms.example.com/send"}
    application = create_app(config.with_changes(**doors))
    application.test_client_class = PageClient
    with application.app_context():
        policies.load_sample()
        db.session.remove()
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, as a command has one."""
    with app.app_context():
        yield
        db.session.remove()
