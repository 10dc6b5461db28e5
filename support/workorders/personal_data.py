"""What this room keeps of people: their orders and what they wrote in them, tags, drafts.

What the desk wrote stays, replies as well as notes: the thread keeps its sense, and where its words name the person
they are redacted by whoever runs the deletion. Its files go with the person's, since nobody can tell a name inside.
In their own copy people read what they can read on their pages, the desk's answers too; notes and tags are the desk's.
A count says what is still to be taken out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, literal, or_, select, update

from support.core import file_upkeep, search, vault
from support.core.actors import SYSTEM
from support.core.db import changed, db
from support.core.errors import DomainError
from support.core.files import StoredFile
from support.core.holders import (
    BATCH,
    Holder,
    Item,
    Measure,
    NotPersonal,
    Removal,
    count_of,
    delete_some,
)
from support.core.vault import KeyDestroyed
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies.data_classes import Class
from support.workorders import index, moves
from support.workorders.kind import ERASED, kind_named
from support.workorders.lifecycle import Status
from support.workorders.models import Draft, Message, Note, Party, Tag, WorkOrder
from support.workorders.service_bulk import BulkRun


def _orders(person_id: int) -> Any:
    """Return what finds the orders that somebody filed."""
    return select(WorkOrder.id).where(WorkOrder.requester_id == person_id)


def _parts(person_id: int) -> Any:
    return select(Party.id).where(Party.person_id == person_id)


def _wrote(person_id: int) -> tuple[Any, ...]:
    """Say which messages are somebody's own words, and still there."""
    own = (Message.author_id == person_id, Message.from_staff.is_(False))
    return (*own, Message.redacted_at.is_(None))


def _named(person_id: int) -> tuple[Any, ...]:
    """Say which orders of somebody still have a subject of theirs."""
    return WorkOrder.requester_id == person_id, WorkOrder.subject != ""


def _their_orders(person_id: int) -> Iterator[Item]:
    found = select(WorkOrder).where(*_named(person_id)).order_by(WorkOrder.id)
    for order in db.session.execute(found).scalars():
        fields = {
            N_("Reference"): order.reference,
            N_("Kind"): gettext(kind_named(order.kind).title),
            N_("Subject"): order.subject,
            N_("Status"): gettext(order.state.title),
        }
        yield Item(N_("Work order"), order.created_at, fields)


def _their_messages(person_id: int) -> Iterator[Item]:
    """What they wrote, and what the desk wrote to them."""
    mine = or_(Message.party_id.in_(_parts(person_id)), Message.author_id == person_id)
    found = (
        select(Message, WorkOrder)
        .join(WorkOrder, WorkOrder.id == Message.order_id)
        .where(mine, Message.redacted_at.is_(None))
        .order_by(Message.id)
    )
    for message, order in db.session.execute(found):
        if message.from_staff and message.author_id == person_id:
            continue  # what somebody wrote for the desk is the desk's
        title = N_("A message from us") if message.from_staff else N_("A message of yours")
        fields = {N_("Reference"): order.reference, N_("Text"): message.body}
        yield Item(title, message.created_at, fields, _files_of([message.stream]))


def _files_of(streams: Collection[str]) -> tuple[str, ...]:
    found = select(StoredFile.uid).where(StoredFile.attached_to.in_(streams))
    return tuple(db.session.execute(found.order_by(StoredFile.id)).scalars())


def _their_drafts(person_id: int) -> Iterator[Item]:
    owner = f"person:{person_id}"
    found = select(Draft).where(Draft.owner == owner).order_by(Draft.id)
    for draft in db.session.execute(found).scalars():
        try:
            words = json.loads(vault.unseal(owner, f"draft.sealed:{draft.uid}", draft.sealed))
        except KeyDestroyed:
            continue
        text = "\n".join(value for value in words.values() if value)
        files = _waiting([draft.uid])
        yield Item(N_("Begun and not sent"), draft.updated_at, {N_("Text"): text}, tuple(files))


def _waiting(drafts: Collection[str]) -> list[str]:
    """Return the files that wait in drafts."""
    owners = [f"draft:{uid}" for uid in drafts]
    found = select(StoredFile.uid).where(StoredFile.owner.in_(owners))
    return list(db.session.execute(found.where(StoredFile.attached_to.is_(None))).scalars())


def _nothing(person_id: int) -> Iterator[Item]:
    """Tags are words by which the desk sorts its work: they are no part of anybody's copy."""
    yield from ()


def _order_streams(person_id: int) -> Iterator[str]:
    yield f"person:{person_id}"
    part = WorkOrder.id.in_(select(Party.order_id).where(Party.person_id == person_id))
    mine = or_(part, WorkOrder.requester_id == person_id)
    for number in db.session.execute(select(WorkOrder.id).where(mine)).scalars():
        yield f"order:{number}"


def _redact_messages(removal: Removal) -> int:
    """Take the words of the person out of every thread; a line stays that says so."""
    some = select(Message).where(*_wrote(removal.person_id)).order_by(Message.id).limit(BATCH)
    rows = db.session.execute(some).scalars().all()
    for message in rows:
        search.remove(index.KIND, message.order_id, f"message:{message.id}")
        message.body, message.redacted_at = "", removal.now
    db.session.flush()
    return len(rows)


def _discard_files(removal: Removal) -> int:
    """Delete the files of the person's threads and of the notes on their orders; the bytes follow the commit."""
    some = select(StoredFile.uid).where(_is_theirs(removal.person_id)).order_by(StoredFile.id)
    return file_upkeep.discard(db.session.execute(some.limit(BATCH)).scalars().all())


def _is_theirs(person_id: int) -> Any:
    """Say which files are on messages from or to somebody, or on notes about their orders."""
    own = (Message.author_id == person_id) & Message.from_staff.is_(False)
    said = select(literal("message:") + cast(Message.id, String)).where(
        or_(own, Message.party_id.in_(_parts(person_id)))
    )
    noted = select(literal("note:") + cast(Note.id, String)).where(
        Note.order_id.in_(_orders(person_id))
    )
    return or_(StoredFile.attached_to.in_(said), StoredFile.attached_to.in_(noted))


def _redact(removal: Removal) -> int:
    return _redact_messages(removal) or _discard_files(removal)


def _anonymise_orders(removal: Removal) -> int:
    """Forget the address first, then end what still runs, then take the subjects out; 0 when all of it is done."""
    forget = (Party.person_id == removal.person_id, Party.contact_id.is_not(None))
    some = select(Party.id).where(*forget).order_by(Party.id).limit(BATCH)
    done = changed(update(Party).where(Party.id.in_(some)).values(contact_id=None))
    return done or _close(removal.person_id, removal.now) or _take_subjects(removal.person_id)


def _close(person_id: int, now: datetime) -> int:
    """End what still runs, telling nobody; what a kind forbids to end is left to that kind's own room."""
    which = (WorkOrder.requester_id == person_id, WorkOrder.status != Status.CLOSED)
    done = 0
    found = select(WorkOrder).where(*which).order_by(WorkOrder.id)
    for order in db.session.execute(found.execution_options(populate_existing=True)).scalars():
        if done < BATCH and _may_end(order):
            moves.move(
                SYSTEM, order, Status.CLOSED, version=order.version, now=now, reason=ERASED,
                fresh=False,
            )  # fmt: skip
            done += 1
    return done


def _may_end(order: WorkOrder) -> bool:
    try:
        kind_named(order.kind).guard(order, Status.CLOSED)
    except DomainError:
        return False
    return True


def _take_subjects(person_id: int) -> int:
    some = select(WorkOrder).where(*_named(person_id)).order_by(WorkOrder.id).limit(BATCH)
    rows = db.session.execute(some.execution_options(populate_existing=True)).scalars().all()
    for order in rows:
        order.subject, order.version = "", order.version + 1
        db.session.flush()
        index.remake(order)
    return len(rows)


def _erase_tags(removal: Removal) -> int:
    """Delete the tags of the person's orders, and what could bring them back: the record that a change can be undone.

    There are few such records, as each lives for two days.
    """
    mine = set(db.session.execute(_orders(removal.person_id)).scalars())
    runs = db.session.execute(select(BulkRun).where(BulkRun.act.in_(("tag", "order"))))
    for run in runs.scalars():
        left = [entry for entry in run.changed if entry[0] not in mine]
        if len(left) < len(run.changed):
            run.changed = left
    return delete_some(Tag, Tag.order_id.in_(_orders(removal.person_id)))


def _erase_drafts(removal: Removal) -> int:
    """Delete what the person began, and what colleagues began to answer on their orders, with the files in it."""
    answers = literal("order:") + cast(WorkOrder.id, String)
    about = select(answers).where(WorkOrder.requester_id == removal.person_id)
    which = or_(Draft.owner == removal.owner, Draft.about.in_(about))
    some = select(Draft.id, Draft.uid).where(which).order_by(Draft.id).limit(BATCH)
    rows = db.session.execute(some).all()
    file_upkeep.discard(_waiting([uid for _id, uid in rows]))
    db.session.execute(delete(Draft).where(Draft.id.in_([number for number, _uid in rows])))
    return len(rows)


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    Holder(
        code="workorders.messages",
        title=N_("Messages in work orders"),
        data_class=Class.ORDERS,
        columns={"message": "author_id body"},
        count=lambda person_id: count_of(Message, *_wrote(person_id)),
        collect=_their_messages,
        measures={Measure.ANONYMISE: _redact},
        streams=_order_streams,
        keyed=lambda person_id: count_of(
            StoredFile, StoredFile.name_owner == f"person:{person_id}", _is_theirs(person_id)
        ),
    ),
    Holder(
        code="workorders.orders",
        title=N_("Work orders"),
        data_class=Class.ORDERS,
        columns={"work_order": "requester_id subject", "party": "person_id contact_id"},
        count=lambda person_id: count_of(WorkOrder, *_named(person_id)),
        collect=_their_orders,
        measures={Measure.ANONYMISE: _anonymise_orders},
        streams=_order_streams,
    ),
    Holder(
        code="workorders.tags",
        title=N_("Tags of work orders"),
        data_class=Class.TRACES,
        columns={"tag": "word", "bulk_run": "changed"},
        count=lambda person_id: count_of(Tag, Tag.order_id.in_(_orders(person_id))),
        collect=_nothing,
        measures={Measure.ERASE: _erase_tags},
        streams=_order_streams,
    ),
    Holder(
        code="workorders.drafts",
        title=N_("Drafts"),
        data_class=Class.TRACES,
        columns={"draft": "owner sealed"},
        count=lambda person_id: count_of(Draft, Draft.owner == f"person:{person_id}"),
        collect=_their_drafts,
        measures={Measure.ERASE: _erase_drafts},
        keyed=lambda person_id: count_of(Draft, Draft.owner == f"person:{person_id}"),
    ),
    NotPersonal(
        {
            "work_order": "kind topic status team assignee_id language channel identity_check "
            "closed_reason",
            "party": "role",
            # From whom of the staff an order is kept.
            "recusal": "person_id",
            "message": "language",
            # Words of the desk; where they name somebody, the deletion redacts them.
            "note": "author_id body language",
            "draft": "uid about",
            "bulk_run": "uid act refused",
            "queue_count": "name",
            "day_figure": "day team name",
            "day_fold": "day",
            "saved_reply": "uid title text_en text_zh",
        }
    ),
)
