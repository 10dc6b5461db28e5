"""Entries of the public ledger, as many as the site has orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import insert

from support.core.clock import utcnow
from support.core.db import new_uid, transaction
from support.policies.models_publications import Publication, PublicationCount

_CHUNK = 5_000
_MONTHS = 12
_FACTS = {
    "holder": "person", "agent": False, "right": "trademark", "territory": "CN", "regime": "ecl", "links": [1, 2],
    "content": "listing", "measure": True, "day": "2026-03-02", "parts": [{"reason": "delete", "links": [1, 2]}],
}  # fmt: skip
_TEXT = "[name] says that the lamp at [link 1] copies theirs. " * 8


def fill_ledger(number: int, progress: Callable[[Sequence[int]], Iterable[int]]) -> None:
    """Add `number` notices to the ledger, a minute apart, and a year of counts."""
    now = utcnow()
    for first in progress(range(0, number, _CHUNK)):
        rows = [
            {
                "uid": new_uid(),
                "kind": "notice",
                "series": new_uid(),
                "facts": _FACTS,
                "text": _TEXT,
                "language": "en",
                "personal": False,
                "event_at": now,
                "published_at": now - timedelta(minutes=number - place),
                "changed_at": now - timedelta(minutes=number - place),
                "version": 1,
            }
            for place in range(first, min(first + _CHUNK, number))
        ]
        with transaction() as session:
            session.execute(insert(Publication), rows)
    counts = [
        {"month": f"2026-{month:02}", "kind": "notice", "outcome": "forwarded", "number": number}
        for month in range(1, _MONTHS + 1)
    ]
    with transaction() as session:
        session.execute(insert(PublicationCount), counts)
