"""Looks for what should be gone: in every file of an instance, in a dump of PostgreSQL, in every table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import inspect, text

from support.core.db import db


def in_files(folder: Path, canaries: Iterable[str]) -> list[tuple[str, str]]:
    """Return (canary, file) for each file under `folder` that holds one, in UTF-8 or as JSON spells it."""
    wanted = [(canary, spelling) for canary in canaries for spelling in _spellings(canary)]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_socket():
            data = path.read_bytes()
            found += [(canary, path.name) for canary, spelling in wanted if spelling in data]
    return found


def _spellings(canary: str) -> Iterator[bytes]:
    yield canary.encode()
    if not canary.isascii():
        yield canary.encode("unicode-escape")
        yield canary.encode("utf-16-le")


def in_tables(app: Flask, canaries: Iterable[str]) -> list[tuple[str, str]]:
    """Return (canary, table) for each table that holds one in whatever column, in the words of the database."""
    wanted, found = list(canaries), []
    with app.app_context():
        for name in inspect(db.engine).get_table_names():
            for row in db.session.execute(text(f'SELECT * FROM "{name}"')):
                said = " ".join(_words(value) for value in row)
                found += [(canary, name) for canary in wanted if canary in said]
        db.session.remove()
    return found


def _words(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def in_dump(url: str, canaries: Iterable[str]) -> list[str]:
    """Return the canaries that a dump of a PostgreSQL database holds: every table as `COPY` writes it out."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        dump = b"".join(part for (table,) in cursor.fetchall() for part in _copied(cursor, table))
    return [canary for canary in canaries if canary.encode() in dump]


def _copied(cursor: Any, table: str) -> Iterator[bytes]:
    statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with cursor.connection.cursor().copy(statement) as copy:
        yield from (bytes(part) for part in copy)
