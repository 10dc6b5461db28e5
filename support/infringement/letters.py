"""What the letters about rights notices say, and who may still read them at the moment of sending.

The filer's hold nothing that anybody typed. The first one to a member who answers for content holds the notice as it
is forwarded; an address that nobody has proved is told that there is a page, which opens after a code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import force_locale

from support.core.actors import Actor
from support.core.context import settings
from support.core.errors import NotFound
from support.core.web_pages import locale_of
from support.core.words import N_
from support.infringement import case_pages, kind, queries, sides, statement
from support.infringement.lifecycle import MEASURED, ItemState
from support.infringement.models import Item, Notice, Respondent
from support.infringement.news import TOLD, Reader
from support.infringement.policy import MEASURES, REASONS, REFUSALS
from support.notifications.models import Purpose
from support.notifications.templates import Template
from support.workorders import queries as orders
from support.workorders.kind import Sentence
from support.workorders.say import say
from support.workorders.why import line_of

HOLDER, RESPONDENT = "infringement.holder", "infringement.respondent"
Facts = dict[str, Any] | None
_MINUTE = timedelta(minutes=1)
_FIRST = (ItemState.FORWARDED, ItemState.NO_MEASURE_FORWARDED)
_DECIDED = (*_FIRST, ItemState.MEASURE_TAKEN, ItemState.NO_MEASURE)
_UNDECIDED = (ItemState.TO_COMPLETE, ItemState.QUALIFIED)


class Addressed(NamedTuple):
    """Who is told that items reached a state: by which template, at which address if only one will do, and of what."""

    code: str
    person_id: int
    contact_id: int | None
    items: Sequence[Item]

    @property
    def side(self) -> Reader:
        """Which side that is."""
        return "holder" if self.code == HOLDER else "respondent"


def addressed(notice: Notice, state: ItemState, items: Sequence[Item]) -> list[Addressed]:
    """Return who is told that these items reached a state, a respondent of their own ones and once forwarded."""
    told = TOLD.get(state, ())
    found = [Addressed(HOLDER, notice.person_id, None, items)] if "holder" in told else []
    for one in queries.respondents_of(notice) if "respondent" in told else ():
        own = [item for item in items if item.respondent_id == one.id]
        if own and one.person_id is not None and one.forwarded_at is not None:
            found.append(Addressed(RESPONDENT, one.person_id, one.contact_id, own))
    return found


def facts_ids(notice: Notice, state: ItemState, items: Sequence[Item]) -> dict[str, Any]:
    """Return the ids from which a letter's facts are found when it is sent or opened."""
    return {"notice": notice.id, "what": state.value, "items": [item.id for item in items]}


def holder_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for whoever filed the notice; None for anybody else."""
    notice, items = _found(ids)
    if notice is None or reader.id != notice.person_id or not items:
        return None
    what, order = ItemState(ids["what"]), orders.order_by_id(notice.order_id)
    lacks = case_pages.missing(notice) if what is ItemState.TO_COMPLETE else ()
    link = f"{settings().public_url}/orders/{order.reference}/notice"
    if reader.kind == "guest":
        link = f"{settings().public_url}/follow?reference={order.reference}"
    short = link
    if lacks and reader.kind != "guest":
        link += "/supplement"
    return _facts("holder", what, items, reader) | {
        "reference": order.reference,
        "missing": [element.words for element in lacks],
        "next": say(_next(items[0]), reader=reader),
        "link": link,
        "short": short,
    }


def respondent_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for who answers for items, about those alone; None for anybody else and before it was forwarded."""
    notice, items = _found(ids)
    mine = _respondent(notice, reader) if notice is not None else None
    if notice is None or mine is None:
        return None
    items = [item for item in items if item.respondent_id == mine.id]
    if not items:
        return None
    what = ItemState(ids["what"])
    facts = _facts("respondent", what, items, reader)
    way = "/open" if reader.kind == "guest" else ""
    shown = what in _FIRST and reader.kind != "guest"
    with force_locale(locale_of(reader.language)):
        facts["rows"] = sides.forwarded_rows(notice) if shown else []
        restricts = what is ItemState.FORWARDED
        facts["statement"] = statement.rows_of(notice, items[0], named=shown) if restricts else []
    return facts | {
        "links": [queries.listing_of(notice, item).url for item in items] if shown else [],
        "law": items[0].law.title if items[0].law else "",
        "first": what in _FIRST,
        "next": say(sides.next_of(items[0]), reader=reader),
        "link": f"{settings().public_url}/notices/answers/{mine.uid}{way}",
        "short": f"{settings().public_url}/a/{mine.uid}",
    }


def _found(ids: dict[str, Any]) -> tuple[Notice | None, list[Item]]:
    try:
        notice = queries.notice_by_id(ids["notice"])
    except NotFound:
        return None, []
    wanted = set(ids["items"])
    return notice, [item for item in queries.items_of(notice) if item.id in wanted]


def _respondent(notice: Notice, reader: Actor) -> Respondent | None:
    for one in queries.respondents_of(notice):
        if reader.id is not None and one.person_id == reader.id and one.forwarded_at is not None:
            return one
    return None


def _facts(side: Reader, what: ItemState, items: Sequence[Item], reader: Actor) -> dict[str, Any]:
    title, news = sides.TOLD[side][what]
    codes = dict.fromkeys(item.reason for item in items)
    known = REFUSALS if what in _DECIDED else REASONS  # what went on has another reason by now
    told = [] if what in _UNDECIDED else [code for code in codes if code in known]
    return {
        "what": what.value,
        "title": title,
        "news": news,
        "numbers": ", ".join(str(item.position) for item in items),
        "reasons": [known[code] for code in told if code not in MEASURES],
        "measures": [MEASURES[code] for code in codes if code in MEASURES and what in MEASURED],
        "why": _why(items[0], reader),
        "zone": reader.timezone,
        "guest": reader.kind == "guest",
    }


def _next(item: Item) -> Sentence:
    words = kind.WORDS.get((item.status, "requester"), "")
    due = queries.due_of(item)
    if not words or ("%(until)s" in words and due is None):
        return Sentence(kind.ENDED)
    until: dict[str, datetime] = {"until": due.at - _MINUTE} if due else {}
    return Sentence(words, until)


def _why(item: Item, reader: Actor) -> list[str]:
    due = queries.due_of(item)
    return [say(line_of(step), reader=reader) for step in due.steps] if due else []


def _key(ids: dict[str, Any]) -> str:
    """Return the key of the notice: what it says of a side is kept no longer than the notice, also in a letter."""
    return queries.notice_by_id(ids["notice"]).stream


TEMPLATES = (
    Template(
        HOLDER,
        Purpose.ORDERS,
        N_("News of your rights notice"),
        holder_facts,
        kept_with=_key,
    ),
    Template(
        RESPONDENT,
        Purpose.ORDERS,
        N_("News of a rights notice about your content"),
        respondent_facts,
        kept_with=_key,
    ),
)
