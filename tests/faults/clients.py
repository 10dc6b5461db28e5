"""People as a browser lets them act: cookies kept, forms filled in, no redirect followed by itself."""

from __future__ import annotations

import http.client
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TypeVar
from urllib.parse import urlencode

from tests.fixtures.pages import Page

T = TypeVar("T")
PROBLEM = "The invoice names a company that is not ours."


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, address to go on to, text and duration in seconds of one answer."""

    status: int
    location: str
    text: str
    seconds: float


class Browser:
    """One person's browser; `secret` is the cookie of a session that exists already."""

    def __init__(self, port: int, secret: str = "") -> None:
        self._port = port
        self.cookies = {"sid": secret} if secret else {}

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, fields)

    def fields(self, path: str, action: str) -> dict[str, str]:
        """Open a page and return the hidden fields of the form with this action."""
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status, answer.location)
        page = Page(answer.text)
        form = page.form(action=action)
        return {
            control.attributes["name"]: control.attributes.get("value", "")
            for control in page.controls(form)
            if control.type == "hidden" and control.attributes.get("name")
        }

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        headers = {
            "Host": f"localhost:{self._port}",
            "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        location = response.headers.get("Location", "")
        return Answer(response.status, location, text, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Ready:
    """An order that is looked over and only has to be sent."""

    browser: Browser
    subject: str
    fields: dict[str, str]

    def send(self) -> Answer:
        """Press "Send work order"; pressing again is a retry of the same."""
        return self.browser.post("/orders/new/question/sending", self.fields)


def fill_in(port: int, subject: str, address: str = "") -> Ready:
    """Fill in a question as a new guest, up to the last look; each has an address of their own."""
    browser, path = Browser(port), "/orders/new/question"
    fields = browser.fields(path, path) | {
        "topic": "billing",
        "subject": subject,
        "body": PROBLEM,
        "address": address or f"guest.{secrets.token_hex(6)}@example.com",
    }
    kept = browser.post(path, fields)
    assert kept.status == 303, (kept.status, kept.text[:2000])
    return Ready(browser, subject, browser.fields(f"{path}/check", f"{path}/sending"))


def reference_in(answer: Answer) -> str:
    """Return the reference that the answer to a sending leads to, "" when it acknowledges none."""
    parts = answer.location.split("/")
    return parts[-2] if answer.status == 303 and parts[-1] == "receipt" else ""


def until_answered(act: Callable[[], T], *, seconds: float = 30) -> T:
    """Do as people do when a page does not load: try the same again, for a while."""
    end = time.monotonic() + seconds
    while True:
        try:
            return act()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
