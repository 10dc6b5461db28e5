"""What of this room ends by its own time: words of closed orders, drafts, records of changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, or_, select, update

from support.accounts.service_retention import NeedsGuest
from support.core import file_upkeep, search
from support.core.db import changed, db
from support.core.files import StoredFile
from support.core.holders import Measure
from support.core.keeping import Keeping, plain
from support.core.words import N_
from support.policies.data_classes import Class
from support.policies.queries_legal_holds import person_stream, stream_of
from support.workorders import index, service_drafts
from support.workorders.models import Draft, Message, Note, Party, Tag, WorkOrder
from support.workorders.service_bulk import RUNS_KEPT, BulkRun


def _written(value: str) -> Any:
    """Return a value that is written out, so that the index of what is left to do is used."""
    return bindparam(None, value, literal_execute=True)


def _over(before: datetime) -> tuple[Any, ...]:
    closed = WorkOrder.status == _written("closed")
    return closed, WorkOrder.subject != _written(""), WorkOrder.status_at < before


def _held(held: Any) -> Any:
    """A hold on the order, on who filed it, or on anybody who takes part."""
    theirs = exists().where(
        Party.order_id == WorkOrder.id, person_stream(Party.person_id).in_(held)
    )
    own = stream_of("order", WorkOrder.id).in_(held)
    return or_(own, person_stream(WorkOrder.requester_id).in_(held), theirs)


def _anonymise(now: datetime, ids: Sequence[int]) -> int:
    """Take out every word of these orders, the desk's too: nobody can tell whether one of them names somebody.

    What stays is a figure: kind, dates, states, whether it was solved.
    """
    for table in (Message, Note):
        _take_words(now, table, table.order_id.in_(ids))
    db.session.execute(delete(Tag).where(Tag.order_id.in_(ids)))
    changed(update(Party).where(Party.order_id.in_(ids)).values(contact_id=None))
    for number in ids:
        search.remove(index.KIND, number)
    bare = {"subject": "", "version": WorkOrder.version + 1}
    return changed(update(WorkOrder).where(WorkOrder.id.in_(ids)).values(**bare))


def _take_words(now: datetime, table: Any, which: Any) -> int:
    """Take the words and files of some messages or notes out; return of how many there were words."""
    name = table.__tablename__
    streams = select(stream_of(name, table.id)).where(which)
    files = select(StoredFile.uid).where(StoredFile.attached_to.in_(streams))
    file_upkeep.discard(db.session.execute(files).scalars().all())
    words = (which, table.redacted_at.is_(None))
    return changed(update(table).where(*words).values(body="", redacted_at=now))


def _of_the_desk(table: Any) -> Keeping:
    """Return the keeping of what the desk wrote on orders whose requester was deleted: the order is a figure since, and
    what stayed, so that the thread kept its sense, ends with the orders of its age."""
    name = table.__tablename__

    def on_emptied(*more: Any) -> Any:
        closed = WorkOrder.status == _written("closed")
        bare = (WorkOrder.id == table.order_id, closed, WorkOrder.subject == _written(""))
        return exists().where(*bare, *more)

    def over(before: datetime) -> tuple[Any, ...]:
        old = table.created_at < before
        return table.redacted_at.is_(None), old, on_emptied(WorkOrder.status_at < before)

    def act(now: datetime, ids: Sequence[int]) -> int:
        for number, order_id in db.session.execute(
            select(table.id, table.order_id).where(table.id.in_(ids))
        ):
            search.remove(index.KIND, order_id, f"{name}:{number}")
        return _take_words(now, table, table.id.in_(ids))

    return Keeping(
        f"workorders.{name}s",
        _OF_THE_DESK[name],
        N_("after closing"),
        Class.ORDERS,
        table,
        over=over,
        first=table.created_at,
        what=Measure.ANONYMISE,
        held=lambda held: on_emptied(_held(held)),
        act=act,
        most=50,
    )


_OF_THE_DESK = {
    "message": N_("Answers to people who were deleted"),
    "note": N_("Notes about people who were deleted"),
}


def _needs(person: Any) -> Any:
    """An order of theirs has words, or one in which they take part."""
    own = exists().where(WorkOrder.requester_id == person, WorkOrder.subject != "")
    part = (Party.person_id == person, Party.order_id == WorkOrder.id, WorkOrder.subject != "")
    return or_(own, exists().where(*part))


ORDERS = Keeping(
    "workorders.orders",
    N_("Words and files of work orders"),
    N_("after closing"),
    Class.ORDERS,
    WorkOrder,
    over=_over,
    first=WorkOrder.status_at,
    what=Measure.ANONYMISE,
    held=_held,
    act=_anonymise,
    most=50,
)
DRAFTS = plain(
    "workorders.drafts",
    (N_("Drafts"), N_("after the last change")),
    Class.TRACES,
    Draft,
    Draft.updated_at,
    service_drafts.KEPT,
    held=lambda held: or_(Draft.owner.in_(held), Draft.about.in_(held)),
)
BULK_RUNS = plain(
    "workorders.bulk_runs",
    (N_("Changes that can be undone"), N_("after the change")),
    Class.TRACES,
    BulkRun,
    BulkRun.at,
    RUNS_KEPT,
)
KEEPINGS: tuple[Keeping, ...] = (
    ORDERS,
    _of_the_desk(Message),
    _of_the_desk(Note),
    DRAFTS,
    BULK_RUNS,
)
HOOKS: tuple[object, ...] = (*KEEPINGS, NeedsGuest(_needs))
