"""What this room keeps of people: what they proved and when, and the waiting periods of what was proved weakly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from support.assurance.models import Hold, Proof
from support.assurance.policy import ACTS, Act
from support.core.db import db
from support.core.holders import Holder, Item, NotPersonal, whole
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


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    whole(
        "assurance.proofs",
        N_("Proofs of who you are"),
        _TRACES,
        Proof,
        "person_id kind about",
        _proofs,
    ),
    whole(
        "assurance.holds",
        N_("Waiting periods"),
        _TRACES,
        Hold,
        "person_id told unheeded objected",
        _holds,
    ),
    NotPersonal({"hold": "uid act about state"}),
)
