"""Bridges from topics to verbs: each is safe to run twice, and sends with no transaction open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from support.accounts import queries as people
from support.accounts import queries_codes, service_codes
from support.accounts.models import ContactKind
from support.accounts.policy import CODE_LIVES, FOR_THE_KNOWN, CodePurpose
from support.core.actors import Actor
from support.core.breaker import DoorAway
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import db
from support.core.errors import NotFound
from support.core.outbox import Done, Outcome
from support.core.outbox_rows import OutboxState
from support.core.partners import wait_for_partner
from support.core.vault import KeyDestroyed
from support.notifications import (
    aliyun,
    letters,
    mail,
    outgoing,
    policy,
    queries,
    service,
    service_letters,
    sms,
)
from support.notifications.models import Channel, DeliveryState, Purpose
from support.notifications.service_letters import Words
from support.notifications.templates import facts_for, template

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Ready:
    """A message with all that its door needs; nothing of it is read from the database any more."""

    uid: str
    channel: Channel
    address: str
    template: str
    reader: Actor
    facts: dict[str, Any]
    unsubscribe_url: str = ""
    kept_with: str = ""
    """The key of the case under which the words are kept as they leave; "" where they are not."""
    tells: bool = True
    """Whether pages may show by it that the door is away: not where the message itself says that somebody is known."""


def send_delivery(payload: dict[str, Any]) -> str | Done | None:
    """Send one delivery that is due; safe to run twice, since a sent one is left alone."""
    delivery = queries.waiting_delivery(payload["delivery"])
    if delivery is None:
        return NOTHING
    ready = prepare(delivery)
    if isinstance(ready, DeliveryState):
        return ready
    wait_for_partner(_door(ready.channel))
    db.session.remove()  # the connection goes back before the network call
    reference, words = hand_over(ready)
    return Done(_taken(reference), words)


def settle_delivery(payload: dict[str, Any], outcome: Outcome) -> None:
    """Note what came of it, and what was said, in the transaction that finishes the outbox row."""
    if outcome.note != NOTHING:
        _settle(payload["delivery"], outcome)
    if isinstance(outcome.made, Words):
        service_letters.keep_words(payload["delivery"], outcome.made)


def _taken(reference: str) -> str:
    return f"{DeliveryState.SENT} {reference}".strip()


def _settle(uid: str, outcome: Outcome) -> None:
    state, reference = _ended(outcome)
    service.note_outcome(uid, state, outcome)
    if reference:
        service.await_receipt(uid, reference, outcome.at)


def _ended(outcome: Outcome) -> tuple[DeliveryState, str]:
    """Return the state that the delivery is in now, and by what the door is asked for its receipt, or ""."""
    if outcome.state == OutboxState.DONE:
        state, _space, reference = (outcome.note or "").partition(" ")
        return DeliveryState(state), reference
    waits = outcome.state == OutboxState.PENDING
    return DeliveryState.WAITING if waits else DeliveryState.DEAD, ""


def prepare(delivery: queries.Waiting) -> Ready | DeliveryState:
    """Ask again for reader, address, choice and permission right before sending; where one is gone, the end."""
    try:
        reader = service.reader_of(people.person(delivery.person_id))
        contact = people.contact(delivery.contact_id)
    except (NotFound, KeyDestroyed):
        return DeliveryState.CANCELLED
    if contact.person_id != reader.id or delivery.refused:
        return DeliveryState.CANCELLED
    if not policy.may_leave(delivery.purpose, reader, bound=contact.bound):
        return DeliveryState.REMOVED
    reader = replace(reader, language=delivery.language)
    kind = template(delivery.template)
    facts = facts_for(kind, delivery.ids, reader)
    if facts is None:
        return DeliveryState.CANCELLED
    leave = service.unsubscribe_url(delivery.person_id) if kind.purpose == Purpose.NEWS else ""
    # a guest has no account to sign in to, so no link to choices behind a sign-in
    choose = kind.purpose == Purpose.ORDERS and reader.kind != "guest"
    facts |= {
        "check_code": queries.spelled(delivery.check_code),
        "unsubscribe_url": leave,
        "notices_url": f"{settings().public_url}/account/notices" if choose else "",
    }
    return Ready(
        delivery.uid,
        delivery.channel,
        contact.address,
        kind.code,
        reader,
        facts,
        leave,
        service_letters.kept_with(kind, delivery.ids),
    )


def hand_over(ready: Ready) -> tuple[str, Words | None]:
    """Write the words and give them to the door of the channel; raises `Retry` or `GiveUp`.

    Returns by what the door is asked later whether the message arrived, or "", and what is kept of the words.
    """
    kind = ContactKind.MOBILE if ready.channel == Channel.SMS else ContactKind.EMAIL
    try:
        given = _give(ready)
    except DoorAway:
        if ready.tells:
            service_codes.note_door(kind, answers=False)
        raise
    if ready.tells:
        service_codes.note_door(kind, answers=True)
    return given


def _give(ready: Ready) -> tuple[str, Words | None]:
    if ready.channel == Channel.SMS:
        short = letters.write_sms(ready.template, ready.reader, ready.facts)
        reference = sms.send(
            sms.Sms(
                ready.uid,
                ready.address,
                short.text,
                ready.reader.language,
                ready.template,
                short.approved,
                short.fields,
            )
        )
        return reference, _said(ready, "", [[short.text]])
    letter = letters.write_letter(ready.template, ready.reader, ready.facts)
    mail.door().send(
        mail.compose(
            ready.uid,
            ready.address,
            letter,
            language=ready.reader.language,
            at=utcnow(),
            thread=ready.facts.get("reference", ""),
            unsubscribe_url=ready.unsubscribe_url,
        )
    )
    return "", _said(ready, letter.heading, letter.paragraphs)


def _said(ready: Ready, title: str, paragraphs: list[list[str]]) -> Words | None:
    return Words(ready.reader, ready.kept_with, title, paragraphs) if ready.kept_with else None


def send_code(payload: dict[str, Any]) -> str | None:
    """Send a one-time code at once; its digits are derived here and stand nowhere. Safe to run twice."""
    now = utcnow()
    code = service_codes.reveal_code(payload["code"], now=now)
    if code is None:
        return NOTHING
    channel = Channel.MAIL if code.kind == "email" else Channel.SMS
    delivery = service.write_code_delivery(payload["code"], channel, code.language, now)
    if DeliveryState(delivery.state).left:
        return NOTHING
    facts = {
        "purpose": code.purpose,
        "digits": code.digits,
        "order": code.about if code.purpose == CodePurpose.FOLLOW else "",
        "who": people.names([code.person_id]).get(code.person_id, "") if code.person_id else "",
        "link": settings().public_url + code.path if code.path else "",
        "check_code": queries.spelled(delivery.check_code),
    }
    reader = Actor("anonymous", language=code.language, timezone=settings().operator_timezone)
    own = ("account_exists", "invite", "notice_link")
    name = code.purpose if code.purpose in own else "code"
    ready = Ready(
        delivery.uid,
        channel,
        code.target,
        f"notifications.{name}",
        reader,
        facts,
        tells=code.purpose not in FOR_THE_KNOWN,
    )
    wait_for_partner(_door(channel))
    db.session.remove()
    reference, _words = hand_over(ready)  # a code stands nowhere
    return _taken(reference)


def _door(channel: Channel) -> str:
    return sms.DOOR.code if channel == Channel.SMS else mail.DOOR.code


def forget_code_files(now: datetime) -> None:
    """Remove from the demo's door the messages whose code has expired (a periodic task). Safe to run twice."""
    kept = outgoing.kept_before(now - CODE_LIVES)
    for uid in queries.expired_codes(kept, now) if kept else ():
        outgoing.forget(kept[uid])


def settle_code(payload: dict[str, Any], outcome: Outcome) -> None:
    """Note it on the code, so that its page can offer another way, and on its delivery."""
    if outcome.note == NOTHING:
        return
    uid = queries.uid_of_code(payload["code"])
    if uid is not None:
        _settle(uid, outcome)
    if outcome.state == OutboxState.DONE:
        service_codes.mark_sent(payload["code"], now=outcome.at)
    else:
        service_codes.mark_failed(payload["code"], now=outcome.at)


def ask_receipt(payload: dict[str, Any]) -> str:
    """Ask the SMS door what became of a text that it took; no answer yet is a `Retry`. Safe to run twice."""
    number = _number_of(payload["delivery"])
    if number is None:
        return NOTHING
    wait_for_partner(sms.DOOR.code)
    db.session.remove()
    return sms.receipt(number, payload["reference"], payload["day"])


def settle_receipt(payload: dict[str, Any], outcome: Outcome) -> None:
    """Note it on the delivery; of a code that never arrived also on the code, whose page then offers another way."""
    if outcome.state != OutboxState.DONE or outcome.note in (None, NOTHING):
        return
    uid, said = payload["delivery"], outcome.note or ""
    delivered = said == aliyun.DELIVERED
    if service.note_receipt(uid, delivered=delivered, reason=said) and not delivered:
        code_id = queries.code_of(uid)
        if code_id is not None:
            service_codes.mark_lost(code_id, now=outcome.at)


def _number_of(uid: str) -> str | None:
    """Return where a text went, if that can still be known; it is kept nowhere else for this."""
    code_id = queries.code_of(uid)
    try:
        if code_id is not None:
            return queries_codes.code_target(code_id)
        contact_id = queries.contact_of(uid)
        return people.contact(contact_id).address if contact_id is not None else None
    except (NotFound, KeyDestroyed):
        return None
