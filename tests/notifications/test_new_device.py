"""The letter about a sign-in from a new browser: by mail and in the inbox, in the owner's language, never off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.accounts import service as accounts
from support.accounts import service_retention
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db
from support.notifications import service
from support.notifications.letters import write_inbox
from support.notifications.models import Channel, Delivery, Purpose
from support.notifications.templates import facts_for, template
from tests.fixtures.mail import SmtpSink
from tests.notifications.conftest import (
    PASSWORD,
    actor_of,
    drain,
    make_agent,
    make_member,
    unread_count,
)

pytestmark = pytest.mark.usefixtures("context")
SITE = "http://support.example.com"


@pytest.fixture
def config(config: Config, smtp_sink: SmtpSink) -> Config:
    """Mail goes to a real server."""
    return config.with_changes(smtp_url=smtp_sink.url, public_url=SITE)


def sign_in(name: str, browser: str) -> None:
    accounts.sign_in_with_password(
        name, PASSWORD, address="203.0.113.77", device="Firefox, Windows", browser=browser
    )


def parts(smtp_sink: SmtpSink) -> list[str]:
    """The text and the HTML of the only mail."""
    [mail] = smtp_sink.messages
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
    return [body.get_content() for body in bodies if body is not None]


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "Signed in from a new device", ("It was not you?", "end that session", "When: ")),
        ("zh", "有新设备登录您的账号", ("如果不是您本人", "结束该会话", "时间：")),
    ],
)
def test_the_owner_reads_when_from_what_and_what_to_do(
    smtp_sink: SmtpSink, language: str, subject: str, words: tuple[str, ...]
) -> None:
    alice = make_member("Alice", "alice@example.com", language=language)
    for browser in ("known", "known", "new", "new"):
        sign_in("Alice", browser)
    drain()
    assert smtp_sink.messages[0]["Subject"] == subject
    both = parts(smtp_sink)
    assert len(both) == 2
    for part in both:
        for each in (*words, "Firefox, Windows", "203.0.113.x", "(Asia/Shanghai)"):
            assert each in part
        for path in ("/account/sessions", "/account/password", "/orders/new/question?topic=access"):
            assert f"{SITE}{path}" in part
        assert "203.0.113.77" not in part
        assert "/account/notices" not in part
    assert unread_count(alice) == 1


def test_it_can_not_be_switched_off(smtp_sink: SmtpSink) -> None:
    alice = make_member("Alice", "alice@example.com")
    every = {
        (purpose, channel): False
        for purpose in (Purpose.ORDERS, Purpose.NEWS)
        for channel in Channel
    }
    service.set_preferences(actor_of(alice), every)
    for browser in ("known", "new"):
        sign_in("Alice", browser)
    drain()
    assert len(smtp_sink.messages) == 1


def test_staff_are_told_too(smtp_sink: SmtpSink) -> None:
    bob = make_agent("Bob")
    for browser in ("known", "new"):
        sign_in("Bob", browser)
    drain()
    assert [each.recipients for each in smtp_sink.deliveries] == [["bob@desk.example.com"]]
    assert unread_count(bob.id or 0) == 1


def test_the_inbox_goes_on_when_the_log_has_cut_or_forgotten_it() -> None:
    alice = make_member("Alice", "alice@example.com")
    for browser in ("known", "new"):
        sign_in("Alice", browser)
    drain()
    row = db.session.execute(
        db.select(Delivery).where(Delivery.channel == Channel.INBOX)
    ).scalar_one()
    kind, reader = template(row.template), actor_of(alice)
    service_retention.forget_sign_ins(utcnow() + timedelta(days=31))
    db.session.expire_all()
    facts = facts_for(kind, row.ids, reader)
    assert facts is not None
    _title, paragraphs = write_inbox(row.template, reader, facts)
    assert ["Unknown device" in line for lines in paragraphs for line in lines].count(True) == 1
    service_retention.forget_sign_ins(utcnow() + timedelta(days=191))
    assert facts_for(kind, row.ids, reader) is None
    stranger = actor_of(make_member("Charlie", "charlie@example.com"))
    assert facts_for(kind, row.ids, stranger) is None
