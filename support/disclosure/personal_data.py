"""What this room keeps of people: penalties of a member, with their appeal and what corrections proposed.

All of a penalty is sealed under a key of its own and goes whole; its row stays, with its dates, and ends what is
published on its own date. The entry in the public ledger is redacted already and stays until then. A draft is given up;
what two people have proposed already, until it is published, is an open case and held (`lifecycle.OPEN`). In their
copy people read what they were told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from support.core.actors import SYSTEM
from support.core.db import db
from support.core.holders import BATCH, Holder, Item, Measure, NotPersonal, Removal, count_of
from support.core.locking import shut, still_there
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.disclosure import policy, queries, service
from support.disclosure.lifecycle import UNSEEN, PenaltyState
from support.disclosure.models import Penalty, PenaltyAppeal, PenaltyCorrection
from support.policies.data_classes import Class


def _left(person_id: int) -> tuple[Any, ...]:
    return Penalty.person_id == person_id, still_there(Penalty.sealed)


def _their_penalties(person_id: int) -> Iterator[Item]:
    told = (Penalty.person_id == person_id, Penalty.state.not_in(UNSEEN))
    for row in db.session.execute(select(Penalty).where(*told).order_by(Penalty.id)).scalars():
        fields = _said(row) | _appealed(row)
        yield Item(N_("A penalty"), row.told_at or row.at, {k: v for k, v in fields.items() if v})


def _said(row: Penalty) -> dict[str, str]:
    said = queries.wording_of(row)
    fields = {N_("Status"): gettext(row.status.title)}
    if said is not None:
        fields |= {
            N_("Name"): said.name,
            N_("Grounds"): " · ".join(gettext(policy.GROUNDS[code]) for code in said.grounds),
            N_("Measure"): " · ".join(gettext(policy.MEASURES[code]) for code in said.measures),
            N_("Rule"): "\n".join((said.rule_en, said.rule_zh)),
            N_("Facts"): "\n".join((said.words_en, said.words_zh)),
        }
    return fields | {N_("Reasons"): queries.opened(row, "reasons", row.reasons)}


def _appealed(row: Penalty) -> dict[str, str]:
    appeal = queries.appeal_of(row)
    if appeal is None:
        return {}
    return {
        N_("Your appeal"): queries.opened(row, "appeal", appeal.sealed),
        N_("Answer to the appeal"): queries.opened(row, "answer", appeal.answer),
    }


def _take(removal: Removal) -> int:
    """Take what is sealed out of the person's penalties; what is locked away can still be erased."""
    which = (
        _left(removal.person_id)
        if removal.restriction
        else (Penalty.person_id == removal.person_id, func.length(Penalty.sealed) > 0)
    )
    for row in _rows(Penalty, *which):
        if row.status is PenaltyState.DRAFT:
            service.move(SYSTEM, row, PenaltyState.DROPPED, row.version, removal.now)
    rows = _rows(Penalty, *which)
    for row in rows:
        _take_one(removal, row)
    db.session.flush()
    return len(rows)


def _take_one(removal: Removal, row: Penalty) -> None:
    for column in ("sealed", "reasons", "remark"):
        _empty(removal, row, row, column, column)
    row.orders, row.version = [], row.version + 1
    for appeal in _rows(PenaltyAppeal, PenaltyAppeal.penalty_id == row.id):
        _empty(removal, row, appeal, "sealed", "appeal")
        _empty(removal, row, appeal, "answer", "answer")
    for one in _rows(PenaltyCorrection, PenaltyCorrection.penalty_id == row.id):
        _empty(removal, row, one, "sealed", f"correction:{one.uid}")


def _empty(removal: Removal, row: Penalty, holder: Any, column: str, name: str) -> None:
    sealed = shut(removal, row.stream, queries.place(row, name), getattr(holder, column))
    nullable = column in ("remark", "answer")
    setattr(holder, column, sealed if sealed or nullable else b"")


def _rows(table: Any, *which: Any) -> Sequence[Any]:
    found = select(table).where(*which).order_by(table.id).limit(BATCH)
    return db.session.execute(found.execution_options(populate_existing=True)).scalars().all()


def _since(person_id: int) -> datetime | None:
    """Return when a penalty that was told last changed: it was decided, published, ended or set aside then."""
    told = (Penalty.person_id == person_id, Penalty.state.not_in(UNSEEN))
    found: datetime | None = db.session.execute(
        select(func.max(Penalty.changed_at)).where(*told)
    ).scalar_one()
    return found


def _streams(person_id: int) -> Iterator[str]:
    found = select(Penalty.uid).where(Penalty.person_id == person_id)
    for uid in db.session.execute(found).scalars():
        yield f"penalty:{uid}"


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    Holder(
        code="disclosure.penalties",
        title=N_("Penalties"),
        data_class=Class.PENALTIES,
        columns={
            "penalty": "person_id sealed reasons remark orders",
            "penalty_appeal": "sealed answer",
            "penalty_correction": "sealed",
        },
        count=lambda person_id: count_of(Penalty, *_left(person_id)),
        collect=_their_penalties,
        measures={Measure.RESTRICT: _take, Measure.ERASE: _take},
        since=_since,
        streams=_streams,
    ),
    # `series` joins the entries of the public ledger.
    NotPersonal({"penalty": "uid series state", "penalty_correction": "uid"}),
)
