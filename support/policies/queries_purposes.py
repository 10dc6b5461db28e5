"""Which purposes are allowed now, and the register of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import NotAllowed, NotFound
from support.core.words import N_
from support.policies.lifecycle import UseState
from support.policies.models import Consent, ConsentAct, PolicyVersion
from support.policies.models_purposes import NewUse
from support.policies.policy import check_may_propose_purpose
from support.policies.processing import USES, Basis

BLOCKED = N_("Data is not used for this: the purpose is not decided, or people are not told of it.")
UNAGREED = N_("Data is not used for this: the person has not agreed to it.")


def purpose_allowed(code: str, now: datetime | None = None) -> bool:
    """True for a purpose of the first version, and for a new one that was allowed and that people are told of."""
    if code in USES:
        return True
    use = by_code(code)
    if use is None or use.status is not UseState.ALLOWED or use.version_id is None:
        return False
    version = db.session.get(PolicyVersion, use.version_id)
    return version is not None and version.effective_from <= (now or utcnow())


def require_purpose(
    code: str, *, person_id: int | None = None, now: datetime | None = None
) -> None:
    """Raise `NotAllowed` while a purpose is blocked; of a person, also while it needs their consent and has none."""
    if not purpose_allowed(code, now):
        raise NotAllowed(BLOCKED)
    if person_id is not None and _needs_consent(code) and not _agreed(person_id, code):
        raise NotAllowed(UNAGREED)


def _needs_consent(code: str) -> bool:
    if code in USES:
        return USES[code].basis is Basis.CONSENT
    use = by_code(code)
    return use is None or bool(use.needs_consent)


def _agreed(person_id: int, code: str) -> bool:
    found = select(Consent.id).where(
        Consent.person_id == person_id,
        Consent.purpose == code,
        Consent.act == ConsentAct.ACCEPTED,
        Consent.withdrawn_at.is_(None),
    )
    return db.session.execute(found.limit(1)).first() is not None


def by_code(code: str) -> NewUse | None:
    """Return a new purpose by its code, None where nobody proposed it."""
    return db.session.execute(select(NewUse).where(NewUse.code == code)).scalar_one_or_none()


def uses_for(actor: Actor) -> Sequence[NewUse]:
    """Return new purposes in every state to those who may propose, what is undecided first."""
    check_may_propose_purpose(actor)
    found = db.session.execute(
        select(NewUse).order_by(NewUse.state != UseState.PROPOSED, NewUse.id.desc()).limit(200)
    )
    return found.scalars().all()


def use_for(actor: Actor, uid: str) -> NewUse:
    """Return one new purpose to those who may propose; raise `NotFound`."""
    check_may_propose_purpose(actor)
    found = db.session.execute(select(NewUse).where(NewUse.uid == uid)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found
