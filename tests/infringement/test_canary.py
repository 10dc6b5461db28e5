"""Nothing that names a person stands in the clear: not in the tables, nor in the trail, the outbox, or a log."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from support.core import vault
from support.core.db import db, transaction
from support.infringement import queries, service_rulings
from support.infringement.elements import NoticeFacts
from tests.infringement.world import COUNTER, FACTS, NoticeWorld

TABLES = (
    "held_right", "notice", "respondent", "notice_item", "counter_notice", "item_answer",
    "notice_arrival", "notice_paper", "event", "outbox", "platform_call", "work_order", "message",
)  # fmt: skip


def test_no_personal_value_of_a_case_lies_open(
    world: NoticeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    notice = world.qualified(owner_address="seller-canary@example.org")
    world.forwarded(notice)
    world.respondent(notice)
    item = world.item(notice, 2)
    world.taken(notice, 2)
    item = world.item(notice, 2)
    service_rulings.record_decision(
        world.leo, item, keep=True, authority="Canary court", number="canary 7",
        version=item.version, now=world.now,
    )  # fmt: skip
    own = world.qualified()
    world.waiting(own)
    world.drain()
    rows = [
        repr(tuple(row))
        for table in TABLES
        for row in db.session.execute(text(f"SELECT * FROM {table}"))
    ]
    found = "\n".join([*rows, *(record.getMessage() for record in caplog.records)])
    for secret in ("canary", "Canary", FACTS.holder_id_no, COUNTER.id_no, "market.example"):
        assert secret not in found, secret


def test_what_was_sealed_is_gone_with_its_key_and_pages_still_stand(world: NoticeWorld) -> None:
    notice = world.qualified()
    assert queries.facts_of(notice).holder_name == FACTS.holder_name
    with transaction():
        vault.destroy(notice.stream)
    facts = queries.facts_of(notice)
    assert (facts.holder_name, facts.address) == ("", "")
    assert isinstance(facts, NoticeFacts)
    assert queries.listing_of(notice, world.item(notice)).url == ""
