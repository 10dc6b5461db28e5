"""Wrong amounts and payments count for the account and the bank account, in whichever check they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Invalid, NotAllowed, TooMany
from support.verification import queries_payments as payments
from support.verification import service, service_payments
from support.verification.models import Payment
from support.verification.policy import Way
from tests.verification.payments import ACCOUNT, Company, finish, wrong
from tests.workorders.desk_world import make_member

ELSEWHERE = replace(ACCOUNT, number="6222020000009999")


def miss(company: Company, times: int, *, days: float = 0) -> str:
    """The person names wrong amounts of a new payment; return the right one."""
    amount = company.pay()
    for _time in range(times):
        with pytest.raises(Invalid, match="not the amount"):
            company.name(wrong(amount), days=days)
    return amount


def begin_again(company: Company, name: str = "") -> None:
    """The check is given up, and another one begun, also about the account of a new member."""
    world = company.world
    service.withdraw_check(world.guest, world.fresh(company.check))
    if name:
        make_member(name, f"{name.lower()}@example.org")
    company.check = world.open(name or "Alice", Way.COMPANY)


def test_a_check_begun_again_gives_no_new_tries(company: Company) -> None:
    miss(company, 2)
    begin_again(company)
    miss(company, 1)
    assert company.state() == "locked", "the third wrong amount of a day"
    begin_again(company)
    for account in (ACCOUNT, ELSEWHERE):
        with pytest.raises(TooMany) as refused:
            company.ask(account)
        assert 23 * 3600 < refused.value.retry_after <= 24 * 3600


def test_correcting_the_account_gives_no_new_tries(company: Company) -> None:
    miss(company, 2)
    company.ask(ELSEWHERE)
    company.world.run()
    with pytest.raises(Invalid):
        company.name(wrong(company.transfers()[-1]["amount"]))
    assert company.state() == "locked"


def test_a_day_later_there_are_tries_again(company: Company) -> None:
    miss(company, 2)
    begin_again(company)
    amount = company.pay()
    with pytest.raises(Invalid):
        company.name(wrong(amount), days=1.1)
    company.name(amount, days=1.1)
    assert company.state() == "proved"


def test_the_bank_account_of_another_member_s_check_has_the_same_tries(company: Company) -> None:
    miss(company, 3)
    begin_again(company, "Carol")
    with pytest.raises(TooMany):
        company.ask()
    company.ask(ELSEWHERE)


def test_three_payments_of_a_month_are_the_most_in_all_checks_together(company: Company) -> None:
    for _time in range(3):
        company.pay()
        begin_again(company)
    with pytest.raises(NotAllowed):
        company.ask(ELSEWHERE)
    begin_again(company, "Carol")
    with pytest.raises(NotAllowed):
        company.ask()
    company.ask(now=utcnow() + timedelta(days=31))


def test_those_who_decide_see_wrong_amounts_of_payments_given_up(company: Company) -> None:
    world = company.world
    miss(company, 1)
    begin_again(company)
    miss(company, 1)
    service_payments.skip_payment(world.guest, company.check)
    finish(company)
    assert payments.wrong_amounts(world.fresh(company.check), utcnow()) == 2
    path = f"/desk/checks/{company.check.uid}"
    with world.outside():
        assert "Wrong amounts within 30 days" in world.browser(world.vera).page(path).text


def test_the_right_amount_is_no_wrong_one(company: Company) -> None:
    company.name(company.pay())
    assert payments.wrong_amounts(company.check, utcnow()) == 0


def test_what_finds_the_bank_account_again_is_forgotten_after_a_month(company: Company) -> None:
    company.pay()
    service_payments.expire_payments(utcnow() + timedelta(days=29))
    assert known() != [None]
    service_payments.expire_payments(utcnow() + timedelta(days=30, minutes=1))
    assert known() == [None]


def known() -> list[bytes | None]:
    """The blind indexes of all payments."""
    return list(db.session.execute(select(Payment.blind)).scalars())
