"""Where the notices stand that were forwarded to somebody: columns for the lists of their own pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select

from support.core.actors import Actor
from support.core.db import fetch
from support.infringement.lifecycle import ENDED, ItemState
from support.infringement.models import Item, Respondent

S = ItemState
MOST = 50
YOURS = (S.AWAITING, S.COUNTER_TO_COMPLETE, S.FORWARDED)
"""Where the respondent can answer in time."""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in a notice; of each state how many links, and when the first clock there ends."""

    uid: str
    forwarded_at: datetime
    where: Mapping[ItemState, tuple[int, datetime | None]]

    @property
    def links(self) -> int:
        """How many links it names."""
        return sum(number for number, _due in self.where.values())

    @property
    def first(self) -> ItemState:
        """The state that matters most: what waits for this person, then what goes on, then how it ended."""
        waits = [state for state in YOURS if state in self.where]
        alive = [state for state in self.where if state not in ENDED]
        return [*waits, *alive, *self.where][0]

    @property
    def needs_answer(self) -> bool:
        """True while an answer in time is awaited."""
        return self.first in YOURS


def parts_of(actor: Actor) -> Sequence[Part]:
    """Return the parts of the actor in notices that were forwarded to them, newest first, in one query."""
    if actor.id is None:
        return []
    newest = (
        select(Respondent.id)
        .where(Respondent.person_id == actor.id, Respondent.forwarded_at.is_not(None))
        .order_by(Respondent.id.desc())
        .limit(MOST)
    )
    found = (
        select(
            Respondent.uid,
            Respondent.forwarded_at,
            Item.state,
            func.count(),
            func.min(Item.due_at),
        )
        .join(Item, Item.respondent_id == Respondent.id)
        .where(Respondent.id.in_(newest))
        .group_by(Respondent.id, Respondent.uid, Respondent.forwarded_at, Item.state)
        .order_by(Respondent.id.desc(), Item.state)
    )
    return [
        Part(uid, at, {ItemState(state): (number, due) for _u, _a, state, number, due in rows})
        for (uid, at), rows in groupby(fetch(found), lambda row: (row[0], row[1]))
        if at is not None
    ]
