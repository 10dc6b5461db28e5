"""The verbs of the ledger of sharing: write a row beside the act, look at somebody's ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from support.core import audit, platform_door
from support.core.actors import Actor
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db, insert_new, transaction
from support.core.errors import Invalid, NotFound
from support.core.installation import is_demo
from support.core.platform_calls import Name, PlatformCall
from support.core.words import N_
from support.policies import queries_partners
from support.policies import queries_sharing as queries
from support.policies.models_sharing import Sharing
from support.policies.policy_sharing import check_may_read_ledger
from support.policies.sharing_words import (
    Aim,
    Approval,
    Basis,
    Data,
    Kind,
    Look,
    PartnerRole,
    Recipient,
)

PLATFORM = "platform"
SAY_WHY = N_("Please say why you open it.")


def record_sharing(
    actor: Actor,
    person_id: int,
    *,
    key: str,
    to: Recipient | str,
    data: Sequence[Data],
    aim: Aim,
    basis: Basis,
    kind: Kind | None = None,
    approved_by: int | None = None,
    own: bool = False,
    reference: str = "",
    now: datetime | None = None,
) -> bool:
    """Write down, in the transaction of the act itself, that data of a person was given; False where it stands already.

    `to` is a role, or the code of a partner, whose entry in the register then says what kind it is. Whoever acts has
    approved it, unless `approved_by` names a member of staff who did; the system
    acts by rule. An act is the person's `own` also before they have an account.
    """
    now, partner = now or utcnow(), "" if isinstance(to, Recipient) else to
    staff = approved_by if approved_by is not None else (actor.id if actor.is_staff else None)
    own = staff is None and (own or (actor.id is not None and actor.id == person_id))
    values = {
        "kind": (kind or _kind(partner)).value,
        "partner": partner,
        "recipient": "" if partner else str(to),
        "data": [each.value for each in data],
        "aim": aim.value,
        "basis": basis.value,
    }
    approval = Approval.OWN if own else (Approval.RULE if staff is None else Approval.STAFF)
    with transaction():
        new = insert_new(
            Sharing,
            key=key,
            person_id=person_id,
            **values,
            approval=approval.value,
            approved_by=staff,
            reference=reference,
            at=now,
        )
        if new:
            ids = {**values, "key": key, "approved_by": staff, "reference": reference}
            audit.record(f"person:{person_id}", "sharing.recorded", actor=actor, at=now, **ids)
    return new


def note_platform_call(found: PlatformCall, at: datetime) -> None:
    """Write down what a call told the platform of somebody, once it took it; inside the caller's transaction.

    Who asked for it stands in the trail. Where nothing left, since calls are answered here, there is nothing to say;
    a demo does as if.
    """
    person_id = found.payload.get("person")
    if person_id is None or (platform_door.is_console() and not is_demo()):
        return
    more, aim, basis = _TOLD[Name(found.name)]
    record_sharing(
        _asker(found),
        int(person_id),
        key=f"platform:{found.uid}",
        to=PLATFORM,
        data=(Data.ACCOUNT, *more),
        aim=aim,
        basis=basis,
        reference=found.reference,
        now=at,
    )


def open_ledger(actor: Actor, person_id: int, reason: str, *, now: datetime | None = None) -> None:
    """Write down why (a `Look`) the actor reads what was given of a person; it is open to them for 15 minutes then.

    Raises `Invalid` without a reason, `NotFound` where nothing was given of this person.
    """
    now = now or utcnow()
    check_may_read_ledger(actor)
    if reason not in {each.value for each in Look}:
        raise Invalid("reason", SAY_WHY)
    if not queries.is_known(person_id):
        raise NotFound()
    with transaction():
        ids = {"reason": reason}
        audit.record(f"person:{person_id}", queries.READ, actor=actor, at=now, **ids)


_TOLD: Mapping[Name, tuple[tuple[Data, ...], Aim, Basis]] = {
    Name.SET_REALNAME: ((Data.REAL_NAME,), Aim.REAL_NAME, Basis.CONTRACT),
    Name.LOCK_ACCOUNT: ((Data.DECISION,), Aim.CONDUCT, Basis.CONTRACT),
    Name.UNLOCK_ACCOUNT: ((Data.DECISION,), Aim.CONDUCT, Basis.CONTRACT),
    Name.END_SESSIONS: ((), Aim.SECURITY, Basis.CONTRACT),
    Name.ERASE_PERSON: ((), Aim.ERASURE, Basis.DUTY),
    Name.EXPORT_PERSON: ((), Aim.COPY, Basis.DUTY),
    Name.CHECK_TRANSACTION: ((), Aim.TRANSACTION, Basis.DISPUTE),
    Name.TAKE_DOWN: ((Data.LISTING,), Aim.CONTENT, Basis.DUTY),
    Name.RESTORE: ((Data.LISTING,), Aim.CONTENT, Basis.DUTY),
    Name.PING: ((), Aim.OTHER, Basis.CONTRACT),
}
"""What each call tells beside the account, what for, and why it may."""


def _asker(found: PlatformCall) -> Actor:
    """Return who asked for a call, as the trail has it: the newest of those who did."""
    asked = (
        select(Event.actor_kind, Event.actor_id, Event.data)
        .where(Event.stream == found.about, Event.action.in_(("platform.asked", "platform.again")))
        .order_by(Event.seq.desc())
    )
    for kind, actor_id, data in db.session.execute(asked):
        if data.get("call") == found.uid:
            return Actor(kind, actor_id)
    return Actor("system")


def _kind(partner: str) -> Kind:
    entry = queries_partners.partner_with(partner)
    if entry is None:
        return Kind.SHARED
    if entry.abroad:
        return Kind.EXPORTED
    return Kind.ENTRUSTED if entry.part is PartnerRole.PROCESSOR else Kind.SHARED
