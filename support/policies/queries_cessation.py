"""Which end of the service stands, and those of before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound
from support.policies.lifecycle_cessation import PUBLIC
from support.policies.models import Announcement
from support.policies.models_cessation import Cessation
from support.policies.policy import check_may_end_service


def standing() -> Cessation | None:
    """Return the end of the service that is proposed, announced, or carried out."""
    found = (
        select(Cessation)
        .where(Cessation.standing.is_(True))
        .execution_options(populate_existing=True)
    )
    return db.session.execute(found).scalar_one_or_none()


def public() -> Cessation | None:
    """Return the end of the service that everybody may know of."""
    row = standing()
    return row if row is not None and row.status in PUBLIC else None


def standing_for(actor: Actor) -> Cessation | None:
    """Return what `standing` does to administrators; raise `NotFound` or `NotAllowed`."""
    check_may_end_service(actor)
    return standing()


def before(actor: Actor) -> Sequence[Cessation]:
    """Return those that were taken back or called off, the newest first, to administrators."""
    check_may_end_service(actor)
    over = select(Cessation).where(Cessation.standing.is_(None)).order_by(Cessation.id.desc())
    return db.session.execute(over.limit(20)).scalars().all()


def by_uid(uid: str) -> Cessation:
    """Return one by its uid; raise `NotFound`."""
    return _known(db.session.execute(select(Cessation).where(Cessation.uid == uid)).scalar())


def by_id(cessation_id: int) -> Cessation:
    """Return one, for jobs; raise `NotFound`."""
    return _known(db.session.get(Cessation, cessation_id, populate_existing=True))


def announcement_of(cessation_id: int) -> str:
    """Return the uid of the announcement, "" where there is none."""
    found = select(Announcement.uid).join(Cessation, Cessation.announcement_id == Announcement.id)
    return db.session.execute(found.where(Cessation.id == cessation_id)).scalar() or ""


def _known(row: Cessation | None) -> Cessation:
    if row is None:
        raise NotFound()
    return row
