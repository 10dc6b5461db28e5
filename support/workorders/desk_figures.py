"""What happened on each day of the desk: folded from orders and events by the tick, so that no report counts orders.

Every fold counts a whole day anew, so a day can be folded at any time and as often as one likes: today and
yesterday once a minute, days that were never folded as soon as there are any, and the others in turn, the one
folded longest ago first. So what changes later (a first reply to an order of last week, a figure that somebody
deleted by hand) is right again within the hour.

The figures of a day, for each team: `arrived`, and `reason:<kind>/<topic>` for the same orders by what they are
about; `in_time` and `late` for how their first reply came, once that is decided; `done` for orders that left the
desk's hands that day (solved or closed), `back` for those that came into them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, cast, delete, func, or_, select, update

from support.core.audit import Event
from support.core.context import settings
from support.core.db import BigId, changed, fetch, insert_new, transaction
from support.workorders.lifecycle import ACTIVE, Status
from support.workorders.models import DayFigure, DayFold, WorkOrder

CATCH_UP = 60
"""Days never folded that one run folds at most."""
ALL_WITHIN = 60
"""Runs after which every day was folded anew."""

DAILY = ("arrived", "done", "back", "in_time", "late")
REASON = "reason:"

_ORDER_ID = cast(func.substr(Event.stream, len("order:") + 1), BigId)
_OLD, _NEW = Event.data["old"].as_string(), Event.data["new"].as_string()

Figures = Counter[tuple[str, str]]
"""A number for each (team, name)."""


def today(now: datetime) -> date:
    """Return the day of the desk, in the operator's time zone."""
    return now.astimezone(_zone()).date()


def fold_days(now: datetime) -> None:
    """Fold what is due: today, yesterday, days never folded, and a few in turn. Safe to run twice."""
    first = fetch(select(func.min(Event.at)).where(Event.action == "order.filed")).scalar_one()
    if first is not None:
        for day in _due_days(today(first), today(now)):
            fold_day(day, now)


def fold_day(day: date, now: datetime) -> None:
    """Count one day anew and keep what differs. Safe to run twice; gives the same in any order of days."""
    _keep(day, _filed(day, now) + _moved(day), now)


def _due_days(first: date, last: date) -> list[date]:
    """Return the days to fold now, each once, the newest first where they were never folded."""
    folded = {day: at for day, at in fetch(select(DayFold.day, DayFold.at))}  # noqa: C416 (no pairs to mypy)
    every = [last - timedelta(days=back) for back in range((last - first).days + 1)]
    missing = [day for day in every if day not in folded]
    oldest = sorted((day for day in every if day in folded), key=folded.__getitem__)
    in_turn = oldest[: 1 + len(oldest) // ALL_WITHIN]
    return list(dict.fromkeys([*every[:2], *missing[:CATCH_UP], *in_turn]))


def _filed(day: date, now: datetime) -> Figures:
    """Count the orders that were filed that day, why, and whether their first reply came in time."""
    grouped = (WorkOrder.team, WorkOrder.kind, WorkOrder.topic, _first_reply(now))
    found: Figures = Counter()
    for team, kind, topic, answered, number in fetch(_of_day("order.filed", day, grouped)):
        for name in filter(None, ("arrived", f"{REASON}{kind}/{topic}", answered)):
            found[team, name] += number
    return found


def _first_reply(now: datetime) -> Any:
    """`in_time`, `late`, or "" while that is open or the order was done before a reply was due."""
    clock_runs = WorkOrder.status.in_((Status.NEW, Status.OPEN))
    overdue = and_(
        WorkOrder.first_reply_due < now,
        or_(clock_runs, WorkOrder.status_at > WorkOrder.first_reply_due),
    )
    return case(
        (WorkOrder.first_replied_at <= WorkOrder.first_reply_due, "in_time"),
        (or_(WorkOrder.first_replied_at.is_not(None), overdue), "late"),
        else_="",
    )


def _moved(day: date) -> Figures:
    """Count the orders that left the desk's hands that day, and those that came back into them."""
    found: Figures = Counter()
    for team, old, new, number in fetch(_of_day("order.moved", day, (WorkOrder.team, _OLD, _NEW))):
        if (old in ACTIVE) != (new in ACTIVE):
            found[team, "back" if new in ACTIVE else "done"] += number
    return found


def _of_day(action: str, day: date, grouped: Sequence[Any]) -> Any:
    """Count a day's events of one sort by facts of their orders; the index of events gives them without a scan."""
    start, end = (_midnight(day + timedelta(days=each)) for each in (0, 1))
    return (
        select(*grouped, func.count())
        .select_from(Event)
        .join(WorkOrder, WorkOrder.id == _ORDER_ID)
        .where(Event.action == action, Event.at >= start, Event.at < end)
        .group_by(*grouped)
    )


def _keep(day: date, found: Figures, now: datetime) -> None:
    """Write the figures that differ from what is kept; a lost fold is made again, so it need not wait for the disk."""
    with transaction(durable=False) as session:
        of_day = DayFigure.day == day
        kept = {
            (row.team, row.name): (row.id, row.number)
            for row in fetch(
                select(DayFigure.id, DayFigure.team, DayFigure.name, DayFigure.number).where(of_day)
            )
        }
        if gone := [row_id for key, (row_id, _number) in kept.items() if key not in found]:
            session.execute(delete(DayFigure).where(DayFigure.id.in_(gone)))
        for (team, name), number in found.items():
            row_id, before = kept.get((team, name), (None, None))
            if row_id is None:
                insert_new(DayFigure, day=day, team=team, name=name, number=number)
            elif before != number:
                changed(update(DayFigure).where(DayFigure.id == row_id).values(number=number))
        if not insert_new(DayFold, day=day, at=now):
            changed(update(DayFold).where(DayFold.day == day).values(at=now))


class Span(NamedTuple):
    """Days of the desk, both ends included, and the team ("" for all)."""

    since: date
    until: date
    team: str = ""


def daily(span: Span) -> dict[date, Counter[str]]:
    """Return the numbers of `DAILY` for each day of the span that has any. One query."""
    statement = (
        select(DayFigure.day, DayFigure.name, func.sum(DayFigure.number))
        .where(*_within(span), DayFigure.name.in_(DAILY))
        .group_by(DayFigure.day, DayFigure.name)
    )
    found: dict[date, Counter[str]] = {}
    for day, name, number in fetch(statement):
        found.setdefault(day, Counter())[name] = int(number)
    return found


def reasons(span: Span) -> Counter[tuple[str, str]]:
    """Return how many orders arrived for each (kind, topic). One query."""
    statement = (
        select(DayFigure.name, func.sum(DayFigure.number))
        .where(*_within(span), DayFigure.name.like(f"{REASON}%"))
        .group_by(DayFigure.name)
    )
    found: Counter[tuple[str, str]] = Counter()
    for name, number in fetch(statement):
        kind, _slash, topic = name.removeprefix(REASON).partition("/")
        found[kind, topic] = int(number)
    return found


def rows(span: Span) -> list[tuple[date, str, str, int]]:
    """Return every figure of the span as (day, team, name, number), by day and team."""
    columns = (DayFigure.day, DayFigure.team, DayFigure.name, DayFigure.number)
    statement = select(*columns).where(*_within(span)).order_by(DayFigure.day, DayFigure.team)
    return [(row.day, row.team, row.name, row.number) for row in fetch(statement)]


def folded(span: Span) -> tuple[int, datetime | None]:
    """Return how many days of the span were folded, and when the newest of these folds was."""
    days = DayFold.day.between(span.since, span.until)
    number, at = fetch(select(func.count(), func.max(DayFold.at)).where(days)).one()
    return number, at


def _within(span: Span) -> list[Any]:
    found = [DayFigure.day.between(span.since, span.until)]
    return [*found, DayFigure.team == span.team] if span.team else found


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().operator_timezone)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=_zone())
