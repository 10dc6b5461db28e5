"""What the actor may see of work orders: single ones, threads and lists (columns, not objects)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from support.accounts import queries as people
from support.core import files
from support.core.actors import UNTRAINED, Actor
from support.core.audit import Event
from support.core.db import db, fetch
from support.core.errors import NotAllowed, NotFound
from support.core.files import StoredFile
from support.workorders.lifecycle import Status
from support.workorders.models import Message, Party, Recusal, Tag, WorkOrder
from support.workorders.reference import format_reference, parse_reference

MOST_LINKED = 20

_BY_ID = select(WorkOrder).where(WorkOrder.id == bindparam("order"))


def order_for(actor: Actor, reference: str) -> WorkOrder:
    """Return the order called `reference` if the actor takes part in it; raise `NotFound` otherwise, whatever the
    reason. Staff are no exception: they read at the desk, where secrets are masked and readings written down."""
    order = order_named(reference)
    if party_of(actor, order) is None:
        raise NotFound()
    return order


def references_of(order_ids: Collection[int]) -> dict[int, str]:
    """Return the references of these orders; of one that is not there, nothing."""
    found = select(WorkOrder.id, WorkOrder.created_at).where(WorkOrder.id.in_(order_ids))
    return {number: format_reference(at.year, number) for number, at in fetch(found)}


def takes_part(actor: Actor, reference: str) -> bool:
    """True when the actor is a party of the order called `reference`."""
    try:
        return order_for(actor, reference) is not None
    except NotFound:
        return False


def hidden_from(actor: Actor) -> Select[int]:
    """Return what finds the orders that are kept from the actor: every list of the desk leaves them out."""
    return select(Recusal.order_id).where(Recusal.person_id == actor.id)


_READER = bindparam("reader", type_=Recusal.person_id.type)
HIDDEN = select(Recusal.order_id).where(Recusal.person_id == _READER)
IS_SHOWN = WorkOrder.id.not_in(HIDDEN)
"""The same for statements that are made once: `reader` is the id of who looks."""

_SHOWN_OF = select(WorkOrder.id).where(WorkOrder.id.in_(bindparam("ids", expanding=True)), IS_SHOWN)


def shown_at_desk(actor: Actor, ids: Collection[int]) -> frozenset[int]:
    """Return those of `ids` that are orders which the actor may know of."""
    rows = fetch(_SHOWN_OF, {"ids": list(ids), "reader": actor.id}) if ids else ()
    return frozenset(row[0] for row in rows)


_AT_DESK = _BY_ID.where(IS_SHOWN)


def orders_at_desk(actor: Actor, ids: Collection[int]) -> Sequence[WorkOrder]:
    """Return those of the orders that the actor may know of at the desk."""
    known = shown_at_desk(actor, ids)
    return db.session.execute(select(WorkOrder).where(WorkOrder.id.in_(known))).scalars().all()


def order_at_desk(actor: Actor, reference: str) -> WorkOrder:
    """Return the order called `reference` to somebody who works at the desk; raise `NotFound` otherwise.

    Whom a complaint is about does not learn that there is one.
    """
    if not actor.is_staff:
        raise NotFound()
    if actor.untrained:
        raise NotAllowed(UNTRAINED)
    return _named(reference, _AT_DESK, reader=actor.id)


def recused(order: WorkOrder) -> frozenset[int]:
    """Return the staff from whom the order is kept; only one that names another is kept from anybody."""
    if order.related_id is None:
        return frozenset()
    people_of = select(Recusal.person_id).where(Recusal.order_id == order.id)
    return frozenset(db.session.execute(people_of).scalars())


def order_named(reference: str) -> WorkOrder:
    """Return the order called `reference`, whoever asks; for receipts and jobs only. Raises `NotFound`."""
    return _named(reference, _BY_ID)


def _named(reference: str, statement: Select[WorkOrder], **given: Any) -> WorkOrder:
    try:
        parsed = parse_reference(reference)
    except ValueError as error:
        raise NotFound() from error
    found = db.session.execute(statement, {"order": parsed.sequence, **given})
    order = found.scalar_one_or_none()
    if order is None or order.created_at.year % 100 != parsed.year:
        raise NotFound()
    return order


def order_by_id(order_id: int) -> WorkOrder:
    """Return the order with the row id `order_id`, for jobs. Raises `NotFound`."""
    order = db.session.get(WorkOrder, order_id)
    if order is None:
        raise NotFound()
    return order


def party_of(actor: Actor, order: WorkOrder) -> Party | None:
    """Return the actor's own part in the order, if there is one."""
    if actor.id is None:
        return None
    return db.session.execute(
        select(Party).where(Party.order_id == order.id, Party.person_id == actor.id).limit(1)
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the thread in time order: `kind` is message or event; the rest as the row has it."""

    kind: str
    at: datetime
    row: Message | Event


def thread(actor: Actor, order: WorkOrder) -> list[Entry]:
    """Return the thread as a party may see it: its own messages and public events."""
    own = _own_messages(actor, order)
    messages = select(Message).where(Message.id.in_(own)).order_by(Message.id)
    entries = [
        Entry("message", message.created_at, message)
        for message in db.session.execute(messages).scalars()
    ]
    public = (Event.stream == order.stream, Event.action.in_(PUBLIC_EVENTS))
    events = select(Event).where(*public).order_by(Event.seq)
    entries += [Entry("event", event.at, event) for event in db.session.execute(events).scalars()]
    return sorted(entries, key=lambda entry: entry.at)


PUBLIC_EVENTS = (
    "order.filed",
    "order.proved",
    "order.assigned",
    "order.moved",
    "order.reopened",
    "order.rated",
)


def visible_streams(actor: Actor, order: WorkOrder) -> set[str]:
    """Return the streams of the messages that a party sees on this order: their files may be opened."""
    statement = _own_messages(actor, order)
    return {f"message:{message_id}" for message_id in db.session.execute(statement).scalars()}


def _own_messages(actor: Actor, order: WorkOrder) -> Select[int]:
    """Return what finds the messages of the actor's own stream; nobody else's."""
    own = (Party.order_id == order.id, Party.person_id == actor.id)
    return select(Message.id).join(Party, Party.id == Message.party_id).where(*own)


def files_by_stream(actor: Actor, order: WorkOrder) -> dict[str, list[StoredFile]]:
    """Return the files of the order that a party may see, by the stream of their message."""
    found: dict[str, list[StoredFile]] = {}
    for file in files.files_of(sorted(visible_streams(actor, order))):
        found.setdefault(file.attached_to or "", []).append(file)
    return found


def last_written(actor: Actor, order: WorkOrder) -> Message:
    """Return the newest message that the actor wrote on the order."""
    own = (Message.order_id == order.id, Message.author_id == actor.id)
    statement = select(Message).where(*own).order_by(Message.id.desc()).limit(1)
    return db.session.execute(statement).scalar_one()


def proved_contact(actor: Actor) -> int | None:
    """Return the contact point by which a guest signed in, so that it leads to a further order of theirs as well;
    None for everybody with an account."""
    if actor.kind != "guest":
        return None
    proved = [each.id for each in people.contacts_of(actor.id or 0) if each.verified]
    return proved[-1] if proved else None


def contact_on_order(reference: str, kind: str, address: str) -> int | None:
    """Return the contact point of a guest who is a party of the order and gave this address, if there is one."""
    try:
        order = order_named(reference)
    except NotFound:
        return None
    named = {contact.id for contact in people.contacts_by_address(kind, address)}
    statement = select(Party.contact_id).where(
        Party.order_id == order.id, Party.contact_id.in_(named)
    )
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def unproved_since(guest_id: int, since: datetime) -> int:
    """Return how many orders of a guest were filed since then on which nobody proved the address."""
    statement = (
        select(func.count())
        .select_from(WorkOrder)
        .join(Party, Party.order_id == WorkOrder.id)
        .where(
            WorkOrder.requester_id == guest_id,
            Party.proved_at.is_(None),
            WorkOrder.created_at > since,
        )
    )
    return int(db.session.execute(statement).scalar_one())


def newest_event(order: WorkOrder, actions: Collection[str]) -> int:
    """Return the number of the newest event of these kinds in the order's trail, 0 when there is none."""
    those = (Event.stream == order.stream, Event.action.in_(actions))
    return db.session.execute(select(func.max(Event.seq)).where(*those)).scalar_one() or 0


def tags_of(order: WorkOrder) -> list[str]:
    """Return the order's tags in alphabetical order."""
    return list(
        db.session.execute(
            select(Tag.word).where(Tag.order_id == order.id).order_by(Tag.word)
        ).scalars()
    )


def own_orders(
    actor: Actor, *, limit: int = 50, before: tuple[datetime, int] | None = None
) -> Sequence[Any]:
    """Return the actor's orders, newest change first: (id, created_at, kind, subject, status, language, updated_at,
    status_at, due_at, first_replied_at, fresh)."""
    statement = (
        select(
            WorkOrder.id,
            WorkOrder.created_at,
            WorkOrder.kind,
            WorkOrder.subject,
            WorkOrder.status,
            WorkOrder.language,
            WorkOrder.updated_at,
            WorkOrder.status_at,
            WorkOrder.due_at,
            WorkOrder.first_replied_at,
            WorkOrder.fresh,
        )
        .where(WorkOrder.requester_id == actor.id)
        .order_by(WorkOrder.updated_at.desc(), WorkOrder.id.desc())
        .limit(limit)
    )
    if before is not None:
        moment, order_id = before
        statement = statement.where(
            (WorkOrder.updated_at < moment)
            | ((WorkOrder.updated_at == moment) & (WorkOrder.id < order_id))
        )
    return db.session.execute(statement).all()


def follow_ups(order: WorkOrder) -> Sequence[Any]:
    """Return what the requester filed about this order afterwards, oldest first: (id, created_at, kind, subject)."""
    about = (WorkOrder.requester_id == order.requester_id, WorkOrder.related_id == order.id)
    columns = (WorkOrder.id, WorkOrder.created_at, WorkOrder.kind, WorkOrder.subject)
    return fetch(select(*columns).where(*about).order_by(WorkOrder.id).limit(MOST_LINKED)).all()


def open_count(actor: Actor) -> int:
    """Return how many of the actor's orders are not closed (up to 100), for the navigation."""
    rows = db.session.execute(
        select(WorkOrder.id)
        .where(WorkOrder.requester_id == actor.id, WorkOrder.status != Status.CLOSED)
        .limit(100)
    ).scalars()
    return len(rows.all())
