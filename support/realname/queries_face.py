"""Whether faces may be used here, and who assessed what that does to people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from support.core.db import db
from support.realname.models import FaceAssessment


def assessments() -> Sequence[FaceAssessment]:
    """Return every recorded assessment, the one that counts first."""
    found = select(FaceAssessment).order_by(FaceAssessment.id.desc()).limit(20)
    return db.session.execute(found).scalars().all()


def current_assessment() -> FaceAssessment | None:
    """Return the assessment that counts."""
    return next(iter(assessments()), None)


def is_on() -> bool:
    """True where the way by face is offered."""
    newest = select(FaceAssessment.on).order_by(FaceAssessment.id.desc()).limit(1)
    return bool(db.session.execute(newest).scalar_one_or_none())
