"""Orders that an agent types in during a call. A caller is nobody (level 0) until a code is read back (M27).

The code goes to the address on file, never to one that the caller names for somebody else's account; whether
anybody was found is never said. Who reads it back is the member, and only then may their data be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from support.accounts import queries as people
from support.accounts import service_codes, service_contacts
from support.accounts.addresses import fold_name, normalise_address
from support.accounts.models import ContactKind
from support.accounts.policy import CodePurpose
from support.accounts.queries import ContactView
from support.accounts.service_codes import CheckedCode
from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, transaction
from support.core.errors import Invalid, Unavailable
from support.workorders import policy, service
from support.workorders.kind import Kind
from support.workorders.lifecycle import Priority
from support.workorders.models import Party, WorkOrder

PURPOSE = CodePurpose.PHONE_CALL


@dataclass(frozen=True, slots=True)
class Call:
    """What the caller wants, as the agent wrote it down."""

    kind: Kind
    subject: str
    body: str
    language: str
    priority: Priority


def ask_caller(
    actor: Actor, who: str, *, visitor: str, language: str, now: datetime | None = None
) -> None:
    """Send a code to the number on file of the member called `who`, or with the whole number `who`.

    For anybody else the same rows are written and the same nothing is returned; nobody gets a message. Limits count
    by agent, since a whole desk shares one network address, and by what was said, so that they join no name to a
    number; a member whose phone had its share of codes gets no more of them, and the answer stays the same. Raises
    `TooMany`, and `Unavailable` where no code can leave at all.
    """
    now = now or utcnow()
    policy.require_calls(actor)
    doors = [
        kind for kind in (ContactKind.MOBILE, ContactKind.EMAIL) if service_codes.has_door(kind)
    ]
    if not doors:
        raise Unavailable()
    found = _on_file(who, doors)
    with transaction():
        code = service_codes.request_code(
            actor,
            PURPOSE,
            kind=found.kind if found else doors[0],
            value=found.address if found else "nobody",
            counted=_spelled(who),
            visitor=visitor,
            address=f"desk:{actor.id}",
            language=people.person(found.person_id).language if found else language,
            person_id=found.person_id if found else None,
            send=found is not None
            and not service_codes.had_their_share(PURPOSE, found.person_id, now),
            now=now,
        )
        stream = f"person:{found.person_id}" if found else "system"
        audit.record(stream, "caller.asked", actor=actor, at=now, code=code.id)


def prove_caller(
    actor: Actor, digits: str, *, visitor: str, now: datetime | None = None
) -> CheckedCode:
    """Take the digits that the caller reads back and return the proof; raises `Invalid("code")`.

    Call it outside any transaction: a try counts even when what follows fails.
    """
    now = now or utcnow()
    policy.require_calls(actor)
    checked = service_codes.check_code(PURPOSE, visitor=visitor, digits=digits, now=now)
    with transaction():
        service_codes.use_code(checked.id, now=now)
        audit.record(f"person:{checked.person_id}", "caller.proved", actor=actor, at=now)
    return checked


def caller(uid: str, *, visitor: str, now: datetime) -> CheckedCode:
    """Return the proof that this agent's session got within the last half hour; raises `Expired`."""
    return service_codes.proved_code(PURPOSE, visitor=visitor, uid=uid, now=now)


def file_phone_order(
    actor: Actor,
    call: Call,
    *,
    caller: CheckedCode | None,
    address: str,
    now: datetime | None = None,
) -> WorkOrder:
    """File what was said on the phone: for the proved member, else for a guest with the given address.

    The number that an unproved caller gives never leads to the account that it belongs to. Raises
    `Invalid("address")`.
    """
    now = now or utcnow()
    policy.require_calls(actor)
    with transaction():
        if caller is not None and caller.person_id is not None:
            requester_id, contact_id = caller.person_id, None
        else:
            kind, value = normalise_address("auto", address)
            guest = service_contacts.guest_for(kind, value, call.language, now=now)
            requester_id, contact_id = guest.person_id, guest.contact_id
        order = service.file_order(
            actor,
            call.kind,
            requester_id=requester_id,
            contact_id=contact_id,
            subject=call.subject,
            body=call.body,
            language=call.language,
            channel="phone",
            priority=call.priority,
            now=now,
        )
        if caller is not None:
            mine = (Party.order_id == order.id, Party.person_id == requester_id)
            changed(update(Party).where(*mine).values(proved_at=now))
            audit.record(order.stream, "order.called", actor=actor, at=now)
    return order


def _spelled(who: str) -> str:
    """Return what was said in one spelling."""
    try:
        return normalise_address("auto", who)[1]
    except Invalid:
        return fold_name(who)[:200]


def _on_file(who: str, doors: list[ContactKind]) -> ContactView | None:
    """Return the member's bound address that a code can go to: the number given, or the mobile on file."""
    person_id = people.person_id_by_name(who)
    contact_id = None
    if person_id is None:
        try:
            kind, value = normalise_address("auto", who)
        except Invalid:
            return None
        bound = people.bound_contact(kind, value)
        if bound is None:
            return None
        person_id, contact_id = bound
    if people.person(person_id).kind != "member":
        return None
    own = [
        one
        for one in people.contacts_of(person_id)
        if one.bound and service_codes.has_door(one.kind, one.address)
    ]
    own.sort(key=lambda one: (one.id != contact_id, one.kind != ContactKind.MOBILE, one.id))
    return own[0] if own else None
