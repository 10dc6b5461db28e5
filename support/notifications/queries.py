"""What may be asked about messages: for a thread, an inbox, the desk, and anyone who holds a check code."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from support.accounts import queries as people
from support.accounts import queries_codes
from support.accounts.models import ContactKind
from support.core.actors import Actor
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.notifications import policy
from support.notifications.models import Channel, Delivery, DeliveryState, Preference, Purpose
from support.notifications.templates import template

PAGE = 20
CODE_TEMPLATE = "notifications.code"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GONE = N_("a deleted address")
"""What is shown where an address stood whose person was erased."""
_MISREAD = str.maketrans("ILO", "110")


class DeliveryLine(NamedTuple):
    """One message as a list shows it: `title` is a message id, `address` is masked, "" for the inbox."""

    uid: str
    person_id: int | None
    channel: Channel
    title: str
    address: str
    state: DeliveryState
    at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One line of an inbox; `title` is a message id, `reference` a work order's or ""."""

    id: int
    uid: str
    title: str
    purpose: Purpose
    reference: str
    at: datetime
    unread: bool


_LINE: tuple[InstrumentedAttribute[Any], ...] = (
    Delivery.uid,
    Delivery.person_id,
    Delivery.contact_id,
    Delivery.channel,
    Delivery.template,
    Delivery.state,
    Delivery.created_at,
    Delivery.sent_at,
    Delivery.attempts,
    Delivery.last_error,
)

_ABOUT = (
    select(*_LINE).where(Delivery.about == bindparam("stream")).order_by(Delivery.id).limit(500)
)
_ABOUT_TO = _ABOUT.where(Delivery.person_id == bindparam("reader", type_=Delivery.person_id.type))


def spelled(check_code: str) -> str:
    """Return a check code as people read it: two groups of four."""
    return f"{check_code[:4]}-{check_code[4:]}"


def title_of(code: str) -> str:
    """Return the title (a message id) of a template; a code message has one of its own."""
    return N_("One-time code") if code == CODE_TEMPLATE else template(code).title


def masked_addresses(contact_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the masked address of each contact point that can still be opened."""
    found = people.contacts(number for number in contact_ids if number is not None)
    return {number: contact.masked for number, contact in found.items()}


def deliveries_about(stream: str, known: Iterable[people.ContactView] = ()) -> list[DeliveryLine]:
    """Return every message about `stream` (`order:12`), oldest first; `known` addresses are not looked up again."""
    rows = fetch(_ABOUT, {"stream": stream}).all()
    return _drawn(rows, {contact.id: contact.masked for contact in known})


def deliveries_to(person_id: int, stream: str) -> list[DeliveryLine]:
    """Return the messages about `stream` that went to this person, oldest first."""
    return _drawn(fetch(_ABOUT_TO, {"stream": stream, "reader": person_id}).all(), {})


def dead_deliveries(limit: int = 100) -> list[DeliveryLine]:
    """Return what could not be delivered, newest first; codes are left out, since they expire on their own."""
    return _lines(
        Delivery.state == DeliveryState.DEAD,
        Delivery.template != CODE_TEMPLATE,
        order=Delivery.id.desc(),
        limit=limit,
    )


def dead_count(actor: Actor) -> int:
    """Return how many messages could not be delivered, for the desk's navigation."""
    return int(
        db.session.execute(
            select(func.count()).where(
                Delivery.state == DeliveryState.DEAD, Delivery.template != CODE_TEMPLATE
            )
        ).scalar_one()
    )


def _lines(*clauses: Any, order: Any, limit: int) -> list[DeliveryLine]:
    statement = select(*_LINE).where(*clauses).order_by(order).limit(limit)
    return _drawn(fetch(statement).all(), {})


def _drawn(rows: Sequence[Any], addresses: dict[int, str]) -> list[DeliveryLine]:
    missing = {row.contact_id for row in rows} - {None, *addresses}
    addresses = addresses | masked_addresses(missing)
    return [
        DeliveryLine(
            row.uid,
            row.person_id,
            Channel(row.channel),
            title_of(row.template),
            addresses.get(row.contact_id, "" if row.channel == Channel.INBOX else gettext(GONE)),
            DeliveryState(row.state),
            row.sent_at or row.created_at,
            row.attempts,
            row.last_error or "",
        )
        for row in rows
    ]


def states() -> dict[str, float]:
    """Return how many messages are in each state, for the metrics."""
    rows = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {state: float(count) for state, count in rows}


_INBOX = (Delivery.channel == Channel.INBOX,)


def expired_codes(uids: Iterable[str], now: datetime) -> list[str]:
    """Return those of these deliveries that carry a code or a link that is worth nothing any more."""
    carries = (Delivery.uid.in_(list(uids)), Delivery.template == CODE_TEMPLATE)
    found = {
        row.uid: row.ids["code"]
        for row in fetch(select(Delivery.uid, Delivery.ids).where(*carries))
    }
    alive = queries_codes.live_codes(found.values(), now) if found else set()
    return [uid for uid, code_id in found.items() if code_id not in alive]


def unread_of(person: Any) -> ColumnElement[int]:
    """Return how many lines of an inbox are unread, as SQL over the column of the person's id."""
    unread = (Delivery.person_id == person, *_INBOX, Delivery.read_at.is_(None))
    return select(func.count()).where(*unread).scalar_subquery()


def last_sent(kind: ContactKind) -> datetime | None:
    """Return when the last message left for an address of this kind; only the newest thousand are looked through."""
    newest = (
        select(Delivery.channel, Delivery.sent_at)
        .where(Delivery.state.in_((DeliveryState.SENT, DeliveryState.DELIVERED)))
        .order_by(Delivery.id.desc())
        .limit(1000)
        .subquery()
    )
    channel = Channel.MAIL if kind == ContactKind.EMAIL else Channel.SMS
    mine = select(func.max(newest.c.sent_at)).where(newest.c.channel == channel)
    found: datetime | None = db.session.execute(mine).scalar_one()
    return found


def inbox_page(actor: Actor, before: int | None = None) -> list[InboxLine]:
    """Return a page of the actor's inbox and one line more if there is a next page, newest first."""
    clauses = [Delivery.person_id == actor.id, *_INBOX]
    if before is not None:
        clauses.append(Delivery.id < before)
    rows = db.session.execute(
        select(
            Delivery.id,
            Delivery.uid,
            Delivery.template,
            Delivery.purpose,
            Delivery.ids,
            Delivery.created_at,
            Delivery.read_at,
        )
        .where(*clauses)
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
    )
    return [
        InboxLine(
            row.id,
            row.uid,
            title_of(row.template),
            Purpose(row.purpose),
            str(row.ids.get("reference", "")),
            row.created_at,
            row.read_at is None,
        )
        for row in rows
    ]


def inbox_message(actor: Actor, uid: str) -> Delivery:
    """Return one line of the actor's own inbox; anybody else's is `NotFound`."""
    found = db.session.execute(
        select(Delivery).where(Delivery.uid == uid, Delivery.person_id == actor.id, *_INBOX)
    ).scalar_one_or_none()
    if found is None or actor.id is None:
        raise NotFound()
    return found


def delivery(actor: Actor, uid: str) -> Delivery:
    """Return a delivery to staff who may handle deliveries; raises `NotFound` or `NotAllowed`."""
    policy.require_deliveries(actor)
    found = db.session.execute(select(Delivery).where(Delivery.uid == uid)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due: what sending needs of its row, and whether the person said no since."""

    uid: str
    person_id: int
    contact_id: int
    channel: Channel
    template: str
    purpose: Purpose
    ids: dict[str, Any]
    language: str
    check_code: str
    refused: bool


_REFUSAL = (
    (Preference.person_id == Delivery.person_id)
    & (Preference.purpose == Delivery.purpose)
    & (Preference.channel == Delivery.channel)
)


_WAITING = (
    select(
        Delivery.uid,
        Delivery.person_id,
        Delivery.contact_id,
        Delivery.channel,
        Delivery.template,
        Delivery.ids,
        Delivery.language,
        Delivery.check_code,
        Delivery.purpose,
        Preference.wanted,
    )
    .join(Preference, _REFUSAL, isouter=True)
    .where(Delivery.uid == bindparam("due"), Delivery.state == DeliveryState.WAITING)
)


def waiting_delivery(uid: str) -> Waiting | None:
    """Return the delivery if it still waits to be sent to an address, in one query."""
    row = fetch(_WAITING, {"due": uid}).one_or_none()
    if row is None or row.person_id is None or row.contact_id is None:
        return None
    channel, purpose = Channel(row.channel), Purpose(row.purpose)
    free = not policy.is_fixed(purpose, channel)
    return Waiting(
        row.uid,
        row.person_id,
        row.contact_id,
        channel,
        row.template,
        purpose,
        dict(row.ids),
        row.language,
        row.check_code,
        free and row.wanted is False,
    )


def uid_of_code(code_id: int) -> str | None:
    """Return the uid of the delivery of a one-time code, if it was ever tried."""
    uid: str | None = db.session.execute(
        select(Delivery.uid).where(Delivery.dedup_key == code_key(code_id))
    ).scalar_one_or_none()
    return uid


def code_of(uid: str) -> int | None:
    """Return the id of the one-time code that a delivery carries, None for any other message."""
    carries = (Delivery.uid == uid, Delivery.template == CODE_TEMPLATE)
    ids = db.session.execute(select(Delivery.ids).where(*carries)).scalar_one_or_none()
    return int(ids["code"]) if ids else None


def contact_of(uid: str) -> int | None:
    """Return the id of the contact point that a delivery went to."""
    found: int | None = db.session.execute(
        select(Delivery.contact_id).where(Delivery.uid == uid)
    ).scalar_one_or_none()
    return found


def code_key(code_id: int) -> str:
    """Return the unique key of the delivery of a one-time code."""
    return f"{CODE_TEMPLATE}|{code_id}"


def choices_of(person_id: int) -> dict[tuple[Purpose, Channel], bool]:
    """Return what a person chose, by purpose and channel; what has no row was not chosen."""
    rows = db.session.execute(
        select(Preference.purpose, Preference.channel, Preference.wanted).where(
            Preference.person_id == person_id
        )
    )
    return {(Purpose(purpose), Channel(channel)): wanted for purpose, channel, wanted in rows}


def reachable(person_id: int) -> frozenset[Channel]:
    """Return the channels for which a person has a proved address."""
    return frozenset(
        channel_of(contact) for contact in people.contacts_of(person_id) if contact.verified
    )


def channel_of(contact: people.ContactView) -> Channel:
    """Return the channel that reaches an address."""
    return Channel.MAIL if contact.kind == "email" else Channel.SMS


@dataclass(frozen=True, slots=True)
class Genuine:
    """What may be said of a message whose check code somebody holds: nothing of its text or reader."""

    channel: Channel
    purpose: Purpose
    sent_at: datetime
    ending: str


def delivery_by_check_code(text: str) -> Genuine | None:
    """Return what is known of the sent message with this check code, or None.

    Spaces, hyphens, full-width signs, small letters and the misreadings I, L and O are accepted.
    """
    code = "".join(unicodedata.normalize("NFKC", text).upper().split()).replace("-", "")
    code = code.translate(_MISREAD)
    if len(code) != 8 or set(code) - set(ALPHABET):
        return None
    row = db.session.execute(
        select(Delivery.channel, Delivery.purpose, Delivery.sent_at, Delivery.contact_id).where(
            Delivery.check_code == code,
            Delivery.sent_at.is_not(None),
            Delivery.channel != Channel.INBOX,
        )
    ).one_or_none()
    if row is None:
        return None
    ending = masked_addresses([row.contact_id]).get(row.contact_id, "")[-4:]
    return Genuine(Channel(row.channel), Purpose(row.purpose), row.sent_at, ending)
