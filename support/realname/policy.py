"""The rules of real names: by which ways one is proved, and what is said of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from support.assurance.policy import ProofKind
from support.core.calendars import cn_day
from support.core.words import N_
from support.policies.models import Purpose
from support.verification.policy import AUTHORITY, GENUINE, PHRASE, WAYS, Way, WayRule

LONGEST_NAME = 200

CURRENT_FOR = timedelta(hours=72)
"""What happened to the account this long before it was asked for, or since, makes a change of its name wait as long
(`law.md` 5.4)."""

_CONSENT = N_("I agree that people compare this picture with what I wrote, to verify my name")

_WRITTEN = (
    ("name", N_("The name, letter by letter")),
    ("number", N_("The kind and number, and where it was issued")),
)

RULES: Mapping[Way, WayRule] = {
    Way.DOCUMENT: WayRule(
        N_("A document that people look at"),
        N_(
            "Two people compare the picture with what you wrote. Name, number and date must be readable; cover what "
            "else there is if you like."
        ),
        (("photo", N_("The document beside a paper with the phrase")),),
        ProofKind.DOCUMENT,
        (PHRASE, *_WRITTEN, GENUINE),
        _CONSENT,
    ),
    Way.FACE: WayRule(
        N_("Both sides of your ID card and your face"),
        N_(
            "Two people compare the picture on the card with you. Your face is sensitive: this way is one of several, "
            "and no machine decides."
        ),
        (
            ("front", N_("The side of the ID card with your picture")),
            ("back", N_("The side of the ID card with the emblem")),
            ("selfie", N_("Your face beside a paper with the phrase")),
        ),
        ProofKind.FACE,
        (PHRASE, *_WRITTEN, ("face", N_("The face, with the picture on the card")), GENUINE),
        N_(
            "I agree that people compare my face with my ID card, to verify my name and for nothing else; I could "
            "have taken another way"
        ),
        Purpose.FACE,
    ),
    Way.COMPANY: WayRule(
        N_("Company licence and letter of authority"),
        N_(
            "For an account that belongs to a company, here or elsewhere. The letter names you, the account and "
            "today's date, and bears the company's seal or signature."
        ),
        WAYS[Way.COMPANY].parts,
        ProofKind.COMPANY,
        (PHRASE, *_WRITTEN, AUTHORITY),
        _CONSENT,
        unpaid_parts=WAYS[Way.COMPANY].unpaid_parts,
    ),
}

REASONS = ("unreadable", "no_phrase", "expired", "differs", "face", "altered", "wrong_kind")
"""Why people refuse it or ask for it again."""

CHANGE_REASONS: Mapping[str, str] = {
    "changed": N_("The name was changed officially"),
    "slip": N_("There is a slip in it"),
    "company": N_("The company was renamed or reorganised"),
    "other": N_("Something else"),
}
"""Why a verified name is changed, in words."""

SOURCES: Mapping[str, str] = {
    "document": N_("a document that people looked at"),
    "face": N_("an ID card and a face that people compared"),
    "company": N_("a company's papers"),
    "alipay": N_("Alipay"),
    "taobao": N_("Taobao"),
}
"""Who vouches for a verified name, in words."""


def operators_day(now: datetime) -> date:
    """Return which day it is where the operator sits: documents expire with it, and assessments bear it."""
    return cn_day(now)
