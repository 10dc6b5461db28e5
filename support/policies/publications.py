"""What an upper room declares of the entries that it publishes in the public ledger (`/transparency`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from support.core.context import hooks
from support.core.errors import NotFound
from support.core.words import N_

Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Counting:
    """What the figures of a kind count, said in two sentences (message ids): by month, and by outcome.

    `whole` is the code under which an entry counts as one, where it may have many outcomes; by month that is shown.
    Without it an entry has one outcome, with a number, and the month shows the sum.
    """

    by_month: str
    by_outcome: str
    whole: str = ""


LINKS = Counting(
    N_("Links that entries of each kind are about, by the month of publication."),
    N_("Links by outcome, in the months shown above."),
)


@dataclass(frozen=True, slots=True)
class PublicKind:
    """A kind of entry. All texts are message ids.

    `draw` turns an entry's `facts` into labels and values in the reader's language, inside a request. `note` says what
    kind of word this is (a claim, an answer, a decision). `outcomes` are the codes under which it is counted by month.
    `brief` says in a few words what stands in lists; without it the first two values do.
    """

    code: str
    title: str
    icon: str
    note: str
    draw: Callable[[Mapping[str, Any]], Rows]
    outcomes: Mapping[str, str] = field(default_factory=dict)
    brief: Callable[[Mapping[str, Any]], str] | None = None
    counting: Counting = LINKS


def public_kinds() -> tuple[PublicKind, ...]:
    """Return every kind of entry, in the order in which the rooms were named."""
    return hooks(PublicKind)


def public_kind(code: str) -> PublicKind:
    """Return one kind; raise `NotFound`."""
    for kind in public_kinds():
        if kind.code == code:
            return kind
    raise NotFound()
