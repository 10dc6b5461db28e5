"""The moments of the stories, told from now: working days back, minutes back, and "due next"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from support.core.holidays_data import cn_is_working
from support.workorders import targets
from support.workorders.kind import Kind
from support.workorders.lifecycle import Priority

ZONE = ZoneInfo("Asia/Shanghai")
_WORKING_DAYS = re.compile(r"(\d+)d (\d\d):(\d\d)")
_STEP, _BACK = timedelta(minutes=10), timedelta(days=14)
_SOON = timedelta(minutes=45)


def moment_of(words: str, now: datetime) -> datetime:
    """Return the moment of "3d 10:15" (three working days before today, Shanghai time) or "25m" (minutes ago)."""
    if match := _WORKING_DAYS.fullmatch(words):
        days, hour, minute = (int(part) for part in match.groups())
        day = now.astimezone(ZONE).date()
        while days:
            day -= timedelta(days=1)
            days -= cn_is_working(day)
        return datetime.combine(day, time(hour, minute), tzinfo=ZONE).astimezone(UTC)
    return now - timedelta(minutes=int(words.removesuffix("m")))


def due_next(kind: Kind, priority: Priority, now: datetime) -> datetime:
    """Return when an order must have been filed for its first reply to be due soon.

    In opening hours that is within two hours; else it is due as soon as the desk opens again.
    """
    tries = int(_BACK / _STEP)
    moments = [now - _STEP * number for number in range(1, tries)]
    due_at = {moment: targets.dues(kind, priority, moment)[0].at for moment in moments}
    return min((due, moment) for moment, due in due_at.items() if due >= now + _SOON)[1]
