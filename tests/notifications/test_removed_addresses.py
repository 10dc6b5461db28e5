"""An address that was removed while its mail waited: no order goes there any more, news of security still does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import queries as people
from support.accounts import service_contacts, service_sessions
from support.accounts.models import ContactKind
from support.accounts.policy import Method
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow
from support.notifications import queries, service
from support.notifications.models import Channel, Delivery, DeliveryState, Purpose
from tests.fixtures.mail import SmtpSink
from tests.notifications.conftest import ORDERS, actor_of, drain, make_agent, make_member, use

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def config(config: Config, smtp_sink: SmtpSink) -> Config:
    """Mail goes to a real server."""
    return config.with_changes(smtp_url=smtp_sink.url)


def tell_alice(app: Flask) -> int:
    """Tell Alice about an order, at the older of her two addresses; return her row id."""
    alice = make_member("Alice", "old@example.com", "other@example.com")
    service.tell(alice, use(app, ORDERS), about="order:1", key="1")
    return alice


def remove_older_address(person_id: int) -> None:
    """Remove the person's first address, as they do it at `/account/contacts`."""
    with transaction():
        opened = service_sessions.open_session(
            person_id, Method.PASSWORD, "127.0.0.1", "", utcnow(), second=False
        )
    actor = replace(actor_of(person_id), session=opened.session_id)
    service_contacts.unbind_contact(actor, people.contacts_of(person_id)[0].uid)


def order_mail() -> Delivery:
    """The one mail about the order."""
    which = (Delivery.channel == Channel.MAIL, Delivery.purpose == Purpose.ORDERS)
    return db.session.execute(select(Delivery).where(*which)).scalar_one()


def told(smtp_sink: SmtpSink) -> list[tuple[str, str]]:
    """Who was sent what."""
    return sorted(
        (each.recipients[0], str(each.message["Subject"])) for each in smtp_sink.deliveries
    )


def again() -> None:
    """Make everything due that waits for another try."""
    with transaction() as session:
        session.execute(db.update(OutboxRow).values(due_at=utcnow() - timedelta(hours=1)))


def test_no_order_goes_to_an_address_that_was_removed_after_it_was_told(
    app: Flask, smtp_sink: SmtpSink
) -> None:
    remove_older_address(tell_alice(app))
    drain()
    assert told(smtp_sink) == [
        ("old@example.com", "An address was removed from your account"),
        ("other@example.com", "An address was removed from your account"),
    ]
    assert (order_mail().state, order_mail().sent_at) == (DeliveryState.REMOVED, None)


def test_staff_see_that_it_was_not_sent_and_why(app: Flask, smtp_sink: SmtpSink) -> None:
    remove_older_address(tell_alice(app))
    drain()
    lines = queries.deliveries_about("order:1")
    [line] = [each for each in lines if each.channel == Channel.MAIL]
    assert line.state.title == "Not sent, the address was removed"
    assert line.address.endswith("@ex•••.com")


@pytest.mark.parametrize("reply", ["451 come again", "550 no such user"])
def test_no_second_try_goes_to_an_address_that_was_removed_after_the_first(
    app: Flask, smtp_sink: SmtpSink, reply: str
) -> None:
    alice = tell_alice(app)
    smtp_sink.replies.append(reply)
    drain()
    if order_mail().state == DeliveryState.DEAD:
        service.retry_delivery(make_agent(), order_mail().uid)
    remove_older_address(alice)
    again()
    drain()
    assert order_mail().state == DeliveryState.REMOVED
    assert len(told(smtp_sink)) == 3, "the first try, and the news of the removal to both"


def test_news_of_security_still_goes_to_an_address_that_was_just_removed(
    app: Flask, smtp_sink: SmtpSink
) -> None:
    alice = make_member("Alice", "old@example.com", "other@example.com")
    ids = {"person": alice, "how": "changed"}
    service.tell(alice, "notifications.password_changed", about="person:1", key="1", ids=ids)
    remove_older_address(alice)
    drain()
    assert ("old@example.com", "Your password was changed") in told(smtp_sink)
    assert ("old@example.com", "An address was removed from your account") in told(smtp_sink)


def test_a_guest_is_told_at_the_address_that_was_filed_proved_or_not(
    app: Flask, smtp_sink: SmtpSink
) -> None:
    guest = service_contacts.guest_for(ContactKind.EMAIL, "guest@example.net", "en")
    code = use(app, ORDERS)
    service.tell(guest.person_id, code, about="order:1", key="1", contact_id=guest.contact_id)
    drain()
    assert [address for address, _subject in told(smtp_sink)] == ["guest@example.net"]
