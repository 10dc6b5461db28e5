"""The door to the platform's listings: a signed question, and nothing but short lines of the answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from flask import Flask

from support.core import platform_signing
from support.core.clock import utcnow
from support.core.config import Config, ConfigError
from support.core.db import transaction
from support.infringement import listing_door

SECRET = base64.b64encode(b"a secret of the listings' own").decode()


class Listings(BaseHTTPRequestHandler):
    """A platform that knows what `known` says, or answers `raw`."""

    known: ClassVar[dict[str, Any]] = {}
    raw: ClassVar[bytes | None] = None
    asked: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        """Answer one question."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        Listings.asked.append((headers, body))
        answer = Listings.raw
        if answer is None:
            answer = json.dumps({"listings": Listings.known}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of a platform that is asked."""
    server = HTTPServer(("127.0.0.1", 0), Listings)
    Listings.known, Listings.raw, Listings.asked = {}, None, []
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/listings"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def config(config: Config, shop: str) -> Config:
    """A real desk with a platform."""
    url = "https://platform.example.com/calls"
    return config.with_changes(
        listing_check_url=shop, platform_url=url, platform_secret=SECRET, public_url="https://x.y"
    )


def test_items_are_asked_about_a_hundred_at_once_and_signed(app: Flask) -> None:
    Listings.known = {
        "7": {"title": "A tent\nfor two", "seller": "Shop 3", "owner": "a@b.example", "price": 9}
    }
    read = {"title": "A tent for two", "seller": "Shop 3", "owner": "a@b.example", "since": ""}
    with app.app_context():
        found = listing_door.look_up([str(number) for number in range(150)])
    assert found == {"7": read}
    assert [len(json.loads(body)["items"]) for _headers, body in Listings.asked] == [100, 50]
    headers, body = Listings.asked[0]
    keys = [base64.b64decode(SECRET)]
    platform_signing.check(headers.get, body, keys, now=utcnow())


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"listings": {"7": "x"}}', b"\xff"])
def test_an_answer_that_can_not_be_read_says_nothing_of_any(app: Flask, raw: bytes) -> None:
    Listings.raw = raw
    with app.app_context():
        assert listing_door.look_up(["7"]) is None


def test_no_call_goes_out_inside_a_transaction(app: Flask) -> None:
    with app.app_context(), transaction(), pytest.raises(RuntimeError):
        listing_door.look_up(["7"])


def test_nobody_between_hears_what_is_asked(config: Config) -> None:
    with pytest.raises(ConfigError):
        config.with_changes(listing_check_url="http://platform.example.com/listings")
