"""What consents are for, in words, and what follows when one is taken back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from support.core.words import N_
from support.policies.models import Purpose


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """One purpose: its `title`, and what `follows` from taking the consent back; both are message ids."""

    title: str
    follows: str


CONSENTS: Mapping[Purpose, ConsentWords] = {
    Purpose.SERVICE: ConsentWords(
        N_("The service itself"),
        N_(
            "The account rests on it. To end it, have the account and its data deleted. An agreement to a version that "
            "takes rights away can be taken back alone."
        ),
    ),
    Purpose.PREFERENCE_COOKIES: ConsentWords(
        N_("Cookies that remember your choices"),
        N_("Language and theme are forgotten when you close the browser. Nothing else changes."),
    ),
    Purpose.IDENTITY_EVIDENCE: ConsentWords(
        N_("Pictures for a check of identity"),
        N_(
            "Pictures that we still have are destroyed. A check that goes on ends; you can begin another one. What was "
            "decided before stays."
        ),
    ),
    Purpose.DOCUMENT_NUMBER: ConsentWords(
        N_("The number of a document"),
        N_(
            "The number and what you wrote of the document are destroyed, and a check that goes on ends. A name that "
            "is verified stays; its number is kept no more."
        ),
    ),
    Purpose.FACE: ConsentWords(
        N_("A comparison of faces"),
        N_(
            "Pictures of your face and your ID card are destroyed, and a check by them ends. There are other ways to "
            "verify a name, and a name that is verified stays."
        ),
    ),
    Purpose.BANK_ACCOUNT: ConsentWords(
        N_("An account at a bank"),
        N_(
            "The account is forgotten and no payment goes there. A check that goes on takes other papers instead; one "
            "that people decide on already ends."
        ),
    ),
    Purpose.REAL_NAME: ConsentWords(
        N_("The verification of your name"),
        N_(
            "The name that another service told us is deleted here and at the platform. Your account then has no "
            "verified name until you verify it again."
        ),
    ),
}

WAYS: Mapping[str, str] = {
    "registration": N_("when you registered"),
    "account": N_("on the page of your account that asks"),
    "check": N_("in a check of identity"),
    "real_name": N_("when another service told us your name"),
    "cookies": N_("on the page of cookies"),
    "order_form": N_("in the form of a work order"),
    "notice_form": N_("in the form of a rights notice"),
    "letter": N_("by a message to you"),
    "notice": N_("by a notice that you closed"),
}
"""How a consent was given, or somebody was told, in words."""
