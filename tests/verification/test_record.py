"""Naming the verified record of an account: with a code it makes level 2, and it gives nothing away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.assurance import queries as assurance
from support.assurance.policy import Level
from support.core.clock import utcnow
from support.core.errors import IllegalMove, Invalid, NotFound, TooMany
from support.verification import queries, service
from support.verification.models import Check
from support.verification.service_records import match_record
from support.verification.service_steps import lack_old_address
from tests.accounts.names import verify
from tests.verification.world import World

RIGHT = ("Alice Liddell", "231X")


@pytest.fixture
def named(world: World) -> World:
    """Alice's name was verified with a document that ends with 231X."""
    number = "11010519491231231X"
    verify(world.alice.id or 0, "爱丽丝", other_name="Alice Liddell", number=number)
    return world


def wrong(world: World, check: Check, name: str = "Alice", last: str = "0000") -> str:
    """Try it, and return the words of the refusal."""
    with pytest.raises(Invalid) as refused:
        match_record(world.guest, check, name, last)
    return refused.value.words


@pytest.mark.parametrize("said", [RIGHT, ("alice  LIDDELL", "２３１x"), ("爱丽丝", "23-1X")])
def test_the_record_and_a_code_make_level_two(named: World, said: tuple[str, str]) -> None:
    check = named.open()
    match_record(named.guest, check, *said)
    assert assurance.case_level(check.case, utcnow()) == Level.NOBODY
    named.prove_new(check)
    assert assurance.case_level(check.case, utcnow()) == Level.TWO_WAYS
    assert queries.steps_done(named.fresh(check))["record"]


def test_it_may_be_left_out(named: World) -> None:
    check = named.open()
    named.prove_new(check)
    lack_old_address(named.guest, check, "lost")
    assert not queries.is_ready(check)
    named.give_picture(check)
    assert queries.is_ready(check)
    assert not queries.steps_done(check)["record"]


def test_what_is_wrong_is_not_said_nor_whether_there_is_a_record(named: World) -> None:
    check = named.open()
    said = {wrong(named, check, "Alice Liddell", "0000"), wrong(named, check, "Bob", "231X")}
    service.withdraw_check(named.guest, check)
    bob = named.open_about("Bob")
    said.add(wrong(named, bob, "Bob", "231X"))
    assert len(said) == 1


def test_after_three_tries_in_whichever_check_even_the_right_one_waits_24_hours(
    named: World,
) -> None:
    check = named.open()
    wrong(named, check)
    wrong(named, check)
    service.withdraw_check(named.guest, check)
    check = named.open()
    wrong(named, check)
    with pytest.raises(TooMany) as refused:
        match_record(named.guest, check, *RIGHT)
    assert 0 < refused.value.retry_after <= 24 * 3600
    day = utcnow() + timedelta(hours=24)
    with pytest.raises(TooMany):
        match_record(named.guest, check, *RIGHT, now=day - timedelta(minutes=1))
    match_record(named.guest, check, *RIGHT, now=day + timedelta(minutes=1))


def test_what_can_t_be_a_record_costs_no_try(named: World) -> None:
    check = named.open()
    for _time in range(5):
        wrong(named, check, last="12")
        wrong(named, check, name=" ", last="1234")
    match_record(named.guest, check, *RIGHT)


def test_another_person_and_a_given_check_are_refused(named: World) -> None:
    check = named.open()
    with pytest.raises(NotFound):
        match_record(named.mei, check, *RIGHT)
    named.give(check)
    with pytest.raises(IllegalMove):
        match_record(named.guest, check, *RIGHT)


def test_the_page_takes_it_and_shows_when_it_is_locked(named: World) -> None:
    check = named.open()
    path = f"/checks/{check.uid}/record"
    with named.outside():
        guest = named.browser(named.guest)
        for _time in range(3):
            answer = guest.submit(path, {"name": "Alice", "last": "0000"}, action=path)
            assert answer.status_code == 422
        assert "It can be tried again after" in guest.page(path).text
        stranger = named.stranger()
        assert stranger.get(path).status_code in (303, 404)


def test_the_page_says_nothing_when_it_is_right_and_the_people_who_decide_see_it(
    named: World,
) -> None:
    check = named.open()
    path = f"/checks/{check.uid}/record"
    with named.outside():
        values = {"name": RIGHT[0], "last": RIGHT[1]}
        assert named.browser(named.guest).submit(path, values, action=path).status_code == 303
    named.give(check)
    with named.outside():
        text = named.browser(named.vera).page(f"/desk/checks/{check.uid}").text
        assert "yes, they match" in text
        assert "Liddell" not in text
