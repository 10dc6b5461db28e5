"""What `flask check` finds, for the administrators' page of the system's state."""

from __future__ import annotations

from datetime import datetime

from installer.problems import all_problems
from support.core.conditions import Condition, Mood, Seen
from support.core.web import current_actor
from support.core.words import N_, speaking


def _check(_now: datetime) -> Seen:
    with speaking(current_actor().language):
        found = all_problems()
        words = " ".join(problem.words for problem in found)
    if not found:
        return Seen(Mood.FINE, N_("“flask check” finds nothing missing or unsafe."))
    mood = Mood.BROKEN if any(problem.blocking for problem in found) else Mood.LOOK
    facts = {"number": len(found), "words": words}
    return Seen(mood, N_("“flask check” finds %(number)s: %(words)s"), facts)


CONDITION = Condition(N_("Set-up"), _check)
