"""The pages of a payment to a company's account, and what the desk sees of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from socket import create_server

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from support.core import outbox
from support.core.clock import utcnow
from support.core.db import changed, transaction
from support.core.outbox_rows import OutboxRow, OutboxState
from support.verification.queries_payments import Account
from tests.fixtures.bridge import SECRET, Bridge
from tests.verification.payments import ACCOUNT, Company, finish, wrong


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


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a bridge that takes calls and never answers."""
    with create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://gongdan:{SECRET.replace(' ', '%20')}@127.0.0.1:{server.getsockname()[1]}/"


def use(app: Flask, url: str) -> None:
    """Let payments go by this bridge."""
    ground = app.extensions["ground"]
    object.__setattr__(ground, "config", ground.config.with_changes(bank_url=url))


def test_a_bank_that_hangs_holds_nobody_up_and_the_page_says_what_can_be_done(
    company: Company, app: Flask, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.core.outward.post.__kwdefaults__", {"patience": 0.3})
    use(app, silent)
    world, top = company.world, f"/checks/{company.check.uid}"
    account, path = f"{top}/payment/account", f"{top}/payment"
    with time_machine.travel(utcnow(), tick=True) as clock:
        with world.outside():
            guest = world.browser(world.guest)
            assert guest.submit(account, form_of(), action=account).status_code == 303
            assert "It takes minutes here" in guest.page(path).text
        world.run()
        assert company.state() == "due", "it is asked for again"
        clock.shift(timedelta(minutes=16))
        with world.outside():
            text = guest.page(path).text
            assert "The bank has not answered yet" in text
            assert "Nothing is lost" in text
            assert "•••• 1234" in text, "what was typed is kept"
            assert "It takes minutes here" not in text
            assert "Without a payment" in guest.page(f"{path}/absence").text


def hurry() -> None:
    """Let what waits be due now, also for PostgreSQL, whose clock does not travel."""
    with transaction():
        waiting = update(OutboxRow).where(OutboxRow.state == OutboxState.PENDING)
        changed(waiting.values(due_at=utcnow() - timedelta(days=2)))


@pytest.mark.parametrize("answer", [500, 422])
def test_after_a_day_of_silence_the_account_is_not_blamed_and_a_refusal_is_told_as_one(
    company: Company, app: Flask, bridge: Bridge, answer: int
) -> None:
    use(app, bridge.url)
    bridge.answer = answer
    world, path = company.world, f"/checks/{company.check.uid}/payment"
    with time_machine.travel(utcnow(), tick=True) as clock:
        company.ask()
        world.run()
        if answer == 500:
            assert company.state() == "due"
            clock.shift(outbox.GIVE_UP_AFTER + timedelta(minutes=1))
            hurry()
            world.run()
        refused = answer == 422
        assert company.state() == ("failed" if refused else "unsent")
        with world.outside():
            text = world.browser(world.guest).page(path).text
        assert ("correct it" in text) == refused
        assert ("says nothing about the account" in text) != refused
        bridge.answer = 204
        company.ask()
        hurry()
        world.run()
        assert company.state() == "sent", "another one can be sent at once"
