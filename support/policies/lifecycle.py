"""What announcements and revisions of the policy go through."""

from __future__ import annotations

from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class AnnouncementState(State):
    """Where an announcement stands. An ended one stays readable at its address."""

    DRAFT = "draft", N_("Draft"), "mute"
    PUBLISHED = "published", N_("Published"), "ok"
    ENDED = "ended", N_("Ended"), "mute"


LIFECYCLE = Lifecycle(
    states=AnnouncementState,
    start=AnnouncementState.DRAFT,
    finals=frozenset({AnnouncementState.ENDED}),
    moves={
        AnnouncementState.DRAFT: {AnnouncementState.PUBLISHED, AnnouncementState.ENDED},
        AnnouncementState.PUBLISHED: {AnnouncementState.ENDED},
        AnnouncementState.ENDED: set(),
    },
)


class RevisionState(State):
    """Where a next version of the policy stands. From `announced` on it is a version, and is never changed."""

    DRAFT = "draft", N_("Draft"), "mute"
    COMMENT = "comment", N_("Open for comment"), "wait"
    ANNOUNCED = "announced", N_("Announced"), "ok"
    DROPPED = "dropped", N_("Discarded"), "mute"


REVISIONS = Lifecycle(
    states=RevisionState,
    start=RevisionState.DRAFT,
    finals=frozenset({RevisionState.ANNOUNCED, RevisionState.DROPPED}),
    moves={
        RevisionState.DRAFT: {
            RevisionState.COMMENT,
            RevisionState.ANNOUNCED,
            RevisionState.DROPPED,
        },
        RevisionState.COMMENT: {
            RevisionState.DRAFT,
            RevisionState.ANNOUNCED,
            RevisionState.DROPPED,
        },
        RevisionState.ANNOUNCED: set(),
        RevisionState.DROPPED: set(),
    },
)
"""Words that were open for comment change only as a draft again, and are then commented anew."""


class UseState(State):
    """Where a new purpose stands; until it is allowed nothing is done for it."""

    PROPOSED = "proposed", N_("Blocked until decided"), "wait"
    ALLOWED = "allowed", N_("Allowed"), "ok"
    REFUSED = "refused", N_("Refused for good"), "bad"


USE_LIFECYCLE = Lifecycle(
    states=UseState,
    start=UseState.PROPOSED,
    finals=frozenset({UseState.ALLOWED, UseState.REFUSED}),
    moves={
        UseState.PROPOSED: {UseState.ALLOWED, UseState.REFUSED},
        UseState.ALLOWED: {UseState.REFUSED},
        UseState.REFUSED: set(),
    },
)
"""What was allowed can be stopped; what was refused is proposed anew, under a code of its own."""
