"""What personal data is used for: the purposes of the first version as data, and the screen for new ones. Pure.

Sources: PP-2.3, PP-7.8, PIPL 6, 13, 28 and 55. What is neither here nor decided is blocked (`require_purpose`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from support.core.words import N_
from support.policies.data_classes import Class
from support.policies.models import Purpose
from support.policies.purposes import CONSENTS


class Basis(StrEnum):
    """On what the handling rests (PIPL 13)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    DUTY = "duty"
    EMERGENCY = "emergency"
    PUBLISHED = "published"

    @property
    def title(self) -> str:  # type: ignore[override]  # a basis's name, not str.title()
        """A message id."""
        return _BASES[self]


_BASES = {
    Basis.CONSENT: N_("Consent of the person (PIPL 13(1))"),
    Basis.CONTRACT: N_("A contract with the person, or their request (PIPL 13(2))"),
    Basis.DUTY: N_("A duty under the law (PIPL 13(3))"),
    Basis.EMERGENCY: N_("An emergency for life, health or property (PIPL 13(4))"),
    Basis.PUBLISHED: N_("Published by the person, within reason (PIPL 13(6))"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One purpose: its words (a message id), the classes of data, the basis, the source."""

    title: str
    classes: tuple[Class, ...]
    basis: Basis
    source: str = ""


USES: Mapping[str, Use] = {
    "accounts": Use(
        N_("Letting members into their accounts"), (Class.ACCOUNT, Class.PROFILE), Basis.CONTRACT
    ),
    "requests": Use(
        N_("Answering work orders"), (Class.ORDERS, Class.MESSAGES), Basis.CONTRACT, "PP-2.3"
    ),
    "begun_forms": Use(N_("Going on with begun forms"), (Class.TRACES,), Basis.CONTRACT),
    "security": Use(
        N_("Keeping accounts safe, and spotting misuse"),
        (Class.SIGN_INS, Class.TRACES),
        Basis.DUTY,
        "CSL 21(3)",
    ),
    "rights": Use(
        N_("Handling rights notices and reports"), (Class.RIGHTS,), Basis.DUTY, "ECL 42, 43"
    ),
    "conduct": Use(
        N_("Acting on false or abusive notices"), (Class.CONDUCT,), Basis.DUTY, "ECL 42"
    ),
    "penalties": Use(N_("Publishing measures"), (Class.PENALTIES,), Basis.DUTY, "ECL 36"),
    "proof": Use(
        N_("Showing that somebody was told and agreed"),
        (Class.CONSENTS, Class.SHARING),
        Basis.DUTY,
        "PIPL 14",
    ),
    "news": Use(
        N_("News of new functions"), (Class.ACCOUNT, Class.MESSAGES), Basis.CONSENT, "PP-6.4"
    ),
    **{
        purpose.value: Use(CONSENTS[purpose].title, (Class.IDENTITY,), Basis.CONSENT, "PIPL 29")
        for purpose in (
            Purpose.IDENTITY_EVIDENCE,
            Purpose.DOCUMENT_NUMBER,
            Purpose.FACE,
            Purpose.BANK_ACCOUNT,
            Purpose.REAL_NAME,
        )
    },
    Purpose.PREFERENCE_COOKIES.value: Use(
        CONSENTS[Purpose.PREFERENCE_COOKIES].title, (Class.TRACES,), Basis.CONSENT, "PP-6.2"
    ),
    Purpose.SERVICE.value: Use(
        CONSENTS[Purpose.SERVICE].title, (Class.ACCOUNT,), Basis.CONTRACT, "PP-2.3"
    ),
}


@dataclass(frozen=True, slots=True)
class Screen:
    """What the privacy officer answers about a new purpose before it is decided (PP-7.8, PIPL 55)."""

    related: bool
    sensitive: bool
    needs_consent: bool
    assessment: str = ""


CONSENT_NEEDED = N_(
    "Beyond the first purpose, or with sensitive data, everybody is told anew and agrees first (7.8)."
)
ASSESSMENT_NEEDED = N_(
    "Sensitive data is used only after an assessment of the impact: say where it is filed (PIPL 55)."
)


def failing(screen: Screen) -> tuple[str, str] | None:
    """Return the field and the words (a message id) by which a purpose can't be allowed; None where it can."""
    if (screen.sensitive or not screen.related) and not screen.needs_consent:
        return "needs_consent", CONSENT_NEEDED
    if screen.sensitive and not screen.assessment:
        return "assessment", ASSESSMENT_NEEDED
    return None
