"""What was sent to somebody: read in their copy, without its reader after an erasure, and no file of it left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select, update

from support.accounts import queries as people
from support.accounts.policy import CodePurpose
from support.core import outbox, vault
from support.core.actors import Actor
from support.core.context import settings
from support.core.db import changed, db, new_uid, transaction
from support.core.holders import Measure
from support.core.outbox_rows import OutboxRow, OutboxState
from support.notifications import evidence, outgoing, queries, service
from support.notifications.models import Channel, Delivery, DeliveryState, Preference, Purpose
from tests.erasure import leftovers
from tests.fixtures import somebody
from tests.fixtures.removals import carry_out, collected, holder, holders_of, left_of, said
from tests.fixtures.somebody import CANARIES, MAIL, MOBILE, NAME
from tests.notifications.conftest import drain, make_agent, make_member

pytestmark = pytest.mark.usefixtures("context")
WELCOME = "notifications.member_registered"
ROOMS = ("notifications", "accounts", "policies", "assurance", "core")


@pytest.fixture
def who(context: None) -> Actor:
    """Somebody with everything, to whom what was due was sent."""
    found = somebody.make_somebody()
    drain()
    return found


def erase(who: Actor, *codes: str) -> dict[str, int]:
    holders = [holder(code) for code in codes] or holders_of("notifications")
    return carry_out(Measure.ERASE, who.id, *holders)


def tell(person_id: int, key: str, about: str = "order:7", **more: Any) -> None:
    ids = {"person": person_id}
    service.tell(person_id, WELCOME, about=about, key=key, ids=ids, **more)


def rows(*which: Any) -> list[Delivery]:
    db.session.rollback()
    return list(db.session.execute(select(Delivery).where(*which)).scalars())


def names() -> list[str]:
    folder = settings().outgoing_dir
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_somebody_reads_in_their_copy_what_was_sent_to_them_and_what_they_want(
    who: Actor,
) -> None:
    items = collected(who.id, *holders_of("notifications"))
    text = said(items)
    assert all(each in text for each in (MAIL, MOBILE, "Welcome", "One-time code", "Inbox", "News"))
    counts = [each.count(who.id or 0) for each in holders_of("notifications")]
    assert sum(counts) == len(items)
    assert all(counts)


def test_no_message_to_somebody_erased_is_left_anywhere(who: Actor) -> None:
    assert {kept.to for kept in outgoing.kept_messages()} == {MAIL, MOBILE}
    half = f".20261130T000000000000-{rows()[0].uid}.eml.new"
    (settings().outgoing_dir / half).write_text(MAIL)
    erase(who)
    assert names() == []
    assert rows(Delivery.person_id == who.id) == rows(Delivery.contact_id.is_not(None)) == []
    assert rows(Delivery.template == queries.CODE_TEMPLATE) == []
    assert [each.count(who.id or 0) for each in holders_of("notifications")] == [0, 0]
    assert not any(erase(who).values()), "twice is harmless"


def test_a_file_is_found_by_the_address_where_its_row_is_not_there_any_more(who: Actor) -> None:
    with transaction() as session:
        session.execute(Delivery.__table__.delete())  # type: ignore[attr-defined]  # SQLAlchemy types it as any FromClause
        vault.destroy(f"person:{who.id}")
    assert names() != []
    erase(who, "notifications.sent")
    assert names() == []


def test_a_letter_to_somebody_else_goes_only_where_it_names_them(who: Actor) -> None:
    bob = make_member("Bob", "bob@example.org")
    tell(bob, "1")
    drain()
    [mine] = [name for name in names() if outgoing.kept_message(name).to == "bob@example.org"]  # type: ignore[union-attr]
    said_of = {"to": "+8613700137000", "text": f"{NAME} has answered."}
    outgoing.keep(new_uid(), "sms.json", json.dumps(said_of).encode())
    erase(who)
    assert names() == [mine]
    assert [row.person_id for row in rows(Delivery.contact_id.is_not(None))] == [bob]


def test_that_something_left_stays_as_evidence_and_is_not_told_again(who: Actor) -> None:
    before = evidence.left_about("order:7", WELCOME)
    erase(who, "notifications.sent")
    assert evidence.left_about("order:7", WELCOME) == before != []
    count = len(rows())
    tell(who.id or 0, "1")
    assert len(rows()) == count, (
        "the account is still there; the key keeps it from being told again"
    )


def test_what_waits_is_not_sent_to_somebody_erased_and_dead_ones_are_not_retried(
    who: Actor,
) -> None:
    tell(who.id or 0, "later")
    dead = rows(Delivery.state == DeliveryState.SENT, Delivery.channel == Channel.MAIL)[0]
    with transaction():
        changed(update(Delivery).where(Delivery.id == dead.id).values(state=DeliveryState.DEAD))
    erase(who)
    assert rows(Delivery.state.in_((DeliveryState.WAITING, DeliveryState.DEAD))) == []
    assert queries.dead_deliveries() == []
    drain()
    assert names() == []


def test_nobody_erased_is_told_anything(who: Actor) -> None:
    contact = people.contacts_of(who.id or 0)[0].id
    for room in ROOMS[:2]:
        carry_out(Measure.ERASE, who.id, *holders_of(room))
    count = len(rows())
    tell(who.id or 0, "after")
    tell(who.id or 0, "address", contact_id=contact)
    service.unsubscribe(service.unsubscribe_token(who.id or 0))
    drain()
    assert len(rows()) == count
    assert db.session.execute(select(func.count(Preference.id))).scalar_one() == 0
    assert names() == []


def test_the_thread_of_others_says_that_the_address_is_deleted(who: Actor) -> None:
    erase(who)
    with force_locale("en"):
        lines = queries.deliveries_about("order:7")
    assert {(line.channel, line.address) for line in lines} == {
        (Channel.MAIL, "a deleted address"),
        (Channel.SMS, "a deleted address"),
        (Channel.INBOX, ""),
    }


def test_what_is_in_the_outbox_when_somebody_is_erased_ends_without_a_fault(who: Actor) -> None:
    agent = make_agent().id
    with transaction():
        outbox.put("password.changed", "1", person=who.id, how="changed")
        outbox.put("factor.reset", "1", person=who.id, by=who.id, tell=[agent])
    somebody.ask_code(CodePurpose.CONTACT, somebody.FRIEND_MAIL, who.id)
    for room in ROOMS[:2]:
        carry_out(Measure.ERASE, who.id, *holders_of(room))
    drain()
    states = select(OutboxRow.state).where(OutboxRow.state != OutboxState.DONE)
    assert list(db.session.execute(states).scalars()) == []
    assert all(NAME not in kept.text for kept in outgoing.kept_messages())


def test_who_refused_news_and_stays_is_not_told_them_again_once_messages_are_erased(
    who: Actor,
) -> None:
    service.set_preferences(who, {(Purpose.NEWS, Channel.MAIL): False})
    erase(who, "notifications.sent")
    assert queries.choices_of(who.id or 0)[Purpose.NEWS, Channel.MAIL] is False


@pytest.mark.parametrize("key", ["there", "gone"])
def test_nothing_of_somebody_is_left_in_the_lower_rooms_nor_in_the_files_of_the_door(
    app: Flask, who: Actor, key: str
) -> None:
    if key == "gone":
        with transaction():
            vault.destroy(f"person:{who.id}")
    for room in ROOMS:
        for each in holders_of(room):
            for measure in each.measures:
                if measure is Measure.ERASE:
                    carry_out(measure, who.id, each)
    assert [found for room in ROOMS for found in left_of(CANARIES, room)] == []
    assert leftovers.in_tables(app, CANARIES) == []
    with app.app_context():
        folder = Path(settings().outgoing_dir)
        assert leftovers.in_files(folder, CANARIES) == []
        assert leftovers.in_files(settings().instance_dir / "files", CANARIES) == []
