"""What all tests share. The fixtures themselves stand in `tests/fixtures/`."""

from __future__ import annotations

import os

import pytest

from tests.fixtures.addresses import keep_compiled_addresses
from tests.fixtures.network import forbid_outside_connections

pytest_plugins = [
    "tests.fixtures.servers",
    "tests.fixtures.databases",
    "tests.fixtures.mail",
    "tests.fixtures.platform",
    "tests.fixtures.bridge",
    "tests.fixtures.pages",
    "tests.fixtures.live",
    "tests.fixtures.browser",
    "tests.fixtures.restored",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--screenshots DIR`."""
    parser.addoption("--screenshots", metavar="DIR", help="keep pictures of the pages in DIR")


def pytest_configure() -> None:
    """Close the way out before the first import of a test, and let commands speak English whoever runs it."""
    forbid_outside_connections()
    keep_compiled_addresses()
    os.environ["LC_ALL"] = "C.UTF-8"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of the shared live server on one process, so that it is started once; mark browser tests."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "live_server" in fixtures:
            item.add_marker(pytest.mark.xdist_group("live"))
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
