"""One decision for many chosen items: each by its own verb and version, so that one refusal stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from support.core import outbox
from support.core.errors import DomainError, Invalid
from support.infringement import queries
from support.infringement.models import Item, Notice


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that a decision left as it was, and why: a message id with its facts.

    `field` names what was typed wrong, "" where the item itself can't be decided so.
    """

    position: int
    words: str
    facts: Mapping[str, object]
    field: str = ""


def decide_many(
    notice: Notice, chosen: Mapping[int, int], verb: Callable[[Item, int], object]
) -> list[Refused]:
    """Carry out `verb(item, version)` for each chosen item (row id: version) and return those that were refused.

    Each stands in a transaction of its own; what they tell goes out when all are through, as one letter. Raises
    `NotFound` for an item of another notice, before any is decided.
    """
    items = [(queries.item_of(notice, item_id), version) for item_id, version in chosen.items()]
    refused = []
    with outbox.held():
        for item, version in sorted(items, key=lambda each: each[0].position):
            position = item.position
            try:
                verb(item, version)
            except DomainError as error:
                refused.append(Refused(position, error.words, error.facts, _field(error)))
    return refused


def _field(error: DomainError) -> str:
    return error.field if isinstance(error, Invalid) else ""
