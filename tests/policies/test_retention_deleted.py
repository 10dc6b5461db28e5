"""What stays of somebody who was deleted, since others need it or a law asks for it, ends by its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from support.accounts.models import Person
from support.core.actors import SYSTEM, Role
from support.core.db import changed, db, transaction
from support.policies import retention, service_legal_holds
from support.policies.models import Consent, PolicyVersion
from support.policies.models_legal_holds import Ground
from support.workorders import service as workorders
from support.workorders.lifecycle import Status
from support.workorders.models import Message, Note, WorkOrder
from tests.policies.retention_world import MONTHS, NOW, carry_out, closed_at
from tests.policies.test_retention import part
from tests.workorders.desk_world import make_agent, make_member, make_order


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_what_the_desk_wrote_to_somebody_who_was_deleted_ends_with_the_orders_of_its_age(
    app: Flask,
) -> None:
    mei, alice = make_agent("Mei", Role.AGENT), make_member("Alice", "alice@example.org")
    old, young = make_order(alice, "Old shop"), make_order(alice, "Young shop")
    for order in (old, young):
        workorders.reply(
            mei, order, body="Dear canary, we called.", language="en", version=order.version,
            then=Status.OPEN,
        )  # fmt: skip
        workorders.add_note(mei, order, body="The canary was here.")
    over = retention.months_before(NOW, 36, "Asia/Shanghai")
    closed_at(old, over - timedelta(days=1))
    closed_at(young, over + timedelta(days=1))
    with transaction():
        changed(update(WorkOrder).values(subject=""))
        for table in (Message, Note):
            changed(update(table).values(created_at=over - timedelta(days=2)))
    hold = service_legal_holds.place_hold(
        SYSTEM, f"order:{old.id}", Ground.AUTHORITY, reference="(2026) 7"
    )
    assert (part(carry_out(NOW), "workorders.notes").held, words_of(old)[1]) == (1, True)
    service_legal_holds.release_hold(SYSTEM, hold)
    assert part(carry_out(NOW), "workorders.notes").done == 1
    assert words_of(old) == (False, False)
    assert words_of(young) == (True, True)


def words_of(order: WorkOrder) -> tuple[bool, bool]:
    """Whether messages, and notes, of an order say anything."""
    db.session.expire_all()
    found = (
        db.session.execute(select(table.body).where(table.order_id == order.id)).scalars()
        for table in (Message, Note)
    )
    messages, notes = (any(bodies) for bodies in found)
    return messages, notes


def test_consents_of_somebody_who_was_deleted_end_by_their_time() -> None:
    alice, bob = make_member("Alice", "alice@example.org"), make_member("Bob", "bob@example.org")
    said = {"label": "canary", "text_en": "x", "text_zh": "x"}
    with transaction() as session:
        session.add(PolicyVersion(effective_from=NOW, created_at=NOW, **said))
    version = db.session.execute(select(PolicyVersion.id).filter_by(label="canary")).scalar_one()
    with transaction() as session:
        for who in (alice, bob):
            given = {"purpose": "service", "act": "accepted", "how": "form"}
            session.add(
                Consent(person_id=who.id, version_id=version, at=NOW - 90 * MONTHS, **given)
            )
        gone = update(Person).where(Person.id == alice.id)
        changed(gone.values(erased_at=NOW - 40 * MONTHS))
    assert part(carry_out(NOW), "accounts.consents").done == 1
    left = db.session.execute(select(Consent.person_id)).scalars().all()
    assert set(left) == {bob.id}
