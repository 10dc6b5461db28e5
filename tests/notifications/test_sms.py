"""The SMS door: a signed call, and what is made of each answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from support.core import breaker
from support.core.config import ConfigError
from support.core.outbox import GiveUp, Retry
from support.notifications import sms
from tests.fixtures.servers import free_port

SECRET = "a secret of some length"
TEXT = sms.Sms(
    "0123456789abcdef" * 2, "+8613800138000", "【示例平台】你好", "zh", "notifications.code"
)


class Bridge(HTTPServer):
    """A provider's bridge that keeps what it is sent and answers as told."""

    answer = 204

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """What stands in the configuration."""
        secret = SECRET.replace(" ", "%20")
        return f"http://gongdan:{secret}@127.0.0.1:{self.server_port}/send?region=1"


class _Handler(BaseHTTPRequestHandler):
    server: Bridge

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append(({**self.headers, "path": self.path}, body))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Stay quiet."""


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    """A running bridge."""
    server = Bridge()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_call_is_signed_and_says_what_to_send(bridge: Bridge) -> None:
    sms.WebhookDoor(bridge.url).send(TEXT)
    [(headers, body)] = bridge.calls
    assert json.loads(body) == {
        "id": TEXT.id,
        "to": "+8613800138000",
        "text": "【示例平台】你好",
        "language": "zh",
        "template": "notifications.code",
    }
    stamp = headers["Gongdan-Timestamp"]
    expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Gongdan-Signature"] == expected
    assert abs(int(stamp) - time.time()) < 60
    assert headers["Idempotency-Key"] == TEXT.id
    assert headers["path"] == "/send?region=1"
    assert SECRET not in str(headers)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (500, Retry),
        (503, Retry),
        (429, Retry),
        (408, Retry),
        (400, GiveUp),
        (401, GiveUp),
        (302, GiveUp),
    ],
)
def test_what_is_made_of_refusals(bridge: Bridge, answer: int, error: type[Exception]) -> None:
    bridge.answer = answer
    with pytest.raises(error, match=f"sms {answer}"):
        sms.WebhookDoor(bridge.url).send(TEXT)
    assert len(bridge.calls) == 1


def test_a_silent_bridge_rests_after_five_tries() -> None:
    door = sms.WebhookDoor(f"http://x:{'s' * 16}@127.0.0.1:{free_port()}/")
    for _time in range(breaker.FAILURES):
        with pytest.raises(Retry, match="ConnectionRefusedError"):
            door.send(TEXT)
    with pytest.raises(Retry, match="SMS door rests"):
        door.send(TEXT)


def test_a_ping_carries_no_text_and_no_number(bridge: Bridge) -> None:
    sms.WebhookDoor(bridge.url).ping()
    said = json.loads(bridge.calls[0][1])
    assert (said["template"], said["to"], said["text"]) == ("ping", "", "")


@pytest.mark.parametrize(
    "url",
    [
        "http://x:0123456789abcdef@sms.example.com/",
        "https://sms.example.com/",
        "https://x:short@sms.example.com/",
        "ftp://x:0123456789abcdef@sms.example.com/",
        "https://",
    ],
)
def test_an_open_or_unsigned_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="sms_url must be"):
        sms.checked_url(url)
