"""What the deletion ledger is told of a request, and what a request is told by the ledger after a restore.

An entry holds codes, dates, keyed hashes and offsets, no word of anybody: enough to carry the request out again on a
database that was restored from before, where its row stands as it stood then, or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select

from support.accounts import service_closing
from support.core import audit, ledger, vault
from support.core.actors import SYSTEM
from support.core.db import compare_and_set, db, transaction
from support.core.holders import Measure
from support.erasure import execution, queries
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure, ErasureLine, ErasureMention, ErasureStep
from support.erasure.rules import CEASED, CURRENT
from support.erasure.service import follow, move
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders.kind import kind_named

_DATES = ("at", "complete_at", "due_at", "decided_at", "approved_at")
S = ErasureState


def person_mark(person_id: int) -> str:
    """Return how the ledger names somebody: a keyed hash, so that the ledger alone says nothing of anybody."""
    return vault.blind_index("erased", f"person:{person_id}").hex()


def entry_of(row: Erasure, mentions: list[list[Any]]) -> dict[str, Any]:
    """Return what the ledger keeps of a request that is carried out."""
    lines = queries.lines_of(row)
    asked = {"ground": row.ground, "region": row.region, "rules": row.rules, "scope": row.scope}
    return {
        "key": row.uid,
        "at": (row.approved_at or row.changed_at).isoformat(),
        "person": person_mark(row.person_id),
        "measures": {line.data_class: line.measure for line in lines},
        "lines": [
            [line.data_class, line.measure, line.found, _iso(line.until), line.reason]
            for line in lines
        ],
        "asked": asked | {name: _iso(getattr(row, name)) for name in _DATES},
        "mentions": mentions,
    }


def addition(row: Erasure, mentions: list[list[Any]]) -> dict[str, Any]:
    """Return what the ledger is told of mentions that were found after the entry of their request."""
    said = json.dumps(sorted((kind, number, known) for kind, number, known, _spans in mentions))
    key = f"{row.uid}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    return {"key": key, "of": row.uid, "person": person_mark(row.person_id), "mentions": mentions}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def under_way() -> set[str]:
    """Return the keys of ledger entries whose steps this database is still to do: it is not behind with those.

    A request that is being done again after a restore is none of them until its entry is marked: a killed replay
    leaves the database closed.
    """
    begun = or_(Erasure.ledger.is_(None), Erasure.ledger <= (ledger.applied() or 0))
    running = select(Erasure.uid).where(Erasure.state == S.EXECUTING, begun)
    return set(db.session.execute(running).scalars())


def bring_back(
    person_id: int, number: int, entry: Mapping[str, Any], *, now: datetime
) -> Erasure | None:
    """Bring the request of an entry to where it was when that was written: agreed to, about to destroy.

    Wherever its row stood when the backup was made, it ends as executed; where it was not filed yet it is filed anew
    under its address. Another request of the person that runs gives way, and one that a legal hold keeps from its end
    takes this one's measures over, as nobody has two at once. None where it was carried out already. Safe to run twice.
    """
    with transaction():
        row = _row_for(person_id, entry, now)
        if row.status in (S.COMPLETED, S.RESTRICTED):
            return None
        _lay_lines(row, entry)
        lay_steps(row)
        for step in queries.steps_of(row):
            if step.code in (execution.TOLD, execution.LEDGER):
                step.done_at = step.done_at or now
            elif step.code == execution.MENTIONS:
                step.done_at = None
        if row.status is not S.EXECUTING or row.ledger != number:
            known = {} if row.status is S.EXECUTING else _said(entry)
            said: dict[str, Any] = {"state": S.EXECUTING, "changed_at": now, "ledger": number}
            compare_and_set(row, version=row.version, **known, **said)
            order = orders.order_by_id(row.order_id)
            audit.record(order.stream, "erasure.executing", actor=SYSTEM, at=now, erasure=row.id)
            follow(order, row, now)
        if execution.is_whole(queries.measures_of(row)):
            service_closing.close_account(SYSTEM, person_id, now=now)
    return row


def _row_for(person_id: int, entry: Mapping[str, Any], now: datetime) -> Erasure:
    row, running = queries.known(str(entry["key"])), queries.running_of(person_id)
    if running is not None and (row is None or running.id != row.id):
        if running.status is S.EXECUTING:
            return running
        move(SYSTEM, running, S.WITHDRAWN, running.version, now, ended_at=now, reason="duplicate")
    return row or _filed_anew(person_id, entry, now)


def _filed_anew(person_id: int, entry: Mapping[str, Any], now: datetime) -> Erasure:
    """File the order of a request that came after the backup anew; no word of anybody is in it."""
    said = _said(entry)
    order = workorders.file_order(
        SYSTEM,
        kind_named("erasure"),
        requester_id=person_id,
        contact_id=None,
        subject="",
        body="",
        topic=said["ground"],
        language="en",
        now=now,
    )
    row = queries.erasure_of(order)
    assert row is not None
    return compare_and_set(row, version=row.version, uid=str(entry["key"]))


def _said(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that an entry knows; one of an early release knows none but when it was agreed to."""
    asked = dict(entry.get("asked") or {})
    whole = entry["measures"].get("account") == Measure.ERASE
    said: dict[str, Any] = {"ground": "closing" if whole else "purpose", "region": "", "scope": []}
    said |= {"rules": CURRENT, "approved_at": entry["at"], "at": entry["at"]} | asked
    return said | {name: _moment(said.get(name)) for name in _DATES}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _lay_lines(row: Erasure, entry: Mapping[str, Any]) -> None:
    """Put what was decided in the place of what stood there; what a hold keeps back of an earlier one stays."""
    if row.status is not S.EXECUTING:
        for table in (ErasureLine, ErasureMention):
            db.session.execute(delete(table).where(table.erasure_id == row.id))
    there = {line.data_class: line for line in queries.lines_of(row)}
    for data_class, measure, found, until, reason in _lines(entry):
        line = there.get(data_class)
        if line is None:
            line = ErasureLine(erasure_id=row.id, data_class=data_class, found=found)
        elif measure == Measure.KEEP:
            continue
        line.measure, line.until, line.reason, line.held = measure, _moment(until), reason, False
        db.session.add(line)
    db.session.flush()


def _lines(entry: Mapping[str, Any]) -> Iterator[list[Any]]:
    if "lines" in entry:
        yield from entry["lines"]
        return
    for data_class, measure in entry["measures"].items():
        yield [data_class, measure, 0, None, "law" if measure == Measure.KEEP else ""]


def lay_steps(row: Erasure) -> None:
    """Write the steps of a decision down, in order; what is there already and done stays done."""
    there = {step.code: step for step in queries.steps_of(row)}
    steps = execution.steps_for(queries.measures_of(row), cleans=row.ground != CEASED)
    for position, each in enumerate(steps):
        step = there.get(each.code)
        if step is None:
            step = ErasureStep(erasure_id=row.id, code=each.code, taken=0, note="")
            db.session.add(step)
        if step.done_at is None:
            step.measure = each.measure
        step.position = position
    db.session.flush()
