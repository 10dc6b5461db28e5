"""Idempotency: a double click, the back button or a client's retry carries out an act once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import PASSING, Id, Model, changed, db, insert_new, transaction
from support.core.errors import Invalid
from support.core.words import N_

KEPT = timedelta(hours=48)


class IdempotencyKey(Model):
    """The key of one form as one session sent it, and what came of it."""

    __tablename__ = "idempotency_key"
    __table_args__ = PASSING

    id: Mapped[Id]
    scope_key: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


def once(scope: str, key: str, content: str, act: Callable[[], str]) -> str:
    """Run `act` in one transaction and return its result; the same scope and key return the first result.

    `content` is what the form said: the same key with other content raises `Invalid`, since one of the two
    would be lost without a word. An empty key runs `act` always (a hand-written request without one).
    """
    if not key:
        with transaction():
            return act()
    scope_key = _scope_key(scope, key)
    fingerprint = hmac.new(keys().blind, content.encode(), hashlib.sha256).hexdigest()
    with transaction():
        mine = (IdempotencyKey.scope_key == scope_key,)
        if insert_new(
            IdempotencyKey,
            scope_key=scope_key,
            fingerprint=fingerprint,
            result="",
            created_at=utcnow(),
        ):
            result = act()
            changed(update(IdempotencyKey).where(*mine).values(result=result))
            return result
        result, said = db.session.execute(
            select(IdempotencyKey.result, IdempotencyKey.fingerprint).where(*mine)
        ).one()
    if said != fingerprint:
        raise Invalid(
            "", N_("This form was sent already, with other content. Please open it again.")
        )
    return str(result)


def earlier(scope: str, key: str) -> str:
    """Return what came of the act with this scope and key, "" when it was never carried out."""
    scope_key = _scope_key(scope, key)
    statement = select(IdempotencyKey.result).where(IdempotencyKey.scope_key == scope_key)
    return db.session.execute(statement).scalar_one_or_none() or ""


def _scope_key(scope: str, key: str) -> str:
    return hashlib.sha256(f"{scope}\0{key}".encode()).hexdigest()
