"""Who is told what about a work order: the right person, the right words, nothing that isn't theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from support.accounts import service_contacts
from support.accounts.models import ContactKind, Person
from support.core import outbox
from support.core.actors import SYSTEM, Actor, Role
from support.core.config import Config
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow
from support.notifications.letters import write_inbox, write_letter, write_sms
from support.notifications.models import Channel, Delivery, DeliveryState
from support.notifications.templates import Template, facts_for, template
from support.workorders import jobs, letters, queries, service, service_triage
from support.workorders.kind import COMPLAINT, QUESTION
from support.workorders.lifecycle import Status
from support.workorders.models import Message, WorkOrder
from tests.fixtures.mail import SmtpSink
from tests.notifications.conftest import actor_of, make_agent, make_member

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""Wednesday 12:00 in Shanghai: the desk is open."""


@pytest.fixture
def config(config: Config, smtp_sink: SmtpSink) -> Config:
    """Mail goes to a real server."""
    return config.with_changes(smtp_url=smtp_sink.url, public_url="http://support.example.com")


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    """An application context at a fixed moment, as a worker has one."""
    with app.app_context(), time_machine.travel(NOON, tick=False):
        yield


def file_for(person_id: int, *, contact_id: int | None = None, language: str = "en") -> WorkOrder:
    return service.file_order(
        SYSTEM if contact_id else actor_of(person_id),
        QUESTION,
        requester_id=person_id,
        contact_id=contact_id,
        subject="Locked out, password: hunter2-99",
        body="I can't sign in.",
        language=language,
    )


def reply(agent: Actor, order: WorkOrder, then: Status, body: str = "Try the new link.") -> Message:
    return service.reply(agent, order, body=body, version=order.version, then=then, language="en")


def mails(sink: SmtpSink) -> list[EmailMessage]:
    """Carry out what is due and return the mails that left, oldest first."""
    outbox.drain()
    found = [*sink.messages]
    sink.deliveries.clear()
    return found


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def again(order: WorkOrder) -> WorkOrder:
    """Return the order as it is now: carrying out what is due ends the session that had it."""
    return queries.order_by_id(order.id)


def inbox_of(person_id: int) -> list[str]:
    """Return the codes of a person's inbox lines, oldest first."""
    mine = (Delivery.person_id == person_id, Delivery.channel == Channel.INBOX)
    found = db.session.execute(select(Delivery.template).where(*mine).order_by(Delivery.id))
    return [code.removeprefix("workorders.") for code in found.scalars()]


def test_filing_sends_a_receipt_with_reference_sentence_and_a_way_without_the_link(
    smtp_sink: SmtpSink,
) -> None:
    order = file_for(make_member("Alice", "alice@example.com"))
    [mail] = mails(smtp_sink)
    text = text_of(mail)
    assert mail["Subject"] == f"[{order.reference}] We have your work order"
    assert f"http://support.example.com/orders/{order.reference}" in text
    assert "an agent answers by Wed 18 Nov 2026, 16:00" in text
    assert "choose “My work orders”" in text
    assert "Times are in the zone Asia/Shanghai." in text
    assert "hunter2-99" not in text
    assert inbox_of(order.requester_id) == ["filed"]


def test_the_bridge_run_twice_tells_once(smtp_sink: SmtpSink) -> None:
    file_for(make_member("Alice", "alice@example.com"))
    row = db.session.execute(select(OutboxRow).where(OutboxRow.topic == "order.filed")).scalar_one()
    payload = dict(row.payload)
    jobs.tell_filed(payload)
    jobs.tell_filed(payload)
    assert len(mails(smtp_sink)) == 1


@pytest.mark.parametrize(
    ("then", "subject"),
    [
        (Status.OPEN, "There is an answer for you"),
        (Status.WAITING, "We need your answer"),
        (Status.RESOLVED, "Solved? Please confirm"),
    ],
)
def test_a_reply_is_quoted_masked_and_says_what_comes_next(
    smtp_sink: SmtpSink, then: Status, subject: str
) -> None:
    bob, order = make_agent(), file_for(make_member("Alice", "alice@example.com"))
    service.add_note(bob, order, body="She is on the watch list.")
    reply(bob, order, then, "Use this link.\n\nYour code is 482913, said the colleague.")
    [_receipt, mail] = mails(smtp_sink)
    text = text_of(mail)
    assert mail["Subject"] == f"[{order.reference}] {subject}"
    assert "> Use this link.\n>\n> Your code is ••••13" in text
    assert "482913" not in text
    assert "watch list" not in text
    assert again(order).state is then


def test_an_address_nobody_proved_is_told_the_number_and_the_state_only(
    smtp_sink: SmtpSink,
) -> None:
    guest = service_contacts.guest_for(ContactKind.EMAIL, "gast@example.com", "en")
    order = file_for(guest.person_id, contact_id=guest.contact_id)
    reply(make_agent(), order, Status.WAITING, "Which invoice do you mean?")
    receipt, answer = mails(smtp_sink)
    for mail in (receipt, answer):
        text = text_of(mail)
        assert f"http://support.example.com/follow?reference={order.reference}" in text
        assert "Locked out" not in text
        assert "invoice" not in text
    assert "we send it only to an address that was confirmed" in text_of(answer)
    service.prove_contact(guest.contact_id, order := again(order), now=NOON)
    reply(make_agent("Carol"), order, Status.OPEN, "Which invoice do you mean?")
    assert "> Which invoice do you mean?" in text_of(mails(smtp_sink)[-1])


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("no_answer", "reminded you and heard nothing"),
        ("not_confirmed", "heard nothing else from you for a week"),
        ("", "The desk closed the work order."),
    ],
)
def test_a_closing_says_why_and_until_when_it_can_be_opened_again(
    smtp_sink: SmtpSink, reason: str, words: str
) -> None:
    order = file_for(make_member("Alice", "alice@example.com"))
    service_triage.move_order(
        SYSTEM, order, status=Status.CLOSED, version=order.version, reason=reason
    )
    text = text_of(mails(smtp_sink)[-1])
    assert words in text
    assert "open it once more until Fri 18 Dec 2026, 23:59" in text


def test_who_closed_it_themselves_is_told_as_well(smtp_sink: SmtpSink) -> None:
    alice = make_member("Alice", "alice@example.com")
    service.close_own_order(actor_of(alice), file_for(alice))
    assert "It was not you?" in text_of(mails(smtp_sink)[-1])


def test_a_mail_waits_for_permission_asked_at_the_moment_of_sending(smtp_sink: SmtpSink) -> None:
    bob, carol = make_agent(), make_agent("Carol", Role.ADMIN)
    order = file_for(make_member("Alice", "alice@example.com"))
    mails(smtp_sink)
    order = again(order)
    service_triage.assign_order(carol, order, assignee_id=bob.id, version=order.version)
    for row in db.session.execute(select(OutboxRow).where(OutboxRow.topic == "order.assigned")):
        jobs.tell_assigned(dict(row[0].payload))
    service_triage.assign_order(carol, order, assignee_id=None, version=order.version)
    assert mails(smtp_sink) == []
    states = select(Delivery.state).where(Delivery.person_id == bob.id, Delivery.channel == "mail")
    assert list(db.session.execute(states).scalars()) == [DeliveryState.CANCELLED]


def test_who_left_the_desk_reads_nothing_any_more() -> None:
    bob, order = make_agent(), file_for(make_member("Alice", "alice@example.com"))
    assert letters.staff_facts({"order": order.id}, bob) is not None
    with transaction():
        db.session.execute(update(Person).where(Person.id == bob.id).values(disabled_at=NOON))
    assert letters.staff_facts({"order": order.id}, bob) is None


def test_nobody_reads_facts_of_an_order_that_is_not_theirs() -> None:
    order = file_for(make_member("Alice", "alice@example.com"))
    mallory = actor_of(make_member("Mallory", "mallory@example.com"))
    for each in letters.TEMPLATES:
        ids = {"order": order.id, "kind": "question"}
        assert each.build(ids, mallory) is None
        assert each.build(ids | {"order": 999_999}, mallory) is None


def test_an_answer_goes_to_the_inbox_of_the_assignee_and_mails_nobody(smtp_sink: SmtpSink) -> None:
    bob, carol = make_agent(), make_agent("Carol")
    alice = make_member("Alice", "alice@example.com")
    order = file_for(alice)
    service.answer(actor_of(alice), order, body="One more thing.", language="en")
    mails(smtp_sink)
    assert inbox_of(bob.id or 0) == inbox_of(carol.id or 0) == ["answered"]
    order = again(order)
    reply(bob, order, Status.OPEN)
    service.answer(actor_of(alice), order, body="Thanks, but no.", language="en")
    assert [mail["To"] for mail in mails(smtp_sink)] == ["alice@example.com"]
    assert inbox_of(bob.id or 0) == ["answered", "answered"]
    assert inbox_of(carol.id or 0) == ["answered"]


def test_a_reopened_order_of_somebody_who_left_goes_to_the_team(smtp_sink: SmtpSink) -> None:
    bob, carol = make_agent(), make_agent("Carol")
    alice = make_member("Alice", "alice@example.com")
    order = file_for(alice)
    reply(bob, order, Status.RESOLVED)
    service.rate_order(actor_of(alice), order, solved=True, comment="")
    with transaction():
        db.session.execute(update(Person).where(Person.id == bob.id).values(disabled_at=NOON))
    service.reopen_order(actor_of(alice), order, body="It is back.")
    mails(smtp_sink)
    assert inbox_of(carol.id or 0) == ["reopened"]
    assert "reopened" not in inbox_of(bob.id or 0)


def test_an_erased_requester_stops_no_line(smtp_sink: SmtpSink) -> None:
    from support.core import vault

    alice = make_member("Alice", "alice@example.com")
    file_for(alice)
    with transaction():
        vault.destroy(f"person:{alice}")
    assert mails(smtp_sink) == []
    states = select(OutboxRow.state).where(OutboxRow.topic == "order.filed")
    assert list(db.session.execute(states).scalars()) == ["done"]


STAFF_LETTERS = {"assigned", "due_soon", "overdue", "overdue_team", "half_way", "answered", "reopened"}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("code", [each.code for each in letters.TEMPLATES])
def test_every_letter_can_be_written_in_each_language_and_channel(code: str, language: str) -> None:
    alice = make_member("Alice", "alice@example.com", language=language)
    bob = make_agent("Bob", Role.ADMIN)
    order = file_for(alice, language=language)
    message = reply(bob, order, Status.WAITING, "OK")
    ids = {"order": order.id, "message": message.id, "kind": COMPLAINT.code, "day": 3}
    kind = template(code)
    staff = kind.build is not letters.requester_facts
    reader = bob if staff else actor_of(alice)
    reader = Actor(reader.kind, reader.id, reader.roles, name=reader.name, language=language)
    facts = facts_for(kind, ids, reader)
    assert facts is not None
    facts |= {"check_code": "7K2M-9QXZ"}
    letter = write_letter(code, reader, facts)
    assert_reads_well(letter.subject + letter.text, language)
    assert letter.html.count("<h1") == 1
    subject, paragraphs = write_inbox(code, reader, facts)
    assert subject
    assert len(paragraphs) >= 2
    if Channel.SMS in kind.channels:
        assert_reads_well(write_sms(code, reader, facts).text, language)


def assert_reads_well(words: str, language: str) -> None:
    """Chinese letters hold no English sentence, English ones no Chinese (the names of these tests are Latin)."""
    chinese = sum("\u4e00" <= mark <= "\u9fff" for mark in words)
    if language == "en":
        assert chinese == 0
        return
    assert chinese > 10
    for english in (" the ", " your ", " you ", " work order", "Hello"):
        assert english not in words


def test_every_news_of_an_order_has_a_bridge_and_every_bridge_a_letter(app: Flask) -> None:
    handled = {each.topic for each in jobs.SUBSCRIPTIONS}
    registered = {each.topic for each in app.extensions["ground"].hooks[outbox.Subscription]}
    assert handled <= registered
    assert {each.code for each in letters.TEMPLATES} <= {
        each.code for each in app.extensions["ground"].hooks[Template]
    }


def test_a_reminder_after_the_answer_says_that_it_is_settled() -> None:
    alice = make_member("Alice", "alice@example.com")
    order = file_for(alice)
    reply(make_agent(), order, Status.WAITING)
    service.answer(
        actor_of(alice), order, body="Here.", language="en", now=NOON + timedelta(days=3)
    )
    reader = actor_of(alice)
    facts = facts_for(template("workorders.reminder"), {"order": order.id, "day": 3}, reader)
    assert facts is not None
    subject, _paragraphs = write_inbox("workorders.reminder", reader, facts)
    assert subject == "Thank you, this is settled"
