"""A payment that the bank gives back: no try is used up, its check follows, people alone undo what it brought."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from support.notifications.bridge import sign
from support.notifications.models import Delivery
from support.verification import (
    queries_payments,
    queries_waiting,
    service_payments,
    service_returns,
    service_reviews,
    service_steps,
)
from support.verification.lifecycle import CheckState, PaymentState
from support.verification.models import Check, Payment
from tests.fixtures.bridge import SECRET, Bridge
from tests.verification.payments import Company, finish, wrong
from tests.workorders.desk_world import make_agent


def newest() -> str:
    """The number of the newest payment, as the bank knows it."""
    db.session.rollback()
    found = select(Payment.uid).order_by(Payment.id.desc()).limit(1)
    return db.session.execute(found).scalar_one()


def come_back(company: Company, actor: Actor = SYSTEM) -> Check:
    """The bank gives the newest payment back; return the check as it is then."""
    service_returns.note_return(actor, newest())
    company.world.run()
    return company.world.fresh(company.check)


def given(company: Company) -> Check:
    """A check whose payment was confirmed waits for a verifier."""
    company.name(company.pay())
    finish(company)
    return company.world.fresh(company.check)


def held(company: Company) -> Check:
    """Both have decided, and the check waits for an older address to object."""
    check = given(company)
    company.world.decide(company.world.vera, check)
    company.world.decide(company.world.paul, check)
    assert check.state == CheckState.HELD
    return check


def told(what: str) -> int:
    """How many letters were written that say so."""
    found = db.session.execute(select(Delivery.ids)).scalars()
    return len({each["what"] for each in found if what in str(each.get("what"))})


@pytest.mark.parametrize("when", ["sent", "proved"])
def test_the_step_fails_and_the_person_is_told_and_asks_for_another(
    company: Company, when: str
) -> None:
    amount = company.pay()
    if when == "proved":
        company.name(amount)
    check = come_back(company)
    assert (check.state, company.state()) == ("open", "returned")
    assert not queries_payments.is_proved(check)
    assert told("payment_returned_1") == 1
    with company.world.outside():
        guest = company.world.browser(company.world.guest)
        assert "none of your tries is used up" in guest.page(f"/checks/{check.uid}/payment").text
        assert "Given back by the bank" in guest.page(f"/checks/{check.uid}").text
    with pytest.raises(NotFound):
        company.name(amount)
    company.name(company.pay())
    assert company.state() == "proved"


def test_no_try_is_used_up(company: Company) -> None:
    for _time in range(5):
        company.pay()
        come_back(company)
    amount = company.pay()
    for _time in range(3):
        with pytest.raises(Invalid):
            company.name(wrong(amount))
    assert company.state() == "locked"
    check = come_back(company)
    assert queries_payments.locked_until(check, utcnow()) is None
    assert queries_payments.wrong_amounts(check, utcnow()) == 3, "who decides still sees them"


def test_said_twice_it_is_one_and_a_payment_that_has_not_left_never_comes_back(
    company: Company,
) -> None:
    company.ask()
    with pytest.raises(IllegalMove):
        service_returns.note_return(SYSTEM, newest())
    with pytest.raises(NotFound):
        service_returns.note_return(SYSTEM, "0" * 32)
    company.world.run()
    for _time in range(2):
        check = come_back(company)
    assert company.world.trail(check.about).count("check.payment_returned") == 1


def test_an_older_payment_that_comes_back_leaves_the_newer_one_alone(company: Company) -> None:
    company.pay()
    first = newest()
    service_payments.expire_payments(utcnow() + timedelta(days=30))
    company.name(company.pay())
    service_returns.note_return(SYSTEM, first)
    company.world.run()
    assert company.state() == "proved"
    assert told("payment_returned") == 0


@pytest.mark.parametrize("decided", [0, 1])
def test_under_review_the_check_goes_back_to_its_person_with_the_pictures(
    company: Company, decided: int
) -> None:
    world, check = company.world, given(company)
    if decided:
        world.decide(world.vera, check)
    check = come_back(company)
    assert (check.state, check.reason) == (CheckState.OPEN, "returned")
    with world.outside():
        shown = world.browser(world.guest).page(f"/checks/{check.uid}").text
    assert "all else that you gave stays" in shown
    company.name(company.pay())
    service_steps.give_check(world.guest, world.fresh(check))
    check = world.fresh(check)
    world.decide(world.vera, check)
    world.decide(world.paul, check)
    assert check.state == CheckState.HELD


def test_the_person_goes_on_without_a_payment_and_people_decide(company: Company) -> None:
    world, check = company.world, given(company)
    come_back(company)
    check = world.fresh(check)
    service_payments.skip_payment(world.guest, check)
    world.give_picture(check)
    service_steps.give_check(world.guest, check)
    world.decide(world.vera, world.fresh(check))


def test_nothing_is_carried_out_after_the_waiting_period_before_people_have_looked(
    company: Company,
) -> None:
    world, check = company.world, held(company)
    check = come_back(company)
    assert check.state == CheckState.HELD
    assert told("payment_doubted_1") == 1
    check = world.let_it_end(check)
    assert (check.state, check.reason) == (CheckState.STOPPED, "returned")
    with world.outside():
        guest = world.browser(world.guest).page(f"/checks/{check.uid}").text
        vera = world.browser(world.vera).page(f"/desk/checks/{check.uid}").text
    assert "nothing has been done yet" in guest
    assert "another payment is asked for" in vera
    assert "older address" not in guest + vera
    service_reviews.take_up_again(world.vera, check)
    with pytest.raises(Invalid, match="ask for it again"):
        world.decide(world.vera, check)
    world.decide(world.vera, check, "again", "returned")
    assert world.fresh(check).state == CheckState.OPEN


@pytest.mark.parametrize("take_back", [False, True])
def test_a_verifier_says_what_follows_while_it_waits(company: Company, take_back: bool) -> None:
    world, check = company.world, held(company)
    with pytest.raises(IllegalMove):
        service_returns.settle_return(world.vera, check, take_back=take_back)
    check = come_back(company)
    assert queries_waiting.waiting_for(world.vera, queries_waiting.waiting()) == 1
    assert [each.id for each in queries_waiting.came_back(world.vera)] == [check.id]
    assert queries_waiting.came_back(world.paul) == []
    for other in (world.paul, world.mei):
        with pytest.raises(NotAllowed):
            service_returns.settle_return(other, check, take_back=take_back)
    page = f"/desk/checks/{check.uid}"
    with world.outside():
        vera = world.browser(world.vera)
        assert "Decided, and the bank gave the payment back" in vera.page("/desk/checks").text
        button = "Refuse it" if take_back else "It stands"
        assert vera.submit(page, button=button).status_code == 303
    check = world.fresh(check)
    assert queries_waiting.came_back(world.vera) == []
    if take_back:
        assert (check.state, check.reason) == (CheckState.REFUSED, "returned")
    else:
        assert world.let_it_end(check).state == CheckState.DONE


def test_an_account_that_was_given_back_is_only_looked_at(company: Company) -> None:
    world, check = company.world, held(company)
    check = world.let_it_end(check)
    assert check.state == CheckState.DONE
    check = come_back(company)
    assert check.state == CheckState.DONE
    with pytest.raises(NotAllowed):
        service_returns.settle_return(world.vera, check, take_back=True)
    assert company.state() == PaymentState.RETURNED
    service_returns.settle_return(world.vera, check, take_back=False)
    world.run()
    assert told("payment_kept_1") == 1
    assert company.state() == PaymentState.KEPT


def test_administrators_say_it_on_a_page_and_nobody_else_does(company: Company) -> None:
    world, ada = company.world, make_agent("Ada", Role.ADMIN)
    company.pay()
    uid = newest()
    for other in (world.vera, world.mei):
        with pytest.raises(NotAllowed):
            service_returns.note_return(other, uid)
    page = f"/admin/payments/{uid}"
    with world.outside():
        assert world.browser(world.vera).get(page).status_code == 403
        admin = world.browser(ada)
        assert uid[:8] in admin.page("/admin/payments").text
        assert "6222020000001234" not in admin.page(page).text
        assert admin.submit(page, button="The bank gave it back").status_code == 303
        assert "It is noted that the bank" in admin.page(page).text
    world.run()
    assert company.state() == "returned"
    assert told("payment_returned_1") == 1


def test_the_banks_door_says_it_signed_and_fresh(
    company: Company, app: Flask, bridge: Bridge
) -> None:
    world, ground = company.world, app.extensions["ground"]
    with world.outside():
        assert world.stranger().post("/bank/returns", data=b"{}").status_code == 404, "no door"
    object.__setattr__(ground, "config", ground.config.with_changes(bank_url=bridge.url))
    company.ask()
    early = say(company, newest())
    world.run()
    stamp = int(utcnow().timestamp())
    answers = [
        early,
        say(company, "0" * 32),
        say(company, newest(), secret="another secret of some length"),
        say(company, newest(), stamp=stamp - 400),
        say(company, newest(), kind="payment.sent"),
        say(company, newest()),
        say(company, newest()),
    ]
    assert answers == [409, 404, 401, 401, 400, 200, 200]
    assert company.state() == "returned"


def say(
    company: Company,
    uid: str,
    *,
    kind: str = "payment.returned",
    secret: str = SECRET,
    stamp: int | None = None,
) -> int:
    """What the bank's door is answered when it says that a payment came back."""
    body = json.dumps({"type": kind, "id": uid}).encode()
    at = str(stamp or int(utcnow().timestamp()))
    signed = {"Gongdan-Timestamp": at, "Gongdan-Signature": sign(secret, at, body)}
    with company.world.outside():
        return company.world.stranger().post("/bank/returns", data=body, headers=signed).status_code
