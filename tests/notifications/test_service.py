"""Who is told, by which way, once."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from flask import Flask

from support.accounts import queries as people
from support.core import outbox
from support.core.actors import Role
from support.core.db import changed, db, transaction
from support.core.errors import AlreadyDone, NotAllowed, NotFound
from support.core.outbox_rows import OutboxRow
from support.notifications import queries, service
from support.notifications.models import Channel, Delivery, DeliveryState, Purpose
from tests.notifications.conftest import (
    NEWS,
    ORDERS,
    actor_of,
    contact_of,
    make_agent,
    make_member,
    unread_count,
    use,
)

pytestmark = pytest.mark.usefixtures("context")


def told(person_id: int) -> list[tuple[str, int | None]]:
    statement = db.select(Delivery.channel, Delivery.contact_id).where(
        Delivery.person_id == person_id
    )
    return [(row.channel, row.contact_id) for row in db.session.execute(statement)]


def channels(person_id: int) -> list[str]:
    return sorted(channel for channel, _contact in told(person_id))


def test_orders_go_to_one_mail_address_and_the_inbox(app: Flask) -> None:
    alice = make_member("Alice", "alice@example.com", "second@example.com", mobile="+8613800138000")
    service.tell(alice, use(app, ORDERS), about="order:1", key="1")
    assert channels(alice) == ["inbox", "mail"]


def test_without_a_mail_address_orders_go_to_the_mobile(app: Flask) -> None:
    alice = make_member("Alice", mobile="+8613800138000")
    service.tell(alice, use(app, ORDERS), about="order:1", key="1")
    assert channels(alice) == ["inbox", "sms"]


def test_security_goes_to_every_address_whatever_was_chosen() -> None:
    alice = make_member("Alice", "alice@example.com", "second@example.com", mobile="+8613800138000")
    actor = actor_of(alice)
    refusal = {(purpose, channel): False for purpose in Purpose for channel in Channel}
    service.set_preferences(actor, refusal)
    ids = {"person": alice, "how": "changed"}
    service.tell(alice, "notifications.password_changed", about=f"person:{alice}", key="1", ids=ids)
    assert channels(alice) == ["inbox", "mail", "mail", "sms"]


def test_news_come_only_to_those_who_asked(app: Flask) -> None:
    code = use(app, NEWS)
    alice = make_member("Alice", "alice@example.com")
    service.tell(alice, code, about="system", key="1")
    assert channels(alice) == []
    actor = actor_of(alice)
    service.set_preferences(actor, {(Purpose.NEWS, Channel.MAIL): True})
    service.tell(alice, code, about="system", key="2")
    assert channels(alice) == ["mail"]


def test_a_named_address_is_the_only_one(app: Flask) -> None:
    alice = make_member("Alice", "alice@example.com", "second@example.com")
    second = people.contacts_of(alice)[1].id
    service.tell(alice, use(app, ORDERS), about="order:1", key="1", contact_id=second)
    assert sorted(told(alice), key=str) == [("inbox", None), ("mail", second)]


def test_telling_twice_is_harmless(app: Flask) -> None:
    code = use(app, ORDERS)
    alice = make_member("Alice", "alice@example.com")
    for _time in range(2):
        service.tell(alice, code, about="order:1", key="same")
    assert channels(alice) == ["inbox", "mail"]
    due = db.select(db.func.count()).select_from(OutboxRow).where(OutboxRow.topic == service.DUE)
    assert db.session.execute(due).scalar_one() == 1


def test_check_codes_are_unguessable_and_differ(app: Flask) -> None:
    code = use(app, ORDERS)
    alice = make_member("Alice", "alice@example.com")
    for number in range(20):
        service.tell(alice, code, about="order:1", key=str(number))
    codes = db.session.execute(db.select(Delivery.check_code)).scalars().all()
    assert len(set(codes)) == len(codes) == 40
    assert all(len(each) == 8 and set(each) <= set(queries.ALPHABET) for each in codes)


def test_preferences_of_two_windows_never_make_two_rows(app: Flask) -> None:
    alice = make_member("Alice", "alice@example.com")
    actor = actor_of(alice)
    db.session.remove()
    start = Barrier(4)

    def choose(wanted: bool) -> None:
        with app.app_context():
            start.wait()
            service.set_preferences(actor, {(Purpose.NEWS, Channel.MAIL): wanted})

    threads = [Thread(target=choose, args=(number % 2 == 0,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(queries.choices_of(alice)) == {(Purpose.NEWS, Channel.MAIL)}


def dead_delivery(app: Flask) -> str:
    code = use(app, ORDERS)
    alice = make_member("Alice", "alice@example.com")
    service.tell(alice, code, about="order:1", key="1", contact_id=contact_of(alice))
    with transaction():
        changed(
            db.update(Delivery)
            .where(Delivery.channel == Channel.MAIL)
            .values(state=DeliveryState.DEAD)
        )
    return queries.dead_deliveries()[0].uid


def test_a_dead_delivery_is_put_back_in_line_once(app: Flask) -> None:
    uid, bob = dead_delivery(app), make_agent()
    service.retry_delivery(bob, uid)
    with pytest.raises(AlreadyDone):
        service.retry_delivery(bob, uid)
    assert queries.dead_deliveries() == []
    due = db.select(db.func.count()).select_from(OutboxRow).where(OutboxRow.topic == service.DUE)
    assert db.session.execute(due).scalar_one() == 2


def test_only_agents_and_administrators_retry(app: Flask) -> None:
    uid = dead_delivery(app)
    with pytest.raises(NotFound):
        service.retry_delivery(actor_of(make_member("Eve")), uid)
    with pytest.raises(NotAllowed):
        service.retry_delivery(make_agent("Carol", Role.VERIFIER), uid)


def test_somebody_elses_inbox_line_is_not_found(app: Flask) -> None:
    alice, eve = make_member("Alice", "alice@example.com"), make_member("Eve")
    service.tell(alice, use(app, ORDERS), about="order:1", key="1")
    line = queries.inbox_page(actor_of(alice))[0]
    with pytest.raises(NotFound):
        service.mark_read(actor_of(eve), line.uid)
    assert unread_count(alice) == 1


def test_marking_read_twice_is_harmless(app: Flask) -> None:
    code = use(app, ORDERS)
    alice = make_member("Alice", "alice@example.com")
    for number in range(3):
        service.tell(alice, code, about="order:1", key=str(number))
    actor = actor_of(alice)
    line = queries.inbox_page(actor)[0]
    service.mark_read(actor, line.uid)
    first = queries.inbox_message(actor, line.uid).read_at
    service.mark_read(actor, line.uid)
    assert queries.inbox_message(actor, line.uid).read_at == first
    assert unread_count(alice) == 2
    assert service.mark_all_read(actor) == 2
    assert unread_count(alice) == 0


def test_an_unsubscribe_token_of_somebody_else_is_refused() -> None:
    alice, eve = make_member("Alice"), make_member("Eve")
    forged = service.unsubscribe_token(eve).replace(f"{eve}-", f"{alice}-")
    for token in (forged, "", "-", f"{alice}", f"{alice}-", "x-1", "９-1", "9" * 40 + "-1"):
        with pytest.raises(NotFound):
            service.unsubscribe(token)
    assert queries.choices_of(alice) == {}


def test_priority_lets_urgent_messages_overtake(app: Flask) -> None:
    code = use(app, ORDERS)
    alice = make_member("Alice", "alice@example.com")
    service.tell(alice, code, about="order:1", key="bulk", priority=outbox.BULK)
    service.tell(alice, code, about="order:1", key="urgent", priority=outbox.URGENT)
    ordered = db.select(OutboxRow.priority).where(OutboxRow.topic == service.DUE)
    rows = db.session.execute(ordered.order_by(OutboxRow.priority)).scalars().all()
    assert rows == [outbox.URGENT, outbox.BULK]
