"""The proof that all is deleted after the service has ended: counts, dates and numbers, nothing of anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.core.context import settings
from support.erasure import queries_ceasing, receipts
from support.erasure.rules import CEASED, GROUNDS
from support.policies.data_classes import rule_named
from support.policies.models_cessation import Cessation


def facts_of(row: Cessation, now: datetime) -> dict[str, Any]:
    """Return what is signed; `reference`, `finished_at` and `classes` are named as in the proof of one deletion."""
    people, (entries, first, last) = queries_ceasing.progress(), queries_ceasing.ledger_numbers()
    return {
        "format": receipts.CESSATION,
        "operator": settings().public_url,
        "reference": row.uid,
        "clause": GROUNDS[CEASED].clause,
        "announced_at": _iso(row.agreed_at),
        "last_day": row.last_day.isoformat(),
        "intake_stopped_at": _iso(row.stops_at),
        "data_taken_along_until": _iso(row.export_until),
        "deletion_began_at": _iso(row.erasing_at),
        "finished_at": now.isoformat(),
        "people": {
            "deleted": people.erased,
            "rest_locked_away": people.restricted,
            "rest_under_legal_hold": people.held,
        },
        "ledger": {"entries": entries, "first": first, "last": last},
        "classes": [
            {
                "class": each.data_class,
                "title": rule_named(each.data_class).title,
                "measure": each.measure,
                "people": each.people,
                "found": int(each.found),
                "under_legal_hold": int(each.held),
                "until": _iso(each.until),
                "basis": rule_named(each.data_class).basis if each.until else "",
            }
            for each in queries_ceasing.classes()
        ],
        "leftovers_cleaned": True,
        "backups": {"replayed": True, "keys_kept": 2},
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
