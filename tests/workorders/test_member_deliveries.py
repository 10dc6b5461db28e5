"""What was sent about an order stands on the thread of whom it was sent to, and on nobody else's."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from support.accounts.models import ContactPoint
from support.core import outbox
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import changed, db, transaction
from support.workorders import queries, service
from support.workorders.lifecycle import Status
from support.workorders.models import Party
from tests.fixtures.mail import SmtpSink
from tests.workorders.desk_world import (
    client_of,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)


@pytest.fixture
def config(config: Config, smtp_sink: SmtpSink) -> Config:
    """Mail goes to a real server."""
    return config.with_changes(smtp_url=smtp_sink.url)


def proved(person_id: int) -> None:
    """Make a person's addresses proved ones."""
    mine = ContactPoint.person_id == person_id
    with transaction():
        changed(update(ContactPoint).where(mine).values(verified_at=utcnow()))


def answered(agent: Actor, order_id: int) -> str:
    """Reply to an order and carry out what is due; return its reference."""
    order = queries.order_by_id(order_id)
    service.reply(
        agent, order, body="Try it now.", version=order.version, then=Status.OPEN, language="en"
    )
    outbox.drain()
    db.session.remove()
    return queries.order_by_id(order_id).reference


def test_a_member_sees_what_was_sent_to_them_and_when(app: Flask, smtp_sink: SmtpSink) -> None:
    with app.app_context():
        agent, alice = make_agent(), make_member("Alice", "alice@example.org")
        proved(alice.id or 0)
        reference = answered(agent, make_order(alice).id)
    assert len(smtp_sink.messages) == 2
    page = client_of(app, alice).page(f"/orders/{reference}")
    line = "E-mail to al•••e@ex•••.org sent: There is an answer for you"
    assert line in page.text
    assert "Put into the inbox: There is an answer for you" in page.text
    told = [around.text for each in page.all("time") if (around := each.inside("li"))]
    assert [each for each in told if each.strip().startswith(line)]


def test_what_did_not_arrive_is_said_too(app: Flask, smtp_sink: SmtpSink) -> None:
    smtp_sink.replies.extend(["550 no such mailbox"] * 2)
    with app.app_context():
        agent, alice = make_agent(), make_member("Alice", "alice@example.org")
        proved(alice.id or 0)
        reference = answered(agent, make_order(alice).id)
    text = client_of(app, alice).page(f"/orders/{reference}").text
    assert "E-mail to al•••e@ex•••.org could not be delivered: We have your work order" in text


def test_nobody_sees_what_was_sent_to_another(app: Flask, smtp_sink: SmtpSink) -> None:
    with app.app_context():
        agent, boss = (
            make_agent(
                "Mei",
            ),
            make_agent("Boss"),
        )
        alice, bob = make_member("Alice", "alice@example.org"), make_member("Bob", "bob@b.org")
        proved(alice.id or 0)
        order = make_order(alice)
        with transaction():
            party = Party(order_id=order.id, person_id=bob.id, role="participant")
            db.session.add(party)
        service.assign_order(boss, order, assignee_id=agent.id, version=order.version)
        service.answer(alice, order, body="And another thing.", language="en")
        reference = answered(agent, order.id)
    for who, lines in ((alice, 4), (bob, 0)):
        text = client_of(app, who).page(f"/orders/{reference}").text
        assert text.count("E-mail to") + text.count("Put into the inbox") == lines
        assert "Assigned to you" not in text
        assert "The requester answered" not in text


def test_a_guest_sees_what_was_sent_to_the_address_that_they_gave(
    app: Flask, smtp_sink: SmtpSink
) -> None:
    with app.app_context():
        order = make_guest_order("visitor@example.org")
        guest = Actor("guest", order.requester_id)
        reference = answered(make_agent(), order.id)
    text = client_of(app, guest).page(f"/orders/{reference}").text
    assert "E-mail to vi•••r@ex•••.org sent: There is an answer for you" in text
