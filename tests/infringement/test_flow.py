"""A notice from its filing to each of its ends: who may do what, what the platform says, what time does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from support.core import installation, platform_jobs
from support.core.actors import SYSTEM, Actor
from support.core.db import db, transaction
from support.core.errors import (
    IllegalMove,
    Invalid,
    NotAllowed,
    NotFound,
    Stale,
)
from support.core.platform_calls import CallState, PlatformCall
from support.infringement import (
    jobs,
    moves,
    queries,
    service,
    service_bulk,
    service_checks,
    service_measures,
    service_rights,
    service_rulings,
)
from support.infringement.lifecycle import Content, ItemState
from support.infringement.moves import Incomplete
from support.infringement.regimes import ContentKind, RegimeCode
from support.workorders import service as workorders
from support.workorders import service_triage
from support.workorders.disputes import open_dispute
from support.workorders.lifecycle import Status
from tests.infringement.world import FACTS, LISTINGS, NoticeWorld, without

S = ItemState


def test_a_filed_notice_is_received_and_nothing_is_touched(world: NoticeWorld) -> None:
    notice = world.file()
    assert world.states(notice) == [S.RECEIVED] * 3
    assert {item.standing for item in world.items(notice)} == {Content.UP}
    order = world.order(notice)
    assert (order.kind, order.state, order.team) == ("infringement", Status.NEW, "ip")
    assert order.due_at == world.item(notice).due_at, "the formal check is what the desk owes"
    assert not db.session.execute(select(PlatformCall)).first()


def test_the_same_link_twice_counts_once_and_an_empty_list_is_refused(world: NoticeWorld) -> None:
    link = "https://market.example/items/1"
    assert len(world.items(world.file(links=(link, link)))) == 1
    with pytest.raises(Invalid):
        world.file(links=())
    with pytest.raises(Invalid):
        world.file(links=tuple(f"https://market.example/{n}" for n in range(301)))


def test_a_whole_notice_is_qualified_in_the_name_of_its_clerk(world: NoticeWorld) -> None:
    notice = world.qualified()
    assert world.states(notice) == [S.QUALIFIED] * 3
    item = world.item(notice)
    assert (item.qualified_by, item.law, item.rules) == (world.ivy.id, RegimeCode.ECL, 1)
    assert world.order(notice).state is Status.OPEN


def test_what_lacks_something_is_to_be_completed_and_comes_back_with_its_history(
    world: NoticeWorld,
) -> None:
    notice = world.file(without("truth"), papers=("right",))
    meter = service_checks.check_formally(
        world.ivy, notice, regime=RegimeCode.ECL, version=notice.version, now=world.now
    )
    assert [element.code for element in meter.missing] == ["evidence", "truth"]
    assert world.states(notice) == [S.TO_COMPLETE] * 3
    service.supplement_notice(
        world.hana,
        notice,
        FACTS,
        papers=world.papers(world.hana, "evidence"),
        files_owner=f"person:{world.hana.id}",
        version=notice.version,
        now=world.pass_time(days=1),
    )
    assert world.states(notice) == [S.CHECKING] * 3
    world.check(notice)
    assert world.states(notice) == [S.QUALIFIED] * 3
    said = [event.action for event in queries.history(notice)]
    assert said == [
        "notice.filed", "item.to_complete", "notice.supplemented", "item.checking",
        "item.qualified",
    ]  # fmt: skip
    added = queries.history(notice)[2].data
    assert (added["fields"], added["papers"]) == (["statements"], ["evidence"])


def test_an_incomplete_notice_is_never_qualified_by_whatever_verb(world: NoticeWorld) -> None:
    notice = world.file(without("identity"))
    items = queries.items_of(notice)
    with pytest.raises(Incomplete), transaction():
        moves.move_items(SYSTEM, notice, items, S.QUALIFIED, now=world.now, regime="ecl", rules=1)
    assert world.states(notice) == [S.RECEIVED] * 3


def test_the_term_to_complete_ends_by_the_tick_and_not_before(world: NoticeWorld) -> None:
    notice = world.file(without("signature"))
    world.check(notice)
    end = world.item(notice).due_at
    assert end is not None
    world.now = end.replace(hour=15)
    world.tick()
    assert world.states(notice) == [S.TO_COMPLETE] * 3
    world.now = end
    world.tick()
    world.tick()
    assert world.states(notice) == [S.NOT_QUALIFIED] * 3
    assert world.item(notice).reason == "lapsed"
    assert world.order(notice).state is Status.RESOLVED
    ends = [event for event in queries.history(notice) if event.action == "item.not_qualified"]
    assert len(ends) == 3, "each once, however often the tick runs"


def test_a_measure_is_taken_only_when_the_platform_has_answered(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.take(world.item(notice))
    assert (item.status, item.standing) == (S.MEASURE_ASKED, Content.DOWN_ASKED)
    world.platform(item, CallState.LATER)
    assert world.item(notice).status is S.MEASURE_ASKED
    world.platform(item)
    world.platform(item)
    item = world.item(notice)
    assert (item.status, item.standing) == (S.MEASURE_TAKEN, Content.DOWN)
    taken = [event for event in queries.history(notice) if event.action == "item.measure_taken"]
    assert len(taken) == 1


def test_an_answer_comes_through_the_outbox_also_after_a_kill_and_again_and_again(
    world: NoticeWorld,
) -> None:
    installation.mark(demo=True)
    notice = world.qualified()
    item = world.take(world.item(notice))
    call = item.call_uid
    assert call is not None
    platform_jobs.post_call({"call": call, "round": 1})  # and then the process is killed
    db.session.rollback()
    assert world.item(notice).status is S.MEASURE_ASKED
    world.drain()
    taken = world.item(notice)
    assert (taken.status, taken.standing) == (S.MEASURE_TAKEN, Content.DOWN)
    jobs.note_platform({"call": call})
    assert world.item(notice).version == taken.version
    service.withdraw_item(world.hana, world.item(notice), version=taken.version, now=world.now)
    world.drain()
    assert world.item(notice).standing is Content.UP
    jobs.note_platform({"call": call})
    assert world.item(notice).standing is Content.UP, "an old answer says nothing new"


def test_what_the_platform_did_not_do_is_asked_again_or_decided_otherwise(
    world: NoticeWorld,
) -> None:
    notice = world.qualified()
    for position in (1, 2):
        item = world.take(world.item(notice, position))
        world.platform(item, CallState.NOT_DONE)
    item = world.item(notice)
    assert (item.status, item.standing) == (S.MEASURE_ASKED, Content.DOWN_REFUSED)
    older = item.call_uid
    service_measures.ask_again(world.ivy, item, version=item.version, now=world.now)
    world.platform(item, CallState.NOT_DONE, call=older)
    assert world.item(notice).standing is Content.DOWN_ASKED, "only the newest call speaks"
    world.platform(item)
    assert world.item(notice).status is S.MEASURE_TAKEN
    other = world.item(notice, 2)
    service_measures.refuse_measure(
        world.leo, other, reason="lawful", words="Plainly.", version=other.version, now=world.now
    )
    assert world.item(notice, 2).status is S.NO_MEASURE
    world.platform(other)
    assert world.item(notice, 2).standing is Content.UP_ASKED, "what should be up comes back"


def test_a_patent_is_decided_by_legal_and_by_somebody_else(world: NoticeWorld) -> None:
    facts = replace(FACTS, right_type="patent_design", right_no="ZL-1")
    notice = world.file(facts)
    world.check(notice, who=world.leo)
    item = world.item(notice)
    for who in (world.ivy, world.leo, world.agent):
        with pytest.raises(NotAllowed):
            world.take(world.item(notice), who)
    assert world.take(item, world.lena).status is S.MEASURE_ASKED


def test_a_stale_form_changes_nothing(world: NoticeWorld) -> None:
    notice = world.qualified()
    before = world.item(notice).version
    world.take(world.item(notice))
    with pytest.raises(Stale):
        service_checks.note_gone(world.ivy, world.item(notice), version=before, now=world.now)
    assert world.item(notice).status is S.MEASURE_ASKED


def test_a_holder_withdraws_at_any_time_and_the_measure_ends(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.taken(notice)
    for who in (world.rong, world.eve, world.ivy):
        with pytest.raises(NotFound):
            service.withdraw_item(who, item, version=item.version, now=world.now)
    service.withdraw_item(world.hana, item, version=item.version, now=world.now)
    item = world.item(notice)
    assert (item.status, item.standing) == (S.WITHDRAWN, Content.UP_ASKED)
    world.platform(item)
    assert world.item(notice).standing is Content.UP


def test_what_is_withdrawn_while_the_platform_is_at_it_comes_back(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.take(world.item(notice))
    service.withdraw_item(world.hana, item, version=item.version, now=world.now)
    assert world.item(notice).standing is Content.DOWN_ASKED
    world.platform(item)
    assert world.item(notice).standing is Content.UP_ASKED
    world.platform(item)
    assert world.item(notice).standing is Content.UP


def test_a_complaint_is_heard_by_another_and_may_turn_the_outcome(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.awaiting(notice)
    assert item.due_at is not None
    world.now = item.due_at
    world.tick()
    item = world.item(notice)
    with pytest.raises(NotFound):
        service_rulings.complain(world.eve, item, words="No", version=item.version, now=world.now)
    item = service_rulings.complain(
        world.rong, item, words="It is lawful.", version=item.version, now=world.now
    )
    assert item.status is S.COMPLAINT
    item = service_rulings.settle_complaint(
        world.leo, item, upheld=True, version=item.version, now=world.now
    )
    assert (item.status, item.standing) == (S.RESTORE_ASKED, Content.UP_ASKED)
    late = world.item(notice)
    world.platform(late)
    world.pass_time(days=200)
    item = world.item(notice)
    with pytest.raises(IllegalMove):
        service_rulings.complain(
            world.hana, item, words="Late", version=item.version, now=world.now
        )


def test_the_order_can_not_end_while_an_item_is_alive(world: NoticeWorld) -> None:
    notice = world.qualified()
    for status in (Status.RESOLVED, Status.CLOSED, Status.WAITING):
        order = world.order(notice)
        with pytest.raises(NotAllowed):
            service_triage.move_order(world.ivy, order, status=status, version=order.version)
    for item in world.items(notice):
        service.withdraw_item(world.hana, item, version=item.version, now=world.now)
    order = world.order(notice)
    assert order.state is Status.RESOLVED
    service_triage.move_order(world.ivy, order, status=Status.CLOSED, version=order.version)
    assert world.order(notice).state is Status.CLOSED


def test_many_are_decided_each_for_itself(world: NoticeWorld) -> None:
    notice = world.qualified()
    items = world.items(notice)
    chosen = {item.id: item.version for item in items} | {items[1].id: 99}
    refused = service_bulk.decide_many(
        notice,
        chosen,
        lambda item, version: service_measures.take_measure(
            world.ivy, item, measure="block", version=version, now=world.now
        ),
        now=world.now,
    )
    assert [one.position for one in refused] == [2]
    assert world.states(notice) == [S.MEASURE_ASKED, S.QUALIFIED, S.MEASURE_ASKED]
    other = world.qualified()
    with pytest.raises(NotFound):
        service_bulk.decide_many(
            notice, {world.item(other).id: 1}, lambda item, version: None, now=world.now
        )


def test_others_see_nothing_of_a_notice(world: NoticeWorld) -> None:
    notice = world.qualified()
    reference = world.order(notice).reference
    assert queries.notice_for(world.hana, reference).id == notice.id
    part = world.respondent(notice)
    for who in (world.rong, world.eve, Actor("guest", 99_999), world.ivy):
        with pytest.raises(NotFound):
            queries.notice_for(who, reference)
        with pytest.raises(NotFound):
            queries.respondent_for(who, part.uid)
    world.forwarded(notice)
    assert queries.respondent_for(world.rong, part.uid).id == part.id
    for who in (world.eve, world.hana):
        with pytest.raises(NotFound):
            queries.respondent_for(who, part.uid)


def test_somebody_without_an_account_is_reached_as_a_guest_and_answers(
    world: NoticeWorld,
) -> None:
    notice = world.qualified(owner_address="seller-canary@example.org")
    world.awaiting(notice)
    part = world.respondent(notice)
    assert part.person_id is not None
    guest = Actor("guest", part.person_id)
    world.answer(notice, {1: "contest"}, who=guest)
    assert world.item(notice).status is S.COUNTER_CHECK


def test_an_agent_decides_nothing(world: NoticeWorld) -> None:
    notice = world.file()
    for who in (world.agent, world.hana, world.rong):
        with pytest.raises(NotAllowed):
            world.check(notice, who=who)


def test_a_right_is_entered_once_and_used_again_by_its_own_person(world: NoticeWorld) -> None:
    first, second = world.file(), world.file()
    assert first.right_id == second.right_id
    ((right, said),) = queries.rights_of(world.hana)
    assert said == {"name": FACTS.right_name, "number": FACTS.right_no, "class": "25"}
    assert queries.rights_of(world.eve) == []
    with pytest.raises(NotFound):
        world.file(who=world.eve, right_uid=right.uid)
    service_rights.forget_right(world.hana, right.uid)
    service_rights.forget_right(world.hana, right.uid)
    assert queries.rights_of(world.hana) == []


def test_filing_for_somebody_else_is_refused(world: NoticeWorld) -> None:
    with pytest.raises(NotAllowed):
        service.file_notice(
            world.eve,
            service.Filing(FACTS, ContentKind.LISTING, [service.Listing("a", "a")], {}, ""),
            requester_id=world.hana.id or 0,
            contact_id=None,
            subject="A",
            body="B",
            language="en",
        )


def test_the_requester_may_still_write_to_the_desk(world: NoticeWorld) -> None:
    notice = world.qualified()
    workorders.answer(world.hana, world.order(notice), body="One more thing.", language="en")
    assert world.order(notice).state is Status.OPEN


def test_who_answers_is_in_dispute_from_the_forwarding_until_the_last_link_is_decided(
    world: NoticeWorld,
) -> None:
    notice = world.qualified(links=LISTINGS[:1])
    seller = world.rong.id or 0
    assert open_dispute(seller) is None, "nobody has told them yet"
    sent = world.forwarded(notice)
    assert open_dispute(seller) == world.now
    assert open_dispute(world.hana.id or 0) is None
    service.withdraw_item(world.hana, sent, version=sent.version, now=world.now)
    assert open_dispute(seller) is None
