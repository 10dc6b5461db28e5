"""The day by which contracts and gates run: that of the operator's zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from support.core.context import settings


def today(now: datetime) -> date:
    """Return the day in the operator's zone."""
    return now.astimezone(ZoneInfo(settings().operator_timezone)).date()
