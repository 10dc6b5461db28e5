"""Keeping the words of a letter as they left, for templates that ask for it (`Template.kept_with`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update

from support.core import vault
from support.core.actors import Actor
from support.core.db import changed, db, insert_new
from support.core.vault import KeyDestroyed
from support.notifications import letters
from support.notifications.models import SentText
from support.notifications.queries_letters import place_of
from support.notifications.templates import Template, facts_for


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says to a reader of this name, and the key of the case under which that is kept."""

    reader: Actor
    owner: str
    title: str
    paragraphs: list[list[str]]


def kept_with(kind: Template, ids: dict[str, Any]) -> str:
    """Return the key of the case under which the words of a letter are kept, "" where they are not."""
    return kind.kept_with(ids) if kind.kept_with else ""


def keep_words(uid: str, words: Words) -> None:
    """Keep the words of a delivery, in the transaction that notes that it left; what leaves anew replaces them.

    Nothing is kept for a reader, or of a case, that is erased by now.
    """
    said = {"name": words.reader.name, "title": words.title, "paragraphs": words.paragraphs}
    place = place_of(uid)
    try:
        inner = vault.seal(words.reader.ref, place, json.dumps(said, ensure_ascii=False))
        sealed = vault.seal_bytes(words.owner, place, inner)
    except KeyDestroyed:
        return
    row = {"owner": words.owner, "sealed": sealed}
    if not insert_new(SentText, delivery_uid=uid, **row):
        changed(update(SentText).where(SentText.delivery_uid == uid).values(**row))


def forget_words(owner: str) -> int:
    """Forget what letters about a case said, in the caller's transaction; from then on they read as of today."""
    result: Any = db.session.execute(delete(SentText).where(SentText.owner == owner))
    return int(result.rowcount)


def keep_line(uid: str, kind: Template, ids: dict[str, Any], reader: Actor) -> None:
    """Keep the words of a line in an inbox, in the transaction that writes it: it has left at once."""
    facts = facts_for(kind, ids, reader) if kind.kept_with else None
    if facts is not None:
        said = letters.write_inbox(kind.code, reader, facts)
        keep_words(uid, Words(reader, kept_with(kind, ids), *said))
