"""The waiting period: who can stop it, who only objects, and what people decide afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from support.accounts.models import ContactKind, ContactPoint
from support.accounts.service_contacts import add_bound
from support.assurance import queries as assurance
from support.assurance import service_holds
from support.assurance.lifecycle import HoldState
from support.assurance.models import Proof
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import IllegalMove, NotAllowed
from support.notifications.models import Channel, Delivery
from support.verification import jobs, service_reviews, service_steps
from support.verification.lifecycle import CheckState
from tests.verification.world import OLD, World, points

NEW_SPELLED = "+8613900001111"


def test_a_stolen_channel_stops_nothing_alone_but_a_person_looks_before_anything_is_changed(
    world: World,
) -> None:
    check = world.passed(old="stolen", named=(OLD,))
    assert not world.say_no(check)
    assert world.fresh(check).state == CheckState.HELD
    assert "check.objected" in world.trail(f"order:{world.order}")
    assert world.let_it_end(check).state == CheckState.STOPPED
    assert NEW_SPELLED not in world.bound()


def test_a_thief_who_objects_again_after_people_heard_both_sides_keeps_the_account_from_nobody(
    world: World,
) -> None:
    check = world.passed(old="stolen", named=(OLD,))
    world.say_no(check)
    world.let_it_end(check)
    assert world.decide_anew(check).state == CheckState.HELD
    assert (world.hold(check).round, world.hold(check).unheeded) == (2, [world.contact()])
    assert not world.say_no(check)
    assert world.let_it_end(check).state == CheckState.DONE
    assert world.bound() == {NEW_SPELLED}


def test_after_the_owner_stopped_it_nobody_stops_it_alone_again(world: World) -> None:
    check = world.passed()
    assert world.say_no(check)
    assert world.decide_anew(check).state == CheckState.HELD
    assert not world.say_no(check)
    assert world.fresh(check).state == CheckState.HELD


def test_one_address_objects_once_however_often_it_is_pressed(world: World) -> None:
    check = world.passed(old="stolen", named=(OLD,))
    for _time in range(3):
        world.say_no(check)
    assert world.hold(check).objected == [world.contact()]
    assert world.trail(f"order:{world.order}").count("check.objected") == 1


def test_the_desk_refuses_what_is_objected_to_without_waiting(world: World) -> None:
    check = world.passed(old="stolen", named=(OLD,))
    with pytest.raises(IllegalMove):
        service_reviews.refuse_contested(world.vera, check)
    world.say_no(check)
    page = f"/desk/checks/{check.uid}"
    with world.outside():
        vera = world.browser(world.vera)
        assert vera.submit(page, action=f"{page}/refusal").status_code == 303
        assert vera.page(page).all("h1"), "and the page of a check whose key is gone still opens"
    assert world.fresh(check).state == CheckState.REFUSED
    assert world.hold(check).state == HoldState.CANCELLED
    assert world.let_it_end(check).state == CheckState.REFUSED


def test_only_a_stopped_check_is_taken_up_again_and_only_a_contested_one_refused(
    world: World,
) -> None:
    check = world.open()
    steps: list[tuple[Callable[[], object], CheckState]] = [
        (lambda: None, CheckState.OPEN),
        (lambda: world.give(check), CheckState.REVIEW),
        (lambda: world.decide(world.vera, check), CheckState.APPROVAL),
        (lambda: world.decide(world.paul, check), CheckState.HELD),
        (lambda: world.let_it_end(check), CheckState.DONE),
    ]
    for step, state in steps:
        step()
        assert world.fresh(check).state == state
        for verb in (service_reviews.take_up_again, service_reviews.refuse_contested):
            with pytest.raises(IllegalMove):
                verb(world.vera, check)
        assert world.fresh(check).state == state


def test_whoever_opened_a_check_neither_takes_it_up_again_nor_refuses_it(world: World) -> None:
    check = world.passed()
    world.say_no(check)
    check = world.fresh(check)
    with transaction() as session:
        session.execute(
            update(type(check)).where(type(check).id == check.id).values(opened_by=world.vera.id)
        )
    for verb in (service_reviews.take_up_again, service_reviews.refuse_contested):
        with pytest.raises(NotAllowed):
            verb(world.vera, world.fresh(check))


def test_nothing_that_counted_before_a_stop_counts_when_people_decide_anew(world: World) -> None:
    check = world.passed()
    world.say_no(check)
    check = world.fresh(check)
    service_reviews.take_up_again(world.vera, check)
    assert not {"document", "decision", "approval"} & set(
        assurance.case_proofs(check.case, utcnow())
    )
    from support.core.errors import Invalid

    with pytest.raises(Invalid, match="look at every picture"):
        service_reviews.decide(
            world.vera, check, "pass", marks=points(check), version=check.version
        )


def test_a_second_channel_shown_after_a_stop_spares_no_waiting(world: World) -> None:
    check = world.passed()
    world.say_no(check)
    check = world.fresh(check)
    service_reviews.take_up_again(world.vera, check)
    world.decide(world.vera, check, "again", "unreadable")
    world.prove_old(check)
    world.give_picture(check)
    service_steps.give_check(world.guest, check)
    world.decide(world.vera, check)
    world.decide(world.paul, check)
    assert world.fresh(check).state == CheckState.HELD


def test_saying_that_the_others_are_stolen_takes_back_what_was_shown(world: World) -> None:
    check = world.open()
    world.prove_new(check)
    world.prove_old(check)
    service_steps.lack_old_address(world.guest, check, "stolen", [OLD])
    world.give_picture(check)
    service_steps.give_check(world.guest, check)
    world.decide(world.vera, check)
    world.decide(world.paul, check)
    assert world.fresh(check).state == CheckState.HELD
    assert OLD in world.bound()


def test_an_address_that_the_owner_removed_meanwhile_spares_no_waiting(world: World) -> None:
    check = world.given(old="proved")
    with transaction() as session:
        add_bound(world.alice.id or 0, ContactKind.EMAIL, "other@example.org", now=utcnow())
        gone = ContactPoint.id == check.old_contact
        session.execute(update(ContactPoint).where(gone).values(bound=False))
    world.decide(world.vera, check)
    world.decide(world.paul, check)
    assert world.fresh(check).state == CheckState.HELD


def test_an_address_of_yesterday_is_told_but_stops_nothing_alone(world: World) -> None:
    with transaction():
        add_bound(world.alice.id or 0, ContactKind.EMAIL, "thief@example.org", now=utcnow())
    check = world.passed()
    assert set(world.hold(check).told) == {world.contact(), world.contact(1)}
    assert world.hold(check).unheeded == [world.contact(1)]
    assert not world.say_no(check, 1)
    assert world.say_no(check, 0)


def test_the_links_stand_in_no_inbox(world: World) -> None:
    world.passed()
    world.run()
    mine = select(Delivery.channel).where(Delivery.template == "verification.hold")
    assert set(db.session.execute(mine).scalars()) == {Channel.MAIL}


def test_news_of_an_earlier_waiting_period_changes_nothing_in_a_later_one(world: World) -> None:
    check = world.passed()
    first = world.hold(check).uid
    world.say_no(check)
    world.decide_anew(check)
    news = {"hold": first, "about": check.stream, "contact": world.contact()}
    for handler in (jobs.hold_cancelled, jobs.hold_over, jobs.hold_objected):
        handler(news)
    assert world.fresh(check).state == CheckState.HELD


def test_proofs_that_grew_too_old_meanwhile_bring_people_in_again(world: World) -> None:
    check = world.passed()
    with transaction() as session:
        mine = Proof.about == check.stream
        session.execute(update(Proof).where(mine).values(expires_at=utcnow() - timedelta(days=1)))
    assert world.let_it_end(check).state == CheckState.STOPPED
    assert world.decide_anew(check).state == CheckState.HELD
    assert world.let_it_end(check).state == CheckState.DONE


def test_ending_a_waiting_period_twice_gives_back_once(world: World) -> None:
    check = world.passed()
    world.let_it_end(check)
    service_holds.end_holds(utcnow() + timedelta(days=9))
    jobs.hold_over({"hold": world.hold(check).uid, "about": check.stream})
    assert world.trail(f"person:{world.alice.id}").count("account.recovered") == 1


@pytest.mark.parametrize("days", [1, 29, 31])
def test_an_address_that_was_taken_off_lately_is_told_and_only_objects(
    world: World, days: int
) -> None:
    with transaction() as session:
        other = add_bound(world.alice.id or 0, ContactKind.EMAIL, "new@example.org", now=utcnow())
        off = {"bound": False, "changed_at": utcnow() - timedelta(days=days)}
        gone = update(ContactPoint).where(ContactPoint.id == world.contact()).values(**off)
        session.execute(gone)
        session.execute(
            update(ContactPoint)
            .where(ContactPoint.id == other)
            .values(changed_at=utcnow() - timedelta(days=9))
        )
    check = world.passed()
    assert set(world.hold(check).told) == ({world.contact(), other} if days < 30 else {other})
    if days < 30:
        assert not world.say_no(check)
        assert world.fresh(check).state == CheckState.HELD
