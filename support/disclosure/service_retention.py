"""What of this room ends by its own time: penalties that are over, with their appeals and corrections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from support.core import vault
from support.core.db import changed, db
from support.core.keeping import Keeping
from support.core.words import N_
from support.disclosure.lifecycle import LIFECYCLE
from support.disclosure.models import Penalty
from support.policies.data_classes import Class
from support.policies.queries_legal_holds import person_stream, stream_of


def _over(before: datetime) -> tuple[Any, ...]:
    ended = Penalty.state.in_(sorted(LIFECYCLE.finals))
    return ended, Penalty.changed_at < before, Penalty.sealed != b""


def _held(held: Any) -> Any:
    own = stream_of("penalty", Penalty.uid).in_(held)
    return or_(own, person_stream(Penalty.person_id).in_(held))


def _take(_now: datetime, ids: Sequence[int]) -> int:
    """Destroy the key of each: nothing that was sealed under it, here or in a copy, can be read again."""
    rows = db.session.execute(select(Penalty.uid).where(Penalty.id.in_(ids))).scalars()
    for uid in rows:
        vault.destroy(f"penalty:{uid}")
    bare: dict[str, Any] = {"sealed": b"", "reasons": b"", "remark": None, "orders": []}
    bare |= {"version": Penalty.version + 1}
    return changed(update(Penalty).where(Penalty.id.in_(ids)).values(**bare))


PENALTIES = Keeping(
    "disclosure.penalties",
    N_("Penalties with their appeals"),
    N_("after the end of the publication"),
    Class.PENALTIES,
    Penalty,
    over=_over,
    first=Penalty.id,
    held=_held,
    act=_take,
    most=100,
)
KEEPINGS: tuple[Keeping, ...] = (PENALTIES,)
