"""What the tests of filing share: a desk whose platform has a shop, and the console version of its listings."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core import installation
from support.core.config import Config
from support.core.db import db
from tests.filing.filer import SHOP
from tests.fixtures.pages import PageClient


@pytest.fixture
def config(config: Config) -> Config:
    """The usual configuration, with the addresses of a shop's listings."""
    return config.with_changes(listing_urls=(SHOP.replace(".", r"\.") + r"/(?P<item>\d+)",))


@pytest.fixture
def filer(app: Flask, client: PageClient) -> PageClient:
    """The browser of a rights holder without an account, at a demo: its listings are known here."""
    with app.app_context():
        installation.mark(demo=True)
        db.session.remove()
    client.page("/cookies")
    return client
