"""The states of a penalty on its way into the public ledger (`law.md` 1.1 row 3.3.2, 5.9)."""

from __future__ import annotations

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class PenaltyState(State):
    """Two people agree, the member is told, an appeal is heard first; then it is published, for a time."""

    DRAFT = "draft", N_("Draft"), "mute"
    PROPOSED = "proposed", N_("Waits for a second person"), "review"
    APPROVED = "approved", N_("On its way to the member"), "wait"
    TOLD = "told", N_("Time to appeal"), "wait"
    APPEALED = "appealed", N_("Under appeal"), "review"
    UPHELD = "upheld", N_("Appeal dismissed"), "open"
    PUBLISHED = "published", N_("Published"), "ok"
    ENDED = "ended", N_("No longer published"), "mute"
    OVERTURNED = "overturned", N_("Set aside"), "bad"
    DROPPED = "dropped", N_("Given up"), "mute"


S = PenaltyState

LIFECYCLE = Lifecycle(
    PenaltyState,
    start=S.DRAFT,
    finals=frozenset({S.ENDED, S.OVERTURNED, S.DROPPED}),
    moves={
        S.DRAFT: {S.PROPOSED, S.DROPPED},
        S.PROPOSED: {S.DRAFT, S.APPROVED, S.DROPPED},
        S.APPROVED: {S.TOLD, S.OVERTURNED},
        S.TOLD: {S.APPEALED, S.PUBLISHED, S.OVERTURNED},
        S.APPEALED: {S.UPHELD, S.OVERTURNED},
        S.UPHELD: {S.PUBLISHED, S.OVERTURNED},
        S.PUBLISHED: {S.ENDED, S.OVERTURNED},
        S.ENDED: set(),
        S.OVERTURNED: set(),
        S.DROPPED: set(),
    },
)

OPEN_TO_SETTING_ASIDE = frozenset({S.APPROVED, S.TOLD, S.UPHELD, S.PUBLISHED})
"""Where legal may set a penalty aside without an appeal; an appeal that runs is decided instead."""
UNSEEN = frozenset({S.DRAFT, S.PROPOSED, S.DROPPED})
"""What the member has not been told of."""
OPEN = frozenset({S.PROPOSED, S.APPROVED, S.TOLD, S.APPEALED, S.UPHELD})
"""From the proposal until it is published or set aside: a legal hold keeps what belongs to it."""
