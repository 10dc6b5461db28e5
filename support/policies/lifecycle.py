"""An announcement is written, published, and ended; it never goes back."""

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
