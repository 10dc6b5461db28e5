"""Sending: the right person, asked again right before, once, whatever the other side answers."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from support.accounts import queries as people
from support.accounts import service_codes
from support.accounts.models import Code, ContactKind, Person
from support.accounts.policy import CodePurpose
from support.core import installation, outbox, outbox_upkeep, vault
from support.core.actors import ANONYMOUS
from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import settings
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow, OutboxState
from support.notifications import queries, service
from support.notifications.models import Channel, Delivery, DeliveryState, Purpose
from tests.fixtures.mail import SmtpSink
from tests.notifications.conftest import (
    NEWS,
    ORDERS,
    actor_of,
    contact_of,
    drain,
    make_agent,
    make_member,
    unread_count,
    use,
)

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def config(config: Config, smtp_sink: SmtpSink) -> Config:
    """Mail goes to a real server."""
    return config.with_changes(smtp_url=smtp_sink.url, public_url="http://support.example.com")


def tell_alice(app: Flask, language: str = "en", **ids: Any) -> int:
    alice = make_member("Alice", "alice@example.com", language=language)
    service.tell(
        alice,
        use(app, ORDERS),
        about="order:1",
        key="1",
        ids={"reference": "WO-26-000123-K7"} | ids,
    )
    return alice


def mails() -> list[Delivery]:
    statement = db.select(Delivery).where(Delivery.channel == Channel.MAIL).order_by(Delivery.id)
    return list(db.session.execute(statement).scalars())


def test_a_mail_has_all_its_headers_and_both_parts(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app)
    assert drain() == 1
    [mail] = smtp_sink.messages
    [row] = mails()
    assert smtp_sink.deliveries[0].recipients == ["alice@example.com"]
    assert mail["To"] == "alice@example.com"
    assert mail["From"] == "Example Platform <support@support.example.com>"
    assert mail["Message-ID"] == f"<{row.uid}@support.example.com>"
    assert mail["Subject"] == "[WO-26-000123-K7] Welcome to Example Platform"
    assert mail["In-Reply-To"] == mail["References"] == "<wo-26-000123-k7@support.example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert abs(mail["Date"].datetime - utcnow()) < timedelta(minutes=1)
    assert mail["List-Unsubscribe"] is None
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert "http://support.example.com/orders/WO-26-000123-K7" in part
        assert f"{row.check_code[:4]}-{row.check_code[4:]}" in part
        assert "http://support.example.com/account/notices" in part
    assert row.state == DeliveryState.SENT
    assert row.sent_at is not None


def test_the_words_are_in_the_readers_language(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app, language="zh")
    drain()
    [mail] = smtp_sink.messages
    assert mail["Subject"] == "[WO-26-000123-K7] 欢迎加入示例平台"
    assert mail["From"] == "示例平台 <support@support.example.com>"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Alice，您好" in text.get_content()


def test_a_reader_who_may_not_see_it_any_more_gets_nothing(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app, hidden=True)
    drain()
    assert smtp_sink.messages == []
    assert mails()[0].state == DeliveryState.CANCELLED


def test_who_said_no_after_the_fact_gets_nothing(app: Flask, smtp_sink: SmtpSink) -> None:
    alice = tell_alice(app)
    actor = actor_of(alice)
    service.set_preferences(actor, {(Purpose.ORDERS, Channel.MAIL): False})
    drain()
    assert smtp_sink.messages == []
    assert mails()[0].state == DeliveryState.CANCELLED


def test_an_address_of_somebody_else_gets_nothing(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app)
    foreign = contact_of(make_member("Eve", "eve@example.com"))
    with transaction() as session:
        mail = Delivery.channel == Channel.MAIL
        session.execute(db.update(Delivery).where(mail).values(contact_id=foreign))
    drain()
    assert smtp_sink.messages == []
    assert mails()[0].state == DeliveryState.CANCELLED


def test_an_erased_person_gets_nothing(app: Flask, smtp_sink: SmtpSink) -> None:
    alice = tell_alice(app)
    with transaction():
        vault.destroy(f"person:{alice}")
    drain()
    assert smtp_sink.messages == []
    assert mails()[0].state == DeliveryState.CANCELLED


def test_a_name_with_an_address_in_it_makes_no_recipient(app: Flask, smtp_sink: SmtpSink) -> None:
    alice = tell_alice(app)
    with transaction() as session:
        evil = 'x" <evil@example.com>,\r\nBcc: evil@example.com'
        session.execute(db.update(Person).where(Person.id == alice).values(name=evil))
    drain()
    assert [each.recipients for each in smtp_sink.deliveries] == [["alice@example.com"]]
    [mail] = smtp_sink.messages
    assert mail["Bcc"] is None
    assert "evil" not in "".join(str(value) for _name, value in mail.items())


def test_sending_a_sent_one_again_sends_nothing(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app)
    drain()
    with transaction() as session:
        session.execute(
            db.update(OutboxRow).values(state=OutboxState.PENDING, due_at=utcnow(), done_at=None)
        )
    assert drain() == 1
    assert len(smtp_sink.messages) == 1
    assert mails()[0].state == DeliveryState.SENT


def test_a_greylisting_server_is_tried_again_with_the_same_message_id(
    app: Flask, smtp_sink: SmtpSink
) -> None:
    tell_alice(app)
    smtp_sink.replies.append("451 come again")
    drain()
    [row] = mails()
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.WAITING, 1, "smtp 451")
    db.session.remove()
    with time_machine.travel(utcnow() + timedelta(minutes=2)), transaction() as session:
        session.execute(db.update(OutboxRow).values(due_at=utcnow() - timedelta(hours=1)))
    drain()
    first, second = smtp_sink.deliveries
    assert first.message["Message-ID"] == second.message["Message-ID"]
    [row] = mails()
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.SENT, 2, None)


def test_a_refusal_for_good_stands_before_staff_at_once(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app)
    smtp_sink.replies.append("550 no such user alice@example.com")
    drain()
    [line] = queries.dead_deliveries()
    assert (line.state, line.error, line.address) == ("dead", "smtp 550", "al•••e@ex•••.com")
    service.retry_delivery(make_agent(), line.uid)
    drain()
    assert mails()[0].state == DeliveryState.SENT
    assert queries.dead_deliveries() == []


def test_what_nobody_takes_for_a_day_stands_before_staff(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app)
    with transaction() as session:
        session.execute(db.update(OutboxRow).values(created_at=utcnow() - timedelta(hours=25)))
    smtp_sink.replies.append("451 come again")
    drain()
    assert [line.error for line in queries.dead_deliveries()] == ["smtp 451"]


def test_news_can_be_left_by_one_click(app: Flask, smtp_sink: SmtpSink) -> None:
    code = use(app, NEWS)
    alice = make_member("Alice", "alice@example.com")
    actor = actor_of(alice)
    service.set_preferences(actor, {(Purpose.NEWS, Channel.MAIL): True})
    service.tell(alice, code, about="system", key="1")
    drain()
    [mail] = smtp_sink.messages
    link = service.unsubscribe_url(alice)
    assert mail["List-Unsubscribe"] == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mail.get_body(("plain",))
    assert text is not None
    assert link in text.get_content()


def test_the_thread_says_what_went_where(app: Flask, smtp_sink: SmtpSink) -> None:
    tell_alice(app)
    drain()
    lines = queries.deliveries_about("order:1")
    assert sorted((line.channel, line.address, line.state) for line in lines) == [
        (Channel.INBOX, "", "sent"),
        (Channel.MAIL, "al•••e@ex•••.com", "sent"),
    ]


def ask_code(kind: ContactKind, value: str, *, send: bool = True, visitor: str = "v" * 32) -> Code:
    return service_codes.request_code(
        ANONYMOUS,
        CodePurpose.LOGIN,
        kind=kind,
        value=value,
        visitor=visitor,
        address="127.0.0.1",
        language="en",
        send=send,
    )


def test_a_code_is_sent_at_once_and_its_digits_stand_nowhere(
    app: Flask, smtp_sink: SmtpSink
) -> None:
    code = ask_code(ContactKind.EMAIL, "alice@example.com")
    drain()
    [mail] = smtp_sink.messages
    text = mail.get_body(("plain",))
    assert text is not None
    to_send = service_codes.reveal_code(code.id)
    assert to_send is not None
    assert f"\n{to_send.digits}\n" in text.get_content().replace("\r\n", "\n")
    assert "10 minutes" in text.get_content()
    assert to_send.digits not in mail["Subject"]
    assert db.session.get(Code, code.id, populate_existing=True).sent_at is not None  # type: ignore[union-attr]
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            assert to_send.digits not in [str(value) for value in row]
            assert "alice@example.com" not in str(tuple(row))


def test_a_code_that_the_door_refuses_is_marked_as_failed(app: Flask, smtp_sink: SmtpSink) -> None:
    code = ask_code(ContactKind.EMAIL, "alice@example.com")
    smtp_sink.replies.append("550 no")
    drain()
    assert db.session.get(Code, code.id, populate_existing=True).failed_at is not None  # type: ignore[union-attr]
    assert queries.dead_deliveries() == []


def test_a_code_for_nobody_is_not_sent(app: Flask, smtp_sink: SmtpSink) -> None:
    ask_code(ContactKind.EMAIL, "nobody@example.com", send=False)
    assert drain() == 1
    assert smtp_sink.deliveries == []
    assert mails() == []


def test_a_late_code_is_not_sent(app: Flask, smtp_sink: SmtpSink) -> None:
    ask_code(ContactKind.EMAIL, "alice@example.com")
    with transaction() as session:
        session.execute(db.update(OutboxRow).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert drain() == 1
    assert smtp_sink.deliveries == []
    assert outbox_upkeep.waiting(utcnow())[0] == 0


def test_codes_of_a_demo_go_to_files(app: Flask) -> None:
    installation.mark(demo=True)
    code = ask_code(ContactKind.MOBILE, "+8613800138000")
    drain()
    [path] = list(Path(settings().outgoing_dir).glob("*.sms.json"))
    said = json.loads(path.read_text("utf-8"))
    to_send = service_codes.reveal_code(code.id)
    assert to_send is not None
    assert said["to"] == "+8613800138000"
    assert said["text"].startswith(f"[Example Platform] {to_send.digits} ")
    assert path.stat().st_mode & 0o077 == 0


def test_without_demo_mark_and_without_door_a_text_waits(app: Flask) -> None:
    alice = make_member("Alice", mobile="+8613800138000")
    service.tell(alice, use(app, ORDERS), about="order:1", key="1", contact_id=contact_of(alice))
    drain()
    statement = db.select(Delivery).where(Delivery.channel == Channel.SMS)
    row = db.session.execute(statement).scalar_one()
    assert (row.state, row.last_error) == (DeliveryState.WAITING, "no SMS door")
    assert not settings().outgoing_dir.exists()


def test_security_news_of_accounts_reach_the_older_addresses(
    app: Flask, smtp_sink: SmtpSink
) -> None:
    alice = make_member("Alice", "old@example.com", "new@example.com")
    old, new = [contact.id for contact in people.contacts_of(alice)]
    with transaction():
        outbox.put("contact.changed", "1", person=alice, contact=new, change="bound", tell=[old])
        outbox.put("password.changed", "2", person=alice, how="changed")
    drain()
    by_reader = sorted(
        (each.recipients[0], str(each.message["Subject"])) for each in smtp_sink.deliveries
    )
    assert by_reader == [
        ("new@example.com", "Your password was changed"),
        ("old@example.com", "An address was added to your account"),
        ("old@example.com", "Your password was changed"),
    ]
    assert unread_count(alice) == 2
