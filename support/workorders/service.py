"""The verbs of a work order. Each: may the actor? is the move legal? change; event; outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from support.core import audit, outbox
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import changed, compare_and_set, db, transaction
from support.core.errors import IllegalMove
from support.core.text import written_in
from support.policies import intake
from support.workorders import index, moves, policy, targets
from support.workorders.kind import Kind
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import Message, Note, Party, WorkOrder
from support.workorders.moves import requester_party as requester_party
from support.workorders.service_triage import assign_order as assign_order
from support.workorders.service_triage import move_order as move_order
from support.workorders.service_triage import set_priority as set_priority
from support.workorders.service_triage import tag_order as tag_order


def file_order(
    actor: Actor,
    kind: Kind,
    *,
    requester_id: int,
    contact_id: int | None,
    subject: str,
    body: str,
    topic: str = "",
    language: str,
    channel: str = "web",
    priority: Priority = Priority.NORMAL,
    related: WorkOrder | None = None,
    author_id: int | None = None,
    now: datetime | None = None,
) -> WorkOrder:
    """File a work order for `requester_id` and return it; accepted means committed (promise 1).

    `language` is what the requester reads ("en", "zh"); `contact_id` the address a guest gave, None for a
    member. `subject` up to 200 and `body` up to 20 000 characters, cleaned by the form. PP-2.2.7, `law.md` 5.3.
    `author_id` is who of the staff wrote it where the system files it; no receipt is sent then.
    Raises `Ceased` once the service takes in nothing new, but for a kind that is a right until the end.
    """
    now = now or utcnow()
    if not kind.after_intake:
        intake.require_intake(actor, now)
    first, resolve = targets.dues(kind, priority, now)
    with transaction():
        order = WorkOrder(
            kind=kind.code,
            topic=topic,
            subject=subject,
            priority=priority,
            team=kind.first_team,
            requester_id=requester_id,
            language=language,
            channel=channel,
            related_id=related.id if related else None,
            created_at=now,
            updated_at=now,
            status_at=now,
            first_reply_due=first.at,
            resolve_due=resolve.at,
            due_at=first.at,
        )
        db.session.add(order)
        db.session.flush()  # the reference is made of the row id
        if kind.recuses and related is not None:
            moves.recuse(order, related)
        proved_at = now if actor.id == requester_id else None
        party = Party(
            order_id=order.id,
            person_id=requester_id,
            contact_id=contact_id,
            role="requester",
            proved_at=proved_at,
        )
        db.session.add(party)
        db.session.flush()
        _write(
            order,
            party,
            author_id=author_id or requester_id,
            from_staff=author_id is not None,
            body=body,
            language=language,
            at=now,
        )
        index.add(order, "subject", subject, staff_only=False)
        event = audit.record(
            order.stream, "order.filed", actor=actor, at=now, kind=kind.code, channel=channel
        )
        if author_id is None:
            key = f"{order.id}:{event.seq}"
            outbox.put("order.filed", key, order=order.id, requester=requester_id)
        kind.keep(actor, order, now=now)
    return order


def answer(
    actor: Actor, order: WorkOrder, *, body: str, language: str, now: datetime | None = None
) -> Message:
    """Add the requester's message; an order that waited, or was thought solved, goes back to the desk.

    Whether it is closed is asked inside: the timer may have closed it since the page was drawn.
    """
    now = now or utcnow()
    intake.require_window(actor, now)
    with transaction():
        party = moves.party_of(actor, order)
        if order.state is Status.CLOSED:
            raise IllegalMove(order.state, Status.OPEN)
        if order.state in (Status.WAITING, Status.RESOLVED):
            moves.move(actor, order, Status.OPEN, version=order.version, now=now, fresh=True)
        else:
            compare_and_set(order, version=order.version, fresh=True, updated_at=now)
        message = _write(
            order,
            party,
            author_id=party.person_id,
            from_staff=False,
            body=body,
            language=language,
            at=now,
        )
        event = audit.record(
            order.stream, "order.answered", actor=actor, at=now, message=message.id
        )
        outbox.put("order.answered", f"{order.id}:{event.seq}", order=order.id, message=message.id)
    return message


def reply(
    actor: Actor,
    order: WorkOrder,
    *,
    body: str,
    version: int,
    then: Status,
    language: str,
    now: datetime | None = None,
) -> Message:
    """Send the desk's reply to the requester and set the status `then` (open, waiting or resolved).

    `version` is the one on the agent's page: raises `Stale` when anybody wrote or changed something since.
    """
    now = now or utcnow()
    moves.require_work(actor, order, then=then)
    if then not in (Status.OPEN, Status.WAITING, Status.RESOLVED):
        raise IllegalMove(order.state, then)
    with transaction():
        party = moves.requester_party(order)
        if order.first_replied_at is None:
            order = compare_and_set(
                order, version=version, first_replied_at=now, fresh=False, updated_at=now
            )
        else:
            order = compare_and_set(order, version=version, fresh=False, updated_at=now)
        message = _write(
            order,
            party,
            author_id=actor.id or 0,
            from_staff=True,
            body=body,
            language=language,
            at=now,
        )
        if order.assignee_id is None and actor.id is not None:
            moves.assign(actor, order, actor.id, now=now)
        if then != order.state:
            moves.move(actor, order, then, version=order.version, now=now)
        else:
            moves.stay(order, now=now)
        event = audit.record(
            order.stream, "order.replied", actor=actor, at=now, message=message.id, then=then
        )
        outbox.put(
            "order.replied",
            f"{order.id}:{event.seq}",
            order=order.id,
            message=message.id,
            then=then,
        )
    return message


def add_note(actor: Actor, order: WorkOrder, *, body: str, now: datetime | None = None) -> Note:
    """Add an internal note; no party ever sees it, and no clock stops."""
    now = now or utcnow()
    moves.require_work(actor, order)
    with transaction():
        note = Note(
            order_id=order.id,
            author_id=actor.id,
            body=body,
            language=actor.language,
            created_at=now,
        )
        db.session.add(note)
        db.session.flush()
        index.add(order, f"note:{note.id}", body, staff_only=True)
        compare_and_set(order, version=order.version, updated_at=now)
        audit.record(order.stream, "order.noted", actor=actor, at=now, note=note.id)
    return note


def close_own_order(actor: Actor, order: WorkOrder, *, now: datetime | None = None) -> WorkOrder:
    """Let the requester close the order at any time; doing it again changes nothing."""
    now = now or utcnow()
    with transaction():
        moves.party_of(actor, order)
        if order.state is Status.CLOSED:
            return order
        order = moves.move(
            actor, order, Status.CLOSED, version=order.version, now=now, reason="requester"
        )
        event = audit.record(order.stream, "order.closed", actor=actor, at=now, reason="requester")
        outbox.put("order.closed", f"{order.id}:{event.seq}", order=order.id, reason="requester")
    return order


def rate_order(
    actor: Actor, order: WorkOrder, *, solved: bool, comment: str, now: datetime | None = None
) -> WorkOrder:
    """Take the requester's answer to "is it solved?": yes closes and rates, no brings it back to the desk.

    The comment becomes the next message. An answer counts once; repeating the same one is harmless.
    """
    now = now or utcnow()
    with transaction():
        party = moves.party_of(actor, order)
        if order.state is Status.CLOSED and order.solved == solved:
            return order
        if order.state not in (Status.RESOLVED, Status.CLOSED) or (
            order.state is Status.CLOSED and not solved
        ):
            raise IllegalMove(order.state, Status.CLOSED if solved else Status.OPEN)
        if not solved:
            order = compare_and_set(order, version=order.version, solved=False, rated_at=now)
            audit.record(order.stream, "order.not_solved", actor=actor, at=now)
            answer(actor, order, body=comment, language=actor.language, now=now)
            return order
        order = compare_and_set(
            order, version=order.version, solved=True, rated_at=now, updated_at=now
        )
        if comment:
            _write(
                order,
                party,
                author_id=party.person_id,
                from_staff=False,
                body=comment,
                language=written_in(comment),
                at=now,
            )
        audit.record(order.stream, "order.rated", actor=actor, at=now, solved=True)
        if order.state is not Status.CLOSED:
            order = moves.move(
                actor, order, Status.CLOSED, version=order.version, now=now, reason="confirmed"
            )
            event = audit.record(
                order.stream, "order.closed", actor=actor, at=now, reason="confirmed"
            )
            outbox.put(
                "order.closed", f"{order.id}:{event.seq}", order=order.id, reason="confirmed"
            )
    return order


def reopen_order(
    actor: Actor, order: WorkOrder, *, body: str, now: datetime | None = None
) -> WorkOrder:
    """Open a closed order again with a message: the requester may, once, within thirty days (`law.md` 5.1)."""
    now = now or utcnow()
    with transaction():
        party = moves.party_of(actor, order)
        if not policy.may_reopen(order, now):
            raise IllegalMove(order.state, Status.OPEN)
        order = moves.move(actor, order, Status.OPEN, version=order.version, now=now, fresh=True)
        order = compare_and_set(
            order, version=order.version, reopened_at=now, solved=None, closed_reason=None
        )
        message = _write(
            order,
            party,
            author_id=party.person_id,
            from_staff=False,
            body=body,
            language=actor.language,
            at=now,
        )
        event = audit.record(
            order.stream, "order.reopened", actor=actor, at=now, message=message.id
        )
        outbox.put("order.reopened", f"{order.id}:{event.seq}", order=order.id, message=message.id)
    return order


def first_message(order: WorkOrder) -> Message:
    """Return the message with which the order was filed."""
    statement = select(Message).where(Message.order_id == order.id).order_by(Message.id).limit(1)
    return db.session.execute(statement).scalar_one()


def prove_contact(contact_id: int, order: WorkOrder, *, now: datetime) -> None:
    """Write down that a party's address was proved by a code; the second time changes nothing."""
    with transaction():
        mine = (
            Party.order_id == order.id,
            Party.contact_id == contact_id,
            Party.proved_at.is_(None),
        )
        if changed(update(Party).where(*mine).values(proved_at=now)):
            audit.record(order.stream, "order.proved", actor=SYSTEM, at=now, contact=contact_id)


def _write(
    order: WorkOrder,
    party: Party,
    *,
    author_id: int,
    from_staff: bool,
    body: str,
    language: str,
    at: datetime,
) -> Message:
    message = Message(
        order_id=order.id,
        party_id=party.id,
        author_id=author_id,
        from_staff=from_staff,
        body=body,
        language=language,
        created_at=at,
    )
    db.session.add(message)
    db.session.flush()
    index.add(order, f"message:{message.id}", body, staff_only=False)
    return message
