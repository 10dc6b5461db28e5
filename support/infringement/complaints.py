"""Complaints about how an item ended: which side may complain about what, until when and why, and the words of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from support.core.calendars import Due
from support.core.words import N_
from support.infringement import clocks, queries
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.news import Reader
from support.infringement.regimes import RULES
from support.workorders.kind import Sentence
from support.workorders.say import say
from support.workorders.why import line_of

S = ItemState
_MINUTE = timedelta(minutes=1)

OPEN_TO: Mapping[ItemState, Reader] = {
    S.NOT_QUALIFIED: "holder",
    S.NO_MEASURE_FORWARDED: "holder",
    S.RESTORED: "holder",
    S.FINAL: "respondent",
}
"""Whom an outcome goes against: they may complain about it, once."""

OPEN = N_("You can complain about how this ended until %(until)s.")
HEARD = N_(
    "A complaint about how this ended is heard by somebody of legal who had no part in it, by %(until)s."
)
OVER = N_(
    "The six months for a complaint ended on %(until)s. A court or the competent authority can still decide."
)
SETTLED = N_(
    "The complaint was heard and dismissed. A court or the competent authority can still decide."
)


def end_of(item: Item) -> Due:
    """Return when the six months end, with every step of the count."""
    return clocks.due_of(RULES[item.rules].complaint, item.changed_at)


def may_complain(item: Item, side: Reader, now: datetime) -> bool:
    """True while a side can complain about how an item ended: it goes against them, was not heard yet, is in time."""
    against = OPEN_TO.get(item.status) == side
    return against and item.reason != "dismissed" and now < end_of(item).at


def sentence_of(item: Item, side: Reader, now: datetime) -> Sentence | None:
    """Return what a side is told of complaining about an item; None where there is nothing to complain about."""
    if item.status is S.COMPLAINT:
        due = queries.due_of(item)
        return Sentence(HEARD, {"until": due.at - _MINUTE}) if due else None
    if OPEN_TO.get(item.status) != side:
        return None
    if item.reason == "dismissed":
        return Sentence(SETTLED)
    words = OPEN if may_complain(item, side, now) else OVER
    return Sentence(words, {"until": end_of(item).at - _MINUTE})


@dataclass(frozen=True, slots=True)
class Line:
    """One link that can be complained about, and why the term ends when it does."""

    id: int
    position: int
    title: str
    state: ItemState
    words: str
    why: Sequence[str]


def lines_of(notice: Notice, items: Sequence[Item], side: Reader, now: datetime) -> list[Line]:
    """Return the links about which a side can complain now."""
    return [_line(notice, item, side, now) for item in items if may_complain(item, side, now)]


def _line(notice: Notice, item: Item, side: Reader, now: datetime) -> Line:
    listing = queries.listing_of(notice, item)
    title = listing.title or listing.url
    steps = [say(line_of(step)) for step in end_of(item).steps]
    return Line(item.id, item.position, title, item.status, said_of(item, side, now), steps)


def said_of(item: Item, side: Reader, now: datetime) -> str:
    """Return the sentence in the reader's language, empty where there is none."""
    sentence = sentence_of(item, side, now)
    return say(sentence) if sentence else ""
