"""Bridges from the outbox to what is counted of people, and to what they are told. Each is safe to run twice."""

from __future__ import annotations

from typing import Any

from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import NotFound
from support.core.outbox import Subscription
from support.core.vault import KeyDestroyed
from support.infringement import (
    conduct,
    letters_conduct,
    news,
    queries,
    service_signals,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models_conduct import ConductAppeal, ConductStep
from support.notifications.service import tell


def fold_signals(payload: dict[str, Any]) -> None:
    """Count the signals of a notice that was filed or supplemented; they are counted as of its filing."""
    service_signals.fold_notice(queries.notice_by_id(payload["notice"]))


def count_outcome(payload: dict[str, Any]) -> None:
    """Count what became of a filer's links; counting again finds the same."""
    service_signals.note_outcome(queries.notice_by_id(payload["notice"]), utcnow())


def tell_person(payload: dict[str, Any]) -> None:
    """Tell somebody of a step or of the decision about their appeal; the key makes a second letter harmless."""
    told = payload["told"]
    row: ConductAppeal | ConductStep
    if told in letters_conduct.APPEALED:
        row = db.session.get_one(ConductAppeal, payload["appeal"])
        ids = {"appeal": row.id, "told": told}
    else:
        row = db.session.get_one(ConductStep, payload["step"])
        ids = {"step": row.id, "told": told}
    about, key = f"person:{row.person_id}", f"{row.uid}:{told}"
    try:
        tell(row.person_id, letters_conduct.CONDUCT, about=about, key=key, ids=ids)
    except (NotFound, KeyDestroyed):
        return


SUBSCRIPTIONS = (
    Subscription(news.FILED, fold_signals),
    Subscription(news.SUPPLEMENTED, fold_signals),
    *(
        Subscription(f"notice.{state}", count_outcome)
        for state in (*conduct.DECIDED, ItemState.WITHDRAWN)
    ),
    Subscription(service_signals.TOLD, tell_person),
)
