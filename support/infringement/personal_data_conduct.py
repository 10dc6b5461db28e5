"""What this room keeps of people's conduct: appeals and steps, under their own key, and what was counted.

What is counted is only a number that can be counted anew, and goes at once. A note, a warning, a lost lane ends with
what was written in it; a suspension, and an appeal, are held until they end (`service_conduct`). Locked away, a step
keeps its dates, and its grounds and figures are sealed with its words. In their copy people read what they were told
of; notes, signals and the record are the desk's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select

from support.core import vault
from support.core.actors import SYSTEM
from support.core.db import db
from support.core.holders import (
    BATCH,
    Holder,
    Item,
    Measure,
    Removal,
    count_of,
    delete_some,
    no_keyed,
)
from support.core.locking import shut, still_there
from support.core.vault import KeyDestroyed
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.infringement import conduct, service_conduct
from support.infringement import queries_conduct as queries
from support.infringement.conduct import StepKind, StepState
from support.infringement.models_conduct import (
    ConductAppeal,
    ConductSignal,
    ConductStep,
    FilerRecord,
    appeal_place,
    step_place,
)
from support.infringement.removals import fresh
from support.policies.data_classes import Class


def _their_steps(person_id: int) -> Iterator[Item]:
    for step in reversed(queries.steps_of(person_id)):
        if step.kind == StepKind.NOTE or step.starts_at is None:
            continue
        said, known = queries.said_in(step), conduct.GROUNDS[step.about]
        fields = {
            N_("Step"): gettext(step.step.title),
            N_("As"): gettext(step.about.title),
            N_("Status"): gettext(step.status.title),
            N_("Grounds"): " · ".join(gettext(known[code]) for code in step.grounds),
            N_("Explanation"): said.get("words", ""),
            N_("Gravity"): said.get("gravity", ""),
            N_("Intent"): said.get("intent", ""),
        }
        kept: dict[str, Any] = {label: value for label, value in fields.items() if value}
        if step.until_at is not None:
            kept[N_("Until")] = step.until_at
        yield Item(N_("What was decided about your conduct"), step.starts_at, kept)


def _their_appeals(person_id: int) -> Iterator[Item]:
    for appeal in reversed(queries.appeals_of(person_id)):
        fields = {
            N_("Text"): queries.words_of(appeal),
            N_("Status"): gettext(appeal.status.title),
            N_("Answer to the appeal"): queries.answer_to(appeal),
        }
        kept = {label: value for label, value in fields.items() if value}
        yield Item(N_("An appeal of yours"), appeal.at, kept)


def _no_counts(person_id: int) -> Iterator[Item]:
    """Signals and the record are the desk's own."""
    yield from ()


def _streams(person_id: int) -> Iterator[str]:
    steps = select(ConductStep.uid).where(ConductStep.person_id == person_id)
    appeals = select(ConductAppeal.uid).where(ConductAppeal.person_id == person_id)
    for uid in db.session.execute(steps.union(appeals)).scalars():
        yield f"conduct:{uid}"


def _since(person_id: int) -> datetime | None:
    """Return when something was last decided about somebody: a step that was told, its end, an appeal."""
    step = ConductStep.__table__.c
    told = select(func.max(step.starts_at), func.max(step.ended_at)).where(
        step.person_id == person_id, step.kind != StepKind.NOTE
    )
    heard = select(func.max(ConductAppeal.decided_at)).where(ConductAppeal.person_id == person_id)
    moments = (*db.session.execute(told).one(), db.session.execute(heard).scalar_one())
    return max(filter(None, moments), default=None)


def _open_step(person_id: int) -> tuple[Any, ...]:
    """Say which steps are not locked away; one without words still has figures."""
    sealed = ConductStep.sealed
    return ConductStep.person_id == person_id, or_(sealed.is_(None), still_there(sealed))


def _open_appeal(person_id: int) -> tuple[Any, ...]:
    return ConductAppeal.person_id == person_id, still_there(ConductAppeal.sealed)


def _end_standing(removal: Removal) -> int:
    """End what stands of somebody and is no suspension: nobody is told, and nothing rests on it any more."""
    standing = (
        ConductStep.person_id == removal.person_id,
        ConductStep.state == StepState.STANDING,
        ConductStep.kind != StepKind.SUSPENSION,
    )
    rows = fresh(select(ConductStep).where(*standing).order_by(ConductStep.id).limit(BATCH))
    for step in rows:
        service_conduct.end_step(SYSTEM, step, StepState.ENDED, removal.now)
    return len(rows)


def _lock_steps(removal: Removal) -> int:
    which = _open_step(removal.person_id)
    rows = fresh(select(ConductStep).where(*which).order_by(ConductStep.id).limit(BATCH))
    for step in rows:
        if (sealed := _locked(removal, step)) is None:
            _delete_steps([step.id])
            continue
        step.sealed, step.grounds, step.figures = sealed, [], {}
        step.version += 1
    db.session.flush()
    return len(rows)


def _locked(removal: Removal, step: ConductStep) -> bytes | None:
    """Return words, grounds and figures of a step as they are locked away; None where the words can't be opened."""
    place = step_place(step.uid)
    try:
        words = vault.unseal(removal.owner, place, step.sealed) if step.sealed else "{}"
        said = json.loads(words) | {"grounds": step.grounds, "figures": step.figures}
        sealed = vault.seal(removal.owner, place, json.dumps(said, ensure_ascii=False))
    except KeyDestroyed:
        return None
    return shut(removal, removal.owner, place, sealed)


def _delete_steps(steps: list[int]) -> None:
    for table, which in (
        (ConductAppeal, ConductAppeal.step_id.in_(steps)),
        (ConductStep, ConductStep.id.in_(steps)),
    ):
        db.session.execute(delete(table).where(which))


def _erase_steps(removal: Removal) -> int:
    mine = select(ConductStep.id).where(ConductStep.person_id == removal.person_id)
    steps = db.session.execute(mine.order_by(ConductStep.id).limit(BATCH)).scalars().all()
    _delete_steps(list(steps))
    return len(steps)


def _lock_appeals(removal: Removal) -> int:
    which = _open_appeal(removal.person_id)
    rows = fresh(select(ConductAppeal).where(*which).order_by(ConductAppeal.id).limit(BATCH))
    for appeal in rows:
        for column in ("sealed", "answer_sealed"):
            place = appeal_place(appeal.uid, column)
            setattr(appeal, column, shut(removal, removal.owner, place, getattr(appeal, column)))
        appeal.version += 1
    db.session.flush()
    return len(rows)


def _erase_appeals(removal: Removal) -> int:
    return delete_some(ConductAppeal, ConductAppeal.person_id == removal.person_id)


def _erase_counts(removal: Removal) -> int:
    mine = ConductSignal.person_id == removal.person_id
    return delete_some(ConductSignal, mine) or delete_some(
        FilerRecord, FilerRecord.person_id == removal.person_id
    )


def _restrict(removal: Removal, lock: Any, erase: Any) -> int:
    taken: int = (lock if removal.restriction else erase)(removal)
    return taken


def _count_counts(person_id: int) -> int:
    signals = count_of(ConductSignal, ConductSignal.person_id == person_id)
    return signals + count_of(FilerRecord, FilerRecord.person_id == person_id)


_SEALED = ("conduct_appeals", "conduct_steps")
"""What stands there is sealed under the key of the person whom it is about."""


def _holder(code: str, title: str, columns: dict[str, str], *how: Any) -> Holder:
    """A holder of this file: `how` counts, collects, locks away and erases."""
    count, collect, lock, erase = how
    return Holder(
        code=f"infringement.{code}",
        title=title,
        data_class=Class.CONDUCT,
        columns=columns,
        count=count,
        collect=collect,
        measures={
            Measure.RESTRICT: lambda removal: _restrict(removal, lock, erase),
            Measure.ERASE: erase,
        },
        since=_since,
        streams=_streams,
        keyed=count if code in _SEALED else no_keyed,
    )


HOLDERS: tuple[Holder, ...] = (
    _holder(
        "conduct_appeals",
        N_("Appeals about your conduct"),
        {"conduct_appeal": "person_id sealed answer_sealed"},
        lambda person_id: count_of(ConductAppeal, *_open_appeal(person_id)),
        _their_appeals,
        _lock_appeals,
        _erase_appeals,
    ),
    _holder(
        "conduct_steps",
        N_("Notes, warnings and suspensions"),
        {"conduct_step": "person_id grounds figures sealed"},
        lambda person_id: count_of(ConductStep, *_open_step(person_id)),
        _their_steps,
        lambda removal: _end_standing(removal) or _lock_steps(removal),
        _erase_steps,
    ),
    _holder(
        "conduct_counts",
        N_("What was counted of your notices"),
        {"conduct_signal": "person_id figures", "filer_record": "person_id"},
        _count_counts,
        _no_counts,
        _erase_counts,
        _erase_counts,
    ),
)
