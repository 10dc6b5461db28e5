"""The way by face is off until an administrator has recorded the assessment of its impact (PIPL 55, 56)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update

from support.accounts.policy import require_admin
from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.words import N_
from support.realname import queries_face
from support.realname.models import FaceAssessment
from support.realname.policy import operators_day


def record_assessment(
    actor: Actor,
    *,
    assessed_on: date,
    assessor: str,
    document: str,
    now: datetime | None = None,
) -> FaceAssessment:
    """Record who assessed when what the way by face does to people, and where the paper lies; it starts switched off.

    Raises `Invalid` for a day to come and for what is missing.
    """
    require_admin(actor)
    now = now or utcnow()
    said = {"assessor": " ".join(assessor.split()), "document": " ".join(document.split())}
    for field, most in (("assessor", 120), ("document", 200)):
        if not 1 <= len(said[field]) <= most:
            raise Invalid(field, N_("Please fill this in."))
    if assessed_on > operators_day(now):
        raise Invalid("assessed_on", N_("This day is still to come."))
    with transaction() as session:
        row = FaceAssessment(
            assessed_on=assessed_on, recorded_by=actor.id or 0, recorded_at=now, **said
        )
        session.add(row)
        session.flush()
        audit.record("system", "face.assessed", actor=actor, at=now, assessment=row.id)
    return row


def switch_face(actor: Actor, *, on: bool, now: datetime | None = None) -> None:
    """Offer the way by face, or no more; twice is harmless. Raises `NotAllowed` without an assessment."""
    require_admin(actor)
    now = now or utcnow()
    with transaction():
        row = queries_face.current_assessment()
        if row is None:
            raise NotAllowed(N_("Record the assessment of its impact first."))
        other = (FaceAssessment.id == row.id, FaceAssessment.on.is_not(on))
        if changed(update(FaceAssessment).where(*other).values(on=on, switched_at=now)):
            action = "face.switched_on" if on else "face.switched_off"
            audit.record("system", action, actor=actor, at=now, assessment=row.id)
