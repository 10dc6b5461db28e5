"""A locked-out person gets their account back, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.accounts import service_recovery, service_sessions
from support.accounts.models import ContactKind
from support.accounts.policy import Method
from support.assurance import queries as assurance
from support.assurance import service as gate
from support.assurance import service_holds
from support.assurance.policy import Act, Level
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import AlreadyDone, Invalid, NeedsProof, NotAllowed, NotFound
from support.verification import queries, service_steps
from support.verification.lifecycle import CheckState
from tests.verification.world import OLD, World, moment
from tests.workorders.desk_world import make_member

NEW_SPELLED = "+8613900001111"


def test_with_an_older_address_the_account_is_given_back_at_once(world: World) -> None:
    check = world.passed(old="proved")
    assert world.fresh(check).state == CheckState.DONE
    assert NEW_SPELLED in world.bound()
    assert OLD in world.bound()


def test_without_one_it_waits_72_hours_and_the_older_addresses_are_told(world: World) -> None:
    check = world.passed()
    assert world.fresh(check).state == CheckState.HELD
    assert NEW_SPELLED not in world.bound()
    world.run()
    hold = assurance.hold_of(check.stream)
    assert hold is not None
    assert hold.ends_at - hold.begins_at == timedelta(hours=72)
    service_holds.end_holds(hold.ends_at - timedelta(seconds=1))
    world.run()
    assert world.fresh(check).state == CheckState.HELD
    service_holds.end_holds(hold.ends_at)
    world.run()
    assert world.fresh(check).state == CheckState.DONE
    assert NEW_SPELLED in world.bound()
    service_holds.end_holds(moment(9))
    world.run()
    assert world.trail(f"person:{world.alice.id}").count("account.recovered") == 1


def test_giving_it_back_ends_the_sessions_and_what_was_stolen(world: World) -> None:
    with transaction():
        service_sessions.open_session(
            world.alice.id or 0, Method.PASSWORD, "192.0.2.9", "thief", utcnow(), second=True
        )
    check = world.passed(old="stolen", named=(OLD, "nobody@example.org"))
    assert world.fresh(check).named == [world.contact()]
    hold = assurance.hold_of(check.stream)
    assert hold is not None
    service_holds.end_holds(hold.ends_at)
    world.run()
    assert world.bound() == {NEW_SPELLED}
    assert "session.ended" in world.trail(f"person:{world.alice.id}")


def test_the_owner_stops_it_from_an_older_address_without_signing_in(world: World) -> None:
    check = world.passed()
    path = world.link(check)
    with world.outside():
        browser = world.stranger()
        for _time in range(3):
            assert "It was not me" in browser.page(path).text
    assert world.fresh(check).state == CheckState.HELD
    with world.outside():
        assert browser.submit(path, action=path).status_code == 303
        assert "It is stopped" in browser.page(path).text
    world.run()
    assert world.fresh(check).state == CheckState.STOPPED
    service_holds.end_holds(moment(9))
    world.run()
    assert NEW_SPELLED not in world.bound()
    with pytest.raises(AlreadyDone):
        service_holds.stop(path.removeprefix("/holds/"))


def test_forged_links_stop_nothing(world: World) -> None:
    check = world.passed()
    token = world.link(check).removeprefix("/holds/")
    uid, contact, mac = token.split("-")
    other = "0" if mac[0] != "0" else "1"
    for forged in (
        f"{uid}-{contact}-{other}{mac[1:]}",
        f"{uid}-{int(contact) + 1}-{mac}",
        uid,
        "-",
    ):
        with pytest.raises(NotFound):
            service_holds.stop(forged)


def test_an_address_changed_within_72_hours_proves_nothing(world: World) -> None:
    check = world.open()
    world.age_addresses(timedelta(hours=71))
    with pytest.raises(AssertionError, match="no message"):
        world.prove_old(check)


def test_the_person_learns_nothing_of_the_account(world: World) -> None:
    check = world.open()
    top = f"/checks/{check.uid}"
    path = f"{top}/old-address"
    with world.outside():
        guest = world.browser(world.guest)
        known = guest.submit(path, {"address": OLD}, action=path)
        unknown = guest.submit(path, {"address": "x@example.org"}, action=path)
        assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
        pages = "".join(guest.page(each).text for each in (top, f"/orders/{world.reference}"))
    assert "Alice" not in pages
    assert "alice" not in pages


def test_the_verb_refuses_every_check_that_does_not_suffice(world: World) -> None:
    check, now = world.open(), utcnow()

    def give() -> None:
        mobile = ContactKind.MOBILE
        service_recovery.recover_account(SYSTEM, check.case, mobile, NEW_SPELLED, now=now)

    with pytest.raises(NeedsProof):
        give()
    world.prove_new(check)
    service_steps.lack_old_address(world.guest, check, "lost")
    world.give_picture(check)
    service_steps.give_check(world.guest, check)
    world.decide(world.vera, check)
    with pytest.raises(NeedsProof):
        give()
    world.decide(world.paul, check)
    assert assurance.case_level(check.case, now) == Level.CHECKED
    with pytest.raises(gate.OnHold):
        give()
    with pytest.raises(NeedsProof):
        gate.require(SYSTEM, Act.RECOVER_ACCOUNT, now=now)
    assert NEW_SPELLED not in world.bound()


def test_an_address_that_was_taken_meanwhile_refuses_it_with_words(world: World) -> None:
    check = world.given(old="proved")
    make_member("Bob", mobile=NEW_SPELLED)
    world.decide(world.vera, check)
    world.decide(world.paul, check)
    check = world.fresh(check)
    assert (check.state, check.reason) == (CheckState.REFUSED, "taken")
    page = f"/checks/{check.uid}"
    with world.outside():
        assert "belongs to another account" in world.browser(world.guest).page(page).text


def test_staff_accounts_are_not_given_back_this_way(world: World) -> None:
    with pytest.raises(Invalid):
        world.open("Vera")
    with pytest.raises(Invalid):
        world.open("Nobody at all")


def test_one_check_of_an_order_at_a_time(world: World) -> None:
    world.open()
    with pytest.raises(Invalid):
        world.open()


def test_nobody_else_opens_or_answers_a_check(world: World) -> None:
    check = world.open()
    with pytest.raises(NotFound):
        queries.own_check(world.alice, check.uid)
    with pytest.raises(NotFound):
        service_steps.lack_old_address(world.alice, check, "lost")
    for actor in (world.alice, world.mei):
        with pytest.raises((NotFound, NotAllowed)):
            queries.check_to_review(actor, check.uid)
