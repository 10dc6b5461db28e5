"""The rules of rights notices as data, by version: what is needed, which clock runs, who decides, what is published.

An item keeps the number of the version under which it was qualified. Sources: `law.md` 2.1, 2.2, 2.4 and 5.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from support.core.actors import Role
from support.core.calendars import Unit
from support.core.words import N_


class ContentKind(StrEnum):
    """Where the content stands on the platform."""

    LISTING = "listing"
    POST = "post"
    ARTICLE = "article"
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]  # a kind's title, not str.title()
        """A message id."""
        return _CONTENT[self]


_CONTENT = {
    ContentKind.LISTING: N_("Goods or a service on sale"),
    ContentKind.POST: N_("A post of a member"),
    ContentKind.ARTICLE: N_("A reprinted article"),
    ContentKind.OTHER: N_("Other content"),
}


class RightType(StrEnum):
    """What kind of right is named."""

    COPYRIGHT = "copyright"
    TRADEMARK = "trademark"
    INVENTION = "patent_invention"
    UTILITY = "patent_utility"
    DESIGN = "patent_design"
    SECRET = "trade_secret"  # noqa: S105 (a kind of right)
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]  # a right's title, not str.title()
        """A message id."""
        return _RIGHTS[self]


_RIGHTS = {
    RightType.COPYRIGHT: N_("Copyright or a related right"),
    RightType.TRADEMARK: N_("Trademark"),
    RightType.INVENTION: N_("Patent for an invention"),
    RightType.UTILITY: N_("Patent for a utility model"),
    RightType.DESIGN: N_("Patent for a design"),
    RightType.SECRET: N_("Trade secret"),
    RightType.OTHER: N_("Another right"),
}

PATENTS = frozenset({RightType.INVENTION, RightType.UTILITY, RightType.DESIGN})
REGISTERED = PATENTS | {RightType.TRADEMARK}


class RegimeCode(StrEnum):
    """Under which law an item is handled."""

    ECL = "ecl"
    RTNIC = "rtnic"
    CC = "cc"
    DMCA = "dmca"

    @property
    def title(self) -> str:  # type: ignore[override]  # a regime's title, not str.title()
        """A message id."""
        return _REGIMES[self]


_REGIMES = {
    RegimeCode.ECL: N_("E-Commerce Law, articles 42 and 43"),
    RegimeCode.RTNIC: N_("Regulation on the right of network dissemination, articles 14 to 17"),
    RegimeCode.CC: N_("Civil Code, articles 1195 and 1196"),
    RegimeCode.DMCA: N_("US Copyright Act, section 512"),
}

SAME_DAY = "same_day"


@dataclass(frozen=True, slots=True)
class Clock:
    """A period: its unit (one of `calendars.Unit`, or `SAME_DAY`), how many, and what it rests on (a message id)."""

    unit: str
    number: int
    source: str


class Starts(StrEnum):
    """From what the waiting period runs."""

    ARRIVAL = "arrival"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Wait:
    """The waiting period after a counter-notice: restore at its end, and by `latest` at the latest where one is named.

    `starts` is its arrival with the rights holder, or its receipt here. `extension` is the most cn working days by
    which legal may lengthen it on proof; 0 where the law knows none.
    """

    clock: Clock
    starts: Starts = Starts.ARRIVAL
    latest: Clock | None = None
    extension: int = 20


@dataclass(frozen=True, slots=True)
class Regime:
    """One law as the desk applies it. `at_once` offers legal to restore without waiting, with a stored reason."""

    code: RegimeCode
    notice: tuple[str, ...]
    counter: tuple[str, ...]
    clocks: Mapping[str, Clock]
    wait: Wait
    at_once: bool = False
    no_second_notice: bool = False
    legal_rights: frozenset[RightType] = PATENTS
    decides: frozenset[Role] = frozenset({Role.IP_CLERK, Role.LEGAL})
    publishes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the DSA adds where recipients in the EU are affected, whatever the regime."""

    notice: tuple[str, ...]
    complaint: Clock
    statement_of_reasons: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of everything above; `clocks` are the house's own, for what stands before any regime."""

    number: int
    regimes: Mapping[RegimeCode, Regime]
    dsa: Overlay
    clocks: Mapping[str, Clock]
    complaint: Clock


_HOUSE = N_("A target of the house.")
_IN_TIME = N_("The law says in time; the house means one working day.")
_AT_ONCE = N_("Regulation on the right of network dissemination, article 15: at once.")
_NO_END = N_("The law names no end; a later counter-notice is still handled.")
_EXPEDITIOUSLY = N_("17 U.S.C. 512(c)(1)(C): expeditiously.")

_CLOCKS = {
    "check": Clock(Unit.CN_WORKING_DAY, 1, _HOUSE),
    "complete": Clock(Unit.CN_WORKING_DAY, 10, _HOUSE),
    "measure": Clock(Unit.CN_WORKING_DAY, 1, _IN_TIME),
    "forward": Clock(Unit.CN_WORKING_DAY, 1, _IN_TIME),
    "answer": Clock(Unit.CN_WORKING_DAY, 10, _NO_END),
    "counter_check": Clock(Unit.CN_WORKING_DAY, 1, _HOUSE),
    "restore": Clock(Unit.CN_WORKING_DAY, 1, N_("The measure is ended in time, on the next day.")),
    "dispute": Clock(Unit.CN_WORKING_DAY, 1, _HOUSE),
    "complaint": Clock(Unit.CN_WORKING_DAY, 10, _HOUSE),
    "publish": Clock(Unit.CN_WORKING_DAY, 3, N_("E-Commerce Law, article 44: in time.")),
}
_AT_ONCE_CLOCKS = {
    "measure": Clock(SAME_DAY, 0, _AT_ONCE),
    "forward": Clock(SAME_DAY, 0, _AT_ONCE),
    "restore": Clock(SAME_DAY, 0, N_("Regulation, article 17: at once.")),
}
_US_CLOCKS = {
    "measure": Clock(Unit.US_BUSINESS_DAY, 1, _EXPEDITIOUSLY),
    "forward": Clock(Unit.US_BUSINESS_DAY, 1, N_("17 U.S.C. 512(g)(2)(A): promptly.")),
}

_PRC_NOTICE = (
    "identity", "authority", "right_proof", "in_force", "location", "evidence", "patent", "measure", "truth",
    "signature",
)  # fmt: skip
_PRC_COUNTER = ("identity", "item", "evidence", "no_infringement", "truth", "signature")
_WAIT_FIFTEEN = Clock(
    Unit.CN_CALENDAR_DAY, 15, N_("E-Commerce Law, article 43: fifteen days from arrival.")
)
_WAIT_REASONABLE = Clock(
    Unit.CN_CALENDAR_DAY,
    15,
    N_("Civil Code, article 1196: a reasonable period, here fifteen days."),
)

_ECL = Regime(
    RegimeCode.ECL,
    notice=_PRC_NOTICE,
    counter=_PRC_COUNTER,
    clocks=_CLOCKS,
    wait=Wait(_WAIT_FIFTEEN),
    publishes=frozenset({"notice", "counter", "result"}),
)
_CC = Regime(
    RegimeCode.CC,
    notice=_PRC_NOTICE,
    counter=_PRC_COUNTER,
    clocks=_CLOCKS,
    wait=Wait(_WAIT_REASONABLE),
)
_RTNIC = Regime(
    RegimeCode.RTNIC,
    notice=("contact", "authority", "work", "location", "evidence", "truth", "signature"),
    counter=("contact", "item", "evidence", "no_infringement", "truth", "signature"),
    clocks=_CLOCKS | _AT_ONCE_CLOCKS,
    wait=Wait(_WAIT_REASONABLE),
    at_once=True,
    no_second_notice=True,
)
_DMCA = Regime(
    RegimeCode.DMCA,
    notice=("contact", "work", "location", "good_faith", "perjury", "signature"),
    counter=("contact", "phone", "item", "mistake", "jurisdiction", "signature"),
    clocks=_CLOCKS | _US_CLOCKS,
    wait=Wait(
        Clock(
            Unit.US_BUSINESS_DAY, 10, N_("17 U.S.C. 512(g)(2)(C): not before ten business days.")
        ),
        Starts.RECEIPT,
        Clock(
            Unit.US_BUSINESS_DAY, 14, N_("17 U.S.C. 512(g)(2)(C): within fourteen business days.")
        ),
        extension=0,
    ),
    legal_rights=frozenset(),
)

RULES: Mapping[int, Rules] = {
    1: Rules(
        1,
        {regime.code: regime for regime in (_ECL, _RTNIC, _CC, _DMCA)},
        Overlay(
            notice=("contact", "location", "reasons", "good_faith"),
            complaint=Clock(Unit.MONTH, 6, N_("Digital Services Act, article 20: six months.")),
        ),
        clocks=_CLOCKS,
        complaint=Clock(Unit.MONTH, 6, N_("The house hears complaints for six months.")),
    )
}
"""Every version under which an item may have been qualified; a new one is added, none is changed."""

CURRENT = RULES[max(RULES)]


def regime_of(code: str, version: int) -> Regime:
    """Return a regime as its version has it."""
    return RULES[version].regimes[RegimeCode(code)]


def proposed_regime(
    content: ContentKind, right: RightType, *, us_law: bool = False, us_agent: bool = False
) -> RegimeCode:
    """Return which regime fits (`law.md` 2.4); a clerk confirms it.

    `us_law`: the filer asked for US law; it counts for copyright only, and only where the operator has a designated
    agent (`us_agent`).
    """
    if us_law and us_agent and right is RightType.COPYRIGHT:
        return RegimeCode.DMCA
    if content is ContentKind.LISTING:
        return RegimeCode.ECL
    return RegimeCode.RTNIC if right is RightType.COPYRIGHT else RegimeCode.CC
