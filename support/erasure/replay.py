"""What the ledger says, done again on a database that was restored from before: what was erased stays erased.

The newest keys are restored beside old data, so that what the person's key sealed can't be opened any more; here the
rest goes too, plain columns, files, search words, and mentions in what others wrote. Each request is brought back to
where its steps begin and carried out like any other: what a law keeps and can be opened still is locked away again,
and what a legal hold keeps waits for its release. Nobody is served until all that is not held is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from support.accounts.models import Person
from support.core import audit, ledger
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import clean_leftovers, db, transaction
from support.erasure import (
    execution,
    queries,
    service_execution,
    service_ledger,
    service_mentions,
    service_taking_out,
)
from support.erasure.lifecycle import ErasureState


def replay(tell: Callable[[int], object] = lambda number: None) -> int:
    """Carry out every entry of the ledger that this database has not, in order; return how many.

    `tell` is called with the number of each. Stopped, it goes on where it was when it is run again.
    """
    waiting = list(ledger.entries(ledger.applied() or 0))
    marks = _marks() if waiting else {}
    service_taking_out.redo(each for _number, entry in waiting for each in entry["mentions"])
    for number, entry in waiting:
        _again(number, entry, marks)
        with transaction():
            audit.record_system("erasure.replayed", at=utcnow(), actor=SYSTEM, number=number)
            ledger.mark_applied(number)
        tell(number)
    if waiting:
        clean_leftovers()
    return len(waiting)


def _marks() -> Mapping[str, int]:
    """Return everybody by how the ledger names them."""
    found = db.session.execute(select(Person.id)).scalars()
    return {service_ledger.person_mark(person_id): person_id for person_id in found}


def _again(number: int, entry: Mapping[str, Any], marks: Mapping[str, int]) -> None:
    """Carry one entry out; of somebody whom this database does not know yet only what others wrote is there."""
    row = queries.known(ledger.subject(entry))
    if "of" in entry:
        if row is not None and row.status is ErasureState.EXECUTING:
            service_taking_out.note(row, entry["mentions"])
        return
    person_id = row.person_id if row is not None else marks.get(str(entry["person"]))
    if person_id is None:
        return
    row = service_ledger.bring_back(person_id, number, entry, now=utcnow())
    if row is not None:
        service_taking_out.note(row, entry["mentions"])
        if execution.is_whole(queries.measures_of(row)):
            service_mentions.note_identity(row)
        service_execution.carry_on(row.id)
