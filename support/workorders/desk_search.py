"""Search for the desk: orders by words, reference and people; qualifiers narrow; the words found are marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, bindparam, select

from support.core import search
from support.core.actors import Actor
from support.core.db import fetch
from support.core.errors import NotFound
from support.core.masking import mask_secrets
from support.core.search import Hit
from support.core.text import clean_line, query_tokens
from support.workorders import index, queries
from support.workorders.desk_filters import LANGUAGES
from support.workorders.desk_queries import IS_ACTIVE
from support.workorders.desk_sorts import lists
from support.workorders.lifecycle import Status
from support.workorders.models import Message, Note, WorkOrder

PAGE = 25
AROUND = 70
"""Characters of an excerpt before and behind the first word found."""

_QUALIFIER = re.compile(r"(?:^|\s)(status|owner|lang)[:：](\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query taken apart: what was typed, the words that remain, and the qualifiers."""

    said: str
    words: str
    status: str = ""
    owner: str = ""
    language: str = ""

    @property
    def narrows(self) -> bool:
        """True when a qualifier stands in the query."""
        return bool(self.status or self.owner or self.language)


def read_query(said: str) -> Asked:
    """Return the query with its qualifiers `status: owner: lang:`; an unknown value stays among the words."""
    said = clean_line(said, 300)
    found: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        name, value = match[1].lower(), match[2].lower()
        known = {"status": [*Status, "active", "any"], "lang": list(LANGUAGES)}.get(name)
        if known is not None and value not in known:
            return match[0]
        found[name] = value
        return " "

    words = " ".join(_QUALIFIER.sub(take, said).split())
    return Asked(
        said, words, found.get("status", ""), found.get("owner", ""), found.get("lang", "")
    )


def exact(actor: Actor, asked: Asked) -> int | None:
    """Return the id of the order whose reference was typed, however it was written."""
    try:
        return queries.order_at_desk(actor, asked.words).id
    except NotFound:
        return None


def find(
    actor: Actor, asked: Asked, owners: Iterable[int], *, before: int | None = None
) -> tuple[list[Hit], int | None]:
    """Return the newest hits, at most one an order, and the key of the next page (None at the end).

    `owners` are the staff whom `owner:` names. Without words a qualifier alone lists nothing: that is a queue.
    """
    within = _narrowed(actor, asked, owners) if asked.narrows else None
    hits: list[Hit] = []
    cursor = before
    while len(hits) <= PAGE:
        some = search.find(
            index.KIND,
            asked.words,
            staff=True,
            before=cursor,
            limit=PAGE + 1,
            within=within,
            without=(queries.HIDDEN, {"reader": actor.id}),
        )
        hits += some if before is None else _first_met(some, asked.words)
        if len(some) <= PAGE:
            break
        cursor = some[-1].doc_id
    more = len(hits) > PAGE
    hits = hits[:PAGE]
    return hits, hits[-1].doc_id if more else None


def _narrowed(actor: Actor, asked: Asked, owners: Iterable[int]) -> Select[int]:
    within = select(WorkOrder.id)
    if asked.status == "active":
        within = within.where(IS_ACTIVE)
    elif asked.status and asked.status != "any":
        within = within.where(WorkOrder.status == asked.status)
    if asked.language:
        within = within.where(WorkOrder.language == asked.language)
    if asked.owner == "none":
        within = within.where(WorkOrder.assignee_id.is_(None))
    elif asked.owner:
        within = within.where(
            WorkOrder.assignee_id.in_([actor.id] if asked.owner == "me" else list(owners))
        )
    return within


def _first_met(hits: Sequence[Hit], words: str) -> list[Hit]:
    """Leave out the orders that an earlier page showed already, by a newer part that matches too."""
    ids = [hit.thing_id for hit in hits]
    within = select(WorkOrder.id).where(WorkOrder.id.in_(ids))
    newest = search.find(index.KIND, words, staff=True, limit=len(ids) or 1, within=within)
    parts = {hit.doc_id for hit in newest}
    return [hit for hit in hits if hit.doc_id in parts]


def rows(order_ids: Sequence[int]) -> dict[int, Any]:
    """Return rows of the queue's columns by order id."""
    found = fetch(lists().among, {"ids": list(order_ids)}).all() if order_ids else ()
    return {row.id: row for row in found}


_IDS: Any = bindparam("ids", expanding=True)
_TEXTS = {
    "message": select(Message.id, Message.body, Message.language, Message.redacted_at).where(
        Message.id.in_(_IDS)
    ),
    "note": select(Note.id, Note.body, Note.language, Note.redacted_at).where(Note.id.in_(_IDS)),
}


def texts(hits: Sequence[Hit]) -> Mapping[str, tuple[str, str]]:
    """Return (text, language) of the messages and notes among the hits, by part; secrets are masked."""
    found = {}
    for name, statement in _TEXTS.items():
        prefix = f"{name}:"
        ids = [int(hit.part.removeprefix(prefix)) for hit in hits if hit.part.startswith(prefix)]
        if not ids:
            continue
        for row in fetch(statement, {"ids": ids}).all():
            if row.redacted_at is None:
                found[f"{prefix}{row.id}"] = (mask_secrets(row.body).text, row.language)
    return found


def marked(text: str, words: str) -> Markup:
    """Return the text, escaped, with the words looked for in `<mark>`."""
    pattern = _pattern(words)
    if pattern is None:
        return escape(text)
    # Marked before it is escaped, by signs that no text holds: a mark is never set within an entity such as `&amp;`.
    plain = text.replace(_OPEN, "").replace(_SHUT, "")
    safe = escape(pattern.sub(_MARKED, plain))
    return Markup(str(safe).replace(_OPEN, "<mark>").replace(_SHUT, "</mark>"))  # noqa: S704  (it was escaped)


_OPEN, _SHUT = "\x02", "\x03"
_MARKED = rf"{_OPEN}\1{_SHUT}"


def excerpt(text: str, words: str) -> str:
    """Return the piece of a text around the first word found, on one line."""
    flat = " ".join(text.split())
    pattern = _pattern(words)
    match = pattern.search(flat) if pattern else None
    start = max(0, match.start() - AROUND) if match else 0
    piece = flat[start : start + 2 * AROUND + 40]
    return f"{'… ' if start else ''}{piece}{' …' if start + len(piece) < len(flat) else ''}"


@lru_cache(maxsize=64)
def _pattern(words: str) -> re.Pattern[str] | None:
    tokens = sorted(query_tokens(words), key=len, reverse=True)
    if not tokens:
        return None
    return re.compile(f"({'|'.join(re.escape(token) for token in tokens)})", re.IGNORECASE)
