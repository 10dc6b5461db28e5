"""The states of content that somebody reported (`law.md` 5.9), of a report itself, and the clocks of both as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from support.core.calendars import Due, Unit
from support.core.lifecycle import Lifecycle, State
from support.core.words import N_
from support.infringement import clocks
from support.infringement.regimes import SAME_DAY, Clock


class Ground(StrEnum):
    """What is wrong with the content."""

    REPUTATION = "reputation"
    PORTRAIT = "portrait"
    PRIVACY = "privacy"
    FRAUD = "fraud"
    UNLAWFUL = "unlawful"

    @property
    def title(self) -> str:  # type: ignore[override]  # a ground's title, not str.title()
        """A message id."""
        return GROUNDS[self][0]


GROUNDS: Mapping[Ground, tuple[str, str, str]] = {
    Ground.REPUTATION: (
        N_("It harms somebody's reputation"),
        N_("False claims or insults about a person or a company"),
        "message-circle-warning",
    ),
    Ground.PORTRAIT: (
        N_("It shows somebody's portrait"),
        N_("A picture of a person, used without their consent"),
        "user-round",
    ),
    Ground.PRIVACY: (
        N_("It gives away private data"),
        N_("An address, a phone number, an ID, a private life"),
        "shield-user",
    ),
    Ground.FRAUD: (
        N_("It is a fraud"),
        N_("A fake shop, a trick to get money or passwords"),
        "badge-alert",
    ),
    Ground.UNLAWFUL: (
        N_("It is unlawful"),
        N_("Forbidden goods, violence, other unlawful content"),
        "gavel",
    ),
}
"""Title, a sentence and an icon of each."""


class CaseState(State):
    """Where one reported link stands; `asked` states last until the platform has answered."""

    CHECK = "check", N_("To be looked at"), "new"
    REMOVAL_ASKED = "removal_asked", N_("Removal asked of the platform"), "open"
    REMOVED = "removed", N_("Removed"), "ok"
    KEPT = "kept", N_("Stays: no measure"), "mute"
    APPEAL = "appeal", N_("Appeal is heard"), "review"
    RESTORE_ASKED = "restore_asked", N_("Restoring asked of the platform"), "open"
    RESTORED = "restored", N_("Restored"), "ok"
    DROPPED = "dropped", N_("Closed: nothing more came"), "mute"
    WITHDRAWN = "withdrawn", N_("Report withdrawn"), "mute"


C = CaseState
CASE = Lifecycle(
    CaseState,
    start=C.CHECK,
    finals=frozenset({C.REMOVED, C.KEPT, C.RESTORED, C.DROPPED, C.WITHDRAWN}),
    moves={
        C.CHECK: {C.REMOVAL_ASKED, C.KEPT, C.DROPPED, C.WITHDRAWN},
        C.REMOVAL_ASKED: {C.REMOVED, C.KEPT},
        C.REMOVED: {C.APPEAL},
        C.KEPT: {C.APPEAL},
        C.APPEAL: {C.REMOVED, C.KEPT, C.REMOVAL_ASKED, C.RESTORE_ASKED},
        C.RESTORE_ASKED: {C.RESTORED},
        C.RESTORED: set(),
        C.DROPPED: {C.CHECK},
        C.WITHDRAWN: {C.CHECK},
    },
)
LIVING = frozenset(CaseState) - CASE.finals
"""While one link of a report is here, its work order can't be closed."""


class ReportState(State):
    """Where a report stands beside its links: vague ones are asked for more, once; who reported may withdraw it."""

    OPEN = "open", N_("Being looked at"), "open"
    ASKED = "asked", N_("More is needed"), "wait"
    LAPSED = "lapsed", N_("Closed: nothing more came"), "mute"
    WITHDRAWN = "withdrawn", N_("Report withdrawn"), "mute"


REPORT = Lifecycle(
    ReportState,
    start=ReportState.OPEN,
    finals=frozenset({ReportState.OPEN, ReportState.LAPSED, ReportState.WITHDRAWN}),
    moves={
        ReportState.OPEN: {ReportState.ASKED, ReportState.WITHDRAWN},
        ReportState.ASKED: {ReportState.OPEN, ReportState.LAPSED, ReportState.WITHDRAWN},
        ReportState.LAPSED: {ReportState.OPEN},
        ReportState.WITHDRAWN: {ReportState.OPEN},
    },
)
UNCOUNTED = frozenset({ReportState.LAPSED, ReportState.WITHDRAWN})
"""A report that is here counts no more for its links."""

_HOUSE = N_("A target of the house.")
RULES: Mapping[int, Mapping[str, Clock]] = {
    1: {
        "check": Clock(Unit.CN_WORKING_DAY, 3, _HOUSE),
        "urgent": Clock(SAME_DAY, 0, N_("Cybersecurity Law: unlawful content at once.")),
        "platform": Clock(Unit.CN_WORKING_DAY, 1, _HOUSE),
        "appeal": Clock(Unit.CN_WORKING_DAY, 10, _HOUSE),
        "term": Clock(Unit.MONTH, 6, N_("The house hears complaints for six months.")),
        "reveal": Clock(Unit.CN_WORKING_DAY, 3, _HOUSE),
    }
}
"""Every version under which a link may be handled; a new one is added, none is changed."""
CURRENT = max(RULES)

_CLOCKS = {
    C.REMOVAL_ASKED: "platform",
    C.APPEAL: "appeal",
    C.RESTORE_ASKED: "platform",
}


def due_in(state: CaseState, version: int, start: datetime, *, urgent: bool) -> Due | None:
    """Return when the clock of a state ends that began at `start`; None where none runs."""
    name = ("urgent" if urgent else "check") if state is C.CHECK else _CLOCKS.get(state)
    return clocks.due_of(RULES[version][name], start) if name else None


def term(name: str, version: int, start: datetime) -> datetime:
    """Return when the time to appeal (`term`), or the notice before a name is shown (`reveal`), ends."""
    return clocks.due_of(RULES[version][name], start).at
