"""Many synthetic orders, fast: whole rows in batches, past the verbs, for measurements on a demo.

What the verbs would leave is all there: the order, its party, two to four messages, its events in an unbroken
chain, what search finds. Nobody is told (no outbox rows). Shares of states are a real desk's: of 1 000 orders
38 are active, 112 solved and not confirmed yet, 850 closed.
"""

from __future__ import annotations

import random
import tomllib
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import ARRAY, Text, bindparam, func, insert, text
from sqlalchemy import cast as sql_cast

from support.accounts import queries as accounts
from support.accounts import service_contacts, service_register
from support.accounts.models import ContactKind, PersonKind
from support.core import audit
from support.core.actors import Role
from support.core.audit import Event, StreamHead
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.search import SearchDoc
from support.core.text import tokens
from support.workorders import index, targets
from support.workorders.kind import kind_named
from support.workorders.lifecycle import STANDING, Priority, Status
from support.workorders.models import NEVER, Message, Party, Tag, WorkOrder

PHRASES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
BATCH = 4000
STATES = (Status.CLOSED, Status.RESOLVED, Status.OPEN, Status.WAITING, Status.NEW)
_PER_MILLE = (850, 962, 982, 992, 1000)
_PRIORITIES = (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW)
_DOCUMENTS: type[Any] = SearchDoc
_TABLES: tuple[type[Any], ...] = (WorkOrder, Party, Message, Tag, Event, StreamHead)


def add_orders(
    number: int,
    progress: Callable[[Sequence[int]], Iterable[int]],
    *,
    seed: int = 1,
    now: datetime | None = None,
) -> None:
    """Add `number` orders up to `now`, a transaction for each `BATCH`; the same seed gives the same orders."""
    now = now or utcnow()
    random_numbers = random.Random(seed)  # noqa: S311  # no secret: the same orders again on purpose
    requesters = _requesters(max(20, min(2000, number // 25)), now)
    plans = sorted(
        (_plan(random_numbers, now) for _order in range(number)), key=lambda plan: plan.filed
    )
    batches = [plans[start : start + BATCH] for start in range(0, number, BATCH)]
    agents = [agent.id for agent in accounts.staff(Role.AGENT)]
    for place in progress(range(len(batches))):
        with transaction():
            rows = _Rows(random_numbers, requesters, agents, now)
            ids = _take_ids(WorkOrder, len(batches[place]))
            for order_id, plan in zip(ids, batches[place], strict=True):
                rows.add(order_id, plan)
            rows.write()


_Happened = tuple[datetime, str, tuple[str, int | None], dict[str, Any]]
"""When, what, by whom (kind and id), and the ids that the event holds."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """When an order was filed and how far it came."""

    filed: datetime
    status: Status


def _plan(numbers: random.Random, now: datetime) -> _Plan:
    status = STATES[bisect(_PER_MILLE, numbers.randrange(1000))]
    hours = {
        Status.CLOSED: numbers.uniform(9 * 24, 400 * 24),
        Status.RESOLVED: numbers.uniform(6, 6 * 24),
        Status.OPEN: numbers.uniform(3, 6 * 24),
        Status.WAITING: numbers.uniform(4, 66),
        Status.NEW: numbers.uniform(0.1, 30),
    }[status]
    filed = now - timedelta(hours=hours)
    return _Plan(datetime.fromtimestamp(filed.timestamp() // 1800 * 1800, UTC), status)


def _requesters(number: int, now: datetime) -> list[tuple[int, str]]:
    """Return (person id, language) of `number` synthetic members, made once; they have no password."""
    with transaction():
        made = []
        for place in range(number):
            language, name = (
                ("zh", f"示例会员 {place}") if place % 2 else ("en", f"Example member {place}")
            )
            known = accounts.person_id_by_name(name)
            if known is None:
                known = service_register.add_person(
                    PersonKind.MEMBER, name, password=None, language=language, now=now
                )
                address = f"synthetic{place}@example.com"
                service_contacts.add_bound(known, ContactKind.EMAIL, address, now=now)
            made.append((known, language))
    return made


def _take_ids(table: type[Any], number: int) -> list[int]:
    """Reserve row ids of `table` inside the open transaction."""
    name = table.__tablename__
    if db.session.get_bind().dialect.name == "postgresql":
        statement = text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)"
        )
        return list(db.session.execute(statement, {"name": name, "number": number}).scalars())
    last = db.session.execute(
        text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}
    ).scalar_one_or_none()
    return list(range((last or 0) + 1, (last or 0) + 1 + number))


@dataclass(slots=True)
class _Rows:
    """The rows of one batch, table by table."""

    numbers: random.Random
    requesters: Sequence[tuple[int, str]]
    agents: Sequence[int]
    now: datetime
    rows: dict[type[Any], list[dict[str, Any]]] = field(
        default_factory=lambda: {table: [] for table in (*_TABLES, _DOCUMENTS)}
    )
    ids: dict[type[Any], list[int]] = field(default_factory=dict)

    def add(self, order_id: int, plan: _Plan) -> None:
        """Make one order with all that belongs to it."""
        choose = self.numbers.choice
        requester, language = choose(self.requesters)
        phrases = PHRASES[language]
        matter = choose(phrases["matters"])
        kind_code = matter["kind"]
        item, number = choose(phrases["items"]), self.numbers.randrange(10_000, 100_000)
        subject = matter["subject"].format(item=item, number=number)
        priority = self.numbers.choices(_PRIORITIES, (2, 12, 76, 10))[0]
        assignee = None if plan.status is Status.NEW or not self.agents else choose(self.agents)
        first_due, resolve_due = _dues(kind_code, priority, plan.filed)
        party_id = self._new_id(Party)
        talk = [(plan.filed, requester, False, matter["first"])]
        replied = status_at = plan.filed
        if plan.status is not Status.NEW:
            replied = self._after(plan.filed, 1.5)
            talk.append((replied, assignee or requester, True, choose(phrases["replies"])))
            if self.numbers.random() < 0.6:
                asked = self._after(replied, 5)
                answered = self._after(asked, 3)
                talk.append((asked, requester, False, choose(phrases["answers"])))
                talk.append((answered, assignee or requester, True, choose(phrases["replies"])))
            status_at = talk[-1][0]
        closed = plan.status is Status.CLOSED
        if closed:
            status_at = self._after(status_at, 24)
        changed = max(status_at, talk[-1][0])
        due_at = {Status.NEW: first_due, Status.OPEN: resolve_due}.get(plan.status, NEVER)
        term = targets.term(plan.status, status_at)
        self.rows[WorkOrder].append(
            {
                "id": order_id,
                "kind": kind_code,
                "topic": matter["topic"],
                "subject": subject,
                "status": plan.status,
                "priority": priority,
                "team": kind_named(kind_code).first_team,
                "assignee_id": assignee,
                "requester_id": requester,
                "language": language,
                "channel": "web",
                "related_id": None,
                "fresh": plan.status is Status.NEW,
                "created_at": plan.filed,
                "updated_at": changed,
                "status_at": status_at,
                "first_reply_due": first_due,
                "first_replied_at": replied if plan.status is not Status.NEW else None,
                "resolve_due": resolve_due,
                "paused_minutes": 0,
                "stopped_at": status_at if plan.status in STANDING else None,
                "term_ends_at": term.at if term else None,
                "term_estimated": term is not None and term.estimated,
                "due_at": due_at,
                "closed_reason": "confirmed" if closed else None,
                "reopened_at": None,
                "solved": True if closed else None,
                "rated_at": status_at if closed else None,
                "version": 1,
            }
        )
        self.rows[Party].append(
            {
                "id": party_id,
                "order_id": order_id,
                "person_id": requester,
                "contact_id": None,
                "role": "requester",
                "proved_at": plan.filed,
            }
        )
        self._find(order_id, "subject", subject)
        said = self._talk(order_id, party_id, language, subject, talk)
        if self.numbers.random() < 0.2:
            tag = {"id": self._new_id(Tag), "order_id": order_id, "word": choose(PHRASES["tags"])}
            self.rows[Tag].append(tag)
        self._events(order_id, plan, assignee, requester, said, status_at, due_at)

    def _after(self, moment: datetime, hours: float) -> datetime:
        """Return a moment some hours after `moment`, never later than a minute ago."""
        later = moment + timedelta(hours=self.numbers.uniform(hours / 10, hours))
        return max(moment, min(later, self.now - timedelta(minutes=1)).replace(microsecond=0))

    def _new_id(self, table: type[Any]) -> int:
        if not self.ids.get(table):
            self.ids[table] = _take_ids(table, BATCH * 4)[
                ::-1
            ]  # no order has more than four messages
        return self.ids[table].pop()

    def _talk(
        self,
        order_id: int,
        party_id: int,
        language: str,
        subject: str,
        talk: list[tuple[datetime, int, bool, str]],
    ) -> list[tuple[int, datetime, int, bool]]:
        said = []
        for at, author, from_staff, body in talk:
            message = self._new_id(Message)
            said.append((message, at, author, from_staff))
            self.rows[Message].append(
                {
                    "id": message,
                    "order_id": order_id,
                    "party_id": party_id,
                    "author_id": author,
                    "from_staff": from_staff,
                    "body": body,
                    "language": language,
                    "created_at": at,
                    "redacted_at": None,
                }
            )
            self._find(order_id, f"message:{message}", subject, body)
        return said

    def _find(self, order_id: int, part: str, subject: str, body: str = "") -> None:
        """A line end parts words and pairs alike, so the tokens of both are the tokens of the whole."""
        found = sorted(_tokens_of_subject(subject) | _tokens_of_body(body))
        self.rows[SearchDoc].append(
            {
                "kind": index.KIND,
                "thing_id": order_id,
                "part": part,
                "staff_only": False,
                "tokens": found,
            }
        )

    def _events(
        self,
        order_id: int,
        plan: _Plan,
        assignee: int | None,
        requester: int,
        said: list[tuple[int, datetime, int, bool]],
        status_at: datetime,
        due_at: datetime,
    ) -> None:
        member, staff = ("member", requester), ("staff", assignee)
        found: list[_Happened] = [
            (plan.filed, "order.filed", member, {"kind": "question", "channel": "web"})
        ]
        last = len(said) - 1
        for place, (message, at, _author, from_staff) in enumerate(said[1:], start=1):
            if not from_staff:
                found.append((at, "order.answered", member, {"message": message}))
                continue
            if place == 1:
                found.append((at, "order.assigned", staff, {"assignee": assignee}))
                found.append((at, "order.moved", staff, _moved(Status.NEW, Status.OPEN)))
            then = plan.status if place == last else Status.OPEN
            then = Status.RESOLVED if then is Status.CLOSED else then
            if then is not Status.OPEN:
                found.append((at, "order.moved", staff, _moved(Status.OPEN, then)))
            found.append((at, "order.replied", staff, {"message": message, "then": then}))
        if plan.status is Status.CLOSED:
            found.append((status_at, "order.rated", member, {"solved": True}))
            found.append((status_at, "order.moved", member, _moved(Status.RESOLVED, Status.CLOSED)))
            found.append((status_at, "order.closed", member, {"reason": "confirmed"}))
        found += self._alarms(plan, due_at)
        stream, digest = f"order:{order_id}", audit.START
        for seq, (at, action, (kind, actor), data) in enumerate(found, start=1):
            row = {
                "stream": stream,
                "seq": seq,
                "at": at,
                "action": action,
                "actor_kind": kind,
                "actor_id": actor,
                "data": data,
            }
            digest = audit.chained_hash(digest, cast(Event, SimpleNamespace(**row)))
            self.rows[Event].append(row | {"hash": digest})
        self.rows[StreamHead].append({"stream": stream, "seq": len(found), "hash": digest})

    def _alarms(self, plan: _Plan, due_at: datetime) -> list[_Happened]:
        """What the timers would have said by now, so that the next tick doesn't tell it of all orders at once."""
        half = plan.filed + (due_at - plan.filed) / 2
        stages = (("half_way", half, plan.status is Status.NEW), ("overdue", due_at, True))
        return [
            (at, "order.alarmed", ("system", None), {"stage": stage, "due": due_at.isoformat()})
            for stage, at, applies in stages
            if applies and at <= self.now
        ]

    def write(self) -> None:
        """Insert everything, parents before children."""
        for table in _TABLES:
            if self.rows[table]:
                db.session.execute(insert(table.__table__), self.rows[table])
        documents = self.rows[SearchDoc]
        statement: Any = insert(SearchDoc.__table__)  # type: ignore[arg-type]
        if db.session.get_bind().dialect.name == "postgresql":
            value = func.array_to_tsvector(sql_cast(bindparam("words"), ARRAY(Text)))
            statement = statement.values(tokens=value)
            documents = [{**row, "words": row["tokens"]} for row in documents]
            for row in documents:
                del row["tokens"]
        else:
            documents = [{**row, "tokens": " ".join(row["tokens"])} for row in documents]
        db.session.execute(statement, documents)


def _moved(old: Status, new: Status) -> dict[str, Any]:
    return {"old": old, "new": new, "reason": ""}


@lru_cache(maxsize=100_000)
def _dues(kind_code: str, priority: int, filed: datetime) -> tuple[datetime, datetime]:
    first, resolve = targets.dues(kind_named(kind_code), priority, filed)
    return first.at, resolve.at


@lru_cache(maxsize=4)
def _tokens_of_subject(subject: str) -> frozenset[str]:
    return frozenset(tokens(subject))


@lru_cache(maxsize=1000)
def _tokens_of_body(body: str) -> frozenset[str]:
    return frozenset(tokens(body))
