"""Steps that several goals ask for."""

from __future__ import annotations

from support.accounts import queries_names
from support.assurance import queries as assurance
from support.assurance.policy import ProofKind
from support.core.clock import utcnow
from support.core.words import N_
from support.verification import queries_payments
from support.verification.goal import Step
from support.verification.models import Check


def asks_for_record(check: Check) -> bool:
    """True in a check of somebody else's account, whether it has a verified name or not: the offer tells nothing."""
    if check.asker_id != check.subject_id:
        return True
    own = queries_names.verified_name_of(check.subject_id)
    return own is not None and own.matchable


def record_matched(check: Check) -> bool:
    """True when the verified record was named in this check."""
    return ProofKind.RECORD_MATCH in assurance.case_proofs(check.case, utcnow())


RECORD = Step(
    "record",
    N_("The account's verified name, if it has one"),
    N_("Verified name and last four named"),
    "checks.match_record",
    record_matched,
    lambda check: "" if record_matched(check) else N_("may be left out"),
    optional=True,
    applies=asks_for_record,
)

PAYMENT = Step(
    "payment",
    N_("A payment to the company's account"),
    N_("Payment to the company's account"),
    "checks.payment",
    queries_payments.is_proved,
    queries_payments.payment_note,
    queries_payments.payment_note,
    applies=queries_payments.asks_for_payment,
)
