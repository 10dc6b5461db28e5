"""What reporters take back, and what who answers for content finds of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import outbox
from support.core.db import db
from support.core.errors import DomainError, NotFound
from support.infringement import queries_reports as queries
from support.infringement import service_reports
from support.infringement.lifecycle_reports import CaseState
from support.notifications.models import Delivery
from support.workorders import service as workorders
from support.workorders.lifecycle import Status
from tests.infringement.report_world import ReportWorld
from tests.infringement.test_case import fresh
from tests.infringement.test_desk import browser
from tests.infringement.world import NoticeWorld

C = CaseState


@pytest.fixture
def reports(world: NoticeWorld) -> ReportWorld:
    """The people of notices, who report."""
    return ReportWorld(world)


def test_withdrawn_nobody_looks_at_it_and_it_can_be_taken_up_again(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report = reports.file(world.hana)
    report_id = report.id
    service_reports.withdraw_report(world.hana, report, now=world.now)
    assert reports.case(report).status is C.WITHDRAWN
    order = reports.order(report)
    assert order.state is Status.CLOSED
    workorders.reopen_order(world.hana, order, body="It is a fraud after all.", now=world.now)
    assert reports.case(report).status is C.CHECK
    reports.keep(report)
    with pytest.raises(DomainError):
        service_reports.withdraw_report(world.hana, queries.report_by_id(report_id), now=world.now)


def test_withdrawn_twice_is_harmless_and_another_report_of_the_link_goes_on(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    mine, other = reports.file(world.hana), reports.file(world.eve)
    with pytest.raises(NotFound):
        service_reports.withdraw_report(world.eve, mine, now=world.now)
    for _twice in range(2):
        mine = service_reports.withdraw_report(world.hana, mine, now=world.now)
    case = reports.case(other)
    assert case.status is C.CHECK
    assert [one.id for one in queries.reports_of(case)] == [other.id]
    assert reports.remove(other).status is C.REMOVED
    assert reports.order(mine).state is Status.CLOSED
    outbox.drain()
    db.session.rollback()
    letters = select(Delivery.person_id).where(Delivery.template == "infringement.reporter")
    assert set(db.session.execute(letters).scalars()) == {world.eve.id}


def test_who_answers_for_content_finds_its_reports_once_they_are_told(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report = reports.file()
    assert queries.cases_about(world.rong) == []
    case = reports.remove(report)
    assert [one.uid for one in queries.cases_about(world.rong)] == [case.uid]
    assert queries.cases_about(world.hana) == []


def test_what_lives_is_withdrawn_and_closing_is_offered_where_it_is_possible(
    world: NoticeWorld, reports: ReportWorld, app: Flask
) -> None:
    report, notice = reports.file(world.hana), world.file()
    order, other = reports.order(report), world.order(notice)
    shown = f"/orders/{order.reference}", f"/orders/{other.reference}"
    for path in shown:
        assert "Close it myself" not in fresh(browser(world, app, world.hana).page, path).text
    assert "Withdraw your report" in fresh(browser(world, app, world.hana).page, shown[0]).text
    order = reports.order(report)
    service_reports.ask_for_more(
        world.ivy, report, words="Which picture?", version=order.version, now=world.now
    )
    asked = fresh(browser(world, app, world.hana).page, shown[0]).text
    assert "Withdraw your report" in asked
    assert "Close it myself" not in asked, "closing it would say that nothing was answered"
    reports.keep(report)
    decided = fresh(browser(world, app, world.hana).page, shown[0]).text
    assert "Withdraw your report" not in decided
    assert "Close it myself" in decided
