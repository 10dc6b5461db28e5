"""The stories of `stories.toml`, told by calling the verbs at their moments, oldest first."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from demo.conduct import acts_of_conduct
from demo.erasures import acts_of_erasures
from demo.moments import due_next, moment_of
from demo.notices import Papers, acts_of
from demo.people import Cast
from demo.reports import acts_of_reports
from support.core import files
from support.core.actors import Actor
from support.core.db import db
from support.core.outbox_rows import OutboxRow, OutboxState
from support.workorders import queries, service, service_triage, timers
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder

STORIES = Path(__file__).with_name("stories.toml")
NEWS_KEPT = timedelta(hours=2)
"""How old news may be to be still told: who looks into /mailbox finds a handful of messages, not a hundred."""


@dataclass(frozen=True, slots=True)
class _Act:
    """One thing that happens at `at`."""

    at: datetime
    act: Callable[[], None]


@dataclass(slots=True)
class Teller:
    """Tells the stories inside the caller's transaction; `photos` are uploads of `photo_owner`, not attached yet.

    `papers` are those of the rights notices; `keys` are the orders of the stories that have a key.
    """

    cast: Cast
    now: datetime
    photo_owner: str
    photos: list[str]
    papers: Sequence[Papers]
    _orders: dict[int, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    def acts(self) -> list[_Act]:
        """Return everything that happens, oldest first: filings, steps, and what the clock does every morning."""
        told = (
            acts_of(self.cast, self.papers, self.now),
            acts_of_conduct(self.cast, self.now),
            acts_of_reports(self.cast, self.now),
            acts_of_erasures(self.cast, self.now),
        )
        found = [_Act(at, act) for at, act in chain.from_iterable(told)]
        for number, story in enumerate(tomllib.loads(STORIES.read_text("utf-8"))["order"]):
            found += self._story(number, story)
        first = min(act.at for act in found)
        mornings = int((self.now - first) / timedelta(days=1))
        found += [self._morning(first + timedelta(days=day)) for day in range(1, mornings + 1)]
        return sorted(found, key=lambda act: act.at)

    def _story(self, number: int, story: dict[str, Any]) -> list[_Act]:
        kind = kind_named(story["kind"])
        priority = Priority[story.get("priority", "normal").upper()]
        soon = story["at"] == "soon"
        filed = due_next(kind, priority, self.now) if soon else moment_of(story["at"], self.now)
        found = [_Act(filed, lambda: self._file(number, story, priority, filed))]
        for step in story["steps"]:
            at = filed + timedelta(minutes=6) if soon else moment_of(step["at"], self.now)
            found.append(_Act(at, lambda step=step, at=at: self._step(number, step, at)))  # type: ignore[misc]
        return found

    def _morning(self, at: datetime) -> _Act:
        """What time does by itself: the same timers as the tick's."""

        def timers_run() -> None:
            timers.remind_waiting(at)
            timers.close_unanswered(at)
            timers.close_unconfirmed(at)

        return _Act(at, timers_run)

    def _file(self, number: int, story: dict[str, Any], priority: Priority, at: datetime) -> None:
        writer = self.cast.actors[story["by"]]
        contact = self.cast.contacts.get(story["by"])
        related = self.keys.get(story.get("related", ""))
        order = service.file_order(
            writer if contact is None else Actor("anonymous"),
            kind_named(story["kind"]),
            requester_id=writer.id or 0,
            contact_id=contact,
            subject=story["subject"],
            body=story["text"],
            topic=story.get("topic", ""),
            language=writer.language,
            related=queries.order_by_id(related) if related else None,
            now=at,
        )
        self._orders[number] = order.id
        if "key" in story:
            self.keys[story["key"]] = order.id
        desk = self.cast.actors["tang"]
        if priority is not Priority.NORMAL:
            service_triage.set_priority(
                desk, order, priority=priority, version=order.version, now=at
            )
        if "tags" in story:
            service_triage.tag_order(desk, order, words=story["tags"], now=at)
        if story.get("photo"):
            stream = service.first_message(order).stream
            files.attach(self.photos, self.photo_owner, stream, person=f"person:{writer.id}")

    def _step(self, number: int, step: dict[str, Any], at: datetime) -> None:
        order = queries.order_by_id(self._orders[number])
        requester = next(
            actor for actor in self.cast.actors.values() if actor.id == order.requester_id
        )
        actor = self.cast.actors[step["who"]] if "who" in step else requester
        STEPS[step["do"]](self, actor, order, step, at)


def _reply(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    service.reply(
        actor,
        order,
        body=step["text"],
        version=order.version,
        then=Status(step["then"]),
        language=order.language,
        now=at,
    )


def _answer(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    service.answer(actor, order, body=step["text"], language=order.language, now=at)


def _note(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    service.add_note(actor, order, body=step["text"], now=at)


def _assign(
    teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    assignee = teller.cast.actors[step["to"]].id
    service_triage.assign_order(actor, order, assignee_id=assignee, version=order.version, now=at)


def _priority(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    priority = Priority[step["to"].upper()]
    service_triage.set_priority(actor, order, priority=priority, version=order.version, now=at)


def _tags(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    service_triage.tag_order(actor, order, words=step["words"], now=at)


def _prove(
    _teller: Teller, _actor: Actor, order: WorkOrder, _step: dict[str, Any], at: datetime
) -> None:
    contact = service.requester_party(order).contact_id
    assert contact is not None
    service.prove_contact(contact, order, now=at)


def _confirm(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    service.rate_order(actor, order, solved=True, comment=step["comment"], now=at)


def _unsolved(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    service.rate_order(actor, order, solved=False, comment=step["text"], now=at)


def _close(
    _teller: Teller, actor: Actor, order: WorkOrder, _step: dict[str, Any], at: datetime
) -> None:
    service.close_own_order(actor, order, now=at)


def _reopen(
    _teller: Teller, actor: Actor, order: WorkOrder, step: dict[str, Any], at: datetime
) -> None:
    service.reopen_order(actor, order, body=step["text"], now=at)


STEPS: dict[str, Callable[[Teller, Actor, WorkOrder, dict[str, Any], datetime], None]] = {
    "reply": _reply,
    "answer": _answer,
    "note": _note,
    "assign": _assign,
    "priority": _priority,
    "tags": _tags,
    "prove": _prove,
    "confirm": _confirm,
    "unsolved": _unsolved,
    "close": _close,
    "reopen": _reopen,
}


def tell_stories(teller: Teller, progress: Callable[[list[_Act]], Any]) -> int:
    """Carry out all acts and return how many there were; news older than `NEWS_KEPT` expires untold.

    An expired row is what the outbox itself makes of news that comes too late: nobody was told, and the row says
    so. To mark it done, or to write deliveries that never were, would put a lie on the threads.
    """
    acts = teller.acts()
    fresh = teller.now - NEWS_KEPT
    expired = False
    for act in progress(acts):
        if act.at >= fresh and not expired:
            _expire_news(teller.now)
            expired = True
        act.act()
    return len(acts)


def _expire_news(now: datetime) -> None:
    newest = db.session.execute(select(func.max(OutboxRow.id))).scalar_one()
    waiting = (OutboxRow.id <= (newest or 0), OutboxRow.state == OutboxState.PENDING)
    db.session.execute(
        update(OutboxRow)
        .where(*waiting)
        .values(state=OutboxState.EXPIRED, expires_at=now, done_at=now)
    )
