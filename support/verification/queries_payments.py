"""The payments to companies' accounts: the newest of a check, what was said of the account, the amount."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from support.accounts.queries_names import plain_signs
from support.core import outbox, vault
from support.core.context import keys
from support.core.db import db
from support.core.lifecycle import State
from support.verification.goal import Company, goal_of
from support.verification.lifecycle import LEFT, Aftermath, CheckState, PaymentState
from support.verification.models import Check, Payment
from support.verification.policy import (
    BANK_ANSWERS_WITHIN,
    MOST_ACCOUNTS,
    MOST_PAYMENTS,
    PAYMENT_LOCKED,
    PAYMENT_SINCE,
    PAYMENT_TRIES,
    PAYMENTS_COUNTED,
    Way,
)

SHOWN_SIGNS = 4
_OF_CHECK = Check.id == Payment.check_id


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


def next_number(check: Check) -> int:
    """Return the number of the payment that follows in a check."""
    own = select(func.count()).where(Payment.check_id == check.id)
    return int(db.session.execute(own).scalar_one()) + 1


def may_try_again(check: Check, now: datetime, blind: bytes | None = None) -> bool:
    """True while another account may be said: in all checks of the same account here, and of the same bank account."""
    for same in _alike(check, blind):
        counted = select(func.count(), func.count(Payment.sent_at)).join_from(
            Payment, Check, _OF_CHECK
        )
        recent = counted.where(same, Payment.asked_at > now - PAYMENTS_COUNTED)
        said, sent = db.session.execute(recent).one()
        if said >= MOST_ACCOUNTS or sent >= MOST_PAYMENTS:
            return False
    return True


def locked_until(check: Check, now: datetime, blind: bytes | None = None) -> datetime | None:
    """Return until when no amount is taken, and no payment made, after three wrong amounts in whichever check."""
    ends: list[datetime] = []
    for same in _alike(check, blind):
        tried = select(func.coalesce(func.sum(Payment.tries), 0), func.max(Payment.tried_at))
        recent = tried.join_from(Payment, Check, _OF_CHECK).where(
            same, Payment.tried_at > now - PAYMENT_LOCKED
        )
        tries, last = db.session.execute(recent).one()
        if last is not None and tries >= PAYMENT_TRIES:
            ends.append(last + PAYMENT_LOCKED)
    return max(ends, default=None)


def wrong_amounts(check: Check, now: datetime) -> int:
    """Return how many wrong amounts were named lately for the account here, also of payments that were given up."""
    recent = (Check.subject_id == check.subject_id, Payment.asked_at > now - PAYMENTS_COUNTED)
    tried = select(func.coalesce(func.sum(Payment.tries), 0)).join_from(Payment, Check, _OF_CHECK)
    return int(db.session.execute(tried.where(*recent)).scalar_one())


def blind_of(number: str) -> bytes:
    """Return the blind index of a bank account's number."""
    return vault.blind_index("bank_account", number)


def lock_alike(payment: Payment) -> None:
    """Let amounts of payments to the same bank account be taken one after the other, to the transaction's end."""
    alike = select(Payment.id).where(Payment.blind == payment.blind).order_by(Payment.id)
    db.session.execute(alike.with_for_update())


def _alike(check: Check, blind: bytes | None) -> list[ColumnElement[bool]]:
    """Return what makes payments count together: the account here, the bank account that is said or waits."""
    mine = Check.subject_id == check.subject_id
    if blind is None and (payment := payment_of(check)) is not None:
        blind = payment.blind
    return [mine] if blind is None else [mine, Payment.blind == blind]


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


def is_returned(check: Check) -> bool:
    """True while nobody has said what follows from a payment that the bank gave back, and another way is not taken."""
    payment = payment_of(check)
    back = payment is not None and payment.state == PaymentState.RETURNED
    return back and asks_for_payment(check)


def is_undone(check: Check) -> bool:
    """True once what a check brought was taken back, as the bank had given its payment back."""
    payment = payment_of(check)
    return payment is not None and payment.state == PaymentState.UNDONE


def standing(check: Check) -> State:
    """Return where a check stands as people see it: one that is done may be in doubt again, or taken back."""
    if check.state != CheckState.DONE or not asks_for_payment(check):
        return check.status
    if is_undone(check):
        return Aftermath.UNDONE
    return Aftermath.DOUBTED if is_returned(check) else check.status


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


def left_payments(most: int, before: int | None = None) -> Sequence[tuple[Payment, Check]]:
    """Return the payments that reached the bank, also those that it gave back, the newest first."""
    here = [Payment.state.in_(LEFT)] + ([Payment.id < before] if before is not None else [])
    found = select(Payment, Check).join(Check, _OF_CHECK).where(*here)
    rows = db.session.execute(found.order_by(Payment.id.desc()).limit(most))
    return [(payment, check) for payment, check in rows]


def asked_until(payment: Payment, now: datetime) -> datetime | None:
    """Return until when the bank is asked for a payment that it has not answered to; None before that is late."""
    late = payment.state == PaymentState.DUE and payment.asked_at <= now - BANK_ANSWERS_WITHIN
    return payment.asked_at + outbox.GIVE_UP_AFTER if late else None


def late_payments(now: datetime, most: int) -> Sequence[tuple[Payment, Check]]:
    """Return payments whose amount nobody confirmed in time, with their checks."""
    late = (Payment.state == PaymentState.SENT, Payment.expires_at <= now)
    found = select(Payment, Check).join(Check, Check.id == Payment.check_id).where(*late)
    rows = db.session.execute(found.order_by(Payment.id).limit(most))
    return [(payment, check) for payment, check in rows]
