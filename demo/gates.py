"""The demo's gates: an export that was approved, and one that waits for a second person."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.people import Cast
from support.policies import service_gates as service
from support.policies.service_gates import Weighed
from support.policies.today import today


def write_gates(cast: Cast, now: datetime) -> None:
    """Propose both, inside the caller's transaction; legal approves the first."""
    officer, legal = cast.actors["privacy_officer"], cast.actors["legal"]
    ends = today(now) + timedelta(days=330)
    approved = Weighed(
        "Harbour Translations Ltd.", "exported", "SG", ("words",), "other", "consent",
        "Some members write in languages that nobody of the desk reads.",
        "PIA-2026-8", consent=True, ends=ends,
    )  # fmt: skip
    waits = Weighed(
        "Lion Rock Archive", "exported", "HK", ("name", "words", "orders"), "other", "contract",
        "A second place for backups, away from the first one.",
        "PIA-2026-9", consent=False, ends=ends,
    )  # fmt: skip
    gate = service.propose_gate(officer, approved, now=now - timedelta(days=20))
    service.approve_gate(legal, gate, version=gate.version, now=now - timedelta(days=19))
    service.propose_gate(officer, waits, now=now - timedelta(days=1))
