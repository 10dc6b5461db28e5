"""Telling people: who is told what by which way, what came of it, and what people choose."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from support.accounts import queries as people
from support.core import audit, outbox
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import keys, settings
from support.core.db import UtcDateTime, changed, db, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, NotFound
from support.core.outbox import NORMAL
from support.notifications import aliyun, policy, queries, service_letters
from support.notifications.models import Channel, Delivery, DeliveryState, Preference, Purpose
from support.notifications.queries import ALPHABET
from support.notifications.templates import Template, template

DUE = "delivery.due"
RECEIPT = "receipt.due"
FIRST_ASKED = timedelta(seconds=20)
CHECK_CODE_LETTERS = 8


def tell(
    person_id: int,
    code: str,
    *,
    about: str,
    key: str,
    contact_id: int | None = None,
    ids: dict[str, Any] | None = None,
    language: str | None = None,
    priority: int = NORMAL,
    now: datetime | None = None,
) -> None:
    """Tell a person what template `code` says, by each channel that its purpose and their choices name.

    `about` is the stream it belongs to (`order:12`), `key` makes a second call harmless. With `contact_id` only
    that address is written to, proved or not (beside the inbox). `language` is for a guest, who has no account that
    says it. Somebody erased is told nothing any more. Raises `NotFound` for nobody.
    """
    now = now or utcnow()
    kind = template(code)
    with transaction():
        person = people.person(person_id)
        if person.erased:
            return
        for channel, contact in _targets(person, kind, contact_id):
            uid = _write(
                dedup_key=f"{code}|{key}|{person_id}|{channel}|{contact or ''}",
                person_id=person_id,
                contact_id=contact,
                channel=channel,
                template=code,
                purpose=kind.purpose,
                about=about,
                ids=ids or {},
                language=language or person.language,
                priority=priority,
                now=now,
            )
            if uid is not None and channel == Channel.INBOX:
                reader = replace(reader_of(person), language=language or person.language)
                service_letters.keep_line(uid, kind, ids or {}, reader)


def _targets(
    person: people.PersonView, kind: Template, contact_id: int | None
) -> Iterator[tuple[Channel, int | None]]:
    """Yield each channel and address by which a person is told."""
    choices = queries.choices_of(person.id)
    if contact_id is not None:
        contacts = [people.contact(contact_id)]
    else:
        own = people.contacts_of(person.id)
        contacts = [
            each for each in own if each.verified and (each.bound or person.kind == "guest")
        ]
    reachable = frozenset(queries.channel_of(each) for each in contacts)
    wanted = {
        channel
        for channel in kind.channels
        if policy.wants(kind.purpose, channel, choices, reachable)
    }
    told: set[Channel] = set()
    for each in contacts:
        channel = queries.channel_of(each)
        # of many addresses one is enough, but for security
        if channel in wanted and (channel not in told or kind.purpose == Purpose.SECURITY):
            told.add(channel)
            yield channel, each.id
    if Channel.INBOX in wanted and person.kind != "guest":
        yield Channel.INBOX, None


def write_code_delivery(code_id: int, channel: Channel, language: str, now: datetime) -> Delivery:
    """Return the delivery of a one-time code, written at the first try: its uid and check code never change."""
    key = queries.code_key(code_id)
    with transaction():
        _write(
            dedup_key=key,
            person_id=None,
            contact_id=None,
            channel=channel,
            template=queries.CODE_TEMPLATE,
            purpose=Purpose.SECURITY,
            about=f"code:{code_id}",
            ids={"code": code_id},
            language=language,
            priority=outbox.URGENT,
            now=now,
        )
    return db.session.execute(select(Delivery).where(Delivery.dedup_key == key)).scalar_one()


def _write(*, dedup_key: str, now: datetime, **values: Any) -> str | None:
    """Write a delivery unless its key has one, put it in line, return its uid; an inbox line is there at once."""
    inbox = values["channel"] == Channel.INBOX
    values |= {
        "dedup_key": dedup_key,
        "created_at": now,
        "attempts": 0,
        "state": DeliveryState.SENT if inbox else DeliveryState.WAITING,
        "sent_at": now if inbox else None,
    }
    uid = new_uid()
    while not insert_new(Delivery, uid=uid, check_code=_check_code(), **values):
        if db.session.execute(select(Delivery.id).where(Delivery.dedup_key == dedup_key)).first():
            return None  # told before
    if not inbox and values["template"] != queries.CODE_TEMPLATE:
        outbox.put(DUE, uid, priority=values["priority"], delivery=uid)
    return uid


def _check_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _letter in range(CHECK_CODE_LETTERS))


_TABLE: Table = Delivery.__table__  # type: ignore[assignment]  # SQLAlchemy types it as any FromClause
_NOTE = (
    update(_TABLE)
    .where(_TABLE.c.uid == bindparam("delivery"))
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("runs"),
        last_error=bindparam("reason"),
        sent_at=bindparam("sent", type_=UtcDateTime()),
    )
)


def note_outcome(uid: str, state: DeliveryState, outcome: outbox.Outcome) -> None:
    """Note what came of a try to send, in the transaction that finishes the outbox row."""
    sent = state == DeliveryState.SENT
    db.session.execute(
        _NOTE,
        {
            "delivery": uid,
            "new_state": state,
            "runs": outcome.attempts,
            "reason": None if sent else outcome.note,
            "sent": outcome.at if sent else None,
        },
    )


def await_receipt(uid: str, reference: str, sent_at: datetime) -> None:
    """Have the door asked what became of a text that it took, in the transaction that notes that it took it."""
    day = aliyun.day_of(sent_at)
    key, due = f"{uid}|{reference}", sent_at + FIRST_ASKED
    outbox.put(RECEIPT, key, due_at=due, delivery=uid, reference=reference, day=day)


def note_receipt(uid: str, *, delivered: bool, reason: str) -> bool:
    """Note what the carrier says of a text that left; return False where it had been noted, or was sent anew."""
    told = (
        {"state": DeliveryState.DELIVERED}
        if delivered
        else {"state": DeliveryState.DEAD, "last_error": reason}
    )
    left = (Delivery.uid == uid, Delivery.state == DeliveryState.SENT)
    return changed(update(Delivery).where(*left).values(**told)) == 1


def retry_delivery(actor: Actor, uid: str, *, now: datetime | None = None) -> Delivery:
    """Put a dead delivery back in line; raises `AlreadyDone` when it is not dead (any more)."""
    now = now or utcnow()
    with transaction():
        delivery = queries.delivery(actor, uid)
        dead = (Delivery.id == delivery.id, Delivery.state == DeliveryState.DEAD)
        if changed(update(Delivery).where(*dead).values(state=DeliveryState.WAITING)) != 1:
            raise AlreadyDone()
        audit.record(delivery.about, "delivery.retried", actor=actor, at=now, delivery=delivery.id)
        outbox.put(DUE, f"{uid}|{now.isoformat()}", priority=delivery.priority, delivery=uid)
    return delivery


def mark_read(actor: Actor, uid: str, *, now: datetime | None = None) -> None:
    """Mark one line of the actor's inbox as read; doing it again changes nothing. Raises `NotFound`."""
    now = now or utcnow()
    with transaction():
        line = queries.inbox_message(actor, uid)
        changed(
            update(Delivery)
            .where(Delivery.id == line.id, Delivery.read_at.is_(None))
            .values(read_at=now)
        )


def mark_all_read(actor: Actor, *, now: datetime | None = None) -> int:
    """Mark the actor's whole inbox as read and return how many lines were unread."""
    now = now or utcnow()
    with transaction():
        mine = (Delivery.person_id == actor.id, Delivery.channel == Channel.INBOX)
        return changed(
            update(Delivery).where(*mine, Delivery.read_at.is_(None)).values(read_at=now)
        )


def set_preferences(
    actor: Actor,
    chosen: Mapping[tuple[Purpose, Channel], bool],
    *,
    now: datetime | None = None,
) -> None:
    """Keep what the actor chose; what can't be chosen (security, orders in the inbox) is left out."""
    now = now or utcnow()
    if actor.id is None:
        raise NotFound()
    with transaction():
        for (purpose, channel), wanted in chosen.items():
            if not policy.is_fixed(purpose, channel):
                _choose(actor.id, purpose, channel, wanted, now)
        audit.record(actor.ref, "notices.chosen", actor=actor, at=now)


def _choose(
    person_id: int, purpose: Purpose, channel: Channel, wanted: bool, now: datetime
) -> None:
    row = {"person_id": person_id, "purpose": purpose, "channel": channel}
    if not insert_new(Preference, **row, wanted=wanted, changed_at=now):
        changed(update(Preference).filter_by(**row).values(wanted=wanted, changed_at=now))


def unsubscribe_token(person_id: int) -> str:
    """Return the token of a person's unsubscribe link; it stays good, since one may leave at any time (PP-6.4)."""
    text = f"unsubscribe\0{person_id}".encode()
    return f"{person_id}-{hmac.new(keys().codes, text, hashlib.sha256).hexdigest()}"


def unsubscribe_url(person_id: int) -> str:
    """Return the whole address of a person's unsubscribe page."""
    return f"{settings().public_url}/unsubscribe/{unsubscribe_token(person_id)}"


def person_of_token(token: str) -> int:
    """Return whom an unsubscribe token belongs to; raises `NotFound` for one that is not ours."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound()
    if not hmac.compare_digest(unsubscribe_token(int(number)).encode(), token.encode()):
        raise NotFound()
    return int(number)


def unsubscribe(token: str, *, now: datetime | None = None) -> None:
    """Stop all news to the person of this token; doing it again changes nothing. Raises `NotFound`."""
    now = now or utcnow()
    with transaction():
        person = people.person(person_of_token(token))
        if person.erased:
            return
        choices = queries.choices_of(person.id)
        told = [channel for channel in Channel if choices.get((Purpose.NEWS, channel)) is not False]
        for channel in told:
            _choose(person.id, Purpose.NEWS, channel, False, now)
        if told:
            reader = replace(reader_of(person), session=None)
            audit.record(reader.ref, "notices.unsubscribed", actor=reader, at=now)


def reader_of(person: people.PersonView) -> Actor:
    """Return a person as an actor without a session, for policies asked on their behalf."""
    return Actor(
        person.kind.value,
        person.id,
        person.roles,
        None,
        person.name,
        person.language,
        person.timezone,
        person.untrained,
    )
