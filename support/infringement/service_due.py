"""What has to be published of a notice is written down as it happens, with its date (E-Commerce Law 44)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from support.core.audit import Event
from support.core.calendars import CN_ZONE, Due, cn_day
from support.core.db import compare_and_set, db, each_of, new_uid, transaction
from support.infringement import clocks, queries
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.models_publishing import DuePublication, DueState, Entry
from support.infringement.queries_publishing import is_unreachable
from support.infringement.regimes import RegimeCode, regime_of

S = ItemState

TELLS: Mapping[ItemState, tuple[Entry, ...]] = {
    S.FORWARDED: (Entry.NOTICE,),
    S.NO_MEASURE_FORWARDED: (Entry.NOTICE, Entry.RESULT),
    S.COUNTER_FORWARDED: (Entry.COUNTER,),
    **dict.fromkeys((S.FINAL, S.RESTORED, S.DECIDED, S.WITHDRAWN, S.GONE), (Entry.RESULT,)),
}
"""What is published of a link that reached a state; a result only where its notice was sent on before.

A notice to somebody whom nothing reaches is published under every law, instead of being sent (RTNIC 15).
"""

FOLLOWED = (*TELLS, S.NOT_QUALIFIED, S.CHECKING, S.QUALIFIED, S.RESTORE_ASKED)
"""States that are listened for: those above, and those to which a complaint may lead."""

Said = dict[str, Any]


class Place(NamedTuple):
    """What one entry is about; `part` is the respondent whose declaration it is, else 0."""

    kind: Entry
    what: ItemState
    part: int
    law: RegimeCode
    rules: int
    day: str


def note_event(notice: Notice, seq: int) -> None:
    """Write down what an event of a notice asks to be published, and by when; safe to run twice, and late.

    What happened to several links on one day becomes one entry, as long as it is not published. The end of a complaint
    starts the clocks anew; what it overturned before it was published is dropped.
    """
    with transaction() as session:
        session.execute(select(Notice.id).where(Notice.id == notice.id).with_for_update())
        found = select(Event).where(Event.stream == notice.stream, Event.seq == seq)
        event = session.execute(found).scalar_one()
        state = S(event.action.removeprefix("item."))
        rows = _rows(notice)
        moved = [item for item in queries.items_of(notice) if item.id in event.data["items"]]
        dismissed = event.data.get("reason") == "dismissed"
        if S.COMPLAINT in event.data["old"]:
            for row in rows:
                _complaint_over(row, moved, state, event, dismissed=dismissed)
        for kind in () if dismissed else TELLS.get(state, ()):
            wanted = [item for item in moved if _is_wanted(item, kind, event, rows)]
            _write(notice, kind, state, wanted, event, rows)


def _rows(notice: Notice) -> list[DuePublication]:
    found = select(DuePublication).where(DuePublication.notice_id == notice.id)
    refreshed = found.order_by(DuePublication.id).execution_options(populate_existing=True)
    return list(db.session.execute(refreshed).scalars())


def _is_wanted(item: Item, kind: Entry, event: Event, rows: Sequence[DuePublication]) -> bool:
    if item.law is None or not (
        kind in regime_of(item.law, item.rules).publishes
        or (kind is Entry.NOTICE and is_unreachable(item))
    ):
        return False
    mine = [(row, said) for row, said in _about(item, rows) if row.entry is kind]
    day, state = _day(event.at), event.action.removeprefix("item.")
    if any(said["seq"] == event.seq for _row, said in mine) or any(
        said["seq"] > event.seq and (row.day, row.what) == (day, state) for row, said in mine
    ):
        return False  # the second run
    if kind is Entry.NOTICE:
        return not mine
    return kind is Entry.COUNTER or any(row.entry is Entry.NOTICE for row, _ in _about(item, rows))


def _day(at: datetime) -> str:
    return cn_day(at).isoformat()


def _about(item: Item, rows: Sequence[DuePublication]) -> Iterator[tuple[DuePublication, Said]]:
    for row in rows:
        if (said := row.items.get(str(item.id))) is not None:
            yield row, said


def _write(
    notice: Notice,
    kind: Entry,
    state: ItemState,
    items: Sequence[Item],
    event: Event,
    rows: list[DuePublication],
) -> None:
    places: dict[Place, dict[str, Said]] = defaultdict(dict)
    for item in items:
        part = (item.respondent_id or 0) if kind is Entry.COUNTER else 0
        law = RegimeCode(item.regime or "")
        place = Place(kind, state, part, law, item.rules, _day(event.at))
        said = {"seq": event.seq, "reason": event.data.get("reason", ""), "stands": True}
        places[place][str(item.id)] = said
    for place, these in places.items():
        same = [row for row in rows if _place(row) == place]
        open_ones = [row for row in same if row.state == DueState.OPEN]
        if open_ones:
            row = open_ones[-1]
            compare_and_set(row, version=row.version, items=row.items | these)
        else:
            rows.append(_new(notice, place, these, event.at, len(same)))


def _place(row: DuePublication) -> Place:
    return Place(row.entry, row.reached, row.part, row.law, row.rules, row.day)


def _new(
    notice: Notice, place: Place, said: dict[str, Said], at: datetime, turn: int
) -> DuePublication:
    due = clocks.due_of(regime_of(place.law, place.rules).clocks["publish"], at)
    row = DuePublication(
        uid=new_uid(),
        notice_id=notice.id,
        kind=place.kind,
        what=place.what,
        part=place.part,
        regime=place.law,
        rules=place.rules,
        day=place.day,
        turn=turn,
        items=said,
        event_at=at,
        since=at,
        due_at=due.at,
        due_estimated=due.estimated,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _complaint_over(
    row: DuePublication, moved: Sequence[Item], state: ItemState, event: Event, *, dismissed: bool
) -> None:
    """Start the clock of an unpublished entry anew, without the links whose result did not stand."""
    heard = {str(item.id) for item in moved} & set(row.items)
    if row.state != DueState.OPEN or not heard or row.since >= event.at:
        return
    stands = row.entry is not Entry.RESULT or (dismissed and row.reached is state)
    items = {
        key: said | {"stands": said["stands"] and (stands or key not in heard)}
        for key, said in row.items.items()
    }
    left = any(said["stands"] for said in items.values())
    due = clocks.due_of(regime_of(row.law, row.rules).clocks["publish"], event.at)
    compare_and_set(
        row,
        version=row.version,
        items=items,
        since=event.at,
        due_at=due.at,
        due_estimated=due.estimated,
        state=DueState.OPEN if left else DueState.DROPPED,
    )


def recount_due(now: datetime) -> None:
    """Count dates anew whose holidays were not published when they were counted, never to an earlier one; periodic."""
    estimated = (DuePublication.due_estimated.is_(True), DuePublication.state == DueState.OPEN)
    each_of(DuePublication, *estimated, work=_recount)


def _recount(row: DuePublication) -> None:
    counted = clocks.due_of(regime_of(row.law, row.rules).clocks["publish"], row.since)
    due = clocks.kept(Due(row.due_at, CN_ZONE, row.due_estimated, ()), counted)
    if (due.at, due.estimated) != (row.due_at, row.due_estimated):
        compare_and_set(row, version=row.version, due_at=due.at, due_estimated=due.estimated)
