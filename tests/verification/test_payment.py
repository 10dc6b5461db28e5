"""A company shows its account by the amount of a small payment, and the account is used for nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts.policy import CodePurpose
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import AlreadyDone, IllegalMove, Invalid, NotAllowed, NotFound, TooMany
from support.verification import (
    queries,
    service,
    service_payments,
    service_reviews,
    service_steps,
)
from support.verification.lifecycle import PAYMENTS, PaymentState
from support.verification.models import Payment
from support.verification.policy import Way
from tests.core.test_db import in_threads
from tests.fixtures.bridge import Bridge
from tests.verification.payments import ACCOUNT, Company, finish, wrong
from tests.verification.world import NEW, points


@pytest.mark.parametrize(("old", "new", "legal"), list(PAYMENTS.pairs()))
def test_every_pair_of_states_is_in_the_table_or_refused(
    old: PaymentState, new: PaymentState, legal: bool
) -> None:
    if legal:
        PAYMENTS.check_move(old, new)
    else:
        with pytest.raises(IllegalMove):
            PAYMENTS.check_move(old, new)


@pytest.mark.parametrize("spelled", ["{}", " ¥{} ", "{}元"])
def test_whoever_names_the_amount_has_shown_the_account(company: Company, spelled: str) -> None:
    amount = company.pay()
    assert not queries.steps_done(company.check)["payment"]
    company.name(spelled.format(amount))
    assert company.state() == "proved"
    assert queries.steps_done(company.check)["payment"]
    with pytest.raises(AlreadyDone):
        company.ask()


def test_the_payment_is_asked_for_before_the_check_can_be_given(company: Company) -> None:
    world, check = company.world, company.check
    world.prove_new(check)
    service_steps.lack_old_address(world.guest, check, "lost")
    for part in ("licence", "letter"):
        world.give_picture(check, part)
    with pytest.raises(Invalid, match="step is still missing"):
        service_steps.give_check(world.guest, check)
    company.name(company.pay())
    service_steps.give_check(world.guest, check)


def test_without_an_account_more_papers_are_asked_for_instead(company: Company) -> None:
    world, check = company.world, company.check
    company.pay()
    service_payments.skip_payment(world.guest, check)
    world.prove_new(check)
    service_steps.lack_old_address(world.guest, check, "lost")
    for part in ("licence", "letter"):
        world.give_picture(check, part)
    assert not queries.is_ready(check)
    world.give_picture(check, "photo")
    assert queries.is_ready(check)
    assert all(row.sealed is None for row in db.session.execute(select(Payment)).scalars())
    with pytest.raises(NotFound):
        company.ask()


def test_the_own_document_in_place_of_a_payment_is_a_point_of_its_own(company: Company) -> None:
    world = company.world
    service_payments.skip_payment(world.guest, company.check)
    finish(company)
    check = world.fresh(company.check)
    others = [code for code in points(check) if code != "own"]
    assert len(others) == len(points(check)) - 1
    world.see(world.vera, check)
    with pytest.raises(Invalid, match="mark each point"):
        service_reviews.decide(world.vera, check, "pass", marks=others, version=check.version)
    with world.outside():
        shown = world.browser(world.vera).page(f"/desk/checks/{check.uid}").text
        assert "of the person whom the letter names" in shown
    world.decide(world.vera, world.fresh(check))


def test_an_address_is_proved_too_late_for_a_check_that_was_given_up_in_another_tab(
    company: Company,
) -> None:
    world, check = company.world, company.check
    service_steps.request_address(world.guest, check, NEW, visitor="v", address="192.0.2.1")
    digits = world.digits(CodePurpose.IDENTITY)
    uid = check.uid
    db.session.refresh(check)
    db.session.expunge(check)
    world.checks.remove(check)
    given_up = queries.own_check(world.guest, uid)
    service.withdraw_check(world.guest, given_up)
    with pytest.raises(IllegalMove):
        service_steps.prove_address(world.guest, check, digits, visitor="v")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("holder", "Parasol Ltd."),
        ("licence", "91310101MA1FPX1235"),
        ("number", "1234567"),
        ("number", "6222-abcd-0000-1234"),
        ("bank", " "),
        ("company", ""),
    ],
)
def test_what_can_t_be_a_company_s_account_is_refused_at_its_field(
    company: Company, field: str, value: str
) -> None:
    with pytest.raises(Invalid) as refused:
        company.ask(replace(ACCOUNT, **{field: value}))
    assert refused.value.field == (
        "holder" if (field, value) == ("holder", "Parasol Ltd.") else field
    )
    with pytest.raises(Invalid):
        company.ask(consent=False)
    assert company.state() is None


def test_three_wrong_amounts_lock_it_for_a_day_and_then_another_payment_is_needed(
    company: Company,
) -> None:
    amount = company.pay()
    for _time in range(3):
        with pytest.raises(Invalid, match="not the amount"):
            company.name(wrong(amount))
    assert company.state() == "locked"
    with pytest.raises(NotFound):
        company.name(amount)
    with pytest.raises(TooMany) as refused:
        company.ask()
    assert 23 * 3600 < refused.value.retry_after <= 24 * 3600
    company.ask(now=utcnow() + timedelta(hours=24, minutes=1))
    with pytest.raises(NotFound):
        company.name(amount, days=1.1)


def test_a_slip_of_the_pen_costs_no_try(company: Company) -> None:
    amount = company.pay()
    for slip in ("", "37", "1.37", "0.375", "abc", "-0.37"):
        with pytest.raises(Invalid):
            company.name(slip)
    company.name(amount)


def test_many_guesses_at_once_are_three(company: Company, app: Flask) -> None:
    amount = company.pay()
    uid, guest = company.check.uid, company.world.guest
    guesses = [f"0.{cents:02d}" for cents in range(1, 100) if f"0.{cents:02d}" != amount][:12]
    db.session.commit()

    def guess(index: int) -> str:
        check = queries.own_check(guest, uid)
        try:
            service_payments.confirm_payment(guest, check, guesses[index])
        except (Invalid, NotFound, IllegalMove) as refused:
            return type(refused).__name__
        return "right"

    answers = in_threads(app, len(guesses), guess)
    assert "right" not in answers
    assert answers.count("Invalid") <= 3
    payment = db.session.execute(select(Payment)).scalar_one()
    assert payment.tries <= 3


def test_three_payments_are_the_most(company: Company) -> None:
    for _time in range(3):
        company.pay()
    with pytest.raises(NotAllowed):
        company.ask()
    assert len({each["id"] for each in company.transfers()}) == 3


def test_after_five_working_days_the_amount_counts_no_more(company: Company) -> None:
    amount = company.pay()
    [row] = db.session.execute(select(Payment)).scalars()
    assert row.expires_at is not None
    assert timedelta(days=5) < row.expires_at - utcnow() < timedelta(days=20)
    with pytest.raises(Invalid, match="too late"):
        company.name(amount, days=20)
    for _time in range(2):
        service_payments.expire_payments(row.expires_at)
    assert company.state() == "expired"
    assert company.world.trail(company.check.about).count("check.payment_expired") == 1
    assert company.pay() != ""
    assert company.state() == "sent"


def test_a_payment_is_asked_for_once_however_often_the_job_runs(company: Company) -> None:
    uid = company.ask().uid
    first = service_payments.transfer_of(uid)
    assert first == service_payments.transfer_of(uid), "a repeated call is the same payment"
    company.world.run()
    company.world.run()
    assert service_payments.transfer_of(uid) is None
    assert len(company.transfers()) == 1


def test_of_another_way_and_after_the_end_nothing_of_the_account_is_left(company: Company) -> None:
    amount = company.pay()
    company.name(amount)
    service_steps.choose_way(company.world.guest, company.check, Way.DOCUMENT)
    service_steps.choose_way(company.world.guest, company.check, Way.COMPANY)
    assert not queries.steps_done(company.check)["payment"], "it was given up with its way"
    company.pay()
    service.withdraw_check(company.world.guest, company.check)
    assert all(row.sealed is None for row in db.session.execute(select(Payment)).scalars())


def test_a_payment_given_up_before_it_left_never_leaves(company: Company) -> None:
    company.ask()
    service_steps.choose_way(company.world.guest, company.check, Way.DOCUMENT)
    company.world.run()
    assert company.transfers() == []


def test_neither_number_nor_amount_stands_anywhere_in_clear(
    company: Company, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    amount = company.pay()
    with pytest.raises(Invalid):
        company.name(wrong(amount))
    company.name(amount)
    said = caplog.text + "".join(capfd.readouterr())
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(*table.columns)):
            said += repr(tuple(row))
    for secret in ("6222020000001234", "00001234", "Umbrella Ltd", f"{amount!r}"):
        assert secret not in said


def test_what_the_bank_refuses_is_told_and_can_be_corrected(
    company: Company, app: Flask, bridge: Bridge
) -> None:
    ground = app.extensions["ground"]
    object.__setattr__(ground, "config", ground.config.with_changes(bank_url=bridge.url))
    bridge.answer = 422
    company.ask()
    company.world.run()
    assert company.state() == "failed"
    about = company.world.fresh(company.check).about
    assert "check.payment_failed" in company.world.trail(about)
    bridge.answer = 200
    company.ask()
    company.world.run()
    assert company.state() == "sent"
    headers, body = bridge.calls[-1]
    assert json.loads(body)["id"] == headers["Idempotency-Key"]
    assert len(bridge.calls) == 2
    company.name(json.loads(body)["amount"])
    assert company.state() == "proved"


def test_another_person_can_do_nothing_of_it(company: Company) -> None:
    amount = company.pay()
    with pytest.raises(NotFound):
        service_payments.confirm_payment(company.world.mei, company.check, amount)
    with pytest.raises(NotFound):
        service_payments.skip_payment(company.world.mei, company.check)


def test_a_check_that_began_before_payments_is_asked_for_none(company: Company) -> None:
    with transaction():
        company.check.policy = 1
    assert "payment" not in queries.steps_done(company.check)
