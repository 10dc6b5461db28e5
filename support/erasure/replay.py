"""What the ledger says, done again on a database that was restored from before: what was erased stays erased.

The newest keys are restored beside old data, so that what the person's key sealed can't be opened any more; here the
rest goes too, plain columns, files, search words, and mentions in what others wrote. What a law had us lock away was
sealed anew after the backup and is lost with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from support.accounts.models import Person
from support.core import audit, ledger, vault
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import clean_leftovers, db, transaction
from support.core.holders import Holder, Measure, Removal
from support.core.vault import KeyDestroyed
from support.erasure import execution, service_mentions
from support.erasure.service_execution import person_mark


def replay(tell: Callable[[int], object] = lambda number: None) -> int:
    """Carry out every entry of the ledger that this database has not, in order; return how many.

    `tell` is called with the number of each. Stopped, it goes on where it was when it is run again.
    """
    waiting = list(ledger.entries(ledger.applied() or 0))
    marks = _marks() if waiting else {}
    for number, entry in waiting:
        person_id = marks.get(str(entry["person"]))
        if person_id is not None:
            _again(entry, person_id)
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
    return {person_mark(person_id): person_id for person_id in found}


def _again(entry: Mapping[str, Any], person_id: int) -> None:
    now, measures = utcnow(), {code: Measure(each) for code, each in entry["measures"].items()}
    for kind, thing_id, blind, spans in entry["mentions"]:
        with transaction():
            service_mentions.redact(kind, thing_id, bytes.fromhex(blind), spans)
    for holder in hooks(Holder):
        measure = measures.get(holder.data_class, Measure.KEEP)
        if measure is not Measure.KEEP:
            _carry(holder, measure, Removal(person_id, now))
    if execution.is_whole(measures):
        with transaction():
            vault.destroy(f"person:{person_id}")


def _carry(holder: Holder, measure: Measure, removal: Removal) -> None:
    """Do again what was done there; what was locked away can't be opened to be locked away, and goes."""
    if measure is Measure.RESTRICT:
        measure = Measure.ERASE
    while True:
        try:
            with transaction():
                if not holder.measures[measure](removal):
                    return
        except KeyDestroyed:
            return
