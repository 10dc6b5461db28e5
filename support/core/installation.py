"""The one row that says what this installation is: a demo, or a real desk."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, mapped_column

from support.core.clock import utcnow
from support.core.db import Id, Model, db, insert_new, transaction


class Installation(Model):
    """Written once, at the first start (`id` is 1). `demo` can never be switched on later.

    `ledger_applied` is the last erasure of the ledger that this database has carried out (`core.ledger`).
    """

    __tablename__ = "installation"

    id: Mapped[Id]
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    ledger_applied: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


def mark(*, demo: bool) -> bool:
    """Write the mark of a first start; return whether this call wrote it. A later call changes nothing."""
    with transaction():
        return insert_new(Installation, id=1, demo=demo, created_at=utcnow())


def is_demo() -> bool:
    """True on a demo installation; read once for each process, since the mark never changes."""
    cached: bool | None = current_app.extensions.get("demo_mark")
    if cached is None:
        cached = db.session.execute(
            select(Installation.demo).where(Installation.id == 1)
        ).scalar_one_or_none()
        if cached is not None:
            current_app.extensions["demo_mark"] = cached
    return bool(cached)


def begun_at() -> datetime | None:
    """Return when this installation was started first, None before that."""
    found = select(Installation.created_at).where(Installation.id == 1)
    return db.session.execute(found).scalar_one_or_none()
