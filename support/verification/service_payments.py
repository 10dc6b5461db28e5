"""A payment of some cents to a company's account: whoever names its amount sees the account (PP-2.2.1).

The account is used for this payment alone, sealed under the key of the check, and destroyed with it.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import update
from stdnum.cn import uscc

from support.accounts import queries as people
from support.accounts.queries_names import plain_signs
from support.core import outbox, vault
from support.core.actors import SYSTEM, Actor
from support.core.calendars import cn_working_days
from support.core.clock import utcnow
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed, NotFound, Stale, TooMany
from support.core.outbox_rows import OutboxState
from support.core.text import fold_digits
from support.core.words import N_
from support.policies.models import Purpose
from support.policies.service_sharing import record_sharing
from support.policies.sharing_words import Aim, Basis, Data
from support.verification import bank
from support.verification import queries_payments as queries
from support.verification.bank import Transfer
from support.verification.goal import goal_of
from support.verification.lifecycle import ALIVE, DROPPABLE, PAYMENTS, CheckState, PaymentState
from support.verification.models import Check, Payment
from support.verification.policy import PAYMENT_DAYS, PAYMENT_TRIES, PAYMENTS_COUNTED
from support.verification.queries_payments import Account
from support.verification.service import drop_payments, news, record
from support.verification.service_steps import agree, note_step

DUE = "payment.due"
LONGEST = 200
_BATCH = 100
_NUMBER = re.compile(r"\d{8,30}")
_AMOUNT = re.compile(r"0?\.(\d{2})")
_OTHER = N_("That is not the amount. After three tries you need another payment, a day later.")


def request_payment(
    actor: Actor, check: Check, account: Account, *, consent: bool, now: datetime | None = None
) -> Payment:
    """Have some cents sent to the account; an earlier payment that waits still is given up.

    Raises `Invalid` at the field that is wrong, `TooMany` for a day after three wrong amounts, `NotAllowed` when
    there were too many, `AlreadyDone` once an amount was confirmed, `Stale` for the second of two at once.
    """
    now = now or utcnow()
    account = _checked(account)
    if not consent:
        raise Invalid("consent", N_("Please tick that you agree, or choose another way."))
    with transaction():
        note_step(actor, check, "check.payment_asked", now=now)
        people.lock_person(check.subject_id)
        blind = queries.blind_of(account.number)
        _require_another(check, blind, now)
        _require_own(check, account)
        drop_payments(check, now)
        uid = new_uid()
        text = json.dumps(asdict(account), ensure_ascii=False)
        made = insert_new(
            Payment,
            uid=uid,
            check_id=check.id,
            number=queries.next_number(check),
            state=PaymentState.DUE,
            sealed=vault.seal(check.stream, queries.place(uid), text),
            blind=blind,
            nonce=secrets.token_bytes(16),
            tries=0,
            asked_at=now,
        )
        if not made:
            raise Stale()
        agree(actor, Purpose.BANK_ACCOUNT, now)
        outbox.put(DUE, uid, payment=uid)
    found = queries.payment_by_uid(uid)
    assert found is not None
    return found[0]


def confirm_payment(actor: Actor, check: Check, text: str, *, now: datetime | None = None) -> None:
    """Take the amount that came in; call it outside a transaction, since a wrong one counts.

    Wrong ones count for the account here and for the bank account, in whichever check. Raises `Invalid("amount")`,
    `TooMany` after three of a day, `NotFound` where no payment waits for its amount.
    """
    now = now or utcnow()
    cents = _cents(text)
    with transaction():
        note_step(actor, check, "check.payment_tried", now=now)
        payment = queries.payment_of(check)
        if payment is None or payment.state != PaymentState.SENT:
            raise NotFound()
        if payment.expires_at is not None and payment.expires_at <= now:
            raise Invalid("amount", N_("It is too late for this payment; ask for another one."))
        people.lock_person(check.subject_id)
        queries.lock_alike(payment)
        _require_unlocked(check, None, now)
        right = cents == queries.cents_of(payment)
        if right:
            move_payment(actor, check, payment, PaymentState.PROVED, now)
        else:
            _count_wrong(payment, now)
        if not right and queries.locked_until(check, now) is not None:
            move_payment(actor, check, payment, PaymentState.LOCKED, now)
    if not right:
        raise Invalid("amount", _OTHER)


def skip_payment(actor: Actor, check: Check, *, now: datetime | None = None) -> None:
    """Say that no payment is possible: people decide by licence, letter and the person's own document."""
    now = now or utcnow()
    if not queries.asks_for_payment(check) or queries.is_proved(check):
        raise NotFound()
    with transaction():
        note_step(actor, check, "check.unpaid", now=now, unpaid=True)
        drop_payments(check, now)


def drop_unlike(check: Check, now: datetime) -> None:
    """Let go of a payment to another company than the check is about by now, inside the caller's transaction."""
    if queries.paid_another(check):
        drop_payments(check, now, DROPPABLE)


def transfer_of(uid: str) -> Transfer | None:
    """Return what the bank is told of a payment that is due; None when it was given up or sent."""
    found = queries.payment_by_uid(uid)
    if found is None or found[0].state != PaymentState.DUE:
        return None
    payment, check = found
    account = queries.account_of(check, payment)
    if account is None:
        return None
    amount = f"0.{queries.cents_of(payment):02d}"
    return Transfer(uid, account.region, account.bank, account.holder, account.number, amount)


def note_payment(uid: str, ended: OutboxState, *, now: datetime) -> None:
    """Note that a payment left, or that the bank did not take it, and tell the person. Safe to run twice.

    One that was tried for as long as the outbox tries was not refused: nobody answered, and the account may be right.
    """
    found = queries.payment_by_uid(uid)
    if found is None or found[0].state != PaymentState.DUE or ended == OutboxState.PENDING:
        return
    payment, check = found
    if ended != OutboxState.DONE:
        silence = now - payment.asked_at >= outbox.GIVE_UP_AFTER
        new = PaymentState.UNSENT if silence else PaymentState.FAILED
        move_payment(SYSTEM, check, payment, new, now)
        return
    until = cn_working_days(now, PAYMENT_DAYS).at
    move_payment(SYSTEM, check, payment, PaymentState.SENT, now, sent_at=now, expires_at=until)
    record_sharing(
        SYSTEM,
        check.subject_id,
        key=f"payment:{uid}",
        to=bank.DOOR.code,
        data=(Data.BANK,),
        aim=Aim.PAYMENT,
        basis=Basis.CONSENT,
        own=True,
        now=now,
    )


def expire_payments(now: datetime) -> None:
    """End payments whose amount nobody confirmed within five working days (a periodic task). Safe to run twice.

    What finds other payments to the same account is forgotten once it counts no more.
    """
    with transaction():
        old = (Payment.blind.is_not(None), Payment.asked_at <= now - PAYMENTS_COUNTED)
        changed(update(Payment).where(*old).values(blind=None))
        for payment, check in queries.late_payments(now, _BATCH):
            move_payment(SYSTEM, check, payment, PaymentState.EXPIRED, now)


def move_payment(
    actor: Actor,
    check: Check,
    payment: Payment,
    new: PaymentState,
    now: datetime,
    **values: datetime | None,
) -> None:
    """Move a payment, write it down, and tell the person what they did not do themself."""
    old = payment.status
    PAYMENTS.check_move(old, new)
    ended_at = None if new in ALIVE else now
    with transaction():
        here = (Payment.id == payment.id, Payment.state == old)
        moved = update(Payment).where(*here).values(state=new, ended_at=ended_at, **values)
        if changed(moved) != 1:
            raise Stale()
        db.session.refresh(payment)
        record(actor, check, f"check.payment_{new}", now)
        told = actor is SYSTEM and new != PaymentState.RETURNED  # that may be an older one
        if told and check.state == CheckState.OPEN:
            news(check, f"payment_{new}_{payment.number}")


def _require_another(check: Check, blind: bytes, now: datetime) -> None:
    if not queries.asks_for_payment(check):
        raise NotFound()
    payment = queries.payment_of(check)
    if payment is not None and payment.state == PaymentState.PROVED:
        raise AlreadyDone()
    _require_unlocked(check, blind, now)
    if not queries.may_try_again(check, now, blind):
        raise NotAllowed(N_("There were too many payments within 30 days. Go on without one."))


def _require_unlocked(check: Check, blind: bytes | None, now: datetime) -> None:
    """Raise `TooMany` for a day after three wrong amounts."""
    if (until := queries.locked_until(check, now, blind)) is not None:
        raise TooMany(int((until - now).total_seconds()))


def _count_wrong(payment: Payment, now: datetime) -> None:
    """Count a wrong amount, which the database decides on; raise `NotFound` when there is no try left."""
    left = (Payment.id == payment.id, Payment.state == PaymentState.SENT)
    tried = update(Payment).where(*left, Payment.tries < PAYMENT_TRIES)
    if changed(tried.values(tries=Payment.tries + 1, tried_at=now)) != 1:
        raise NotFound()
    db.session.refresh(payment)


def _require_own(check: Check, account: Account) -> None:
    """Raise `Invalid` at the field in which the account is not the company's that the check is about.

    Of somebody else's account nothing is told here; the people who decide see it, and can't let it pass.
    """
    if check.asker_id != check.subject_id:
        return
    field = queries.unlike(goal_of(check).company_of(check), account)
    if field:
        raise Invalid(field, N_("This is another company than the one whose papers you show."))


def _checked(account: Account) -> Account:
    """Return the account as it is kept; raise `Invalid` at the field that is wrong."""
    lines = {name: " ".join(value.split()) for name, value in asdict(account).items()}
    for name, value in lines.items():
        if not 1 <= len(value) <= LONGEST:
            raise Invalid(name, N_("Please fill this in."))
    lines["licence"] = plain_signs(lines["licence"]).upper()
    if not uscc.is_valid(lines["licence"]):
        raise Invalid(
            "licence",
            N_(
                "This is no unified social credit code: it has 18 signs, and the last one checks them."
            ),
        )
    lines["number"] = re.sub(r"[\s-]", "", fold_digits(lines["number"]))
    if not _NUMBER.fullmatch(lines["number"]):
        raise Invalid("number", N_("An account number has 8 to 30 digits."))
    if plain_signs(lines["holder"]) != plain_signs(lines["company"]):
        raise Invalid(
            "holder", N_("The account must be the company's own: holder and company differ.")
        )
    return replace(account, **lines)


def _cents(text: str) -> int:
    """Return an amount like 0.37, ０．３７ or 0,37 in cents."""
    plain = (
        fold_digits(text)
        .strip()
        .lstrip("¥￥")
        .replace("，", ".")
        .replace(",", ".")
        .replace("．", ".")
    )
    found = _AMOUNT.fullmatch(plain.replace("。", ".").removesuffix("元").strip())
    if found is None:
        raise Invalid("amount", N_("Write it like 0.37."))
    return int(found[1])
