"""Answers that the platform posts later: signed, fresh, each message once; and the example of the contract."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.core import outbox, platform, platform_signing
from support.core.clock import utcnow
from support.core.db import db, new_uid
from support.core.installation import mark
from support.core.platform_calls import Name, PlatformMessage
from tests.core.platform.test_calls import ADMIN, ask, fresh, trail, use
from tests.fixtures.pages import PageClient
from tests.fixtures.platform import Platform, answered, run_due, signature
from tests.fixtures.platform_service import NEWER, SECRET

pytestmark = pytest.mark.usefixtures("context")
CONTRACT = Path(__file__).resolve().parents[3] / "docs" / "platform.md"


@pytest.fixture
def later(platform_there: Platform) -> str:
    """A call that the platform took up."""
    platform_there.told(next=["later"])
    uid = ask()
    outbox.drain()
    assert fresh(uid).state == "later"
    return uid


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["reason"]


def test_a_later_answer_is_recorded_on_the_order(client: PageClient, later: str) -> None:
    done = answered(client, later, items=3)
    assert (done.status_code, done.json) == (200, {"recorded": True})
    found = fresh(later)
    assert (found.state, found.note, found.answer) == ("done", "removed", {"items": 3})
    assert trail() == ["platform.asked", "platform.later", "platform.done"]


def test_the_same_message_again_is_refused_and_the_same_answer_again_is_harmless(
    client: PageClient, later: str
) -> None:
    body = json.dumps({"type": "platform.answer", "call": later, "done": True, "note": "ok"})
    signed = signature(body.encode(), "message-1")
    how = {"data": body, "content_type": "application/json", "headers": signed}
    assert client.post("/platform/answers", **how).status_code == 200
    assert refused(client.post("/platform/answers", **how)) == (409, "replayed")
    assert answered(client, later, note="ok").status_code == 200
    assert trail().count("platform.done") == 1
    assert db.session.execute(select(func.count(PlatformMessage.id))).scalar_one() == 2


def test_a_replay_does_not_answer_a_call_that_was_asked_anew(
    client: PageClient, platform_there: Platform, later: str
) -> None:
    body = json.dumps({"type": "platform.answer", "call": later, "done": False, "note": "busy"})
    how = {
        "data": body,
        "content_type": "application/json",
        "headers": signature(body.encode(), "message-1"),
    }
    assert client.post("/platform/answers", **how).status_code == 200
    platform_there.told(next=["later"])
    platform.ask_again(ADMIN, later)
    outbox.drain()
    assert refused(client.post("/platform/answers", **how)) == (409, "replayed")
    assert fresh(later).state == "later"


def test_another_answer_after_the_first_is_refused(client: PageClient, later: str) -> None:
    assert answered(client, later).status_code == 200
    assert refused(answered(client, later, done=False)) == (409, "answered_before")
    assert fresh(later).state == "done"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_is_five_minutes_off_is_refused(
    client: PageClient, later: str, minutes: int
) -> None:
    off = utcnow() + timedelta(minutes=minutes)
    assert refused(answered(client, later, at=off)) == (401, "clock")
    nearly = utcnow() + timedelta(minutes=minutes * 0.8)
    assert answered(client, later, at=nearly).status_code == 200


def test_what_is_not_signed_by_a_secret_in_force_is_refused(
    app: Flask, client: PageClient, later: str
) -> None:
    for headers in (
        {"x": "y"},
        {"webhook-id": "1", "webhook-timestamp": "x", "webhook-signature": "v1,x"},
        {"webhook-id": "1", "webhook-timestamp": "9" * 20, "webhook-signature": "v1,x"},
    ):
        assert refused(answered(client, later, headers=headers)) == (401, "unsigned")
    assert refused(answered(client, later, secret=NEWER)) == (401, "signature")
    strange = signature(b"{}", "1") | {"webhook-signature": "v1,é v2,x"}
    assert refused(answered(client, later, headers=strange)) == (401, "signature")
    assert fresh(later).state == "later"
    use(app, platform_secret=NEWER, platform_secret_before=SECRET)
    assert answered(client, later, secret=SECRET).status_code == 200


def test_our_own_call_sent_back_to_us_is_no_answer(client: PageClient, later: str) -> None:
    said = {"type": "platform.call", "id": later, "call": later, "done": True}
    body = json.dumps(said).encode()
    how = {"data": body, "content_type": "application/json", "headers": signature(body, later)}
    assert refused(client.post("/platform/answers", **how)) == (400, "unreadable")


def test_a_large_body_and_an_unknown_call_are_refused(client: PageClient, later: str) -> None:
    assert refused(answered(client, later, note="x" * 20_000)) == (413, "too_large")
    assert refused(answered(client, new_uid())) == (404, "unknown_call")
    assert answered(client, later).status_code == 200


@pytest.mark.parametrize("setting", [{"platform_secret": ""}, {"platform_url": ""}, {}])
def test_without_a_door_nobody_answers(
    app: Flask, client: PageClient, later: str, setting: dict[str, str]
) -> None:
    if setting:
        use(app, **setting, **({"platform_secret": ""} if "platform_url" in setting else {}))
    else:
        mark(demo=True)
    assert answered(client, later).status_code == 404
    assert fresh(later).state == "later"


def test_an_answer_that_is_faster_than_our_own_note_stands(
    client: PageClient, platform_there: Platform
) -> None:
    uid = ask()
    assert answered(client, uid).status_code == 200
    run_due()
    assert platform_there.taken()["calls"] == []
    assert (fresh(uid).state, fresh(uid).note) == ("done", "removed")


def test_an_answer_after_we_gave_up_is_recorded(
    client: PageClient, platform_there: Platform
) -> None:
    platform_there.told(next=[400])
    uid = ask()
    outbox.drain()
    assert fresh(uid).state == "failed"
    assert answered(client, uid).status_code == 200
    assert fresh(uid).state == "done"


def test_messages_are_forgotten_when_they_are_too_old_to_come_again(
    client: PageClient, later: str
) -> None:
    answered(client, later)
    platform.forget_messages(utcnow() + 2 * platform_signing.WINDOW)
    assert db.session.execute(select(func.count(PlatformMessage.id))).scalar_one() == 1
    platform.forget_messages(utcnow() + 4 * platform_signing.WINDOW)
    assert db.session.execute(select(func.count(PlatformMessage.id))).scalar_one() == 0


def test_the_example_of_the_contract_verifies_a_real_call_and_nothing_else(
    app: Flask, platform_there: Platform
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", CONTRACT.read_text("utf-8"), re.DOTALL)
    assert len(example.strip().splitlines()) <= 20
    known: dict[str, Any] = {}
    exec(example, known)
    use(app, platform_secret=NEWER, platform_secret_before=SECRET)
    uid = platform.call(Name.PING, "1", about="system")
    outbox.drain()
    [came] = platform_there.taken()["calls"]
    headers = {name.lower(): value for name, value in came["headers"].items()}
    body = came["body"].encode()
    assert headers["webhook-id"] == uid
    for secrets in ([SECRET], [NEWER], ["whsec_" + "A" * 32, SECRET]):
        assert known["is_from_desk"](headers, body, secrets)
    assert not known["is_from_desk"](headers, body, ["whsec_" + "A" * 32])
    assert not known["is_from_desk"](headers, body + b" ", [SECRET])
    old = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
    assert not known["is_from_desk"](old, body, [SECRET])


def test_the_contract_names_every_call() -> None:
    words = CONTRACT.read_text("utf-8")
    for name in Name:
        assert f"`{name}`" in words
