"""The demo as real processes, and the browsers of those who use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.fixtures.live import LiveServer, StartServer

OpenScreen = Callable[[], Page]


@pytest.fixture
def server(start_server: StartServer, bare_database_url: str) -> LiveServer:
    """The demo on the database of this test, with a Valkey of its own."""
    return start_server(DATABASE_URL=bare_database_url)


@pytest.fixture
def phone(browser: Browser, server: LiveServer, complaints: list[str]) -> Iterator[Page]:
    """A member's phone: 390 px, Chinese."""
    with _tab(browser, server, complaints, width=390, height=844, locale="zh-CN") as page:
        yield page


@pytest.fixture
def desk(open_screen: OpenScreen) -> Page:
    """An agent's screen: 1440 px, English."""
    return open_screen()


@pytest.fixture
def open_screen(
    browser: Browser, server: LiveServer, complaints: list[str]
) -> Iterator[OpenScreen]:
    """Open a screen for one more person who works here: 1440 px, English, a browser of its own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            _tab(browser, server, complaints, width=1440, height=900, locale="en-US")
        )


@contextmanager
def _tab(
    browser: Browser,
    server: LiveServer,
    complaints: list[str],
    *,
    width: int,
    height: int,
    locale: str,
) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=server.url, viewport={"width": width, "height": height}, locale=locale
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    yield page
    context.close()
    assert complaints == []
