"""The payments to companies' accounts: the newest of a check, what was said of the account, the amount."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from support.accounts.queries_names import plain_signs
from support.core import vault
from support.core.context import keys
from support.core.db import db
from support.verification.goal import Company, goal_of
from support.verification.lifecycle import PaymentState
from support.verification.models import Check, Payment
from support.verification.policy import (
    MOST_ACCOUNTS,
    MOST_PAYMENTS,
    PAYMENT_LOCKED,
    PAYMENT_SINCE,
    Way,
)

SHOWN_SIGNS = 4


@dataclass(frozen=True, slots=True)
class Account:
    """What the person said of the company's account."""

    region: str
    company: str
    licence: str
    bank: str
    holder: str
    number: str = field(repr=False)

    @property
    def masked(self) -> str:
        """The number as people at the desk, and the person themself, see it again."""
        return f"•••• {self.number[-SHOWN_SIGNS:]}"


def asks_for_payment(check: Check) -> bool:
    """True when the way of the check asks for a payment, and the person has not said that none is possible."""
    rule = goal_of(check).rules[Way(check.way)]
    return bool(rule.unpaid_parts) and not check.unpaid and check.policy >= PAYMENT_SINCE


def payment_of(check: Check) -> Payment | None:
    """Return the newest payment of a check that was not given up."""
    own = (Payment.check_id == check.id, Payment.state != PaymentState.DROPPED)
    newest = select(Payment).where(*own).order_by(Payment.number.desc()).limit(1)
    fresh = newest.execution_options(populate_existing=True)
    return db.session.execute(fresh).scalar_one_or_none()


def payment_by_uid(uid: str) -> tuple[Payment, Check] | None:
    """Return a payment and its check."""
    found = select(Payment, Check).join(Check, Check.id == Payment.check_id)
    row = db.session.execute(found.where(Payment.uid == uid)).one_or_none()
    return (row[0], row[1]) if row else None


def counts(check: Check) -> tuple[int, int]:
    """Return how many accounts were said in a check, and how many payments left."""
    own = select(func.count(), func.count(Payment.sent_at)).where(Payment.check_id == check.id)
    said, sent = db.session.execute(own).one()
    return int(said), int(sent)


def may_try_again(check: Check) -> bool:
    """True while another account may be said."""
    said, sent = counts(check)
    return said < MOST_ACCOUNTS and sent < MOST_PAYMENTS


def locked_until(payment: Payment | None, now: datetime) -> datetime | None:
    """Return until when no other payment is made after three wrong amounts."""
    if payment is None or payment.state != PaymentState.LOCKED or payment.ended_at is None:
        return None
    until = payment.ended_at + PAYMENT_LOCKED
    return until if until > now else None


def account_of(check: Check, payment: Payment) -> Account | None:
    """Return what was said of the account; None once it was forgotten."""
    if payment.sealed is None:
        return None
    try:
        text = vault.unseal(check.stream, place(payment.uid), payment.sealed)
    except vault.KeyDestroyed:
        return None
    return Account(**json.loads(text))


def unlike(company: Company | None, account: Account) -> str:
    """Return the field in which an account is another company's, "" where it is this one's or none is known."""
    if company is None:
        return ""
    names = {plain_signs(name) for name in company.names if name}
    if plain_signs(account.company) not in names:
        return "company"
    differs = company.licence and plain_signs(company.licence) != plain_signs(account.licence)
    return "licence" if differs else ""


def paid_another(check: Check) -> bool:
    """True when the newest payment went to the account of another company than the check is about."""
    payment = payment_of(check)
    account = account_of(check, payment) if payment is not None else None
    return account is not None and bool(unlike(goal_of(check).company_of(check), account))


def place(uid: str) -> str:
    """Return the vault place of an account."""
    return f"bank_payment.sealed:{uid}"


def cents_of(payment: Payment) -> int:
    """Return the amount, 1 to 99 cents: derived from a server key, stored nowhere."""
    text = f"payment\0{payment.uid}\0".encode() + payment.nonce
    made = hmac.new(keys().codes, text, hashlib.sha256).digest()
    return int.from_bytes(made[:8], "big") % 99 + 1


def is_proved(check: Check) -> bool:
    """True once the amount of a payment was confirmed."""
    payment = payment_of(check)
    return payment is not None and payment.state == PaymentState.PROVED


def payment_note(check: Check) -> str:
    """Return a message id that says where the payment stands, "" before there is one."""
    payment = payment_of(check)
    return payment.status.title if payment is not None else ""


def late_payments(now: datetime, most: int) -> Sequence[tuple[Payment, Check]]:
    """Return payments whose amount nobody confirmed in time, with their checks."""
    late = (Payment.state == PaymentState.SENT, Payment.expires_at <= now)
    found = select(Payment, Check).join(Check, Check.id == Payment.check_id).where(*late)
    rows = db.session.execute(found.order_by(Payment.id).limit(most))
    return [(payment, check) for payment, check in rows]
