"""Every act that gives something of somebody away writes it into the ledger of sharing, once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import service_identities
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.core import outbox, platform, platform_door
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.platform_calls import CallState, Name, call_named
from support.infringement import service_forwarding, service_given, service_report_names
from support.policies.models_sharing import Sharing
from tests.disclosure.world import PenaltyWorld as PenaltyWorld
from tests.fixtures.platform import Platform
from tests.infringement.report_world import ReportWorld
from tests.infringement.world import NoticeWorld
from tests.workorders.desk_world import make_agent, make_member


def given(person_id: int | None) -> list[Sharing]:
    db.session.rollback()
    found = select(Sharing).where(Sharing.person_id == person_id).order_by(Sharing.id)
    return list(db.session.execute(found).scalars())


def test_a_forwarded_notice_gives_what_its_filer_wrote_once_to_each_respondent(app: Flask) -> None:
    world = NoticeWorld(app)
    notice = world.qualified()
    assert given(world.hana.id) == []
    world.forwarded(notice, 1)
    world.forwarded(notice, 2)
    [row] = given(world.hana.id)
    assert (row.recipient, row.basis, row.approved_by) == ("respondent", "notice", world.ivy.id)
    assert "contact" in row.data
    assert row.reference == world.order(notice).reference
    assert given(world.rong.id) == []
    world.leave()


def test_a_forwarded_counter_notice_gives_what_its_writer_said(app: Flask) -> None:
    world = NoticeWorld(app)
    notice = world.qualified()
    world.counter_sent(notice)
    [row] = given(world.rong.id)
    assert (row.recipient, row.aim, row.approved_by) == ("holder", "counter", world.ivy.id)
    world.leave()


def test_nothing_is_written_where_nobody_can_be_reached(app: Flask) -> None:
    world = NoticeWorld(app)
    notice = world.qualified(nobody=True)
    item = world.taken(notice)
    service_forwarding.forward_notice(world.ivy, item, version=item.version, now=world.now)
    assert given(world.hana.id) == []
    world.leave()


def test_a_revealed_name_is_written_down_when_it_shows_and_not_where_legal_stopped_it(
    app: Flask,
) -> None:
    world = NoticeWorld(app)
    reports = ReportWorld(world)
    kept, shown = (reports.file(who=who) for who in (world.eve, world.hana))
    for report in (kept, shown):
        db.session.refresh(report)
        service_report_names.reveal_reporter(world.leo, report, reason="A court.", now=world.now)
    service_given.note_reveals(world.now)
    assert given(shown.person_id) == [], "the reporter may still object"
    db.session.refresh(kept)
    service_report_names.stop_reveal(world.leo, kept, now=world.now)
    world.pass_time(days=10)
    for _turn in range(2):
        service_given.note_reveals(world.now)
    [row] = given(shown.person_id)
    assert (row.recipient, row.data, row.approved_by) == ("respondent", ["name"], world.leo.id)
    assert given(kept.person_id) == []
    world.leave()


def test_a_published_penalty_names_who_agreed_to_it(app: Flask) -> None:
    world = PenaltyWorld(app)
    row = world.published()
    [entry] = given(row.person_id)
    assert (entry.kind, entry.recipient) == ("published", "public")
    assert entry.approved_by == world.fresh(row).approved_by is not None
    world.leave()


def test_a_bound_account_is_the_members_own_act(app: Flask) -> None:
    with app.app_context():
        alice = make_member("Alice")
        identity = Identity(Method.TAOBAO, "12345", "alice")
        for _turn in range(2):
            with transaction():
                service_identities.add_identity(alice, alice.id or 0, identity, now=utcnow())
        [row] = given(alice.id)
        assert (row.partner, row.approval, row.data) == ("taobao", "own", ["sign_in"])


class TestPlatform:
    """Calls to a platform that is a real process."""

    @pytest.fixture
    def config(self, config: Config, platform_there: Platform) -> Config:
        """Calls go to the process."""
        platform_door._kept.cache_clear()  # its breaker counts for the whole process
        return config.with_changes(**platform_there.settings)

    def test_a_call_that_names_a_person_is_written_down_once_the_platform_took_it(
        self, app: Flask
    ) -> None:
        with app.app_context():
            alice, ada = make_member("Alice"), make_agent("Ada")
            facts: dict[str, Any] = {"about": "order:1", "reference": "WO-26-000001-AA"}
            uid = platform.call(Name.END_SESSIONS, "1", actor=ada, person=alice.id, **facts)
            platform.call(Name.TAKE_DOWN, "2", **facts)
            assert given(alice.id) == [], "it has not left yet"
            outbox.drain()
            [row] = given(alice.id)
            assert call_named(uid).state == CallState.DONE
            assert (row.partner, row.aim, row.approved_by) == ("platform", "security", ada.id)
            assert row.reference == "WO-26-000001-AA"

    def test_a_refused_call_was_read_there_and_one_that_never_arrived_was_not(
        self, app: Flask, platform_there: Platform
    ) -> None:
        with app.app_context():
            alice, bob = make_member("Alice"), make_member("Bob")
            platform_there.told(next=[422])
            platform.call(Name.ERASE_PERSON, "1", about="order:1", person=alice.id)
            outbox.drain()
            assert [row.aim for row in given(alice.id)] == ["erasure"]
            platform_there.told(next=[])
            platform.call(Name.ERASE_PERSON, "2", about="order:1", person=bob.id)
            assert given(bob.id) == []


def test_without_a_platform_nothing_is_given_to_it(app: Flask) -> None:
    with app.app_context():
        alice = make_member("Alice")
        uid = platform.call(Name.END_SESSIONS, "1", about="order:1", person=alice.id)
        outbox.drain()
        db.session.rollback()
        assert call_named(uid).state == CallState.DONE
        assert given(alice.id) == []
