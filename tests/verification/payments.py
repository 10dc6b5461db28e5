"""A check of a company's account, the bank that its payments go to, and what the person does there."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from support.core.clock import utcnow
from support.core.db import db
from support.verification import queries_payments as payments
from support.verification import (
    service_payments,
    service_steps,
)
from support.verification.goal import rule_of
from support.verification.models import Payment
from support.verification.policy import Way
from support.verification.queries_payments import Account
from tests.verification.world import World

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


def finish(company: Company) -> None:
    """The person does what is left, and gives the check."""
    world, check = company.world, company.world.fresh(company.check)
    world.prove_new(check)
    service_steps.lack_old_address(world.guest, check, "lost")
    for part, _words in rule_of(check).parts:
        world.give_picture(check, part)
    service_steps.give_check(world.guest, check)
