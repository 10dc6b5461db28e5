"""Content reports by their verbs: one case for each link, decided once, told to each; the name stays withheld."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from support.core import installation, outbox, platform
from support.core.db import db, insert_new, new_uid, transaction
from support.core.errors import (
    AlreadyDone,
    DomainError,
    IllegalMove,
    Invalid,
    NotAllowed,
    NotFound,
    Stale,
)
from support.core.outbox_rows import OutboxRow
from support.core.platform_calls import CallState, PlatformCall
from support.infringement import kind_report, service_report_names, service_reports
from support.infringement import queries_reports as queries
from support.infringement import service_report_decisions as decisions
from support.infringement.lifecycle import Content
from support.infringement.lifecycle_reports import CASE, LIVING, CaseState, Ground, ReportState
from support.infringement.models_reports import ReportedContent
from support.infringement.report_pages import NEXT
from support.notifications.models import Delivery
from support.workorders import service as workorders
from support.workorders import timers
from support.workorders.lifecycle import Status
from tests.infringement.report_world import REASON, ReportWorld
from tests.infringement.world import NoticeWorld
from tests.workorders.desk_world import client_of, counted, make_member

C = CaseState
OTHER = "https://market.example/item/1002"


@pytest.fixture
def reports(world: NoticeWorld) -> ReportWorld:
    """The people of notices, who report."""
    return ReportWorld(world)


def told(code: str) -> set[int | None]:
    """Whom letters of a template were written to."""
    outbox.drain()
    db.session.rollback()
    query = select(Delivery.person_id).where(Delivery.template == code)
    return set(db.session.execute(query).scalars())


def topics() -> set[str]:
    """What waits in the outbox, but for calls to the platform."""
    found = select(OutboxRow.topic).where(OutboxRow.topic != platform.DUE)
    return set(db.session.execute(found).scalars())


def test_every_living_state_has_its_sentence_for_each_viewer() -> None:
    viewers = ("requester", "staff")
    assert set(kind_report.WORDS) == {(state, who) for state in LIVING for who in viewers}
    assert set(NEXT) == set(CaseState)


def test_three_working_days_and_unlawful_content_on_the_same_day(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    plain = reports.file()
    assert reports.case(plain).due_at == datetime(2026, 3, 5, 16, tzinfo=UTC)  # Monday: Thursday
    assert reports.order(plain).due_at == datetime(2026, 3, 5, 16, tzinfo=UTC)
    today = datetime(2026, 3, 2, 16, tzinfo=UTC)
    unlawful = reports.file(world.eve, Ground.UNLAWFUL, OTHER)
    assert reports.case(unlawful).due_at == reports.order(unlawful).due_at == today
    joined = reports.file(world.eve, Ground.UNLAWFUL)
    assert reports.case(joined).id == reports.case(plain).id
    assert reports.case(plain).due_at == reports.order(plain).due_at == today, "both hurry"


def test_a_report_alone_removes_nothing_and_its_order_cant_end_before_a_decision(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report = reports.file()
    assert db.session.execute(select(PlatformCall)).first() is None
    assert reports.case(report).standing is Content.UP
    for act in (
        lambda: workorders.close_own_order(world.hana, reports.order(report)),
        lambda: workorders.reply(
            world.ivy, reports.order(report), body="No.", version=reports.order(report).version,
            then=Status.RESOLVED, language="en",
        ),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()


def test_many_reports_of_a_link_are_decided_once_and_each_reporter_is_told(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    first, second = reports.file(), reports.file(world.eve, Ground.PRIVACY)
    assert reports.case(first).id == reports.case(second).id
    case = reports.remove(first)
    assert (case.status, case.standing) == (C.REMOVED, Content.DOWN)
    for report in (first, second):
        assert reports.order(report).state is Status.RESOLVED
    assert len(db.session.execute(select(PlatformCall)).all()) == 1
    later = reports.file(world.eve)
    assert reports.case(later).id != reports.case(first).id, "what is decided takes no more reports"
    assert told("infringement.reporter") == {world.hana.id, world.eve.id}
    assert told("infringement.reported") == {world.rong.id}


def test_removed_counts_only_after_the_platforms_answer_and_is_asked_again(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report = reports.file()
    case = reports.case(report)
    with pytest.raises(Invalid):
        decisions.remove_content(
            world.ivy, case, ground="fraud", measure="block", words=" ", version=case.version
        )
    with pytest.raises(NotAllowed):
        decisions.keep_content(world.agent, case, words=REASON, version=case.version)
    with pytest.raises(Stale):
        decisions.keep_content(world.ivy, case, words=REASON, version=case.version + 1)
    decisions.remove_content(
        world.ivy, case, ground="fraud", measure="block", words=REASON, version=case.version
    )
    assert reports.case(report).status is C.REMOVAL_ASKED
    assert topics() == {"order.filed"}, "nobody is told yet"
    reports.platform(case, CallState.NOT_DONE)
    case = reports.case(report)
    assert (case.status, case.standing) == (C.REMOVAL_ASKED, Content.DOWN_REFUSED)
    decisions.ask_again(world.ivy, case, version=case.version)
    reports.platform(case)
    reports.platform(case)  # twice is harmless
    assert reports.case(report).status is C.REMOVED


def test_an_appeal_of_either_side_is_heard_by_another_person_of_legal_and_once(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report = reports.file()
    case = reports.remove(report, who=world.leo)
    for stranger, side in ((world.eve, "respondent"), (world.hana, "respondent")):
        with pytest.raises(NotFound):
            decisions.appeal(stranger, case, side, words="Mine.", now=world.now)  # type: ignore[arg-type]
    with pytest.raises(IllegalMove):  # it is removed, as she wished
        decisions.appeal(world.hana, case, "reporter", words="Mine.", now=world.now)
    decisions.appeal(world.rong, case, "respondent", words="It is a real shop.", now=world.now)
    assert reports.order(report).state is Status.OPEN
    case = reports.case(report)
    with pytest.raises(NotAllowed):
        decisions.settle_appeal(world.ivy, case, upheld=True, words=REASON, version=case.version)
    with pytest.raises(NotAllowed, match="had no part"):
        decisions.settle_appeal(world.leo, case, upheld=True, words=REASON, version=case.version)
    decisions.settle_appeal(
        world.lena, case, upheld=False, words=REASON, version=case.version, now=world.now
    )
    case = reports.case(report)
    assert case.status is C.REMOVED
    assert reports.order(report).state is Status.RESOLVED
    with pytest.raises(AlreadyDone):
        decisions.appeal(world.rong, case, "respondent", words="Again.", now=world.now)


def test_another_reporters_appeal_takes_nobody_elses(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    mine, junk = reports.file(world.hana), reports.file(world.eve)
    case = reports.keep(mine)
    decisions.appeal(world.eve, case, "reporter", words="x", now=world.now)
    case = reports.case(junk)
    decisions.settle_appeal(
        world.lena, case, upheld=False, words=REASON, version=case.version, now=world.now
    )
    with pytest.raises(AlreadyDone):
        decisions.appeal(world.eve, reports.case(mine), "reporter", words="y", now=world.now)
    case = decisions.appeal(
        world.hana, reports.case(mine), "reporter", words="Here is the proof.", now=world.now
    )
    assert case.status is C.APPEAL


def test_an_upheld_appeal_restores_what_was_removed_and_removes_what_was_kept(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    removed, kept = reports.file(), reports.file(world.eve, Ground.FRAUD, OTHER)
    down, up = reports.remove(removed), reports.keep(kept)
    decisions.appeal(world.rong, down, "respondent", words="Mine.", now=world.now)
    decisions.appeal(world.eve, up, "reporter", words="Look again.", now=world.now)
    for report, asked, ended, content in (
        (removed, C.RESTORE_ASKED, C.RESTORED, Content.UP),
        (kept, C.REMOVAL_ASKED, C.REMOVED, Content.DOWN),
    ):
        case = reports.case(report)
        decisions.settle_appeal(
            world.leo, case, upheld=True, words=REASON, version=case.version, now=world.now
        )
        assert reports.case(report).status is asked
        reports.platform(case)
        case = reports.case(report)
        assert (case.status, case.standing) == (ended, content)
        assert reports.order(report).state is Status.RESOLVED
    assert told("infringement.reporter") == {world.hana.id, world.eve.id}


def test_an_appeal_comes_within_six_months_and_not_after_acceptance(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report, other = reports.file(), reports.file(world.hana, Ground.FRAUD, OTHER)
    kept, case = reports.keep(other), reports.remove(report)
    late = world.now + timedelta(days=200)
    with pytest.raises(Invalid, match="six months"):
        decisions.appeal(world.hana, kept, "reporter", words="Late.", now=late)
    with pytest.raises(NotFound):
        decisions.accept(world.hana, case)
    decisions.accept(world.rong, case, now=world.now)
    decisions.accept(world.rong, reports.case(report), now=world.now)  # twice is harmless
    with pytest.raises(IllegalMove):
        decisions.appeal(world.rong, reports.case(report), "respondent", words="Mine.")


def test_a_vague_report_is_asked_for_more_once_and_then_closes_with_that_reason(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report = reports.file()
    order = reports.order(report)
    service_reports.ask_for_more(
        world.ivy, report, words="What happened?", version=order.version, now=world.now
    )
    assert reports.order(report).state is Status.WAITING
    said = kind_report.next_step(reports.order(report), "requester", world.now)
    assert said.words == kind_report.ASKED["requester"]
    workorders.answer(world.hana, reports.order(report), body="It.", language="en", now=world.now)
    order = reports.order(report)
    assert (order.state, queries.report_by_id(report.id).status) == (Status.OPEN, ReportState.OPEN)
    with pytest.raises(AlreadyDone):
        service_reports.ask_for_more(
            world.ivy, queries.report_by_id(report.id), words="And?", version=order.version
        )
    vague = reports.file(world.eve, Ground.FRAUD, OTHER)
    service_reports.ask_for_more(
        world.ivy, vague, words="What?", version=reports.order(vague).version, now=world.now
    )
    world.pass_time(days=12)
    db.session.rollback()
    timers.close_unanswered(world.now)
    assert reports.order(vague).state is Status.CLOSED
    assert reports.case(vague).status is C.DROPPED
    assert queries.report_by_id(vague.id).status is ReportState.LAPSED
    workorders.reopen_order(world.eve, reports.order(vague), body="I was away.", now=world.now)
    assert reports.case(vague).status is C.CHECK
    assert reports.case(vague).due_at == reports.order(vague).due_at


def test_a_lapsed_report_leaves_a_link_alone_that_others_reported(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    vague, good = reports.file(), reports.file(world.eve)
    service_reports.ask_for_more(
        world.ivy, vague, words="What?", version=reports.order(vague).version, now=world.now
    )
    workorders.close_own_order(world.hana, reports.order(vague), now=world.now)
    assert reports.case(good).status is C.CHECK
    reports.keep(good)
    assert reports.order(vague).state is Status.CLOSED
    assert told("infringement.reporter") == {world.eve.id}


def test_the_name_is_shown_only_as_legal_decides_and_the_reporter_knows_before(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    report = reports.file()
    case = reports.remove(report)
    for who, reason, refusal in (
        (world.ivy, REASON, NotAllowed),
        (world.leo, " ", Invalid),
    ):
        with pytest.raises(refusal):
            service_report_names.reveal_reporter(who, report, reason=reason, now=world.now)
    service_report_names.reveal_reporter(
        world.leo, queries.report_by_id(report.id), reason="A court asks.", now=world.now
    )
    fresh = queries.report_by_id(report.id)
    assert queries.reveal_reason(fresh) == "A court asks."
    assert queries.revealed_names(case, world.now) == [], "not before the reporter could object"
    service_report_names.stop_reveal(world.lena, fresh, now=world.now)
    service_report_names.stop_reveal(world.lena, fresh, now=world.now)  # twice is harmless
    assert queries.revealed_names(case, world.now + timedelta(days=30)) == []
    service_report_names.reveal_reporter(world.leo, fresh, reason="A court asks.", now=world.now)
    assert queries.revealed_names(case, world.pass_time(days=10)) == ["Hana"]
    with pytest.raises(IllegalMove):
        service_report_names.stop_reveal(world.leo, fresh, now=world.now)
    outbox.drain()
    letters = select(Delivery.ids).where(Delivery.template == "infringement.reporter")
    assert any(ids["what"] == "report.reveal" for ids in db.session.execute(letters).scalars())


def test_a_seller_whose_address_signs_in_here_answers_as_that_member(world: NoticeWorld) -> None:
    seller = make_member("Sun", "respondent@example.com")
    installation.mark(demo=True)
    own, other = kind_report.read_links(
        "https://market.example/item/1009\nhttps://market.example/item/1001"
    )
    assert (own.owner_id, own.owner_address) == (seller.id, "respondent@example.com")
    assert (other.owner_id, other.owner_address) == (None, "shop2@shops.example")


def test_two_reporters_at_once_make_one_case(world: NoticeWorld, reports: ReportWorld) -> None:
    report = reports.file()
    case = reports.case(report)
    same = {each.name: getattr(case, each.name) for each in ReportedContent.__table__.columns}
    del same["id"]
    with transaction():
        made = insert_new(ReportedContent, **same | {"uid": new_uid()})
        assert not made, "the database lets nobody open a second case of a link"
    reports.keep(report)
    with transaction():
        assert insert_new(ReportedContent, **same | {"uid": new_uid()}), "but a new one after it"


def test_no_personal_value_of_a_report_lies_open(
    world: NoticeWorld, reports: ReportWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    report = reports.file(address="canary-shop@example.org")
    case = reports.remove(report)
    service_report_names.reveal_reporter(world.leo, report, reason="canary", now=world.now)
    case = reports.case(report)
    assert case.person_id is not None, "whoever was reached by an address has a page now"
    outbox.drain()
    db.session.rollback()
    tables = (
        "content_report", "reported_content", "report_link", "report_appeal", "event", "outbox",
        "platform_call",
    )  # fmt: skip
    rows = [
        repr(tuple(row))
        for table in tables
        for row in db.session.execute(text(f"SELECT * FROM {table}"))
    ]
    found = "\n".join([*rows, *(record.getMessage() for record in caplog.records)])
    for secret in ("canary", "Canary", "market.example", REASON):
        assert secret not in found, secret


@pytest.mark.parametrize("state", list(CaseState))
def test_every_pair_of_states_is_legal_or_refused(state: CaseState) -> None:
    for new in CaseState:
        if new in CASE.moves[state]:
            CASE.check_move(state, new)
        else:
            with pytest.raises(IllegalMove):
                CASE.check_move(state, new)


def test_bad_reports_are_refused_and_nothing_is_kept(
    world: NoticeWorld, reports: ReportWorld
) -> None:
    many = [f"https://market.example/item/{number}" for number in range(2000, 2021)]
    with pytest.raises(Invalid):
        reports.file(world.hana, Ground.FRAUD, *many)
    with pytest.raises(DomainError):
        reports.file(world.hana, "copyright")  # type: ignore[arg-type]
    db.session.rollback()
    assert db.session.execute(text("SELECT count(*) FROM work_order")).scalar_one() == 0


def test_the_desk_page_asks_as_much_for_one_link_as_for_twenty(
    world: NoticeWorld, reports: ReportWorld, app: Flask
) -> None:
    links = [f"https://market.example/item/{number}" for number in range(2000, 2020)]
    paths = [
        f"/desk/orders/{reports.order(report).reference}/report"
        for report in (reports.file(), reports.file(world.eve, Ground.FRAUD, *links))
    ]
    client, asked = client_of(app, world.ivy), []
    for path in (paths[0], *paths):  # the first look fills what a process keeps
        db.session.rollback()
        with counted() as statements:
            assert client.page(path).text
        asked.append(len(statements))
    assert asked[1] == asked[2]
