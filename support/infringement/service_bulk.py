"""One decision for many chosen items: each by its own verb and version, so that one refusal stops no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial

from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import DomainError, Invalid
from support.core.once import once
from support.core.outbox_held import held
from support.infringement import moves, queries
from support.infringement.models import Item, Notice
from support.workorders.queries import order_by_id

Verb = Callable[[Item, int], object]
BATCH = 50
"""Items that are decided in one transaction: while it lasts, others who write wait on SQLite."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that a decision left as it was, and why: a message id with its facts.

    `field` names what was typed wrong, "" where the item itself can't be decided so.
    """

    position: int
    words: str
    facts: Mapping[str, object]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was sent: whose it is, its key ("" for none), and what it said (`core.once`)."""

    scope: str = ""
    key: str = ""
    content: str = ""

    def once(self, name: str, act: Callable[[], str]) -> str:
        """Do one step of what this form asks, once however often it is sent; return what came of it."""
        return once(self.scope, self.key and f"{self.key}:{name}", self.content, act)


def moment_of(form: Form) -> datetime:
    """Return the moment of what a form asks: that of its first sending, so that all of it is one act."""
    return datetime.fromisoformat(form.once("at", lambda: utcnow().isoformat()))


def decide_many(
    notice: Notice, chosen: Mapping[int, int], verb: Verb, *, now: datetime, form: Form = Form()
) -> list[Refused]:
    """Carry out `verb(item, version)` for each chosen item (row id: version) and return those that were refused.

    In transactions of at most `BATCH` items; what they tell goes out when all are through, as one letter. The same
    form again decides nothing again, and returns the same. Raises `NotFound` for an item of another notice, before any
    is decided.
    """
    ids = [item.id for item in queries.items_named(notice, chosen)]
    number, refused = notice.id, []
    with held():
        for start in range(0, len(ids), BATCH):
            wanted = {item_id: chosen[item_id] for item_id in ids[start : start + BATCH]}
            step = partial(_decide, number, wanted, verb, now)
            refused += [Refused(**one) for one in json.loads(form.once(str(start), step))]
    return refused


def _decide(notice_id: int, wanted: Mapping[int, int], verb: Verb, now: datetime) -> str:
    """Decide about these items as one act in one transaction, and return who was refused, as JSON."""
    refused = []
    with transaction():
        notice = queries.notice_by_id(notice_id)
        _kept = order_by_id(notice.order_id), queries.respondents_of(notice)  # else asked for again
        with moves.as_one_act(notice, now) as act:
            for item in queries.items_named(notice, wanted):
                position, version = item.position, wanted[item.id]
                try:
                    with act.part():
                        verb(item, version)
                except DomainError as error:
                    refused.append(_refused(position, error))
    return json.dumps([asdict(one) for one in refused], default=str)


def _refused(position: int, error: DomainError) -> Refused:
    field = error.field if isinstance(error, Invalid) else ""
    return Refused(position, error.words, error.facts, field)
