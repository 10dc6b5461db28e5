"""A company shows its account by the amount of a small payment, and the account is used for nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

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
from support.verification import queries_payments as payments
from support.verification.goal import rule_of
from support.verification.lifecycle import PAYMENTS, PaymentState
from support.verification.models import Payment
from support.verification.policy import Way
from support.verification.queries_payments import Account
from tests.core.test_db import in_threads
from tests.fixtures.bridge import Bridge
from tests.verification.world import NEW, World, points

NUMBER = "6222 0200-0000 1234"
ACCOUNT = Account(
    "上海市", "Umbrella Ltd.", "91310101MA1FPX1234", "示例银行浦东支行", "UMBRELLA  LTD", NUMBER
)


class Company:
    """A check of an account that belongs to a company, and the bank that its payments go to."""

    def __init__(self, world: World, outgoing: Path) -> None:
        self.world, self._outgoing = world, outgoing
        self.check = world.open(way=Way.COMPANY)

    def ask(self, account: Account = ACCOUNT, **how: object) -> Payment:
        """The person says the account; the payment is not carried out yet."""
        given = {"consent": True} | how
        return service_payments.request_payment(
            self.world.guest, self.check, account, **given  # type: ignore[arg-type]
        )  # fmt: skip

    def pay(self, account: Account = ACCOUNT) -> str:
        """The person says the account, the payment leaves; return the amount as the bank shows it."""
        self.ask(account)
        self.world.run()
        return str(self.transfers()[-1]["amount"])

    def transfers(self) -> list[dict[str, str]]:
        """What the bank was told, oldest first."""
        files = sorted(self._outgoing.glob("*.transfer.json"))
        return [json.loads(each.read_text("utf-8")) for each in files]

    def name(self, amount: str, *, days: float = 0) -> None:
        """The person names an amount."""
        now = utcnow() + timedelta(days=days)
        service_payments.confirm_payment(self.world.guest, self.check, amount, now=now)

    def state(self) -> str | None:
        """Where the newest payment stands."""
        db.session.rollback()
        payment = payments.payment_of(self.world.fresh(self.check))
        return payment.state if payment else None


def wrong(amount: str) -> str:
    """Another amount."""
    return f"0.{int(amount[2:]) % 99 + 1:02d}"


@pytest.fixture
def company(world: World, app: Flask) -> Company:
    """Mei asked for a company's papers; codes are not in the way."""
    return Company(world, app.extensions["ground"].config.outgoing_dir)


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


def form_of(account: Account = ACCOUNT) -> dict[str, str]:
    """What the person types."""
    names = ("region", "company", "licence", "bank", "holder", "number")
    return {name: getattr(account, name) for name in names} | {"consent": "y"}


def test_the_pages_lead_from_the_account_to_the_amount_and_the_desk_sees_no_number(
    company: Company,
) -> None:
    world, top = company.world, f"/checks/{company.check.uid}"
    account, path = f"{top}/payment/account", f"{top}/payment"
    with world.outside():
        guest = world.browser(world.guest)
        assert guest.get(path).location.endswith("/payment/account")
        bad = guest.submit(account, form_of() | {"holder": "Somebody"}, action=account)
        assert bad.status_code == 422
        assert guest.submit(account, form_of(), action=account).status_code == 303
        assert "On its way to the bank" in guest.page(path).text
    world.run()
    amount = company.transfers()[-1]["amount"]
    with world.outside():
        text = guest.page(path).text
        assert "•••• 1234" in text
        assert "62220200" not in text
        assert guest.submit(path, {"amount": wrong(amount)}, action=path).status_code == 422
        assert guest.submit(path, {"amount": amount}, action=path).status_code == 303
        assert "The amount is right." in guest.page(path).text
        assert world.stranger().get(path).status_code in (303, 404)
    finish(company)
    with world.outside():
        shown = world.browser(world.vera).page(f"/desk/checks/{company.check.uid}").text
        for part in ("confirmed by the person", "•••• 1234", "91310101MA1FPX1234"):
            assert part in shown
        assert "62220200" not in shown


def finish(company: Company) -> None:
    """The person does what is left, and gives the check."""
    world, check = company.world, company.world.fresh(company.check)
    world.prove_new(check)
    service_steps.lack_old_address(world.guest, check, "lost")
    for part, _words in rule_of(check).parts:
        world.give_picture(check, part)
    service_steps.give_check(world.guest, check)


def test_i_can_t_do_this_leads_to_papers_and_opening_the_page_chooses_nothing(
    company: Company,
) -> None:
    world, path = company.world, f"/checks/{company.check.uid}/payment/absence"
    with world.outside():
        guest = world.browser(world.guest)
        guest.page(path)
    assert not world.fresh(company.check).unpaid
    with world.outside():
        assert guest.submit(path, action=path).status_code == 303
        assert "Your own document beside" in guest.page(f"/checks/{company.check.uid}").text
    assert world.fresh(company.check).unpaid
