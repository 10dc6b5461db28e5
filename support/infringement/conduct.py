"""The conduct of people as data: signals and their limits, the ladder, the fast lane. `law.md` 2.2 and 5.7, DSA 23.

A signal is a figure for a clerk, never a verdict: nothing moves because of one. Steps are taken by people; only what
was measured (the fast lane) comes and goes by itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from support.core.calendars import months
from support.core.lifecycle import Lifecycle, State
from support.core.words import N_
from support.infringement.lifecycle import ItemState

Figures = dict[str, int]


class Side(StrEnum):
    """As what somebody is looked at."""

    FILER = "filer"
    RESPONDENT = "respondent"

    @property
    def title(self) -> str:  # type: ignore[override]  # a side's title, not str.title()
        """A message id."""
        return _SIDES[self]


_SIDES = {Side.FILER: N_("Filer of notices"), Side.RESPONDENT: N_("Respondent to notices")}


class StepKind(StrEnum):
    """One step of the ladder, or the loss of the fast lane."""

    NOTE = "note"
    WARNING = "warning"
    SUSPENSION = "suspension"
    LANE = "lane"

    @property
    def title(self) -> str:  # type: ignore[override]  # a step's title, not str.title()
        """A message id."""
        return _STEPS[self]


_STEPS = {
    StepKind.NOTE: N_("Internal note"),
    StepKind.WARNING: N_("Warning"),
    StepKind.SUSPENSION: N_("Suspension"),
    StepKind.LANE: N_("Fast lane lost"),
}


class StepState(State):
    """Where a step stands."""

    PROPOSED = "proposed", N_("Proposed, to be approved"), "review"
    STANDING = "standing", N_("Standing"), "bad"
    REFUSED = "refused", N_("Not approved"), "mute"
    ENDED = "ended", N_("Ended"), "mute"
    LIFTED = "lifted", N_("Lifted on appeal"), "ok"


STEPS = Lifecycle(
    StepState,
    StepState.PROPOSED,
    {StepState.REFUSED, StepState.ENDED, StepState.LIFTED},
    {
        StepState.PROPOSED: {StepState.STANDING, StepState.REFUSED},
        StepState.STANDING: {StepState.ENDED, StepState.LIFTED},
        StepState.ENDED: {StepState.LIFTED},
        StepState.REFUSED: set(),
        StepState.LIFTED: set(),
    },
)


class AppealState(State):
    """Where an appeal stands."""

    OPEN = "open", N_("To be decided"), "review"
    UPHELD = "upheld", N_("Upheld"), "ok"
    DISMISSED = "dismissed", N_("Dismissed"), "mute"


APPEALS = Lifecycle(
    AppealState,
    AppealState.OPEN,
    {AppealState.UPHELD, AppealState.DISMISSED},
    {
        AppealState.OPEN: {AppealState.UPHELD, AppealState.DISMISSED},
        AppealState.UPHELD: set(),
        AppealState.DISMISSED: set(),
    },
)

GROUNDS: Mapping[Side, Mapping[str, str]] = {
    Side.FILER: {
        "unfounded": N_("Notices that were plainly unfounded, again and again."),
        "papers": N_("Papers of a right that were forged or altered."),
        "comparison": N_("A comparison with the right that was false."),
        "unstable": N_("Notices based on a right known to be void or disputed."),
        "not_corrected": N_("A known mistake that was neither withdrawn nor corrected."),
        "again": N_("Notices of what had been restored after a counter-notice."),
    },
    Side.RESPONDENT: {
        "repeated": N_("Content that infringed rights, again and again."),
        "decided": N_("Counter-notices against an effective judgment or decision."),
        "untrue": N_("Counter-notices that were plainly unfounded, again and again."),
    },
}
"""Why a step is taken; what is told to the person."""

WARNING_STANDS = timedelta(days=365)
"""After this a warning counts no more; a suspension then needs a new one."""
SHORTEST_DAYS, LONGEST_DAYS = 1, 180
APPEAL_MONTHS = 6
APPEAL_DAYS = 10
"""Working days within which an appeal is decided."""
REPEAT_WITHIN = timedelta(days=365)
SHOWN_FOR = timedelta(days=365)
"""How long a signal is shown."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What is shown of a signal: its title, and a sentence with its figures; message ids."""

    title: str
    words: str


SIGNALS: Mapping[str, Signal] = {
    "after_filing": Signal(
        N_("Right dated after the notice"),
        N_("The right is said to begin %(days)s days after the day on which the notice was filed."),
    ),
    "after_listing": Signal(
        N_("Right younger than what is contested"),
        N_(
            "%(items)s links were there before the right is said to begin, the oldest %(days)s days before it."
        ),
    ),
    "burst": Signal(
        N_("Many notices at once"),
        N_("%(hour)s notices within an hour, %(day)s within a day; usual are %(usual)s a day."),
    ),
    "burst_holder": Signal(
        N_("Many notices for one rights holder"),
        N_(
            "For the same rights holder %(hour)s notices within an hour, %(day)s within a day; usual are %(usual)s a "
            "day."
        ),
    ),
    "template": Signal(
        N_("Same explanation for different holders"),
        N_(
            "The same explanation stands in %(notices)s notices for %(holders)s different rights holders."
        ),
    ),
    "lost": Signal(
        N_("Many counter-notices won"),
        N_(
            "%(restored)s of %(decided)s decided links came back after a counter-notice (%(percent)s%%)."
        ),
    ),
    "linked_address": Signal(
        N_("Accounts with the same address"),
        N_("%(accounts)s other accounts that file notices have proved the same address or phone."),
    ),
    "linked_holder": Signal(
        N_("Accounts for the same rights holder"),
        N_("%(accounts)s other accounts file notices for the same rights holder."),
    ),
    "again": Signal(
        N_("Named again after restoring"),
        N_("%(items)s links were named again that had come back under article 17."),
    ),
}

BURST_HOUR, BURST_DAY, BURST_TIMES = 10, 20, 5
BURST_USUAL = timedelta(days=90)
TEMPLATE_HOLDERS, TEMPLATE_SHORTEST = 2, 40
LOST_DECIDED, LOST_PERCENT = 5, 20


def folded(text: str) -> str:
    """Return what is left of an explanation for comparison; "" for one too short to mean anything."""
    kept = "".join(ch for ch in unicodedata.normalize("NFKC", text).casefold() if ch.isalnum())
    return kept if len(kept) >= TEMPLATE_SHORTEST else ""


def backdated(begins: date | None, filed: date, listed: Iterable[date]) -> dict[str, Figures]:
    """Return the signals of dates: a right that begins after the filing, or after the listings that it contests."""
    if begins is None:
        return {}
    found: dict[str, Figures] = {}
    if begins > filed:
        found["after_filing"] = {"days": (begins - filed).days}
    older = [(begins - day).days for day in listed if day < begins]
    if older:
        found["after_listing"] = {"items": len(older), "days": max(older)}
    return found


def burst(hour: int, day: int, before: int) -> Figures | None:
    """Return the figures of a burst: `before` notices were filed in the `BURST_USUAL` days before this day."""
    usual = max(1, -(-before // BURST_USUAL.days))
    many = hour >= max(BURST_HOUR, BURST_TIMES * usual) or day >= max(
        BURST_DAY, BURST_TIMES * usual
    )
    return {"hour": hour, "day": day, "usual": usual} if many else None


def template(notices: int, holders: int) -> Figures | None:
    """Return the figures of an explanation that serves several holders."""
    return {"notices": notices, "holders": holders} if holders >= TEMPLATE_HOLDERS else None


@dataclass(frozen=True, slots=True)
class Record:
    """What became of somebody's notices: links that were decided, those that stayed down, those that came back."""

    decided: int = 0
    taken: int = 0
    restored: int = 0

    @property
    def percent_taken(self) -> int:
        """Of a hundred decided links, rounded down."""
        return 100 * self.taken // self.decided if self.decided else 0

    @property
    def percent_restored(self) -> int:
        """Of a hundred decided links, rounded up."""
        return -(-100 * self.restored // self.decided) if self.decided else 0


def lost(record: Record) -> Figures | None:
    """Return the figures of a filer who loses many counter-notices."""
    many = record.decided >= LOST_DECIDED and record.percent_restored >= LOST_PERCENT
    if not many:
        return None
    return {
        "restored": record.restored,
        "decided": record.decided,
        "percent": record.percent_restored,
    }


@dataclass(frozen=True, slots=True)
class Lane:
    """What a measured record has to be, over the time `within`: three months, as thirteen weeks.

    Who loses the lane is out of it for as long.
    """

    within: timedelta = timedelta(days=91)
    decided: int = 10
    percent_taken: int = 90
    percent_restored: int = 5
    respondents: int = 3
    """Against how many different people links stayed down: nobody's own second account opens the lane."""


LANE = Lane()


def is_measured(record: Record, lane: Lane = LANE) -> bool:
    """True where enough was decided to say anything."""
    return record.decided >= lane.decided


def is_good(record: Record, lane: Lane = LANE) -> bool:
    """True where the record has what the fast lane asks for; the shares are compared exactly."""
    return (
        is_measured(record, lane)
        and 100 * record.taken >= lane.percent_taken * record.decided
        and 100 * record.restored <= lane.percent_restored * record.decided
    )


S = ItemState
DECIDED = (S.FINAL, S.DECIDED, S.RESTORED, S.NO_MEASURE_FORWARDED, S.NOT_QUALIFIED)
"""Where a link counts as decided; one that its owner removed counts for nobody."""
COUNTED = (*DECIDED, S.COMPLAINT, S.WITHDRAWN)
"""Where a link may count (`counted_as`)."""
AT_HOLDER = (S.COUNTER_FORWARDED, S.WAITING, S.EXTENDED, S.PENDING)
"""Where the counter-notice is with the filer: who withdraws there accepts it."""
WITHDRAWN_AS: Mapping[str, ItemState] = {
    **dict.fromkeys((*AT_HOLDER, S.RESTORE_ASKED, S.RESTORED), S.RESTORED),
    **dict.fromkeys((S.NO_MEASURE, S.NO_MEASURE_FORWARDED), S.NO_MEASURE_FORWARDED),
    S.NOT_QUALIFIED: S.NOT_QUALIFIED,
}
"""What stays decided against a filer who withdraws, by where the link stood; elsewhere a withdrawn one never counts."""
WON_BACK = frozenset({"no_proof", "holder_accepts", "at_once", "dispute_over"})
"""Why a link came back through a counter-notice (`policy.REASONS`)."""


def counted_as(state: str, reason: str, before: str, reason_before: str) -> tuple[str, str]:
    """Return the state and reason by which a link counts: an outcome stays one, whatever either side does after it.

    While a complaint is heard, and after it is dismissed, what it is about counts as it did (`before`); withdrawing
    takes no loss back.
    """
    why = reason_before if reason == "dismissed" else reason
    if state == S.COMPLAINT:
        return before, why
    if state == S.WITHDRAWN:
        return WITHDRAWN_AS.get(before, state), "holder_accepts" if before in AT_HOLDER else why
    return state, why


def is_against_respondent(state: str, reason: str) -> bool:
    """True for a link that ended against who answers for it; what a counter-notice won never does."""
    return state == S.FINAL or (state == S.DECIDED and reason == "down")


def record_of(counts: Iterable[tuple[str, str, int]]) -> Record:
    """Add up (state, reason, number) as `counted_as` gives them; what was lost in court came back as well."""
    decided = taken = restored = 0
    for state, reason, number in counts:
        if state not in DECIDED:
            continue
        decided += number
        taken += number * is_against_respondent(state, reason)
        back = (state == S.RESTORED and reason in WON_BACK) or (
            state == S.DECIDED and reason == "up"
        )
        restored += number * back
    return Record(decided, taken, restored)


def may_appeal(kind: str, state: str, at: datetime, now: datetime) -> bool:
    """True while the person may ask another one to look at a step; nobody appeals against what was not told."""
    told = kind != StepKind.NOTE and state in (StepState.STANDING, StepState.ENDED)
    return told and now < months(at, APPEAL_MONTHS).at
