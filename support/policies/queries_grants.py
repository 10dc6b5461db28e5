"""The grants of a member, and what one lets somebody read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from support.core.actors import Actor
from support.core.context import hooks
from support.core.db import db
from support.core.errors import NotFound
from support.policies.models_grants import AccessGrant
from support.policies.open_data import OpenData
from support.policies.sharing_words import Data

MOST_SHOWN = 100


def offered() -> list[Data]:
    """Return what may be opened to others here."""
    return [Data(each.code) for each in hooks(OpenData)]


def own_grants(actor: Actor) -> Sequence[AccessGrant]:
    """Return the grants of the actor, the newest first."""
    mine = select(AccessGrant).where(AccessGrant.person_id == actor.id)
    return (
        db.session.execute(mine.order_by(AccessGrant.id.desc()).limit(MOST_SHOWN)).scalars().all()
    )


def own_grant(actor: Actor, uid: str) -> AccessGrant:
    """Return one grant of the actor; raise `NotFound` for anybody else's."""
    found = grant_with(uid)
    if found is None or actor.id is None or found.person_id != actor.id:
        raise NotFound()
    return found


def grant_with(uid: str) -> AccessGrant | None:
    """Return a grant by its uid."""
    found = select(AccessGrant).where(AccessGrant.uid == uid)
    return db.session.execute(found).scalar_one_or_none()


def standing(person_id: int, now: datetime) -> int:
    """Return how many grants of a person are in force."""
    stand = (
        AccessGrant.person_id == person_id,
        AccessGrant.revoked_at.is_(None),
        AccessGrant.ends_at > now,
    )
    found = db.session.execute(select(func.count()).select_from(AccessGrant).where(*stand))
    return found.scalar_one()


def opened(grant: AccessGrant) -> dict[str, Any]:
    """Return just what a grant opens."""
    return {
        each.code: each.of(grant.person_id) for each in hooks(OpenData) if each.code in grant.data
    }
