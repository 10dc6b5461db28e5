"""What members answer to a version: agree, refuse, close its notice; and how far they are told of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, insert_new, transaction
from support.core.errors import AlreadyDone, NotAllowed, NotFound, Stale
from support.core.words import N_
from support.policies import queries, queries_consents, service
from support.policies.models import (
    AnswerAct,
    Consent,
    ConsentAct,
    PolicyAnswer,
    PolicyVersion,
    Purpose,
)
from support.policies.models_revisions import PolicyTelling
from support.policies.policy import check_own_consent


def accept_version(actor: Actor, *, version_id: int, now: datetime | None = None) -> PolicyVersion:
    """Write down that the member agrees to the version in force, from the page that asks; twice is harmless.

    Raises `Stale` where another one has come into force since the page was drawn.
    """
    now = now or utcnow()
    person_id = _member(actor)
    with transaction():
        current = queries.current_version(now)
        if current is None or current.id != version_id:
            raise Stale()
        service.record_acceptance(
            actor, person_id=person_id, version_id=version_id, how="account", now=now
        )
    return current


def refuse_version(actor: Actor, *, version_id: int, now: datetime | None = None) -> PolicyVersion:
    """Write down that the member refuses a version that takes rights away, also after agreeing to it (PP-8.2).

    Every agreement to it and to later ones is taken back, so that the version before goes on. Twice is harmless.
    Raises `AlreadyDone` for who came under it, since nothing stood before.
    """
    now = now or utcnow()
    person_id = _member(actor)
    with transaction():
        versions = queries_consents.in_force(now)
        cut = next((one for one in versions if one.id == version_id and one.shrinks), None)
        if cut is None:
            raise NotFound()
        later = [one.id for one in versions[versions.index(cut) :]]
        agreed = queries_consents.accepted(person_id)
        if agreed and not agreed.difference(later):
            raise AlreadyDone(N_("You came under this version; there is none before it for you."))
        standing = (
            Consent.person_id == person_id,
            Consent.purpose == Purpose.SERVICE,
            Consent.act == ConsentAct.ACCEPTED,
            Consent.version_id.in_(later),
            Consent.withdrawn_at.is_(None),
        )
        taken_back = changed(update(Consent).where(*standing).values(withdrawn_at=now))
        if _answer(person_id, cut.id, AnswerAct.REFUSED, now) or taken_back:
            audit.record(actor.ref, "policy.refused", actor=actor, at=now, version=cut.id)
    return cut


def close_notice(actor: Actor, *, version_id: int, now: datetime | None = None) -> None:
    """Write down that somebody signed in closed the notice of a version: they were told. Twice is harmless."""
    now = now or utcnow()
    if actor.id is None:
        raise NotAllowed()
    with transaction():
        if db.session.get(PolicyVersion, version_id) is None:
            raise NotFound()
        if _answer(actor.id, version_id, AnswerAct.READ, now):
            service.record_notice(
                actor, person_id=actor.id, version_id=version_id, how="notice", now=now
            )


def _member(actor: Actor) -> int:
    if actor.kind != "member" or actor.id is None:
        raise NotAllowed()
    check_own_consent(actor, actor.id)
    return actor.id


def _answer(person_id: int, version_id: int, act: AnswerAct, now: datetime) -> bool:
    return insert_new(PolicyAnswer, person_id=person_id, version_id=version_id, act=act, at=now)


def begin_telling(version_id: int, now: datetime) -> bool:
    """Note that the members are being told of a version; return False where that was noted before."""
    with transaction():
        return insert_new(
            PolicyTelling, version_id=version_id, after_id=0, told=0, began_at=now, ended_at=None
        )


def note_told(version_id: int, *, after: int, last: int, told: int, now: datetime) -> bool:
    """Move the mark of a telling from `after` to `last`, or end it where `last` is 0, inside the caller's transaction.

    Returns False where another run has moved it: then this one tells nobody.
    """
    here = (
        PolicyTelling.version_id == version_id,
        PolicyTelling.after_id == after,
        PolicyTelling.ended_at.is_(None),
    )
    values = {"after_id": last, "told": PolicyTelling.told + told} if last else {"ended_at": now}
    return changed(update(PolicyTelling).where(*here).values(values)) == 1
