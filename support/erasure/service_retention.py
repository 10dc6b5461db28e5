"""What of this room ends by its own time: what was written to ask for deletion without signing in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from support.core.db import changed, db
from support.core.holders import BATCH
from support.core.keeping import Keeping
from support.core.words import N_
from support.erasure.models_asking import Asking
from support.policies.data_classes import Class


def forget(*which: Any) -> int:
    """Let go of what was written, some rows at a time, inside the caller's transaction; return how many."""
    some = select(Asking.id).where(*which, Asking.sealed.is_not(None)).order_by(Asking.id)
    ids = db.session.execute(some.limit(BATCH)).scalars().all()
    return changed(update(Asking).where(Asking.id.in_(ids)).values(sealed=None, blind=b""))


def streams(person_id: int) -> Iterator[str]:
    """Yield the orders that what a person wrote belongs to."""
    yield from db.session.execute(
        select(Asking.about).where(Asking.asker_id == person_id)
    ).scalars()


def _forget(_now: datetime, ids: Sequence[int]) -> int:
    return forget(Asking.id.in_(ids))


ASKINGS = Keeping(
    "erasure.askings",
    N_("What was written to ask for deletion without signing in"),
    N_("30 days after the end of the request"),
    Class.IDENTITY,
    Asking,
    over=lambda before: (Asking.ended_at <= before, Asking.sealed.is_not(None)),
    first=Asking.ended_at,
    held=lambda held: Asking.about.in_(held),
    act=_forget,
    kept=timedelta(days=30),
)
KEEPINGS = (ASKINGS,)
