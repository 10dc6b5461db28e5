"""A verified name is changed by a work order alone: sent to its source, or proved, decided by two and held."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from support.accounts.models import ContactPoint, Person
from support.accounts.policy import Method
from support.assurance.lifecycle import HoldState
from support.core.clock import utcnow
from support.core.context import register
from support.core.db import db
from support.core.errors import IllegalMove, Invalid, NotAllowed
from support.notifications.models import Delivery
from support.realname import queries_changes, service_changes
from support.realname.documents import Document
from support.realname.kind import REALNAME
from support.realname.lifecycle import BY_CHECK, COARSE, ENDED, LIFECYCLE, ChangeState
from support.realname.models import NameChange
from support.verification import service as verification
from support.verification import service_reviews
from support.verification.lifecycle import LIFECYCLE as CHECKS
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import Way
from support.workorders import service as workorders
from support.workorders import service_triage, timers
from support.workorders.disputes import Disputes
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from support.workorders.queries import order_by_id
from tests.realname.world import LICENCE, NameWorld

NEW_NAME = "HARGREAVES ALICE"


@pytest.mark.parametrize(("old", "new", "legal"), list(LIFECYCLE.pairs()))
def test_a_change_makes_its_legal_moves_and_no_other(
    old: ChangeState, new: ChangeState, legal: bool
) -> None:
    if legal:
        LIFECYCLE.check_move(old, new)
    else:
        with pytest.raises(IllegalMove):
            LIFECYCLE.check_move(old, new)


def test_each_move_of_a_check_is_a_legal_move_of_its_change() -> None:
    for old, new, legal in CHECKS.pairs():
        if legal and BY_CHECK[old] != BY_CHECK[new]:
            assert LIFECYCLE.can(BY_CHECK[old], BY_CHECK[new]), (old, new)
    assert set(COARSE) == set(CheckState)


def state_of(world: NameWorld, check: Check) -> tuple[ChangeState, Status]:
    """Where the change and its work order stand."""
    db.session.rollback()
    row = queries_changes.change_of_check(world.fresh(check))
    assert row is not None
    return row.status, order_by_id(row.order_id).state


def order_of(check: Check) -> WorkOrder:
    """The work order of a check."""
    return order_by_id(int(check.about.partition(":")[2]))


def test_a_new_name_is_proved_decided_by_two_and_written_at_once_on_a_quiet_account(
    world: NameWorld,
) -> None:
    check = world.asked_change(NEW_NAME)
    assert state_of(world, check) == (ChangeState.IDENTITY, Status.OPEN)
    world.decide(world.vera, check)
    assert state_of(world, check) == (ChangeState.APPROVAL, Status.OPEN)
    world.decide(world.paul, check)
    assert state_of(world, check) == (ChangeState.EFFECTIVE, Status.RESOLVED)
    found = world.name(world.alice)
    assert found is not None
    assert found.name == NEW_NAME
    world.run()
    told = select(Delivery.contact_id).where(Delivery.template == "notifications.name_verified")
    assert set(db.session.execute(told).scalars()) >= set(world.contacts())


def test_an_account_that_changed_lately_waits_and_every_address_is_told(world: NameWorld) -> None:
    world.verified()
    world.unbind_oldest()
    check = world.asked_change(NEW_NAME)
    world.agree(check)
    assert state_of(world, check) == (ChangeState.HOLD, Status.OPEN)
    hold = world.hold(check)
    assert hold.ends_at - hold.begins_at == timedelta(hours=72)
    told, ends_at = list(hold.told), hold.ends_at
    assert told == world.contacts(), "also the address that was just taken off"
    world.run()
    letters = select(Delivery.contact_id).where(Delivery.template == "verification.hold")
    assert set(db.session.execute(letters).scalars()) == set(told)
    assert order_of(check).due_at > ends_at, "the desk is not late while it waits"
    assert world.current(world.alice) == "LIDDELL ALICE"
    check = world.let_it_end(check)
    assert state_of(world, check) == (ChangeState.EFFECTIVE, Status.RESOLVED)
    assert world.current(world.alice) == NEW_NAME


def test_an_open_dispute_about_their_content_makes_it_wait_and_the_deciders_see_it(
    world: NameWorld,
) -> None:
    check = world.asked_change(NEW_NAME)
    begun = utcnow() - timedelta(days=9)
    mine = world.alice.id
    register(world.app, Disputes(lambda person_id: begun if person_id == mine else None))
    assert queries_changes.risks_of(check) == {"dispute": begun}
    world.agree(check)
    assert state_of(world, check) == (ChangeState.HOLD, Status.OPEN)


def test_a_new_password_makes_it_wait_too(world: NameWorld) -> None:
    world.verified()
    mine = update(Person).where(Person.id == world.alice.id)
    with world.writing() as session:
        session.execute(mine.values(password_set_at=utcnow() - timedelta(hours=71)))
    check = world.asked_change(NEW_NAME)
    world.agree(check)
    assert state_of(world, check)[0] == ChangeState.HOLD
    assert world.hold(check).state == HoldState.RUNNING


def test_an_older_address_stops_it_and_people_hear_both_sides(world: NameWorld) -> None:
    world.verified()
    world.bind_second()
    check = world.asked_change(NEW_NAME)
    world.agree(check)
    assert world.say_no(check)
    assert state_of(world, check) == (ChangeState.IDENTITY, Status.OPEN)
    service_reviews.refuse_contested(world.vera, world.fresh(check))
    assert state_of(world, check) == (ChangeState.REFUSED, Status.CLOSED)
    assert world.current(world.alice) == "LIDDELL ALICE"


@pytest.mark.parametrize("source", ["alipay", "taobao"])
def test_a_name_of_another_service_is_sent_there_at_once(world: NameWorld, source: str) -> None:
    voucher = world.bind_service(Method(source))
    world.set_name(world.case_passed(world.alice), "LIDDELL ALICE", source, voucher)
    order = world.ask(NEW_NAME)
    row = queries_changes.change_of(order)
    assert row is not None
    assert (row.status, order.state) == (ChangeState.REDIRECTED, Status.CLOSED)
    assert order.identity_check == ""
    assert row.sealed is None
    with world.outside():
        page = world.browser(world.alice).page(f"/orders/{order.reference}").text
        assert "came from another service" in page
        assert "Bring the new name here" in page
        assert "Alipay" in world.browser(world.alice).page("/account/realname").text or (
            source == "taobao"
        )


def test_a_name_whose_account_elsewhere_is_bound_no_more_is_changed_by_a_document(
    world: NameWorld,
) -> None:
    voucher = world.bind_service(Method.ALIPAY)
    world.set_name(world.case_passed(world.alice), "LIDDELL ALICE", "alipay", voucher)
    world.unbind_service()
    check = world.check_of(world.ask(NEW_NAME))
    assert state_of(world, check) == (ChangeState.IDENTITY, Status.WAITING)
    assert set(queries_changes.risks_of(check)) == {"service"}, "so it waits"


def test_a_refused_change_says_why_and_changes_nothing(world: NameWorld) -> None:
    check = world.asked_change(NEW_NAME)
    world.decide(world.vera, check, "fail", "differs")
    world.decide(world.paul, check)
    assert state_of(world, check) == (ChangeState.REFUSED, Status.CLOSED)
    with world.outside():
        page = world.browser(world.alice).page(f"/orders/{check.reference}").text
    assert "something else than what you wrote" in page
    assert world.current(world.alice) == "LIDDELL ALICE"
    again = world.asked_change(NEW_NAME)
    assert world.agree(again).state == CheckState.DONE


def test_a_companys_name_is_shown_by_its_papers(world: NameWorld) -> None:
    world.verified()
    with pytest.raises(Invalid):
        world.ask("茶叶公司", bears="company", way=Way.DOCUMENT)
    check = world.check_of(world.ask("茶叶公司", bears="company", way=Way.COMPANY))
    world.write(check, Document.COMPANY_CN, **LICENCE)
    world.show(check)
    world.agree(check)
    found = world.name(world.alice)
    assert found is not None
    assert (found.name, found.kind) == ("茶叶公司", "company")


def test_there_is_nothing_to_change_without_a_verified_name_and_one_change_at_a_time(
    world: NameWorld,
) -> None:
    with pytest.raises(Invalid):
        world.ask(NEW_NAME)
    world.verified()
    world.ask(NEW_NAME)
    with pytest.raises(Invalid):
        world.ask(NEW_NAME)
    assert len(db.session.execute(select(NameChange)).scalars().all()) == 1


def test_nobody_solves_it_before_it_is_decided(world: NameWorld) -> None:
    check = world.asked_change(NEW_NAME)
    order = order_of(check)
    with pytest.raises(NotAllowed):
        service_triage.move_order(world.mei, order, status=Status.RESOLVED, version=order.version)
    assert state_of(world, check)[0] == ChangeState.IDENTITY


def test_an_order_that_is_closed_ends_its_check_and_its_evidence(world: NameWorld) -> None:
    check = world.asked_change(NEW_NAME)
    workorders.close_own_order(world.alice, order_of(check))
    assert state_of(world, check) == (ChangeState.WITHDRAWN, Status.CLOSED)
    assert world.fresh(check).state == CheckState.WITHDRAWN
    assert queries_changes.wanted_name(world.fresh(check)) == ""


def test_a_waiting_change_whose_order_is_closed_never_becomes_effective(world: NameWorld) -> None:
    world.verified()
    world.bind_second()
    check = world.asked_change(NEW_NAME)
    world.agree(check)
    workorders.close_own_order(world.alice, order_of(check))
    assert state_of(world, check) == (ChangeState.REFUSED, Status.CLOSED)
    world.let_it_end(check)
    assert world.current(world.alice) == "LIDDELL ALICE"


def test_whoever_does_no_task_finds_the_order_closed_after_ten_days(world: NameWorld) -> None:
    world.verified()
    check = world.check_of(world.ask(NEW_NAME))
    assert state_of(world, check) == (ChangeState.IDENTITY, Status.WAITING)
    timers.close_unanswered(utcnow() + timedelta(days=20))
    assert state_of(world, check) == (ChangeState.WITHDRAWN, Status.CLOSED)


def test_a_check_that_is_given_up_closes_the_order(world: NameWorld) -> None:
    check = world.asked_change(NEW_NAME)
    verification.withdraw_check(world.alice, check)
    assert state_of(world, check) == (ChangeState.WITHDRAWN, Status.CLOSED)


def test_the_people_who_decide_see_both_names_and_what_happened_lately_and_agents_none(
    world: NameWorld,
) -> None:
    world.verified()
    world.bind_second()
    check = world.asked_change(NEW_NAME)
    with world.outside():
        desk = world.browser(world.vera).page(f"/desk/checks/{check.uid}").text
        for words in ("LIDDELL ALICE", NEW_NAME, "an address was changed"):
            assert words in desk
        order = world.browser(world.mei).page(f"/desk/orders/{check.reference}").text
        assert "Identity check" in order
        for words in ("LIDDELL", "HARGREAVES"):
            assert words not in order
    trail = str(db.session.execute(text("SELECT data FROM event")).all())
    queued = str(db.session.execute(text("SELECT payload FROM outbox")).all())
    messages = str(db.session.execute(text("SELECT body FROM message")).all())
    assert "HARGREAVES" not in trail + queued + messages


def test_every_state_has_a_sentence_for_both_sides(world: NameWorld) -> None:
    check = world.asked_change(NEW_NAME)
    order, row = order_of(check), queries_changes.change_of_check(check)
    assert row is not None
    for state in ChangeState:
        for viewer in ("requester", "staff"):
            with world.undone():
                row.state = state
                db.session.flush()
                assert REALNAME.sentence(order, viewer, utcnow()).words, (state, viewer)
    assert set(ChangeState) > ENDED


def test_a_member_asks_on_one_page_and_a_double_click_is_one_order(world: NameWorld) -> None:
    world.verified()
    with world.outside():
        client = world.browser(world.alice)
        page = client.page("/orders/new/realname")
        assert "LIDDELL ALICE" in page.text
        form = page.form(action="/orders/new/realname")
        values = page.values(form) | {"name": NEW_NAME, "reason": "changed"}
        first = client.post("/orders/new/realname", data=values)
        second = client.post("/orders/new/realname", data=values)
        assert first.status_code == 303
        assert first.location == second.location
        assert NEW_NAME in client.get(f"{first.location}/details").get_data(as_text=True)
        reference = client.get("/orders/new/realname").location.rpartition("/")[2]
        assert f"A change of it is running: {reference}" in client.page("/account/realname").text
        strange = world.browser(world.bob).get("/orders/new/realname")
        assert strange.location == "/account/realname"
    assert len(db.session.execute(select(NameChange)).scalars().all()) == 1
    assert service_changes.KIND == "realname"


@pytest.mark.parametrize("what", ["service", "passkey", "factor"])
def test_every_new_way_in_makes_it_wait(world: NameWorld, what: str) -> None:
    world.verified()
    world.new_way_in(what, utcnow() - timedelta(hours=71))
    check = world.asked_change(NEW_NAME)
    assert set(queries_changes.risks_of(check)) == {what}
    world.agree(check)
    assert state_of(world, check)[0] == ChangeState.HOLD


def test_what_changed_before_it_was_asked_for_is_not_waited_out(world: NameWorld) -> None:
    world.verified()
    world.bind_second()
    check = world.asked_change(NEW_NAME)
    aged = (update(Check).where(Check.id == check.id), update(ContactPoint))
    with world.writing() as session:
        session.execute(aged[0].values(opened_at=utcnow() - timedelta(hours=100)))
        session.execute(aged[1].values(changed_at=utcnow() - timedelta(hours=101)))
    world.agree(world.fresh(check))
    assert state_of(world, check)[0] == ChangeState.HOLD
