"""The verbs of legal holds: place, release. What is held outlives its time until it is free."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select, update

from support.core import audit
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import Invalid, NotAllowed, NotFound
from support.core.words import N_
from support.policies.models_legal_holds import BY_HAND, Ground, LegalHold
from support.policies.policy import check_may_hold

_FILE_NUMBER = re.compile(r"[\w()（）〔〕\[\]/.,:#&\- ]{1,80}")
FOLLOWS = N_("This hold follows its case: it is released when the case ends.")
NUMBER_ONLY = N_("Write the file number alone: letters, digits and signs, 80 at most, no names.")


def place_hold(
    actor: Actor, about: str, ground: Ground, *, reference: str = "", now: datetime | None = None
) -> LegalHold:
    """Hold what belongs to a stream and return the hold; placed twice it stays one.

    A lawsuit and an authority need their file number (`Invalid`). Legal and the privacy officer may, and the system.
    """
    now, reference = now or utcnow(), " ".join(reference.split())
    _check_may(actor, ground)
    if reference or ground in (Ground.LAWSUIT, Ground.AUTHORITY):
        reference = require_number(reference)
    key = {"about": about, "ground": ground, "reference": reference}
    with transaction():
        if insert_new(LegalHold, uid=new_uid(), **key, placed_by=actor.id, placed_at=now):
            audit.record(about, "legal_hold.placed", actor=actor, at=now, ground=ground)
        standing = select(LegalHold).filter_by(**key).where(LegalHold.released_at.is_(None))
        return db.session.execute(standing).scalar_one()


def require_number(text: str) -> str:
    """Return the file number of a court or an authority, tidied; raise `Invalid` for anything longer or wordier."""
    number = " ".join(text.split())
    if not _FILE_NUMBER.fullmatch(number):
        raise Invalid("reference", NUMBER_ONLY)
    return number


def release_hold(actor: Actor, hold: LegalHold, *, now: datetime | None = None) -> LegalHold:
    """Let go of a hold: what it kept follows its own time again; twice is harmless."""
    now = now or utcnow()
    _check_may(actor, hold.why)
    mine = update(LegalHold).where(LegalHold.id == hold.id, LegalHold.released_at.is_(None))
    with transaction():
        if changed(mine.values(released_at=now, released_by=actor.id)):
            audit.record(hold.about, "legal_hold.released", actor=actor, at=now, ground=hold.ground)
        db.session.refresh(hold)
    return hold


def release_ground(
    actor: Actor, about: str, ground: Ground, *, now: datetime | None = None
) -> None:
    """Let go of a stream's hold of one ground without a file number, where it stands."""
    found = select(LegalHold).where(
        LegalHold.about == about,
        LegalHold.ground == ground,
        LegalHold.reference == "",
        LegalHold.released_at.is_(None),
    )
    hold = db.session.execute(found).scalar_one_or_none()
    if hold is not None:
        release_hold(actor, hold, now=now)


def hold_while(alive: bool, about: str, ground: Ground, *, now: datetime) -> None:
    """Keep what belongs to a case under a hold of the system as long as it is open."""
    if alive:
        place_hold(SYSTEM, about, ground, now=now)
    else:
        release_ground(SYSTEM, about, ground, now=now)


def _check_may(actor: Actor, ground: Ground) -> None:
    """Let those pass who place holds; one that follows its case is the system's alone."""
    check_may_hold(actor)
    if ground not in BY_HAND and actor.kind != "system":
        raise NotAllowed(FOLLOWS)


def ground_named(code: str) -> Ground:
    """Return the ground of this code; raise `NotFound`."""
    try:
        return Ground(code)
    except ValueError as error:
        raise NotFound() from error
