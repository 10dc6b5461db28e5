"""Which moves of a notice belong together, so that one letter tells of them: one decision, or what the platform did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from support.core.audit import Event
from support.core.db import db, fetch
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice, Respondent
from support.infringement.queries import items_of, items_of_respondent, notice_by_id

ASKED: Mapping[ItemState, ItemState] = {
    ItemState.MEASURE_TAKEN: ItemState.MEASURE_ASKED,
    ItemState.RESTORED: ItemState.RESTORE_ASKED,
}
"""What the platform does link by link, and where a link waits for it."""
REFUSED = "item.refused_there"


def moved_together(notice: Notice, seq: int) -> tuple[ItemState, list[Item]]:
    """Return the state that the event `seq` brought, and all items of the notice that moved in the same act.

    A decision about many links is one act: its events have one moment.
    """
    first = _event(notice, seq)
    state = ItemState(first.action.removeprefix("item."))
    moved = {one for event in _same_act(notice, first) for one in event.data["items"]}
    return state, [item for item in items_of(notice) if item.id in moved]


def told_by(notice: Notice, seq: int, items: Sequence[Item]) -> str:
    """Return the key of the letter about these items of the act of `seq`.

    It names the newest event that moved one of them: what another process adds to the act later is told again rather
    than lost, and nobody hears again of an act that went on with the links of others.
    """
    first = _event(notice, seq)
    wanted = {item.id for item in items}
    newest = max(
        (one.seq for one in _same_act(notice, first) if wanted & set(one.data["items"])),
        default=seq,
    )
    return f"{notice.id}:{first.action.removeprefix('item.')}:{newest}"


def answered_together(notice: Notice, state: ItemState, seq: int) -> tuple[list[Item], str]:
    """Return the items about which the platform's answers are told together with the event `seq`, and their key.

    None while another link still waits for its answer: the last one brings the letter, whatever it says, and also
    where that link was withdrawn meanwhile.
    """
    asked, done = f"item.{ASKED[state]}", f"item.{state}"
    waits: set[int] = set()
    batch: list[Event] = []
    for event in _events(notice):
        ids = set(event.data.get("items") or ())
        waits = waits | ids if event.action == asked else waits - ids
        batch += [event] if event.action == done else []
        if batch and not waits:
            if event.seq >= seq:
                return _of(notice, batch), f"{notice.id}:{state}:{batch[-1].seq}"
            batch = []
    return [], ""


def sent_on(notice: Notice) -> set[int]:
    """Return the row ids of the items of which the other side was ever told; a seller learns of no other."""
    return sent_on_in([notice.stream])


def sent_on_in(streams: Sequence[str]) -> set[int]:
    """Return the row ids of all items of these notices of which the other side was ever told, in one query."""
    return _reached(streams, (ItemState.FORWARDED, ItemState.NO_MEASURE_FORWARDED))


def counter_sent_on(notice: Notice) -> set[int]:
    """Return the row ids of the items whose counter-notice was ever sent on; a holder reads of no other."""
    return _reached([notice.stream], (ItemState.COUNTER_FORWARDED,))


def told_items(respondent: Respondent) -> list[Item]:
    """Return the items that a respondent answers for and was told of."""
    told = sent_on(notice_by_id(respondent.notice_id))
    return [item for item in items_of_respondent(respondent) if item.id in told]


def _reached(streams: Sequence[str], states: Sequence[ItemState]) -> set[int]:
    events = select(Event.data).where(
        Event.stream.in_(streams), Event.action.in_([f"item.{state}" for state in states])
    )
    return {one for data in fetch(events).scalars() for one in data["items"]}


def _of(notice: Notice, batch: Sequence[Event]) -> list[Item]:
    told = {one for event in batch for one in event.data["items"]}
    return [item for item in items_of(notice) if item.id in told]


def _event(notice: Notice, seq: int) -> Event:
    one = select(Event).where(Event.stream == notice.stream, Event.seq == seq)
    return db.session.execute(one).scalar_one()


def _same_act(notice: Notice, first: Event) -> Sequence[Event]:
    same = (
        Event.stream == notice.stream,
        Event.action == first.action,
        Event.at == first.at,
    )
    return db.session.execute(select(Event).where(*same).order_by(Event.seq)).scalars().all()


def _events(notice: Notice) -> Sequence[Event]:
    moves = (Event.stream == notice.stream, Event.action.startswith("item."))
    return db.session.execute(select(Event).where(*moves).order_by(Event.seq)).scalars().all()
