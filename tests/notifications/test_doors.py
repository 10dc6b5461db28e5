"""A door that does not answer is told to everybody who waits for a code, and says of nobody whether they are known."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from support.accounts import queries_codes, service_codes
from support.accounts.models import ContactKind
from support.accounts.policy import CodePurpose
from support.core import outbox
from support.core.actors import ANONYMOUS
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, new_uid
from support.notifications import service
from tests.fixtures.mail import SmtpSink
from tests.fixtures.pages import PageClient
from tests.notifications.conftest import ORDERS, make_member, use

AWAY = "Text messages can't be sent just now."
KNOWN, UNKNOWN = "138 0013 8000", "139 0013 9000"


@pytest.fixture
def config(config: Config, smtp_sink: SmtpSink) -> Config:
    """Mail goes to a real server; nobody listens where text messages go."""
    away = "http://gongdan:a-secret-of-some-length@127.0.0.1:9/send"
    return config.with_changes(smtp_url=smtp_sink.url, sms_url=away)


@pytest.fixture
def world(app: Flask) -> Flask:
    """Alice signs in with a mobile."""
    app.test_client_class = PageClient
    with app.app_context():
        make_member("Alice", "alice@example.com", mobile="+8613800138000")
        db.session.remove()
    return app


def work(app: Flask) -> None:
    """Let the worker carry out what is due."""
    with app.app_context():
        outbox.drain()


def ask(app: Flask, start: str, number: str, button: str) -> PageClient:
    """Ask for a code in a browser of its own."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    field = {"/login": "account"}.get(start, "address")
    answer = client.submit(start, {field: number}, button=button)
    assert answer.location == f"{start}/code"
    return client


def seen(client: PageClient, path: str) -> str:
    """Return the page that waits for the code, without what differs from browser to browser."""
    body = unescape(client.get(path).get_data(as_text=True))
    return re.sub(r'13\d•+\d{4}|value="[^"]*"', "", body)


@pytest.mark.parametrize(
    ("start", "button"), [("/login", "Send me a code instead"), ("/retrieve", "Send me a code")]
)
def test_a_door_that_fails_tells_nobody_who_is_known(world: Flask, start: str, button: str) -> None:
    known, unknown = (ask(world, start, number, button) for number in (KNOWN, UNKNOWN))
    work(world)
    first, second = (seen(client, f"{start}/code") for client in (known, unknown))
    assert first == second
    assert AWAY not in first


@pytest.mark.parametrize(
    ("start", "button"), [("/login", "Send me a code instead"), ("/retrieve", "Send me a code")]
)
def test_a_door_that_is_away_is_told_to_known_and_unknown_alike(
    world: Flask, start: str, button: str
) -> None:
    ask(world, "/register", "137 0013 7000", "Send me a code")
    work(world)
    known, unknown = (ask(world, start, number, button) for number in (KNOWN, UNKNOWN))
    first, second = (seen(client, f"{start}/code") for client in (known, unknown))
    assert first == second
    assert AWAY in first
    mail = ask(world, start, "alice@example.com", button)
    assert "just now" not in seen(mail, f"{start}/code")


def code_of(purpose: CodePurpose, kind: ContactKind, value: str) -> None:
    """Ask for a code."""
    service_codes.request_code(
        ANONYMOUS,
        purpose,
        kind=kind,
        value=value,
        visitor=new_uid(),
        address="127.0.0.1",
        language="en",
    )


def is_away(kind: ContactKind, minutes: float = 0) -> bool:
    """Whether pages say now, or `minutes` later, that the door is away."""
    return queries_codes.is_door_away(kind, utcnow() + timedelta(minutes=minutes))


def test_mail_is_away_until_a_message_leaves_again(app: Flask, smtp_sink: SmtpSink) -> None:
    with app.app_context():
        code = use(app, ORDERS)
        alice = make_member("Alice", "alice@example.com")
        smtp_sink.replies.append("421 closing")
        code_of(CodePurpose.REGISTER, ContactKind.EMAIL, "dora@example.com")
        outbox.drain()
        assert is_away(ContactKind.EMAIL)
        assert not is_away(ContactKind.MOBILE)
        code_of(CodePurpose.LOGIN, ContactKind.EMAIL, "erin@example.com")
        outbox.drain()
        assert is_away(ContactKind.EMAIL)  # what leaves for somebody known tells nothing
        service.tell(alice, code, about="order:1", key="1")
        outbox.drain()
        assert not is_away(ContactKind.EMAIL)


def test_a_refused_message_does_not_make_the_door_away(app: Flask, smtp_sink: SmtpSink) -> None:
    with app.app_context():
        smtp_sink.replies += ["550 no such mailbox", "450 later"]
        code_of(CodePurpose.REGISTER, ContactKind.EMAIL, "dora@example.com")
        code_of(CodePurpose.REGISTER, ContactKind.EMAIL, "erin@example.com")
        outbox.drain()
        assert len(smtp_sink.deliveries) == 2
        assert not is_away(ContactKind.EMAIL)


def test_an_old_silence_is_not_told(app: Flask) -> None:
    with app.app_context():
        code_of(CodePurpose.REGISTER, ContactKind.MOBILE, "+8613700137000")
        outbox.drain()
        assert is_away(ContactKind.MOBILE, minutes=9)
        assert not is_away(ContactKind.MOBILE, minutes=10.1)
