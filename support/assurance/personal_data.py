"""What this room keeps of people: what they proved and when, and the waiting periods of what was proved weakly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from support.assurance.models import Hold, Proof
from support.assurance.policy import ACTS, Act
from support.core.db import db
from support.core.holders import Holder, Item, Measure, NotPersonal, Removal, count_of, delete_some
from support.core.web_parts import words as gettext
from support.core.words import N_

_TRACES = "traces"
"""The class of both: the table of classes stands on a higher floor."""


def _proofs(person_id: int) -> Iterator[Item]:
    """What was proved is the name of a kind: the secret itself is kept nowhere."""
    found = select(Proof).where(Proof.person_id == person_id).order_by(Proof.id)
    for proof in db.session.execute(found).scalars():
        yield Item(
            N_("Proof of who you are"), proof.proved_at, {N_("Good until"): proof.expires_at}
        )


def _holds(person_id: int) -> Iterator[Item]:
    found = select(Hold).where(Hold.person_id == person_id).order_by(Hold.id)
    for hold in db.session.execute(found).scalars():
        fields: dict[str, Any] = {
            N_("What for"): gettext(ACTS[Act(hold.act)].title),
            N_("Until"): hold.ends_at,
        }
        yield Item(N_("A waiting period before something happened"), hold.begins_at, fields)


def _holder(code: str, title: str, table: Any, columns: str, collect: Any) -> Holder:
    """A table whose rows are somebody's own and go whole."""

    def erase(removal: Removal) -> int:
        return delete_some(table, table.person_id == removal.person_id)

    return Holder(
        code=f"assurance.{code}",
        title=title,
        data_class=_TRACES,
        columns={table.__tablename__: columns},
        count=lambda person_id: count_of(table, table.person_id == person_id),
        collect=collect,
        measures={Measure.ERASE: erase},
    )


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    _holder("proofs", N_("Proofs of who you are"), Proof, "person_id kind about", _proofs),
    _holder("holds", N_("Waiting periods"), Hold, "person_id told unheeded objected", _holds),
    NotPersonal({"hold": "uid act about state"}),
)
