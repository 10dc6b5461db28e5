"""What of this room ends by its own time: the pictures of a check, 30 days after its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from support.core.db import db
from support.core.keeping import Keeping, sweep
from support.core.words import N_
from support.policies.data_classes import Class
from support.policies.queries_legal_holds import person_stream
from support.verification.lifecycle import ENDED
from support.verification.models import Check
from support.verification.service import destroy_evidence


def _held(held: Any) -> Any:
    return or_(Check.about.in_(held), person_stream(Check.subject_id).in_(held))


def _destroy(now: datetime, ids: Sequence[int]) -> int:
    checks = db.session.execute(
        select(Check).where(Check.id.in_(ids)).execution_options(populate_existing=True)
    )
    found = checks.scalars().all()
    for check in found:
        destroy_evidence(check, now)
    return len(found)


EVIDENCE = Keeping(
    "verification.evidence",
    N_("Pictures and bank accounts of identity checks"),
    N_("30 days after the end of the check"),
    Class.IDENTITY,
    Check,
    over=lambda before: (Check.evidence_until <= before, Check.state.in_(sorted(ENDED))),
    first=Check.evidence_until,
    held=_held,
    act=_destroy,
    kept=timedelta(0),
    most=20,
)
KEEPINGS: tuple[Keeping, ...] = (EVIDENCE,)


def destroy_expired_evidence(now: datetime) -> None:
    """Destroy what is over, unless a legal hold keeps it, sooner than at night (a periodic task). Safe to run twice."""
    sweep(EVIDENCE, now)
