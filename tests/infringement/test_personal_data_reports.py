"""Content reports: who reported, who answers and who appealed are taken out alone; a link goes with the last one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.core import vault
from support.core.db import db, transaction
from support.core.holders import Measure
from support.core.keeping import sweep
from support.core.vault import KeyDestroyed
from support.infringement import queries_reports as queries
from support.infringement import (
    report_pages,
    service_report_names,
    service_reports,
    service_retention,
)
from support.infringement import service_report_decisions as decisions
from support.infringement.lifecycle_reports import Ground
from support.infringement.models_reports import ContentReport, ReportAppeal, ReportedContent
from support.policies import queries_legal_holds as holds
from support.workorders import queries as orders
from tests.fixtures.removals import carry_out, collected, holder, left_of, said
from tests.infringement.removal_world import do
from tests.infringement.report_world import LINK, REASON, ReportWorld
from tests.infringement.world import NoticeWorld
from tests.policies.retention_world import closed_at

REPORTS, REPORTED, APPEALS = (
    f"infringement.{name}" for name in ("reports", "reported", "report_appeals")
)
WHY, APPEAL = "A canary court asked for it.", "My canary shop is honest."
BOTH = pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])


@pytest.fixture
def reports(world: NoticeWorld) -> ReportWorld:
    """The people of notices, who report."""
    return ReportWorld(world)


def ended(reports: ReportWorld) -> ReportedContent:
    """Hana and Eve reported Rong's link; it was removed, Rong appealed and lost; Hana's name is to be shown."""
    people = reports.people
    report = reports.file()
    reports.file(people.eve)
    service_report_names.reveal_reporter(people.leo, report, reason=WHY, now=people.now)
    case = reports.remove(report)
    decisions.appeal(people.rong, case, "respondent", words=APPEAL, now=people.now)
    case = reports.case(report)
    return decisions.settle_appeal(
        people.lena, case, upheld=False, words=REASON, version=case.version, now=people.now
    )


def case_now(case_id: int) -> ReportedContent:
    db.session.rollback()
    return queries.case_by_id(case_id)


def report_now() -> ContentReport:
    db.session.rollback()
    return db.session.query(ContentReport).order_by(ContentReport.id).limit(1).one()


def test_an_open_report_is_held_for_its_reporter_and_for_who_answers(reports: ReportWorld) -> None:
    people = reports.people
    report = reports.file()
    lapsing = reports.file(people.eve, Ground.FRAUD, "https://market.example/item/7")
    for code, who in ((REPORTS, people.hana), (REPORTED, people.rong), (REPORTS, people.eve)):
        assert holds.is_held(*holder(code).streams(who.id or 0)), code
        assert holder(code).since(who.id or 0) is None
    service_reports.withdraw_report(people.eve, lapsing, now=people.now)
    assert not holds.is_held(*holder(REPORTS).streams(people.eve.id or 0))
    case = reports.remove(report)
    assert not holds.is_held(*holder(REPORTED).streams(people.rong.id or 0))
    decisions.appeal(people.rong, case, "respondent", words=APPEAL, now=people.now)
    for code, who in ((REPORTS, people.hana), (REPORTED, people.rong), (APPEALS, people.rong)):
        assert holds.is_held(*holder(code).streams(who.id or 0)), code


def test_each_reads_their_own_in_their_copy(reports: ReportWorld) -> None:
    people = reports.people
    ended(reports)
    every = [holder(code) for code in (REPORTS, REPORTED, APPEALS)]
    hanas, rongs = (said(collected(who.id, *every)) for who in (people.hana, people.rong))
    assert all(value in hanas for value in (LINK, WHY, "It is a fraud"))
    assert all(value in rongs for value in (LINK, REASON, APPEAL, "Canary shop"))
    assert WHY not in rongs
    assert APPEAL not in hanas
    assert [each.count(people.hana.id or 0) for each in every] == [1, 0, 0]
    assert [each.count(people.rong.id or 0) for each in every] == [0, 1, 1]


@BOTH
def test_the_link_stays_for_the_other_side_and_goes_with_the_last(
    reports: ReportWorld, measure: Measure
) -> None:
    people, case_id = reports.people, ended(reports).id
    do(measure, people.hana.id, holder(REPORTS))
    report = report_now()
    assert queries.reveal_reason(report) == ""
    assert (report.reveal_sealed is None) is (measure is Measure.ERASE)
    assert queries.url_of(case_now(case_id)) == LINK
    do(measure, people.rong.id, holder(APPEALS), holder(REPORTED))
    case = case_now(case_id)
    assert (queries.title_of(case), queries.address_of(case)) == ("", "")
    assert [queries.appeal_words(case, one) for one in queries.appeals_of(case)] == [""]
    assert queries.url_of(case) == LINK, "Eve reported it, too"
    do(measure, people.eve.id, holder(REPORTS))
    case = case_now(case_id)
    assert (queries.url_of(case), queries.reason_of(case), case.platform_item) == ("", "", "")
    assert len(case.url_blind) == 16
    if measure is Measure.RESTRICT:
        assert vault.unseal_restricted(case.place("url_sealed"), case.url_sealed) == LINK
        with pytest.raises(KeyDestroyed):
            vault.unseal(case.stream, case.place("url_sealed"), case.url_sealed)
    else:
        assert (case.url_sealed, case.title_sealed, case.reason_sealed) == (b"", b"", None)
    every = [holder(code) for code in (REPORTS, REPORTED, APPEALS)]
    for who in (people.hana, people.rong, people.eve):
        assert not any(do(measure, who.id, *every).values())
        assert [each.count(who.id or 0) for each in every] == [0, 0, 0]
    assert left_of((LINK, WHY, APPEAL, "Canary", "market.example"), "infringement") == []


@BOTH
def test_pages_stand_when_everybody_is_gone(reports: ReportWorld, measure: Measure) -> None:
    people, case_id = reports.people, ended(reports).id
    every = [holder(code) for code in (APPEALS, REPORTS, REPORTED)]
    for who in (people.hana, people.eve, people.rong):
        do(measure, who.id, *every)
    with people.app.test_request_context():
        case, report = case_now(case_id), report_now()
        assert report_pages.answer_page(case, people.now)["url"] == ""
        assert report_pages.summary(report)["lines"][0].url == ""
        assert report_pages.desk_page(people.ivy, report)["reveal_reason"] == ""


def test_with_destroyed_keys_it_is_emptied(reports: ReportWorld) -> None:
    people, case = reports.people, ended(reports)
    case_id, report = case.id, report_now()
    with transaction():
        vault.destroy(case.stream)
        vault.destroy(report.stream)
    every = [holder(code) for code in (APPEALS, REPORTS, REPORTED)]
    for who in (people.hana, people.rong, people.eve):
        do(Measure.RESTRICT, who.id, *every)
        assert not any(do(Measure.RESTRICT, who.id, *every).values())
    case = case_now(case_id)
    assert (case.url_sealed, case.title_sealed, case.reason_sealed) == (b"", b"", None)
    assert db.session.query(ReportAppeal).one().sealed == b""
    assert report_now().reveal_sealed is None


def test_who_was_never_told_is_found_by_their_address(reports: ReportWorld) -> None:
    people = reports.people
    report = reports.file(address="eve@example.org")
    each = holder(REPORTED)
    assert (each.count(people.eve.id or 0), each.count(people.rong.id or 0)) == (1, 0)
    items = collected(people.eve.id, each)
    assert "eve@example.org" in said(items)
    assert LINK not in said(items), "nobody told them of it yet"
    assert holds.is_held(*each.streams(people.eve.id or 0))
    carry_out(Measure.ERASE, people.eve.id, each)
    case = reports.case(report)
    assert case.address_sealed is None
    assert queries.url_of(case) == LINK


def test_why_a_name_was_shown_and_what_is_left_of_a_link_end_by_their_time(
    reports: ReportWorld,
) -> None:
    case_id, later = ended(reports).id, reports.people.now + timedelta(days=1200)
    report = report_now()
    closed_at(orders.order_by_id(report.order_id), reports.people.now)
    assert sweep(service_retention.REPORTS, later, before=reports.people.now) == 0
    assert sweep(service_retention.REPORTS, later, before=later) == 1
    assert report_now().reveal_sealed is None
    assert sweep(service_retention.LINKS, later, before=later) == 1
    case = case_now(case_id)
    assert (case.platform_item, case.contact_id) == ("", None)
    assert [one.sealed for one in db.session.query(ReportAppeal)] == [b""]
