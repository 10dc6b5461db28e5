"""What may be asked about trainings: a person's history, and the latest one of everybody who works here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from support.accounts.models import Person, PersonKind, Training
from support.core.db import db, fetch


@dataclass(frozen=True, slots=True)
class Latest:
    """The training of a person that ends last, and how far its end was told (`policy.LapseStep`)."""

    id: int
    person_id: int
    expires_at: datetime
    told: int


def trainings_of(person_id: int) -> list[Training]:
    """Return the trainings of a person, the last recorded first."""
    mine = select(Training).where(Training.person_id == person_id).order_by(Training.id.desc())
    return list(db.session.execute(mine).scalars())


def latest_trainings() -> list[Latest]:
    """Return the training that ends last of each person who works here now and ever had one."""
    rows = fetch(
        select(Training.id, Training.person_id, Training.expires_at, Training.told)
        .join(Person, Person.id == Training.person_id)
        .where(Person.kind == PersonKind.STAFF, Person.disabled_at.is_(None))
        .order_by(Training.expires_at, Training.id)
    )
    return list({row.person_id: Latest(*row) for row in rows}.values())


def latest_training(person_id: int, training_id: int) -> Latest | None:
    """Return this training while it is the one of the person that ends last, and they work here."""
    found = [one for one in latest_trainings() if one.person_id == person_id]
    return found[0] if found and found[0].id == training_id else None
