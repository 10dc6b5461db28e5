"""The rows of a database as gzip JSON lines, one file for each table, and back.

What a table has is asked of the database, not of the models: so a backup is made and read back at the schema that it
has, whatever release that was, and one made on SQLite goes into PostgreSQL and back. A line is a list of values, the
first line names their columns. Bytes are written as base64, moments and days as ISO texts, JSON and search words as
their text.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import IO, Any, Protocol

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine

from support.core.db import db
from support.core.readiness import UNFINISHED

BATCH = 500
_NOT_OURS = ("alembic_version", UNFINISHED)
_INDEX = "search_fts"
"""SQLite's full-text tables: triggers fill them when the documents come."""
Step = Callable[[int], None]


class Sink(Protocol):
    """What rows are written to."""

    def write(self, data: bytes, /) -> int:
        """As a stream has it."""

    def flush(self) -> None:
        """As a stream has it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of a column are selected and inserted (`type`), and written as JSON and read from it."""

    type: Callable[[], TypeEngine[Any]]
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None


def _moment(value: datetime) -> str:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


_NUMBER, _TEXT, _TRUTH = Kind(BigInteger), Kind(Text), Kind(Boolean)
_JSON, _TOKENS = Kind(Text), Kind(Text)
_BYTES = Kind(LargeBinary, lambda value: base64.b64encode(value).decode(), base64.b64decode)
_MOMENT = Kind(lambda: DateTime(timezone=True), _moment, datetime.fromisoformat)
_DAY = Kind(Date, date.isoformat, date.fromisoformat)
_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (TSVECTOR, _TOKENS),
    (JSON, _JSON),
    (LargeBinary, _BYTES),
    (DateTime, _MOMENT),
    (Date, _DAY),
    (Boolean, _TRUTH),
    (Integer, _NUMBER),
    (String, _TEXT),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One table: its columns, its primary key, and its foreign keys (name, the table they point at)."""

    name: str
    columns: dict[str, Kind]
    key: tuple[str, ...]
    points: tuple[tuple[str, str], ...]

    @property
    def numbered(self) -> bool:
        """True where the database gives the ids."""
        return self.key == ("id",)


def shapes(connection: Connection) -> list[Shape]:
    """Return every table of ours, those that others point at first; of a circle the first by name."""
    seen = inspect(connection)
    names = sorted(
        name
        for name in seen.get_table_names()
        if name not in _NOT_OURS and not name.startswith(_INDEX)
    )
    found = [
        Shape(
            name,
            {each["name"]: _kind(name, each) for each in seen.get_columns(name)},
            tuple(seen.get_pk_constraint(name)["constrained_columns"]),
            tuple(
                (str(each["name"]), each["referred_table"]) for each in seen.get_foreign_keys(name)
            ),
        )
        for name in names
    ]
    return _ordered(found)


def _kind(name: str, seen: Any) -> Kind:
    for sort, kind in _KINDS:
        if isinstance(seen["type"], sort):
            return kind
    raise TypeError(f"{name}.{seen['name']}: a backup can't hold {seen['type']!r}")


def _ordered(waiting: list[Shape]) -> list[Shape]:
    done: dict[str, Shape] = {}
    while waiting:
        free = [
            each
            for each in waiting
            if all(other in done or other == each.name for _name, other in each.points)
        ]
        for each in free or waiting[:1]:
            done[each.name] = each
        waiting = [each for each in waiting if each.name not in done]
    return list(done.values())


def is_passing(name: str) -> bool:
    """True for tables whose rows make no sense in another hour: no backup holds them (`db.PASSING`)."""
    known = db.metadata.tables.get(name)
    return known is not None and bool(known.info.get("passing"))


def count(connection: Connection, shape: Shape) -> int:
    """Return how many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table(shape.name))).scalar_one())


def write_rows(connection: Connection, shape: Shape, out: Sink, step: Step) -> int:
    """Write all rows of a table to `out` and return how many; never more than a few in memory."""
    postgresql = connection.dialect.name == "postgresql"
    wanted = [_selected(name, kind, postgresql) for name, kind in shape.columns.items()]
    rows = connection.execute(
        select(*wanted).select_from(table(shape.name)).order_by(*map(column, shape.key)),
        execution_options={"yield_per": BATCH},
    )
    writers = [kind.write for kind in shape.columns.values()]
    number = 0
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as packed:
        packed.write(_line([*shape.columns]))
        for batch in rows.partitions():
            for row in batch:
                packed.write(_line([_encoded(*each) for each in zip(writers, row, strict=True)]))
            number += len(batch)
            step(len(batch))
    return number


def _selected(name: str, kind: Kind, postgresql: bool) -> Any:
    found: Any = column(name, kind.type())
    if postgresql and kind is _TOKENS:
        found = func.array_to_string(func.tsvector_to_array(column(name)), " ")
    elif postgresql and kind is _JSON:
        found = cast(column(name), Text)
    return found.label(name)


def _encoded(write: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if write is None or value is None else write(value)


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def columns_in(source: IO[bytes]) -> list[str]:
    """Return the names of the columns that `write_rows` wrote."""
    with gzip.GzipFile(fileobj=source, mode="rb") as packed:
        names: list[str] = json.loads(next(packed))
    return names


def read_rows(connection: Connection, shape: Shape, source: IO[bytes], step: Step) -> int:
    """Insert the rows that `write_rows` wrote and return how many."""
    number = 0
    with gzip.GzipFile(fileobj=source, mode="rb") as packed:
        names: list[str] = json.loads(next(packed))
        kinds = [shape.columns[name] for name in names]
        statement = _insertion(shape, names, connection.dialect.name == "postgresql")
        rows = _decoded(packed, names, kinds)
        while batch := list(islice(rows, BATCH)):
            connection.execute(statement, batch)
            number += len(batch)
            step(len(batch))
    return number


def _decoded(lines: Iterable[bytes], names: list[str], kinds: list[Kind]) -> Iterator[Any]:
    fields = [(f"v_{name}", kind.read) for name, kind in zip(names, kinds, strict=True)]
    for line in lines:
        yield {
            field: value if read is None or value is None else read(value)
            for (field, read), value in zip(fields, json.loads(line), strict=True)
        }


def _insertion(shape: Shape, names: list[str], postgresql: bool) -> Any:
    values: dict[str, Any] = {}
    for name in names:
        kind = shape.columns[name]
        given: Any = bindparam(f"v_{name}", type_=kind.type())
        if postgresql and kind is _TOKENS:
            given = func.array_to_tsvector(func.string_to_array(given, " "))
        elif postgresql and kind is _JSON:
            given = cast(given, JSON)
        values[name] = given
    return insert(table(shape.name, *map(column, names))).values(values)


def last_ids(connection: Connection, found: list[Shape]) -> dict[str, int]:
    """Return the highest id that each table ever gave, so that none of them comes twice."""
    if connection.dialect.name == "sqlite":
        known = {name: seq for name, seq in connection.execute(text(_SQLITE_LAST))}  # noqa: C416
        return {each.name: int(known.get(each.name) or 0) for each in found if each.numbered}
    return {each.name: _sequence_of(connection, each) for each in found if each.numbered}


_SQLITE_LAST = "SELECT name, seq FROM sqlite_sequence"


def _sequence_of(connection: Connection, shape: Shape) -> int:
    named = text("SELECT pg_get_serial_sequence(:name, 'id')")
    sequence = connection.execute(named, {"name": f'"{shape.name}"'}).scalar_one()
    row = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - the database's own name
    return int(row.last_value) if row.is_called else 0


def set_last_ids(connection: Connection, found: list[Shape], least: dict[str, int]) -> None:
    """Let each table go on behind the highest of what it holds and of `least`."""
    for each in found:
        if not each.numbered:
            continue
        highest: Any = select(func.max(column("id"))).select_from(table(each.name))
        last = max(least.get(each.name, 0), connection.execute(highest).scalar_one() or 0)
        if not last:
            continue
        given = {"name": each.name, "last": last}
        if connection.dialect.name == "sqlite":
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), given)
            added = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
            connection.execute(added, given)
        else:
            given["name"] = f'"{each.name}"'
            moved = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
            connection.execute(moved, given)


def defer(connection: Connection, found: list[Shape]) -> Callable[[], None]:
    """Let rows point at rows that come later in this transaction; call what is returned to have all checked.

    That is for tables that point at themselves, and for circles: all others come in their order.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the commit, which checks
        return lambda: None
    place = {each.name: number for number, each in enumerate(found)}
    late = [
        (each.name, name)
        for each in found
        for name, other in each.points
        if place[other] >= place[each.name]
    ]
    change = 'ALTER TABLE "%s" ALTER CONSTRAINT "%s" %s'
    for name, key in late:
        connection.exec_driver_sql(change % (name, key, "DEFERRABLE INITIALLY DEFERRED"))

    def check() -> None:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        for name, key in late:
            connection.exec_driver_sql(change % (name, key, "NOT DEFERRABLE"))

    return check
