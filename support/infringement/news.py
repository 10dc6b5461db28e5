"""News of notices: what the outbox is told, for letters and pages to follow.

One topic for each state that items reach, `notice.<state>` (`lifecycle.ItemState`), and those below. Payload, ids
only: `notice` and `order` (row ids), `items` (row ids of those that moved in this act), `key`. `TOLD` says whom a state
concerns. A respondent is told of their own items only (`models.Item.respondent_id`). That a forwarded letter arrived,
and when, comes back by `service_forwarding.note_arrival`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from support.core import outbox
from support.core.audit import Event
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice

Reader = Literal["holder", "respondent"]

FILED = "notice.filed"
SUPPLEMENTED = "notice.supplemented"
REFUSED_THERE = "notice.refused_there"
"""The platform did not do what it was asked; for the desk."""
RECOUNTED = "notice.recounted"
"""A date was counted anew, since holidays were published; it became later or stayed."""

HOLDER: tuple[Reader, ...] = ("holder",)
BOTH: tuple[Reader, ...] = ("holder", "respondent")

TOLD: Mapping[ItemState, tuple[Reader, ...]] = {
    ItemState.TO_COMPLETE: HOLDER,
    ItemState.NOT_QUALIFIED: HOLDER,
    ItemState.QUALIFIED: HOLDER,
    ItemState.MEASURE_TAKEN: HOLDER,
    ItemState.NO_MEASURE: HOLDER,
    ItemState.FORWARDED: BOTH,
    ItemState.NO_MEASURE_FORWARDED: BOTH,
    ItemState.FINAL: BOTH,
    ItemState.COUNTER_CHECK: ("respondent",),
    ItemState.COUNTER_TO_COMPLETE: ("respondent",),
    ItemState.COUNTER_FORWARDED: BOTH,
    ItemState.WAITING: BOTH,
    ItemState.EXTENDED: BOTH,
    ItemState.PENDING: BOTH,
    ItemState.RESTORED: BOTH,
    ItemState.DECIDED: BOTH,
    ItemState.COMPLAINT: BOTH,
    ItemState.GONE: BOTH,
    ItemState.WITHDRAWN: BOTH,
}
"""Who has to hear of it. `counter_sent` tells the holder that they may complain to the authority or sue."""


def put(topic: str, notice: Notice, event: Event, items: Sequence[Item] = ()) -> None:
    """Put news of `event` in the verb's transaction."""
    _put(topic, notice, event, [item.id for item in items])


def put_state(state: ItemState, notice: Notice, event: Event, items: Sequence[int]) -> None:
    """Put news of items (row ids) that reached a state."""
    _put(f"notice.{state}", notice, event, items)


def _put(topic: str, notice: Notice, event: Event, items: Sequence[int]) -> None:
    key, ids = f"{notice.id}:{event.seq}", list(items)
    outbox.put(topic, key, notice=notice.id, order=notice.order_id, items=ids)
