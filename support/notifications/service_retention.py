"""What of this room ends by its own time: the record of what was told to whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_

from support.core.keeping import Keeping
from support.core.words import N_
from support.notifications.models import Delivery, DeliveryState
from support.policies.data_classes import Class
from support.policies.queries_legal_holds import person_stream


def _held(held: Any) -> Any:
    return or_(Delivery.about.in_(held), person_stream(Delivery.person_id).in_(held))


DELIVERIES = Keeping(
    "notifications.deliveries",
    N_("Record of what was sent"),
    N_("after sending"),
    Class.MESSAGES,
    Delivery,
    over=lambda before: (Delivery.created_at < before, Delivery.state != DeliveryState.WAITING),
    first=Delivery.created_at,
    held=_held,
)
KEEPINGS: tuple[Keeping, ...] = (DELIVERIES,)
