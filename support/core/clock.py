"""The one clock. Verbs read it once and pass the time on."""

from __future__ import annotations

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
