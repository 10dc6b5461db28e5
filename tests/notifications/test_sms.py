"""The SMS door: a signed call, and what is made of each answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest

from support.core import breaker
from support.core.config import ConfigError
from support.core.outbox import GiveUp, Retry
from support.notifications import sms
from tests.fixtures.bridge import SECRET, Bridge
from tests.fixtures.servers import free_port

TEXT = sms.Sms(
    "0123456789abcdef" * 2, "+8613800138000", "【示例平台】你好", "zh", "notifications.code"
)


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
    with pytest.raises(Retry, match="sms door rests"):
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
        sms.WebhookDoor(url)
