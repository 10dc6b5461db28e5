"""Full-text search with the same results on SQLite and PostgreSQL, in Latin script and Chinese.

Text is folded and cut into tokens by `core.text` (words, and overlapping pairs of Chinese characters); the
databases only match tokens: FTS5 on SQLite, a GIN-indexed `tsvector` on PostgreSQL. A document is one part of
a thing (the subject of an order, one message), newest first, so that a page costs the same however much there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    Index,
    String,
    Text,
    UniqueConstraint,
    cast,
    delete,
    func,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import BigId, Id, Model, create_with, db, insert_new
from support.core.text import query_tokens, tokens


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
) -> list[Hit]:
    """Return up to `limit` parts that hold every token of `query`, newest first, one for each thing.

    `before` is the last `doc_id` of the page before; `within` an optional SELECT of the thing ids that count.
    A query without any token (only punctuation) finds nothing.
    """
    wanted = query_tokens(query)
    if not wanted:
        return []
    hits: list[Hit] = []
    seen: set[int] = set()
    while len(hits) < limit:
        rows = _rows(kind, wanted, staff=staff, before=before, limit=4 * limit, within=within)
        for doc_id, thing_id, part in rows:
            before = doc_id
            if thing_id not in seen:
                seen.add(thing_id)
                hits.append(Hit(doc_id, thing_id, part))
                if len(hits) == limit:
                    break
        if len(rows) < 4 * limit:
            break
    return hits


def _rows(
    kind: str, wanted: list[str], *, staff: bool, before: int | None, limit: int, within: Any
) -> list[tuple[int, int, str]]:
    statement = select(SearchDoc.id, SearchDoc.thing_id, SearchDoc.part).where(
        SearchDoc.kind == kind
    )
    if not staff:
        statement = statement.where(SearchDoc.staff_only.is_(False))
    if within is not None:
        statement = statement.where(SearchDoc.thing_id.in_(within))
    if db.session.get_bind().dialect.name == "postgresql":
        statement = _on_postgresql(statement, wanted, before)
    else:
        statement = _on_sqlite(statement, wanted, before)
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement.limit(limit))]


def _on_postgresql(statement: Any, wanted: list[str], before: int | None) -> Any:
    quoted = " & ".join(
        "'" + token.replace("\\", "\\\\").replace("'", "''") + "'" for token in wanted
    )
    statement = statement.where(
        text("search_doc.tokens @@ CAST(:query AS tsquery)").bindparams(query=quoted)
    )
    if before is not None:
        statement = statement.where(SearchDoc.id < before)
    return statement.order_by(SearchDoc.id.desc())


def _on_sqlite(statement: Any, wanted: list[str], before: int | None) -> Any:
    """Walk the index itself backwards: ordering by its own rowid lets FTS5 stop after the first page."""
    quoted = " ".join('"' + token.replace('"', "") + '"' for token in wanted)
    statement = statement.join(table("search_fts"), text("search_fts.rowid = search_doc.id"))
    statement = statement.where(text("search_fts MATCH :query").bindparams(query=quoted))
    if before is not None:
        statement = statement.where(text("search_fts.rowid < :before").bindparams(before=before))
    return statement.order_by(text("search_fts.rowid DESC"))
