"""When things end by themselves: what each room declares of its tables, so that nothing is kept for ever.

A room lists its `Keeping`s in `service_retention.py` and hands them to `wiring.py`. The nightly run of
`policies/service_retention` goes through all of them, and `/desk/retention` shows them. Where something has to end
sooner than the next night, a `Periodic` calls `sweep` with the same declaration: its time stands in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, not_, or_, select

from support.core.context import hooks
from support.core.db import Base, db, transaction
from support.core.holders import Measure

MOST = 300
"""Rows of one batch; a place whose rows are more work says less."""
COUNTED = 1_000_000
"""Counting stops there."""
_SWEPT = 100
"""Batches of one sweep; what is left then has its turn with the next one."""

Act = Callable[[datetime, Sequence[int]], int]


class Stuck(RuntimeError):
    """What was carried out left rows where they were: a declaration is wrong, and would go on for ever."""


@dataclass(frozen=True, slots=True)
class HeldStreams:
    """A hook: `of()` gives the streams under a legal hold, as a SELECT. The room that knows them is above this one."""

    of: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Keeping:
    """Rows of one table that end when their time is over.

    `code` names it in the record of runs and never changes; `title` (what) and `after` (since when it counts) are
    message ids; `data_class` is one of `policies/data_classes.py`; `what` is done with it then, deleted or made
    anonymous.

    `over(before)` says, as conditions, which rows are over when everything older than `before` is; what was carried
    out fits them no more. `first` is the column by which the oldest come first, led by an index. `held(streams)` says
    which rows a legal hold keeps, given the held streams as a SELECT. `act(now, ids)` does it inside the caller's
    transaction and returns how many rows it changed; None deletes them. `kept` is how long, None where the term of
    the class says it. `most` is the size of a batch.
    """

    code: str
    title: str
    after: str
    data_class: str
    table: Any
    over: Callable[[datetime], Sequence[ColumnElement[bool]]]
    first: Any
    what: Measure = Measure.ERASE
    held: Callable[[Any], ColumnElement[bool]] | None = None
    act: Act | None = None
    kept: timedelta | None = None
    most: int = MOST

    @property
    def in_order(self) -> bool:
        """True where rows are looked at by their number, each once in a run: finding them is dear."""
        return self.first is self.table.id


def is_held(keeping: Keeping) -> ColumnElement[bool]:
    """Say, as SQL, whether a legal hold keeps a row; never NULL, so that it can be turned round."""
    if keeping.held is None:
        return false()
    kept = or_(false(), *(keeping.held(each.of()) for each in hooks(HeldStreams)))
    return func.coalesce(kept, false())


def due(keeping: Keeping, before: datetime) -> int:
    """Return how many rows are over and free to go, `COUNTED` at most."""
    return _count(keeping, *keeping.over(before), not_(is_held(keeping)))


def held(keeping: Keeping, before: datetime) -> int:
    """Return how many rows are over and kept by a legal hold, `COUNTED` at most."""
    if keeping.held is None:
        return 0
    return _count(keeping, *keeping.over(before), is_held(keeping))


def _count(keeping: Keeping, *which: ColumnElement[bool]) -> int:
    some = select(keeping.table.id).where(*which).limit(COUNTED).subquery()
    return int(db.session.execute(select(func.count()).select_from(some)).scalar_one())


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction did: how many rows, and the number of the last that was looked at."""

    done: int
    last: int


def carry_out_some(
    keeping: Keeping,
    now: datetime,
    before: datetime,
    *,
    most: int = 0,
    after: int = 0,
    note: Callable[[Batch], None] = lambda batch: None,
) -> Batch | None:
    """Carry out one batch in a transaction of its own; None where nothing is left. Safe to run twice and at once.

    What is over is looked for before the transaction begins, which holds the rows alone. `note` writes down, in the
    same transaction, what it did. Raises `Stuck`.
    """
    ids = _over(keeping, before, most or keeping.most, after)
    if not ids:
        return None
    with transaction():
        still = _still(keeping, before, ids)
        done = _act(keeping, now, still) if still else 0
        if still and not done:
            raise Stuck(keeping.code)
        batch = Batch(done, max(ids))
        note(batch)
    return batch


def _over(keeping: Keeping, before: datetime, most: int, after: int) -> Sequence[int]:
    table = keeping.table
    which = [*keeping.over(before), not_(is_held(keeping))]
    if keeping.in_order:
        which.append(table.id > after)
    found = select(table.id).where(*which).order_by(keeping.first).limit(most)
    return db.session.execute(found).scalars().all()


def _still(keeping: Keeping, before: datetime, ids: Sequence[int]) -> Sequence[int]:
    """Return which of the rows are over still, locked: one may have been held or carried out meanwhile."""
    table = keeping.table
    which = (table.id.in_(ids), *keeping.over(before), not_(is_held(keeping)))
    found = select(table.id).where(*which).order_by(table.id).with_for_update(of=table)
    return db.session.execute(found).scalars().all()


def _act(keeping: Keeping, now: datetime, ids: Sequence[int]) -> int:
    if keeping.act is not None:
        return keeping.act(now, ids)
    return delete_rows(keeping.table, ids)


def delete_rows(table: Any, ids: Sequence[int]) -> int:
    """Delete rows of a table and return how many; what an `act` ends with where more has to go first."""
    gone: Any = db.session.execute(
        delete(table).where(table.id.in_(ids)), execution_options={"synchronize_session": False}
    )
    return int(gone.rowcount)


def sweep(keeping: Keeping, now: datetime, *, before: datetime | None = None) -> int:
    """Carry out what is over, batch by batch, and return how many rows; a periodic task. Safe to run twice."""
    if before is None:
        if keeping.kept is None:
            raise ValueError(f"{keeping.code} has no time of its own")
        before = now - keeping.kept
    done = after = 0
    for _turn in range(_SWEPT):
        batch = carry_out_some(keeping, now, before, after=after)
        if batch is None:
            break
        done, after = done + batch.done, batch.last
    return done


def plain(
    code: str,
    titles: tuple[str, str],
    data_class: str,
    table: type[Base],
    moment: Any,
    kept: timedelta | None,
    **more: Any,
) -> Keeping:
    """Return the usual keeping: rows that are deleted when a moment of theirs is long enough ago.

    `titles` are the message ids of what it is and of since when it counts.
    """
    title, after = titles
    return Keeping(
        code,
        title,
        after,
        data_class,
        table,
        over=lambda before: (moment < before,),
        first=moment,
        kept=kept,
        **more,
    )
