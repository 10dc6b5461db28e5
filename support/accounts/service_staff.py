"""Staff: invited by link, given roles, disabled; a second factor is reset by two people (ASVS 6.3.3, 6.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from support.accounts import (
    code_secrets,
    limits,
    passwords,
    queries,
    service_closing,
    service_codes,
    service_contacts,
    service_factors,
    service_invitations,
    service_register,
    service_sessions,
)
from support.accounts.addresses import normalise_address
from support.accounts.models import ContactKind, FactorReset, Person, PersonKind
from support.accounts.policy import require_admin
from support.accounts.service_sessions import OpenedSession
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, outbox
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed, NotFound
from support.core.words import N_

_STAFF_LOCK = b"staff roles and accounts"


def invite_staff(
    actor: Actor,
    *,
    name: str,
    email: str,
    roles: Iterable[Role],
    language: str = "en",
    now: datetime | None = None,
) -> str:
    """Make a member of staff without password and return the path of their invitation, good once for 72 hours.

    The link goes to the e-mail, and opening it proves that address. Raises `NeedsProof`, `Invalid`.
    """
    now = now or utcnow()
    _may_change_roles(actor, now)
    given = _checked_roles(roles)
    _kind, value = normalise_address("email", email, field="email")
    with transaction():
        if queries.bound_contact(ContactKind.EMAIL, value) is not None:
            raise Invalid("email", N_("This address already signs in to an account."))
        person_id = service_register.add_person(
            PersonKind.STAFF, name, password=None, language=language, now=now
        )
        changed(update(Person).where(Person.id == person_id).values(roles=given))
        code = service_invitations.write_invitation(
            person_id, value=value, language=language, now=now
        )
        audit.record(f"person:{person_id}", "staff.invited", actor=actor, at=now, roles=given)
        return code_secrets.invitation_path(code)


def renew_invitation(
    actor: Actor, person_id: int, *, email: str, now: datetime | None = None
) -> str:
    """Send a new invitation to somebody who did not accept theirs; the older link dies."""
    now = now or utcnow()
    _may_change_roles(actor, now)
    who = _staff(person_id)
    _kind, value = normalise_address("email", email, field="email")
    if who.has_password or who.disabled:
        raise AlreadyDone()
    with transaction():
        code = service_invitations.write_invitation(
            person_id, value=value, language=who.language, now=now
        )
        audit.record(
            f"person:{person_id}", "staff.invited", actor=actor, at=now, roles=sorted(who.held)
        )
        return code_secrets.invitation_path(code)


def accept_invitation(
    uid: str,
    token: str,
    *,
    password: str,
    address: str,
    device: str,
    browser: str = "",
    now: datetime | None = None,
) -> OpenedSession:
    """Set the password of an invited member of staff, bind the proved e-mail, and open a session for enrolment.

    Raises `Expired` for an old or used link, `Invalid` for the password.
    """
    now = now or utcnow()
    code = service_invitations.invitation(uid, token, now=now)
    assert code.person_id is not None
    person_id, who = code.person_id, queries.person(code.person_id)
    passwords.check_password(password, own=[who.name, code.value])
    hashed = passwords.hash_password(password)
    with transaction():
        service_codes.use_code(code.id, now=now)
        service_contacts.add_bound(person_id, ContactKind.EMAIL, code.value, now=now)
        unset = (
            Person.id == person_id,
            Person.password_hash.is_(None),
            Person.disabled_at.is_(None),
        )
        if (
            changed(update(Person).where(*unset).values(password_hash=hashed, password_set_at=now))
            != 1
        ):
            raise NotAllowed()
        audit.record(
            f"person:{person_id}",
            "staff.joined",
            actor=Actor("staff", person_id),
            at=now,
            code=code.id,
        )
        return service_sessions.open_invited_session(
            person_id, address=address, device=device, browser=browser, now=now
        )


def create_staff(
    actor: Actor,
    *,
    name: str,
    email: str,
    roles: Iterable[Role],
    password: str,
    totp_secret: str | None = None,
    language: str = "en",
    now: datetime | None = None,
) -> int:
    """Make a member of staff who can sign in at once and return the row id; for the system only."""
    if actor.kind != "system":
        raise NotAllowed()
    now = now or utcnow()
    given = _checked_roles(roles)
    _kind, value = normalise_address("email", email, field="email")
    with transaction():
        person_id = service_register.add_person(
            PersonKind.STAFF, name, password=password, language=language, now=now
        )
        changed(update(Person).where(Person.id == person_id).values(roles=given))
        service_contacts.add_bound(person_id, ContactKind.EMAIL, value, now=now)
        if totp_secret is not None:
            service_factors.set_factor(person_id, totp_secret)
        audit.record(f"person:{person_id}", "staff.created", actor=actor, at=now, roles=given)
    return person_id


def change_roles(
    actor: Actor, person_id: int, roles: Iterable[Role], *, now: datetime | None = None
) -> None:
    """Give a member of staff exactly `roles`, from their next request on. The last admin stays one."""
    now = now or utcnow()
    _may_change_roles(actor, now)
    given = _checked_roles(roles)
    with transaction():
        limits.one_at_a_time(_STAFF_LOCK)
        who = _staff(person_id)
        if sorted(who.held) == given:
            return
        if Role.ADMIN not in given:
            _keep_an_admin(person_id)
        changed(
            update(Person)
            .where(Person.id == person_id)
            .values(roles=given, version=Person.version + 1)
        )
        audit.record(f"person:{person_id}", "staff.roles_changed", actor=actor, at=now, roles=given)
        outbox.put("roles.changed", f"{person_id}:{new_uid()}", person=person_id)


def disable_person(actor: Actor, person_id: int, *, now: datetime | None = None) -> None:
    """Shut an account: every session ends at its next request. Twice is harmless.

    Neither the last administrator nor oneself can be shut out (`NotAllowed`).
    """
    now = now or utcnow()
    _may_change_roles(actor, now)
    if actor.id == person_id:
        raise NotAllowed(N_("You can't disable yourself."))
    with transaction():
        limits.one_at_a_time(_STAFF_LOCK)
        _keep_an_admin(person_id)
        enabled = (Person.id == person_id, Person.disabled_at.is_(None))
        if changed(update(Person).where(*enabled).values(disabled_at=now)) == 1:
            service_sessions.end_sessions_of(actor, person_id, now=now)
            audit.record(f"person:{person_id}", "person.disabled", actor=actor, at=now)
            outbox.put("person.disabled", f"{person_id}:{new_uid()}", person=person_id)


def enable_person(actor: Actor, person_id: int, *, now: datetime | None = None) -> None:
    """Open a disabled account again; the person signs in anew. Twice is harmless.

    Raises `NotAllowed` for one that was closed to be deleted (`service_closing`): nothing opens it again.
    """
    now = now or utcnow()
    _may_change_roles(actor, now)
    with transaction():
        if service_closing.is_closed(person_id):
            raise NotAllowed(service_closing.GONE)
        disabled = (Person.id == person_id, Person.disabled_at.is_not(None))
        if changed(update(Person).where(*disabled).values(disabled_at=None)) == 1:
            audit.record(f"person:{person_id}", "person.enabled", actor=actor, at=now)


def ask_factor_reset(actor: Actor, person_id: int, *, now: datetime | None = None) -> None:
    """Ask that somebody's second factor be reset; nothing changes until another admin approves. Twice is harmless."""
    now = now or utcnow()
    require_admin(actor)
    assurance.require(actor, Act.RESET_OTHERS_FACTOR, now=now)
    if actor.id is None or actor.id == person_id:
        raise NotAllowed(N_("Ask another administrator to do this for you."))
    if not _staff(person_id).has_factor:
        raise AlreadyDone(N_("This person has no second factor now."))
    with transaction():
        values = {"person_id": person_id, "asked_by": actor.id, "asked_at": now, "approved": False}
        if insert_new(FactorReset, uid=new_uid(), **values):
            audit.record(f"person:{person_id}", "factor.reset_asked", actor=actor, at=now)


def decide_factor_reset(
    actor: Actor, uid: str, *, approve: bool, now: datetime | None = None
) -> None:
    """Carry out, or refuse, another admin's wish to reset a second factor. Never one's own wish or one's own factor."""
    now = now or utcnow()
    require_admin(actor)
    assurance.require(actor, Act.RESET_OTHERS_FACTOR, now=now)
    with transaction():
        row = db.session.execute(
            select(FactorReset).where(FactorReset.uid == uid)
        ).scalar_one_or_none()
        if row is None:
            raise NotFound()
        if actor.id is None or (approve and actor.id in (row.asked_by, row.person_id)):
            raise NotAllowed(N_("A second administrator has to approve this."))
        person_id, values = (
            row.person_id,
            {"decided_by": actor.id, "decided_at": now, "approved": approve},
        )
        still_open = (FactorReset.uid == uid, FactorReset.decided_at.is_(None))
        if changed(update(FactorReset).where(*still_open).values(**values)) != 1:
            raise AlreadyDone()
        if approve:
            _reset(actor, person_id, now)
        else:
            audit.record(f"person:{person_id}", "factor.reset_refused", actor=actor, at=now)


def reset_factor(actor: Actor, person_id: int, *, now: datetime | None = None) -> None:
    """Reset a second factor at once, for the command line; all admins are told. Twice is harmless."""
    if actor.kind != "system":
        raise NotAllowed()
    with transaction():
        if _staff(person_id).has_factor:
            _reset(actor, person_id, now or utcnow())


def open_resets() -> dict[int, tuple[str, int]]:
    """Return the wishes that wait for a second admin: person id -> (public id, who asked)."""
    rows = db.session.execute(
        select(FactorReset.person_id, FactorReset.uid, FactorReset.asked_by).where(
            FactorReset.decided_at.is_(None)
        )
    )
    return {row.person_id: (row.uid, row.asked_by) for row in rows}


def _reset(actor: Actor, person_id: int, now: datetime) -> None:
    service_factors.clear_factor(person_id)
    service_sessions.end_sessions_of(actor, person_id, now=now)
    audit.record(f"person:{person_id}", "factor.reset", actor=actor, at=now)
    audit.record("system", "factor.reset", actor=actor, at=now, person=person_id)
    admins = [one.id for one in queries.staff(Role.ADMIN)]
    outbox.put(
        "factor.reset", f"{person_id}:{new_uid()}", person=person_id, by=actor.id, tell=admins
    )


def _may_change_roles(actor: Actor, now: datetime) -> None:
    require_admin(actor)
    assurance.require(actor, Act.CHANGE_ROLES, now=now)


def _checked_roles(roles: Iterable[Role]) -> list[str]:
    given = sorted({Role(role).value for role in roles})
    if not given:
        raise Invalid("roles", N_("Choose at least one role."))
    return given


def _staff(person_id: int) -> queries.PersonView:
    who = queries.person(person_id)
    if who.kind != PersonKind.STAFF:
        raise NotFound()
    return who


def _keep_an_admin(person_id: int) -> None:
    """Refuse to lose the last admin who can sign in, or before there is one the last who is invited.

    The caller holds the lock, so two can't go at once.
    """
    admins = queries.staff(Role.ADMIN)
    joined = [one for one in admins if one.has_password]
    if [one.id for one in joined or admins] == [person_id]:
        raise NotAllowed(N_("This is the last administrator. Make somebody else one first."))
