"""Giving a lost account back to its owner, once a check has shown who they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update

from support.accounts import queries, service_sessions
from support.accounts.models import ContactKind, ContactPoint, ExternalIdentity, Person, PersonKind
from support.accounts.service_contacts import add_bound, tell_change
from support.accounts.service_factors import clear_factor
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.assurance.queries import Case
from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import NotAllowed
from support.core.words import N_


def recover_account(
    actor: Actor,
    case: Case,
    kind: ContactKind,
    value: str,
    *,
    lost: Collection[int] = (),
    now: datetime | None = None,
) -> int:
    """Bind a proved new address to the account of `case`, and return its contact point's id.

    Every session ends, the second factor goes (it is lost with the rest), addresses in `lost` sign in no more, and
    all older addresses are told. Password and accounts of other services sign in no more: whoever holds the new
    address sets a password by a code.
    Raises `NeedsProof` or `OnHold` while the check does not suffice, `Invalid` for an address of another account,
    `NotAllowed` for staff, whose access an administrator restores with a second person.
    """
    now = now or utcnow()
    assurance.require(actor, Act.RECOVER_ACCOUNT, case=case, now=now)
    with transaction():
        db.session.execute(select(Person.id).where(Person.id == case.person_id).with_for_update())
        if queries.person(case.person_id).kind != PersonKind.MEMBER:
            raise NotAllowed(N_("This way is for members' accounts only."))
        older = [one for one in queries.contacts_of(case.person_id) if one.verified]
        contact_id = add_bound(case.person_id, kind, value, now=now)
        gone = (
            ContactPoint.id.in_(set(lost) - {contact_id}),
            ContactPoint.person_id == case.person_id,
        )
        changed(update(ContactPoint).where(*gone, ContactPoint.bound).values(bound=False))
        clear_factor(case.person_id)
        changed(update(Person).where(Person.id == case.person_id).values(password_hash=None))
        elsewhere = delete(ExternalIdentity).where(ExternalIdentity.person_id == case.person_id)
        db.session.execute(elsewhere)
        service_sessions.end_sessions_of(actor, case.person_id, keep=None, now=now)
        stream = f"person:{case.person_id}"
        audit.record(stream, "account.recovered", actor=actor, at=now, check=case.about)
        tell = [one.id for one in older if one.id != contact_id]
        tell_change(actor, case.person_id, contact_id, "bound", tell, now)
    return contact_id
