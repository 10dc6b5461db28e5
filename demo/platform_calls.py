"""What the demo asks of the platform: the console version answers within seconds, as it does everything asked later."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.people import Cast
from support.core import platform
from support.core.platform_calls import Name
from support.workorders.queries import order_by_id

_ASKED = (
    ("tea-removed", Name.RESTORE, "tang", timedelta(minutes=40)),
    ("no-return", Name.CHECK_TRANSACTION, "tang", timedelta(minutes=25)),
    ("strange-city", Name.END_SESSIONS, "agent", timedelta(minutes=10)),
)
"""The key of a story, what is asked, who asks, how long ago."""


def ask_platform(cast: Cast, orders: dict[str, int], now: datetime) -> None:
    """Ask, inside the caller's transaction; asked twice, it is asked once."""
    for story, name, who, ago in _ASKED:
        order = order_by_id(orders[story])
        platform.call(
            name,
            story,
            about=order.stream,
            reference=order.reference,
            actor=cast.actors[who],
            now=now - ago,
            person=order.requester_id,
        )
