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
    said = (("message", Message), ("note", Note))
    for name, table in said:
        of_these = select(stream_of(name, table.id)).where(table.order_id.in_(ids))
        files = select(StoredFile.uid).where(StoredFile.attached_to.in_(of_these))
        file_upkeep.discard(db.session.execute(files).scalars().all())
        words = (table.order_id.in_(ids), table.redacted_at.is_(None))
        changed(update(table).where(*words).values(body="", redacted_at=now))
    db.session.execute(delete(Tag).where(Tag.order_id.in_(ids)))
    changed(update(Party).where(Party.order_id.in_(ids)).values(contact_id=None))
    for number in ids:
        search.remove(index.KIND, number)
    bare = {"subject": "", "version": WorkOrder.version + 1}
    return changed(update(WorkOrder).where(WorkOrder.id.in_(ids)).values(**bare))


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
KEEPINGS: tuple[Keeping, ...] = (ORDERS, DRAFTS, BULK_RUNS)
HOOKS: tuple[object, ...] = (*KEEPINGS, NeedsGuest(_needs))
