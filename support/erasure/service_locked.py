"""Opening what a deletion locked away, for who must: a court, an authority. With a file number, and an event."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from support.core import audit, locking
from support.core.actors import Actor
from support.core.db import transaction
from support.core.errors import NotFound
from support.core.holders import Measure
from support.erasure import queries
from support.erasure.models import Erasure
from support.policies.service_legal_holds import require_number
from support.workorders import queries as orders


def open_locked(
    actor: Actor, row: Erasure, data_class: str, *, number: str, now: datetime, files: Path | None
) -> list[tuple[str, str]]:
    """Return (place, text) of one class that a request locked away, and write its files into a folder that is named.

    `number` is the file number that asks for it, kept with the event; the event stands before anything is opened.
    Raises `NotFound` where nothing of the class is locked away, or its date is past; `Invalid` without a number.
    """
    number = require_number(number)
    line = next((one for one in queries.lines_of(row) if one.data_class == data_class), None)
    if line is None or line.what is not Measure.RESTRICT or line.until is None or line.until <= now:
        raise NotFound()
    order = orders.order_by_id(row.order_id)
    with transaction():
        said = {"erasure": row.id, "data_class": data_class, "number": number}
        audit.record(order.stream, "erasure.opened", actor=actor, at=now, **said)
    restriction = f"restriction:{row.uid}:{data_class}"
    if files is not None:
        for uid, data in locking.locked_files(restriction):
            (files / uid).write_bytes(data)
    return list(locking.locked_values(restriction, row.person_id))
