"""Bulk data for the bench: work orders with parties, threads, trails and search, written with Core inserts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Connection, Table, Text, bindparam, cast, func, insert

from support.accounts.models import Person
from support.core.audit import START, Event, StreamHead
from support.core.clock import utcnow
from support.core.db import Base, db, new_uid, transaction
from support.core.search import SearchDoc
from support.core.text import tokens
from support.workorders.models import NEVER, Message, Party, WorkOrder

CHUNK = 5_000
MEMBERS = 2_000
LONG_THREAD = 20
ACTIVE_SHARE = 5
"""One order in so many is still worked on."""

_ENGLISH = (
    ("Invoice shows the wrong company", "The invoice of last month names a company that is not ours."),
    ("I can't sign in after changing my phone", "No code arrives on the new number."),
    ("Refund not received yet", "The refund was promised for Monday; nothing arrived so far."),
    ("Listing removed without a reason", "My listing is gone and I was told nothing."),
    ("How do I export my data?", "I need all orders of last year in one file."),
)  # fmt: skip
_CHINESE = (
    ("发票抬头有误", "上个月的发票抬头不是我们公司，请更正后重新开具。"),
    ("更换手机后无法登录", "新号码收不到验证码，已经试了好几次。"),
    ("退款还没有到账", "客服说周一到账，到现在还没有收到。"),
    ("商品被下架但没有说明", "我的商品不见了，也没有收到通知。"),
    ("怎样导出我的资料", "我需要去年全部订单的文件。"),
)
_MORE = ("Thank you, I have looked into it.", "Here is what you asked for.", "谢谢，我再看一下。")


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works on the orders that are loaded."""

    agent: int
    colleague: int


def load(number: int, staff: Staff, first: int, progress: Callable[[int], None]) -> None:
    """Fill an empty database with `number` orders; `progress` is told how many stand after each chunk.

    The requesters are new members whose row ids begin at `first`. One order in five is active; the last one has a
    thread of twenty messages.
    """
    now, chance = utcnow(), random.Random(number)
    with transaction() as session:
        connection = session.connection()
        people = [_person(first + each, now) for each in range(MEMBERS)]
        _insert(connection, Person, people)
        next_message = 1
        for start in range(1, number + 1, CHUNK):
            rows = _Rows(connection)
            for order_id in range(start, min(start + CHUNK, number + 1)):
                messages = LONG_THREAD if order_id == number else 1 + order_id % 3
                requester = first + chance.randrange(MEMBERS)
                filed = now - timedelta(days=365) * (1 - order_id / (number + 1))
                _order(rows, order_id, requester, filed, staff, messages, next_message, chance)
                next_message += messages
            rows.write()
            progress(min(start + CHUNK - 1, number))
        if connection.dialect.name == "postgresql":
            for table in (Person, WorkOrder, Party, Message, SearchDoc, Event):
                name = table.__tablename__
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM \"{name}\"))"
                )
    connection = db.session.connection()
    connection.exec_driver_sql("ANALYZE")
    db.session.rollback()


def _person(person_id: int, now: datetime) -> dict[str, Any]:
    name = f"member_{person_id}"
    return {
        "id": person_id,
        "uid": new_uid(),
        "kind": "member",
        "name": name,
        "name_folded": name,
        "roles": [],
        "language": "en",
        "timezone": "Asia/Shanghai",
        "character_keys": True,
        "created_at": now,
        "version": 1,
    }


class _Rows:
    """The rows of one chunk, by table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.of: dict[type[Base], list[dict[str, Any]]] = {
            table: [] for table in (WorkOrder, Party, Message, Event, StreamHead, SearchDoc)
        }

    def write(self) -> None:
        """Insert the chunk."""
        for table, rows in self.of.items():
            _insert(self._connection, table, rows)


def _insert(connection: Connection, model: type[Base], rows: list[dict[str, Any]]) -> None:
    table: Table = model.__table__  # type: ignore[assignment]  # SQLAlchemy types it as any FromClause
    statement = insert(table)
    if model is SearchDoc and connection.dialect.name == "postgresql":
        vector = func.array_to_tsvector(
            cast(func.string_to_array(bindparam("tokens"), " "), ARRAY(Text))
        )
        statement = statement.values(
            {name: bindparam(name) for name in rows[0]} | {"tokens": vector}
        )
    connection.execute(statement, rows)


def _order(
    rows: _Rows,
    order_id: int,
    requester: int,
    filed: datetime,
    staff: Staff,
    messages: int,
    message_id: int,
    chance: random.Random,
) -> None:
    chinese = order_id % 2 == 0
    subject, body = (_CHINESE if chinese else _ENGLISH)[order_id // 2 % len(_ENGLISH)]
    language, active = (
        "zh" if chinese else "en",
        order_id % ACTIVE_SHARE == 0 or messages == LONG_THREAD,
    )
    now = utcnow()
    due = now + timedelta(minutes=chance.randrange(-600, 6000)) if active else NEVER
    rows.of[WorkOrder].append(
        {
            "id": order_id,
            "kind": "question",
            "topic": "billing",
            "subject": f"{subject} {order_id}",
            "status": "open" if active else "closed",
            "priority": 1 + order_id % 4,
            "team": "support",
            "assignee_id": (staff.agent, staff.colleague)[order_id // ACTIVE_SHARE % 2]
            if active
            else None,
            "requester_id": requester,
            "language": language,
            "channel": "web",
            "fresh": active and order_id % 3 == 0,
            "created_at": filed,
            "updated_at": min(filed + timedelta(hours=messages), now - timedelta(minutes=1)),
            "status_at": filed,
            "first_reply_due": filed + timedelta(hours=6),
            "first_replied_at": filed + timedelta(hours=1),
            "resolve_due": due,
            "paused_minutes": 0,
            "due_at": due,
            "closed_reason": None if active else "requester",
            "version": 1,
        }
    )
    rows.of[Party].append(
        {
            "id": order_id,
            "order_id": order_id,
            "person_id": requester,
            "role": "requester",
            "proved_at": filed,
        }
    )
    _search(rows, order_id, "subject", subject)
    _event(
        rows, order_id, 1, filed, "order.filed", requester, {"kind": "question", "channel": "web"}
    )
    for place, (by_staff, text) in enumerate(_texts(body, messages)):
        author, at = (
            staff.agent if by_staff else requester,
            min(filed + timedelta(hours=place), now - timedelta(minutes=1)),
        )
        rows.of[Message].append(
            {
                "id": message_id + place,
                "order_id": order_id,
                "party_id": order_id,
                "author_id": author,
                "from_staff": by_staff,
                "body": text,
                "language": language,
                "created_at": at,
            }
        )
        _search(rows, order_id, f"message:{message_id + place}", f"{subject}\n{text}")
        if place:
            action = "order.replied" if by_staff else "order.answered"
            _event(rows, order_id, place + 1, at, action, author, {"message": message_id + place})
    rows.of[StreamHead].append({"stream": f"order:{order_id}", "seq": messages, "hash": START})


def _texts(body: str, messages: int) -> Iterator[tuple[bool, str]]:
    yield False, body
    for place in range(1, messages):
        yield place % 2 == 1, _MORE[place % len(_MORE)]


def _search(rows: _Rows, order_id: int, part: str, text: str) -> None:
    rows.of[SearchDoc].append(
        {
            "kind": "order",
            "thing_id": order_id,
            "part": part,
            "staff_only": False,
            "tokens": " ".join(sorted(set(tokens(text)))),
        }
    )


def _event(
    rows: _Rows,
    order_id: int,
    seq: int,
    at: datetime,
    action: str,
    actor: int,
    data: dict[str, Any],
) -> None:
    rows.of[Event].append(
        {
            "stream": f"order:{order_id}",
            "seq": seq,
            "at": at,
            "action": action,
            "actor_kind": "member" if action != "order.replied" else "staff",
            "actor_id": actor,
            "data": data,
            "hash": START,
        }
    )
