"""Full-text search with the same results on SQLite and PostgreSQL, in Latin script and Chinese.

Text is folded and cut into tokens by `core.text` (words, and overlapping pairs of Chinese characters); the
databases only match tokens: FTS5 on SQLite, a GIN-indexed `tsvector` on PostgreSQL. A document is one part of
a thing (the subject of an order, one message), newest first, so that a page costs the same however much there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model, create_with, db, fetch, insert_new
from support.core.text import query_tokens, tokens

PARTS_OF_A_THING = 6
"""Parts are asked for this many times the things wanted, since several parts of a thing often hold the same words."""


class SearchDoc(Model):
    """The tokens of one part of one thing; `staff_only` parts are never found by members or guests."""

    __tablename__ = "search_doc"
    __table_args__ = (
        UniqueConstraint("kind", "thing_id", "part"),
        Index("ix_search_doc_tokens", "tokens", postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    thing_id: Mapped[int] = mapped_column(BigId)
    part: Mapped[str] = mapped_column(String(40))
    staff_only: Mapped[bool]
    tokens: Mapped[Any] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


SQLITE_INDEX = [
    "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, content='search_doc', content_rowid='id', tokenize='ascii')",
    "CREATE TRIGGER search_doc_added AFTER INSERT ON search_doc BEGIN "
    "INSERT INTO search_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER search_doc_removed AFTER DELETE ON search_doc BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
]
create_with(SearchDoc, "sqlite", SQLITE_INDEX)


@dataclass(frozen=True, slots=True)
class Hit:
    """One matching part; `doc_id` is the key for the next page (newest first)."""

    doc_id: int
    thing_id: int
    part: str


def add(kind: str, thing_id: int, part: str, words: str, *, staff_only: bool) -> None:
    """Index `words` as one part of a thing, inside the caller's transaction; a known part is left as it is."""
    found = sorted(set(tokens(words)))
    value: Any = " ".join(found)
    if db.session.get_bind().dialect.name == "postgresql":
        value = func.array_to_tsvector(cast(found, ARRAY(Text)))
    insert_new(
        SearchDoc, kind=kind, thing_id=thing_id, part=part, staff_only=staff_only, tokens=value
    )


def remove(kind: str, thing_id: int, part: str | None = None) -> None:
    """Forget one part of a thing, or all of it."""
    statement = delete(SearchDoc).where(SearchDoc.kind == kind, SearchDoc.thing_id == thing_id)
    db.session.execute(statement if part is None else statement.where(SearchDoc.part == part))


def find(
    kind: str,
    query: str,
    *,
    staff: bool,
    before: int | None = None,
    limit: int = 25,
    within: Any = None,
    without: tuple[Any, Mapping[str, Any]] | None = None,
) -> list[Hit]:
    """Return up to `limit` parts that hold every token of `query`, newest first, one for each thing.

    `before` is the last `doc_id` of the page before; `within` an optional SELECT of the thing ids that count,
    `without` one of those (few) that don't, kept by the caller, with the values of its parameters.
    A query without any token (only punctuation) finds nothing.
    """
    wanted = query_tokens(query)
    if not wanted:
        return []
    hits: list[Hit] = []
    seen: set[int] = set()
    batch = PARTS_OF_A_THING * limit
    while len(hits) < limit:
        rows = _rows(kind, wanted, staff, before, batch, within, without)
        for doc_id, thing_id, part in rows:
            before = doc_id
            if thing_id not in seen:
                seen.add(thing_id)
                hits.append(Hit(doc_id, thing_id, part))
                if len(hits) == limit:
                    break
        if len(rows) < batch:
            break
    return hits


def _rows(
    kind: str,
    wanted: list[str],
    staff: bool,
    before: int | None,
    limit: int,
    within: Any,
    without: tuple[Any, Mapping[str, Any]] | None,
) -> Sequence[Any]:
    postgresql = db.session.get_bind().dialect.name == "postgresql"
    but_for, values = without or (None, {})
    statement = _statement(postgresql, staff, before is not None, but_for)
    if within is not None:
        statement = statement.where(SearchDoc.thing_id.in_(within))
    words = _spelled(wanted, postgresql)
    given = {"sort": kind, "before": before, "most": limit, "words": words, **values}
    if before is None:
        del given["before"]
    return fetch(statement, given).all()


def _spelled(wanted: list[str], postgresql: bool) -> str:
    if postgresql:
        quoted = (token.replace("\\", "\\\\").replace("'", "''") for token in wanted)
        return " & ".join(f"'{token}'" for token in quoted)
    return " ".join('"' + token.replace('"', "") + '"' for token in wanted)


@cache
def _statement(postgresql: bool, staff: bool, further: bool, without: Any) -> Any:
    """Make each form of the question once: making it costs as much as asking it."""
    statement = select(SearchDoc.id, SearchDoc.thing_id, SearchDoc.part).where(
        SearchDoc.kind == bindparam("sort")
    )
    if not staff:
        statement = statement.where(SearchDoc.staff_only.is_(False))
    if without is not None:
        statement = statement.where(SearchDoc.thing_id.not_in(without))
    if postgresql:
        place: Any = SearchDoc.id
        # Written into the statement, since PostgreSQL's plan depends on how common the words are: kept for any
        # words it would read all that match before it sorts them. SQLAlchemy quotes it; tokens hold no signs.
        words = bindparam("words", type_=String(), literal_execute=True)
        match = text("search_doc.tokens @@ CAST(:words AS tsquery)").bindparams(words)
        statement = statement.where(match)
    else:
        # The index itself is walked backwards: ordered by its own rowid, FTS5 stops after the first page.
        place = literal_column("search_fts.rowid")
        statement = statement.join(table("search_fts"), place == SearchDoc.id)
        statement = statement.where(text("search_fts MATCH :words"))
    if further:
        statement = statement.where(place < bindparam("before"))
    return statement.order_by(place.desc()).limit(bindparam("most"))
