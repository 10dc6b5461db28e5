"""How many orders stand where: folded from the orders by the tick, so that no page counts and no row is hot."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update

from support.accounts import queries as people
from support.core.actors import SYSTEM
from support.core.audit import Event
from support.core.db import changed, db, fetch, insert_new, transaction
from support.notifications.queries import dead_count
from support.workorders.desk_queries import IS_ACTIVE, SOON
from support.workorders.desk_sorts import due_column, nobody_takes
from support.workorders.desk_staff import without_takers
from support.workorders.lifecycle import Status
from support.workorders.models import QueueCount, WorkOrder

HOURS = 24
AGES = ("day", "three_days", "week", "older")
"""How long an order has been open: under a day, under three, under seven, or longer."""
_ARRIVALS = "arrivals:"
UNSTAFFED = "unstaffed:"
_COUNTS = select(QueueCount.name, QueueCount.number)


def counts() -> dict[str, int]:
    """Return every folded count by name: `open unassigned breached due_soon waiting dead_letters`,
    `assignee:<id>`, `team:<code>`, `unstaffed:<team>` for what nobody can take, `age:<team>:<one of AGES>`, and
    `arrivals:<h>` for what was filed in the hour that ended `h` hours ago."""
    rows = fetch(_COUNTS)
    return {name: number for name, number in rows}  # noqa: C416 (rows are no pairs to mypy)


def fold_counts(now: datetime) -> None:
    """Count the active orders anew in one grouped query and keep what changed. Safe to run twice."""
    unstaffed = without_takers(people.all_staff())
    due = due_column(unstaffed)
    late = case((due < now, 2), (due < now + SOON, 1), else_=0)
    shut = case((nobody_takes(unstaffed), 1), else_=0)
    age = case(
        (WorkOrder.created_at > now - timedelta(days=1), 0),
        (WorkOrder.created_at > now - timedelta(days=3), 1),
        (WorkOrder.created_at > now - timedelta(days=7), 2),
        else_=3,
    )
    grouped = (WorkOrder.assignee_id, WorkOrder.team, WorkOrder.status, late, shut, age)
    statement = select(*grouped, func.count()).where(IS_ACTIVE).group_by(*grouped)
    found: Counter[str] = Counter()
    for assignee, team, status, urgency, nobody, since, number in fetch(statement):
        names = ["open", f"team:{team}", f"age:{team}:{AGES[since]}"]
        names.append(f"assignee:{assignee}" if assignee else "unassigned")
        if status == Status.WAITING:
            names.append("waiting")
        if urgency:
            names.append("breached" if urgency == 2 else "due_soon")
        if nobody:
            names.append(f"{UNSTAFFED}{team}")
        for name in names:
            found[name] += number
    found["dead_letters"] = dead_count(SYSTEM)
    _keep(found, arrivals=False)


def fold_arrivals(now: datetime) -> None:
    """Count the orders of the last 24 hours by the hour, from their events. Safe to run twice."""
    statement = select(Event.at).where(
        Event.action == "order.filed", Event.at > now - timedelta(hours=HOURS)
    )
    found: Counter[str] = Counter()
    for at in fetch(statement).scalars():
        found[f"{_ARRIVALS}{max(0, int((now - at) / timedelta(hours=1)))}"] += 1
    _keep(found, arrivals=True)


def arrivals(found: dict[str, int]) -> list[int]:
    """Return how many orders came in each of the last 24 hours, the oldest hour first."""
    return [found.get(f"{_ARRIVALS}{hour}", 0) for hour in range(HOURS - 1, -1, -1)]


def _keep(found: Counter[str], *, arrivals: bool) -> None:
    """Write the counts that differ from what is kept; names that are gone are deleted."""
    db.session.rollback()
    with transaction() as session:
        kept = {
            name: number
            for name, number in counts().items()
            if name.startswith(_ARRIVALS) is arrivals
        }
        if gone := set(kept) - set(found):
            session.execute(delete(QueueCount).where(QueueCount.name.in_(gone)))
        for name, number in found.items():
            if name not in kept:
                insert_new(QueueCount, name=name, number=number)
            elif kept[name] != number:
                changed(update(QueueCount).where(QueueCount.name == name).values(number=number))
