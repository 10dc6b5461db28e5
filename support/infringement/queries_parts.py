"""Where the notices stand that were forwarded to somebody: columns for the lists of their own pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import literal, select

from support.core.actors import Actor
from support.core.db import fetch
from support.infringement.lifecycle import ENDED, ItemState
from support.infringement.models import Item, Notice, Respondent
from support.infringement.queries_acts import sent_on_in

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
    """Return the parts of the actor in notices that were forwarded to them, newest first, in two queries.

    Of their links those that were sent on: nobody learns of others, or how many there are.
    """
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
            literal("notice:").concat(Notice.uid),
            Item.id,
            Item.state,
            Item.due_at,
        )
        .join(Item, Item.respondent_id == Respondent.id)
        .join(Notice, Notice.id == Respondent.notice_id)
        .where(Respondent.id.in_(newest))
        .order_by(Respondent.id.desc(), Item.state)
    )
    rows = fetch(found).all()
    told = sent_on_in(list({row[2] for row in rows}))
    known = (row for row in rows if row[3] in told)
    return [
        Part(uid, at, _where([(row[4], row[5]) for row in own]))
        for (uid, at), own in groupby(known, lambda row: (row[0], row[1]))
        if at is not None
    ]


def _where(
    rows: Sequence[tuple[str, datetime | None]],
) -> dict[ItemState, tuple[int, datetime | None]]:
    """Return of each state how many links stand there, and when the first clock ends."""
    found: dict[ItemState, tuple[int, datetime | None]] = {}
    for state, due in rows:
        number, first = found.get(ItemState(state), (0, None))
        dates = [each for each in (first, due) if each is not None]
        found[ItemState(state)] = number + 1, min(dates, default=None)
    return found
