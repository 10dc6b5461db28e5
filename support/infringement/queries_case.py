"""A case as the desk reads it, whole and in few queries, however many links it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, literal, select

from support.core import vault
from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound
from support.core.files import StoredFile
from support.core.platform_calls import PlatformCall
from support.infringement.lifecycle import ItemState
from support.infringement.models import (
    Answer,
    Arrival,
    CounterNotice,
    Item,
    Notice,
    Paper,
    Respondent,
)
from support.infringement.queries import Standing, numbers_of
from support.workorders import queries as orders
from support.workorders.models import WorkOrder


@dataclass(frozen=True, slots=True)
class Row:
    """One item, with what its respondent answered; `said` is when the platform answered the newest call about it."""

    item: Item
    answer: Answer | None
    said: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """A notice with its order and everything that moves in it.

    `respondents` are by row id, in their order; `numbers` says by which number the desk calls each.
    """

    order: WorkOrder
    notice: Notice
    rows: Sequence[Row]
    respondents: Mapping[int, Respondent]
    numbers: Mapping[int, int]

    @property
    def items(self) -> list[Item]:
        """The items in the order of the notice."""
        return [row.item for row in self.rows]

    def number_of(self, respondent_id: int | None) -> int:
        """Return by which number the desk calls a respondent; 0 where nobody is known."""
        return self.numbers.get(respondent_id or 0, 0)

    @property
    def standing(self) -> dict[ItemState, Standing]:
        """How many items stand where, and when the first clock there ends: as `queries.standing`, without asking."""
        found: dict[ItemState, Standing] = {}
        for item in self.items:
            before = found.get(item.status, Standing(0, None, None))
            found[item.status] = Standing(
                before.number + 1,
                _first(before.until, item.due_at),
                _first(before.shown, item.shown_at),
            )
        return found


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of the case: what it is for, to which counter-notice it belongs (None: to the notice)."""

    kind: str
    counter_id: int | None
    file: StoredFile


_NOTICE = vault.with_key(
    select(Notice).where(Notice.order_id == bindparam("order")),
    literal("notice:").concat(Notice.uid),
)
_ROWS = (
    select(Item, Respondent, Answer, PlatformCall.answered_at)
    .outerjoin(Respondent, Respondent.id == Item.respondent_id)
    .outerjoin(Answer, Answer.item_id == Item.id)
    .outerjoin(PlatformCall, PlatformCall.uid == Item.call_uid)
    .where(Item.notice_id == bindparam("notice"))
    .order_by(Item.position)
)


def case_at_desk(actor: Actor, reference: str) -> Case:
    """Return the case of an order to somebody who works at the desk, in three queries; raises `NotFound`."""
    order = orders.order_at_desk(actor, reference)
    row = db.session.execute(_NOTICE, {"order": order.id}).one_or_none()
    if row is None:
        raise NotFound()
    vault.remember(row)
    notice: Notice = row[0]
    rows, respondents = _rows(notice)
    numbers = numbers_of(respondents.values())
    return Case(order, notice, rows, {one: respondents[one] for one in numbers}, numbers)


def _rows(notice: Notice) -> tuple[list[Row], dict[int, Respondent]]:
    rows, respondents = [], {}
    for item, respondent, answer, said in db.session.execute(_ROWS, {"notice": notice.id}):
        rows.append(Row(item, answer, said))
        if respondent is not None:
            respondents[respondent.id] = respondent
    return rows, respondents


def papers_in(case: Case) -> list[Filed]:
    """Return the files of a case with the keys of their names, in one query."""
    found = (
        select(StoredFile, Paper.kind, Paper.counter_id)
        .join(Paper, Paper.file_uid == StoredFile.uid)
        .where(Paper.notice_id == case.notice.id, StoredFile.attached_to == case.notice.stream)
        .order_by(Paper.id)
    )
    owner: ColumnElement[str] = StoredFile.name_owner.expression
    rows = db.session.execute(vault.with_key(found, owner)).all()
    for row in rows:
        vault.remember(row)
    return [Filed(row[1], row[2], row[0]) for row in rows]


def counters_in(case: Case) -> Sequence[CounterNotice]:
    """Return the counter-notices to a notice, by respondent."""
    found = select(CounterNotice).where(CounterNotice.notice_id == case.notice.id)
    return db.session.execute(found.order_by(CounterNotice.respondent_id)).scalars().all()


def arrivals_in(case: Case) -> dict[tuple[int, str], Arrival]:
    """Return what is known to have arrived, by item and what it was ("notice", "counter")."""
    found = select(Arrival).where(Arrival.notice_id == case.notice.id)
    return {(one.item_id, one.what): one for one in db.session.execute(found).scalars()}
