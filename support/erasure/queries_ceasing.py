"""How far the deletion of everybody is, once the service has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, exists, func, select

from support.accounts.models import Person, PersonKind
from support.core.db import fetch
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure, ErasureLine, ErasureStep
from support.erasure.rules import CEASED
from support.erasure.service_execution import HELD

_UNDER_WAY = (ErasureState.APPROVED, ErasureState.EXECUTING)
_HERS = Erasure.ground == CEASED


def _left() -> tuple[ColumnElement[bool], ...]:
    """Say, as SQL, who is still to be deleted: no staff, nobody erased, nobody whose deletion runs already."""
    theirs = exists().where(Erasure.person_id == Person.id, _HERS)
    own = exists().where(Erasure.person_id == Person.id, Erasure.state.in_(_UNDER_WAY))
    return Person.kind != PersonKind.STAFF, Person.erased_at.is_(None), ~theirs, ~own


def next_people(most: int) -> Sequence[int]:
    """Return the next people (row ids) in order; who was passed over, since something held them up, comes last."""
    last = fetch(select(func.max(Erasure.person_id)).where(_HERS)).scalar() or 0
    in_order = select(Person.id).where(*_left()).order_by(Person.id).limit(most)
    after = fetch(in_order.where(Person.id > last)).scalars().all()
    return after or fetch(in_order).scalars().all()


def is_begun(person_id: int) -> bool:
    """True when the deletion of somebody, as the service has ended, has begun or is done."""
    mine = select(Erasure.id).where(Erasure.person_id == person_id, _HERS).limit(1)
    return fetch(mine).first() is not None


def _held() -> ColumnElement[bool]:
    """Say, as SQL, that what is left of a deletion waits for the release of a legal hold."""
    step = (ErasureStep.erasure_id == Erasure.id, ErasureStep.done_at.is_(None))
    return exists().where(*step, ErasureStep.note == HELD)


def under_way() -> int:
    """Return how many deletions run now, those of one's own asking among them, but for what a legal hold keeps."""
    running = select(func.count()).where(Erasure.state.in_(_UNDER_WAY), ~_held())
    return int(fetch(running.select_from(Erasure)).scalar_one())


@dataclass(frozen=True, slots=True)
class Progress:
    """How many people's data is deleted, has a locked rest, is held, is being deleted, and is still to be."""

    erased: int
    restricted: int
    held: int
    running: int
    left: int

    @property
    def all(self) -> int:
        """Everybody."""
        return self.erased + self.restricted + self.held + self.running + self.left

    @property
    def done(self) -> int:
        """Those for whom all was done that can be done now."""
        return self.erased + self.restricted + self.held


def progress() -> Progress:
    """Return how far it is."""
    by_state = fetch(select(Erasure.state, func.count()).where(_HERS).group_by(Erasure.state))
    counted = {state: int(number) for state, number in by_state}
    held = int(
        fetch(
            select(func.count())
            .select_from(Erasure)
            .where(_HERS, Erasure.state == ErasureState.EXECUTING, _held())
        ).scalar_one()
    )
    left = fetch(select(func.count()).select_from(Person).where(*_left())).scalar_one()
    running = sum(counted.get(state, 0) for state in _UNDER_WAY)
    return Progress(
        counted.get(ErasureState.COMPLETED, 0),
        counted.get(ErasureState.RESTRICTED, 0),
        held,
        running - held,
        int(left),
    )


def classes() -> Sequence[Any]:
    """Return, by class and measure: how many people, how many things, for how many a hold keeps it, until when.

    `until` is when the last of it, locked away, ends.
    """
    line = (ErasureLine.data_class, ErasureLine.measure)
    return fetch(
        select(
            *line,
            func.count().label("people"),
            func.sum(ErasureLine.found).label("found"),
            func.sum(cast(ErasureLine.held, Integer)).label("held"),
            func.max(ErasureLine.until).label("until"),
        )
        .join(Erasure, Erasure.id == ErasureLine.erasure_id)
        .where(_HERS)
        .group_by(*line)
        .order_by(*line)
    ).all()


def ledger_numbers() -> tuple[int, int | None, int | None]:
    """Return how many entries the ledger of deletions has of it, the first and the last number."""
    numbers = (func.count(Erasure.ledger), func.min(Erasure.ledger), func.max(Erasure.ledger))
    count, first, last = fetch(select(*numbers).where(_HERS)).one()
    return int(count), first, last
