"""The grounds and the clocks of deletion requests as data, by version (`law.md` 3, 5.5; PP-5.3, PIPL 47 and 50)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from support.core.calendars import Due, Unit, cn_working_days
from support.core.calendars import count as counted
from support.core.words import N_


@dataclass(frozen=True, slots=True)
class Ground:
    """Why somebody asks: words, a hint, an icon, and the clause it rests on."""

    title: str
    hint: str
    icon: str
    clause: str


OFFERED: Mapping[str, Ground] = {
    "closing": Ground(
        N_("I close my account"),
        N_("Everything goes that no law keeps."),
        "user-x",
        "PIPL 47(2), ECL 24",
    ),
    "purpose": Ground(
        N_("It is no longer needed"),
        N_("What it was collected for is done, or can't be done any more."),
        "circle-check",
        "PIPL 47(1)",
    ),
    "consent": Ground(
        N_("I take my consent back"),
        N_("You agreed once, and no longer do."),
        "undo-2",
        "PIPL 47(3)",
    ),
    "unasked": Ground(
        N_("I never agreed"),
        N_("It was collected or used without your clear consent."),
        "circle-slash",
        "PP-5.3.2",
    ),
    "unlawful": Ground(
        N_("It was handled against the law"),
        N_("Collected, used or passed on unlawfully."),
        "scale",
        "PP-5.3.1, PIPL 47(4)",
    ),
    "breach": Ground(
        N_("The agreement was broken"),
        N_("We did not keep to what was agreed with you about your data."),
        "file-x",
        "PP-5.3.3, PIPL 47(4)",
    ),
}
CEASED = "cessation"
"""The ground that nobody chooses: two people ended the whole service."""
GROUNDS: Mapping[str, Ground] = {
    **OFFERED,
    CEASED: Ground(
        N_("The service has ended"),
        N_("It was announced, and the time to take data along is over."),
        "power",
        "PIPL 47(2), PP-7.7",
    ),
}


FOR_OTHERS: Mapping[str, Ground] = {
    "lost": Ground(
        N_("I can't sign in any more"),
        N_("You have an account, and have lost the ways into it."),
        "key-round",
        "PIPL 47, 50",
    ),
    "ward": Ground(
        N_("For my child or ward"),
        N_("As guardian; for children under 14 it is always the guardian who asks."),
        "baby",
        "PIPL 31, 47",
    ),
    "heir": Ground(
        N_("For somebody who died"),
        N_("As near relative, for a lawful interest of your own."),
        "flower",
        "PIPL 49",
    ),
}
"""Who asks without signing in to the account: shown in a check by two people (V3 of `law.md` 3.2)."""


def ground_of(code: str) -> Ground:
    """Return why, or for whom, is asked."""
    return GROUNDS[code] if code in GROUNDS else FOR_OTHERS[code]


@dataclass(frozen=True, slots=True)
class Region:
    """Where the person lives, as far as the law goes: its cap on the answer, and on the one extension of it."""

    title: str
    law: str
    cap: int
    unit: Unit
    extension: int


REGIONS: Mapping[str, Region] = {
    "cn": Region(N_("Mainland China"), "PIPL", 30, Unit.CN_CALENDAR_DAY, 15),
    "eu": Region(N_("European Union, EEA or United Kingdom"), "GDPR 12(3)", 1, Unit.MONTH, 2),
    "ca": Region(N_("California"), "CCPA 7021", 45, Unit.CN_CALENDAR_DAY, 45),
    "else": Region(N_("Somewhere else"), "PP-5.3", 30, Unit.CN_CALENDAR_DAY, 15),
}

WORKING_DAYS = 15
"""PRC working days from a complete request to its end, our own promise in every region."""
CURRENT = 1

EXTENSIONS: Mapping[str, str] = {
    "many": N_("Many requests came at once."),
    "complex": N_("Your data stands in many places, and finding it takes longer."),
    "others": N_("Other people's rights have to be weighed."),
}


REFUSALS: Mapping[str, str] = {
    "law": N_("A law asks for it to be kept."),
    "dispute": N_("A dispute is open in which it is evidence."),
    "scope": N_("You did not ask for it."),
    "ground": N_("What you wrote does not show the ground that you named."),
    "others": N_("It is about other people as well, whose rights weigh more."),
}
"""Why a class of data stays as it is, in words to the person (PIPL 50: a refusal has reasons)."""


def due_of(region: str, received: datetime, complete: datetime, *, extended: bool = False) -> Due:
    """Return by when a request has to be answered: our own term from `complete`, never later than the region's cap.

    The cap counts from `received`, as the time in which identity is shown counts there (CCPA 7021). Extended, the cap
    alone stands, longer by the region's extension.
    """
    law = REGIONS[region]
    cap = counted(law.unit, received, law.cap + (law.extension if extended else 0))
    own = cn_working_days(complete, WORKING_DAYS)
    return cap if extended or cap.at < own.at else own
