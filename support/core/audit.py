"""The audit trail: append-only events in hash-chained streams, at once what people see happen.

A stream is `order:<id>`, `person:<id>` or `system`. An event holds ids, never a person's data, so erasure
leaves the chain whole. Each row's hash covers the row and the hash before it, keyed by the audit key:
whoever edits the database can't re-make the chain. Triggers refuse UPDATE and DELETE.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from support.core.actors import Actor
from support.core.context import keys
from support.core.db import Id, Model, create_with, db, insert_new, snapshot, transaction
from support.core.words import N_

START = b"\0" * 32


class Event(Model):
    """One thing that happened. `action` is a dotted constant such as `order.replied`."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("stream", "seq"), Index(None, "action", "at"))

    id: Mapped[Id]
    stream: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(80))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None]
    data: Mapped[dict[str, Any]]
    hash: Mapped[bytes]


class StreamHead(Model):
    """The newest event of a stream; appending locks this row, so two writers never share a number."""

    __tablename__ = "stream_head"

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes]


SQLITE_TRIGGERS = [
    f"CREATE TRIGGER event_no_{act.lower()} BEFORE {act} ON event "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    for act in ("UPDATE", "DELETE")
]
POSTGRESQL_TRIGGERS = [
    "CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
    "FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()",
]
create_with(Event, "sqlite", SQLITE_TRIGGERS)
create_with(Event, "postgresql", POSTGRESQL_TRIGGERS)


def record(stream: str, action: str, *, actor: Actor, at: datetime, **ids: Any) -> Event:
    """Append one event to `stream` inside the caller's transaction and return it.

    `ids` must be plain JSON values: row ids, codes of states, counts; never a name, address or text.
    """
    return record_all(stream, action, actor=actor, at=at, facts=[ids])[0]


def record_all(
    stream: str, action: str, *, actor: Actor, at: datetime, facts: Sequence[Mapping[str, Any]]
) -> list[Event]:
    """Append an event for each of the `facts`, as `record` does one, in as many statements."""
    head, rows = _locked_head(stream), []
    for ids in facts:
        row = Event(
            stream=stream,
            seq=head.seq + 1,
            at=at,
            action=action,
            actor_kind=actor.kind,
            actor_id=actor.id,
            data=dict(ids),
        )
        row.hash = chained_hash(head.hash, row)
        head.seq, head.hash = row.seq, row.hash
        rows.append(row)
    db.session.add_all(rows)
    db.session.flush()  # a second event of the same verb reads this head
    return rows


def _locked_head(stream: str) -> StreamHead:
    """Return the head of a stream, which nobody else appends to until this transaction ends."""
    mine = select(StreamHead).where(StreamHead.stream == stream).with_for_update()
    fresh = mine.execution_options(populate_existing=True)
    found = db.session.execute(fresh).scalar_one_or_none()
    if found is None:
        insert_new(StreamHead, stream=stream, seq=0, hash=START)
        found = db.session.execute(fresh).scalar_one()
    return found


def chained_hash(before: bytes, row: Event) -> bytes:
    """Return the hash of `row` that follows from the hash `before` it in the stream."""
    parts = [
        row.stream,
        row.seq,
        row.at.isoformat(),
        row.action,
        row.actor_kind,
        row.actor_id,
        row.data,
    ]
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(keys().audit, before + canonical.encode(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain breaks: the first row of `stream` that doesn't follow, and why (a message id)."""

    stream: str
    seq: int
    reason: str


def verify() -> Iterator[Broken]:
    """Walk every stream and yield the first broken row of each; nothing yielded means an unbroken trail.

    Heads and rows are read as of one moment, so that a desk at work breaks nothing.
    """
    with snapshot():
        yield from _broken_streams()


def _broken_streams() -> Iterator[Broken]:
    heads = {stream: (seq, digest) for stream, seq, digest in db.session.execute(select(*_HEAD))}
    rows = db.session.execute(
        select(Event).order_by(Event.stream, Event.seq).execution_options(yield_per=1000)
    )
    for stream, events in groupby(rows.scalars(), key=lambda row: row.stream):
        seq, digest = 0, START
        broken = None
        for row in events:
            if row.seq != seq + 1:
                broken = Broken(stream, seq + 1, _MISSING)
            elif not hmac.compare_digest(row.hash, chained_hash(digest, row)):
                broken = Broken(stream, row.seq, N_("changed"))
            if broken:
                yield broken
                break
            seq, digest = row.seq, row.hash
        head = heads.pop(stream, None)
        if broken is None and head != (seq, digest):
            yield Broken(stream, seq + 1, N_("cut off"))
    yield from (Broken(stream, 1, _MISSING) for stream, (seq, _digest) in heads.items() if seq)


_MISSING = N_("missing")
_HEAD = (StreamHead.stream, StreamHead.seq, StreamHead.hash)


def write_heads(directory: Path, at: datetime) -> Path:
    """Write the day's signed file of stream heads; kept elsewhere, it shows a trail that was cut and re-made."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [
        f"{stream} {seq} {digest.hex()}"
        for stream, seq, digest in db.session.execute(select(*_HEAD).order_by(StreamHead.stream))
    ]
    body = "\n".join(lines)
    signature = hmac.new(keys().audit, body.encode(), hashlib.sha256).hexdigest()
    path = directory / f"heads-{at:%Y-%m-%d}.txt"
    temporary = path.with_suffix(".new")
    temporary.write_text(f"{body}\nsigned {signature}\n", "utf-8")
    temporary.replace(path)
    return path


def verify_heads(path: Path) -> Iterator[Broken]:
    """Compare the trail with an earlier heads file and yield each stream that lost or changed what it had."""
    *lines, last = path.read_text("utf-8").splitlines()
    body = "\n".join(lines)
    signature = hmac.new(keys().audit, body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(last, f"signed {signature}"):
        yield Broken(path.name, 0, N_("bad signature"))
        return
    for line in filter(None, lines):
        stream, seq, digest = line.rsplit(" ", 2)
        found = db.session.execute(
            select(Event.hash).where(Event.stream == stream, Event.seq == int(seq))
        ).scalar_one_or_none()
        if int(seq) and (found is None or found.hex() != digest):
            yield Broken(stream, int(seq), N_("differs from the signed head"))


def record_system(action: str, *, at: datetime, actor: Actor, **ids: Any) -> None:
    """Append one event to the `system` stream in a transaction of its own."""
    with transaction():
        record("system", action, actor=actor, at=at, **ids)


def staff_of(stream: str, item: int | None = None) -> set[int]:
    """Return the staff who acted in a stream, or on one of its items: who had a part in it hears no complaint."""
    acted = select(Event.actor_id, Event.data).where(
        Event.stream == stream, Event.actor_kind == "staff", Event.actor_id.is_not(None)
    )
    return {
        int(actor)
        for actor, data in db.session.execute(acted)
        if item is None or item in data.get("items", ())
    }
