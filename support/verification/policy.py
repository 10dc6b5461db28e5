"""The rules of checks as data: the ways of showing who one is, what each asks for, who may decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from support.assurance.policy import ProofKind
from support.core.actors import ADMINISTRATION, Actor, Role
from support.core.errors import NotAllowed, NotFound
from support.core.words import N_
from support.policies.models import Purpose
from support.verification.models import Check

EVIDENCE_KEPT = timedelta(days=30)
"""After the end of a check its pictures stay this long, for an appeal; then their key is destroyed (law.md 1.2)."""
PAYMENT_SINCE = 2
"""Checks that began under an earlier version of the table are not asked for a payment."""
PAYMENT_TRIES = 3
PAYMENT_LOCKED = timedelta(hours=24)
PAYMENT_DAYS = 5
"""PRC working days in which the amount is taken."""
BANK_ANSWERS_WITHIN = timedelta(minutes=15)
"""A payment that waits for the bank longer than this: the person is told that it does not answer."""
MOST_PAYMENTS, MOST_ACCOUNTS = 3, 6
PAYMENTS_COUNTED = timedelta(days=30)
"""In this time, of one account here or to one bank account: payments that left, and accounts that were said."""
RECORD_TRIES = 3
RECORD_LOCKED = timedelta(hours=24)
OPEN_FOR = timedelta(days=30)
"""A check that waits for its person longer is given up, so that no picture of it stays for ever."""
VIEW_LIVES = timedelta(seconds=60)
VERDICTS = ("pass", "fail", "again")


class Way(StrEnum):
    """How somebody shows who they are; the evidence of one way is never asked for beside another's."""

    DOCUMENT = "document"
    COMPANY = "company"
    FACE = "face"


@dataclass(frozen=True, slots=True)
class WayRule:
    """One way: its words, the pictures that it needs (part, words), the proof that it makes, the consent it needs.

    `whys` say why one of the pictures is needed, where `why` does not say it for all.
    A way with `unpaid_parts` asks for a payment to the company's account as well, or for these pictures instead.
    """

    title: str
    why: str
    parts: tuple[tuple[str, str], ...]
    proof: ProofKind
    marks: tuple[tuple[str, str], ...]
    consent: str = N_("I agree that this picture is used to find out whether the account is mine")
    purpose: Purpose = Purpose.IDENTITY_EVIDENCE
    unpaid_parts: tuple[tuple[str, str], ...] = ()
    whys: Mapping[str, str] = field(default_factory=dict)


PHRASE = ("phrase", N_("The phrase on the paper"))
GENUINE = ("genuine", N_("Genuine to look at, and not expired"))
AUTHORITY = ("authority", N_("The letter: person, account, date and seal"))
OWN_DOCUMENT = ("own", N_("The own document: genuine, and of the person whom the letter names"))
"""What is compared in many ways alike: a code, and its words for the people who decide."""

WAYS: Mapping[Way, WayRule] = {
    Way.DOCUMENT: WayRule(
        N_("A photo of your ID document"),
        N_(
            "We compare name and picture with what the account knows. Identity card, passport, residence or travel "
            "permit: whichever you have. Cover what we don't need; the number's last four digits are enough."
        ),
        (("photo", N_("The document beside a paper with the phrase")),),
        ProofKind.DOCUMENT,
        (PHRASE, ("person", N_("Name and picture, with what the account knows")), GENUINE),
    ),
    Way.COMPANY: WayRule(
        N_("Company licence and letter of authority"),
        N_(
            "For an account that belongs to a company. The letter names you, the account and today's date, and bears "
            "the company's seal."
        ),
        (
            ("licence", N_("The business licence")),
            ("letter", N_("The letter of authority, with the phrase written on it")),
        ),
        ProofKind.COMPANY,
        (PHRASE, ("company", N_("The licence: the account's company")), AUTHORITY),
        unpaid_parts=(("photo", N_("Your own document beside a paper with the phrase")),),
    ),
}

RETURNED = "returned"
"""Why a check whose payment the bank gave back waits for somebody."""
NOT_OFFERED = N_("This way is offered no more; another one has to be taken.")

REASONS: Mapping[str, str] = {
    "unreadable": N_("The picture can't be read."),
    "no_phrase": N_("The phrase is missing, or is another one."),
    "expired": N_("The document has expired."),
    "mismatch": N_("Name or picture does not match the account."),
    "differs": N_("The picture shows something else than what you wrote."),
    "altered": N_("The picture looks altered, or is a photo of a photo."),
    "wrong_kind": N_("This is another document than the one asked for."),
    "face": N_("The face and the picture of the document are not the same person."),
    "used": N_("This document has verified another account already."),
    "named": N_("The account has got a verified name in another way meanwhile."),
    "staff": N_("Accounts of the people who work here have no verified name."),
    "unrelated": N_("What you gave does not show that you may ask for this."),
    "of_age": N_(
        "They are of age, and no court has named you as their guardian: they have to ask."
    ),
    RETURNED: N_("The bank gave the payment to the company's account back."),
    "given_up": N_("The work order was closed before."),
    "taken": N_("The new address belongs to another account by now."),
    "stopped": N_("The account's owner said that it was not them."),
    "consent": N_("The consent to it was taken back."),
}
"""Why evidence fails or is asked for again, in words for the person."""

VERDICT_REASONS = ("unreadable", "no_phrase", "expired", "mismatch", "altered", "wrong_kind")
"""Those that people give; what belongs to a goal of another room is named there, the rest is found by the system."""

VIEW_REASONS: Mapping[str, str] = {
    "first_review": N_("To decide on this check"),
    "second_review": N_("To decide as the second person"),
    "appeal": N_("To answer a complaint about this check"),
}
"""Why a picture is opened; the person whom it shows reads this in their account."""

REVIEWERS = frozenset({Role.VERIFIER, Role.APPROVER})
PAYERS = ADMINISTRATION
_HOLDERS = {"verifier": Role.VERIFIER, "approver": Role.APPROVER}


def require_reviewer(actor: Actor) -> None:
    """Let verifiers and approvers pass; raise `NotFound` for strangers, `NotAllowed` for other staff."""
    if actor.has(*REVIEWERS):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def require_desk(actor: Actor) -> None:
    """Let the people pass who work on orders; raise `NotFound` for strangers, `NotAllowed` for other staff."""
    if actor.has(Role.AGENT, *REVIEWERS):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def require_payer(actor: Actor) -> None:
    """Let whoever sees the operator's bank account pass, who are administrators; raise `NotAllowed`."""
    if not actor.has(*PAYERS):
        raise NotAllowed()


def may_sit(actor: Actor, seat: str) -> bool:
    """True for whoever holds the role of a seat."""
    return actor.has(_HOLDERS[seat])


def require_seat(actor: Actor, seat: str) -> None:
    """Let whoever holds the role of a seat pass; raise `NotAllowed`."""
    if not may_sit(actor, seat):
        raise NotAllowed()


def is_party(actor: Actor, check: Check) -> bool:
    """True for the person who asks, signed in as themself or as the guest that they are."""
    return actor.id is not None and actor.id == check.asker_id
