"""How requests for deletion stand, counted: by state, against their dates, and what runs out within a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from support.core.actors import Actor
from support.core.db import fetch
from support.erasure.lifecycle import SEARCHED, UNDECIDED, ErasureState
from support.erasure.models import Erasure
from support.erasure.policy import require_desk

SINCE = timedelta(days=365)
WEEK = timedelta(days=7)
MOST = 5_000
SHARES = (0.25, 0.5, 0.75, 1.0)
"""Up to which part of the time from identity shown to the date a decision took; beyond the last it was late."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests by state; decisions of a year by the part of their time that they took (`SHARES`, then those too late),
    and what has to be decided within a week or is late (row id of the order, address, date), first due first."""

    states: dict[ErasureState, int]
    shares: tuple[int, ...]
    due: Sequence[tuple[int, str, ErasureState, datetime]]

    @property
    def decided(self) -> int:
        """How many decisions a year had."""
        return sum(self.shares)


def figures_of(actor: Actor, now: datetime) -> Figures:
    """Return the figures for who decides on deletions, by three questions; raise `NotFound` or `NotAllowed`."""
    require_desk(actor)
    counted = select(Erasure.state, func.count()).group_by(Erasure.state)
    states = {ErasureState(state): int(number) for state, number in fetch(counted)}
    decided = (Erasure.approved_at > now - SINCE, Erasure.complete_at.is_not(None))
    times = select(Erasure.complete_at, Erasure.due_at, Erasure.approved_at).where(*decided)
    shares = [0] * (len(SHARES) + 1)
    for complete, until, at in fetch(times.order_by(Erasure.approved_at.desc()).limit(MOST)):
        if complete is not None and until is not None and at is not None:
            shares[place_of(complete, until, at)] += 1
    soon = (Erasure.state.in_(sorted(UNDECIDED | SEARCHED)), Erasure.due_at <= now + WEEK)
    rows = select(Erasure.order_id, Erasure.uid, Erasure.state, Erasure.due_at).where(*soon)
    due_rows = fetch(rows.order_by(Erasure.due_at, Erasure.id).limit(200))
    due = [
        (order, uid, ErasureState(state), date)
        for order, uid, state, date in due_rows
        if date is not None
    ]
    return Figures({each: states.get(each, 0) for each in ErasureState}, tuple(shares), due)


def place_of(complete: datetime, due: datetime, at: datetime) -> int:
    """Return which of `SHARES` a decision took that was made at `at`; one more where it was too late."""
    if due <= complete:
        return len(SHARES)
    used = (at - complete) / (due - complete)
    return next((place for place, most in enumerate(SHARES) if used <= most), len(SHARES))
