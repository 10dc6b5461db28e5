"""The letters of a case: those that were sent, those that an act would send, each as a page in either language.

What an act would send is found by doing it and undoing it in one transaction: the letter is the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from support.accounts import queries as people
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import DomainError, NotFound
from support.core.platform_calls import CallState, call_named
from support.core.text import ranges
from support.infringement import (
    letters,
    moves,
    news,
    queries,
    service_forwarding,
    service_measures,
    sides,
)
from support.infringement.letter_pages import LANGUAGES, Entry, Letter, as_sent, with_ways, written
from support.infringement.lifecycle import LIFECYCLE, Content, ItemState
from support.infringement.models import Item, Notice, Respondent
from support.infringement.news import Reader
from support.infringement.queries_case import Case
from support.notifications.queries_letters import Sent, letter_in, letters_about

T = TypeVar("T")
MOST = 20
"""Links for which an act is tried for the preview of its letters."""
_ASKED = (Content.DOWN_ASKED, Content.UP_ASKED)
_CODES: Mapping[Reader, str] = {"holder": letters.HOLDER, "respondent": letters.RESPONDENT}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the case with its letters; `number` counts respondents, 0 is the holder."""

    side: Reader
    number: int
    sent: list[Entry]
    coming: list[Entry]


class _Undone(Exception):
    """Ends a transaction whose work was only tried."""


def tried(work: Callable[[], T]) -> T:
    """Return what `work` gives inside a transaction that is then undone: nothing of it stays, nobody is told."""
    found: list[T] = []
    try:
        with transaction():
            found.append(work())
            raise _Undone
    except _Undone:
        return found[0]


def sides_of(case: Case) -> list[Side]:
    """Return each side with the letters that it got, and those that can come next. One query."""
    sent = [one for one in letters_about(_streams(case)) if one.template in _CODES.values()]
    places = {item.id: item.position for item in case.items}
    found = [Side("holder", 0, _entries(sent, letters.HOLDER, None, places), _coming(case, None))]
    for one in case.respondents.values():
        number = case.number_of(one.id)
        own = _entries(sent, letters.RESPONDENT, one, places) if one.person_id else []
        found.append(Side("respondent", number, own, _coming(case, one)))
    return found


def _streams(case: Case) -> list[str]:
    return [case.order.stream, case.notice.stream]


def _entries(
    sent: Sequence[Sent], code: str, to: Respondent | None, places: Mapping[int, int]
) -> list[Entry]:
    side: Reader = "holder" if to is None else "respondent"
    return [
        Entry(
            one.uid,
            sides.TOLD[side][ItemState(one.ids["what"])][0],
            ranges(places[item] for item in one.ids["items"] if item in places),
            one.at,
            one.ways,
        )
        for one in reversed(sent)
        if one.template == code and (to is None or one.person_id == to.person_id)
    ]


def _coming(case: Case, to: Respondent | None) -> list[Entry]:
    """Return the letters of the states that an item of this side can come to next."""
    side: Reader = "holder" if to is None else "respondent"
    prefix = side if to is None else f"{side}-{case.number_of(to.id)}"
    found = []
    for state in ItemState:
        items = _movable(case.items, state, to)
        if items and side in news.TOLD.get(state, ()):
            numbers = ranges(item.position for item in items)
            title = sides.TOLD[side][state][0]
            found.append(Entry(f"{prefix}-{state}", title, numbers, None, []))
    return found


def _movable(items: Sequence[Item], state: ItemState, to: Respondent | None) -> list[Item]:
    return [
        item
        for item in items
        if LIFECYCLE.can(item.status, state) and (to is None or item.respondent_id == to.id)
    ]


def sent_letter(case: Case, code: str, asked: str) -> Letter:
    """Return a letter of the case that was sent, in its own words unless the other language is asked for.

    Raises `NotFound`.
    """
    sent = letter_in(letters_about(_streams(case)), code)
    if sent.template not in _CODES.values():
        raise NotFound()
    found = as_sent(case.notice, sent, asked)
    if found is not None:
        return found
    language = asked or sent.language
    today = written(case.notice, sent.template, sent.person_id, sent.ids, language)
    if today is None:
        raise NotFound()
    return with_ways(today, sent)


def coming_letter(case: Case, code: str, language: str) -> Letter:
    """Return the letter of a state that was not reached, as it would read today; raises `NotFound`."""
    name, _dash, what = code.rpartition("-")
    side, _dash, number = name.partition("-")
    to = next(
        (one for one in case.respondents.values() if number == str(case.number_of(one.id))), None
    )
    if (
        what not in set(ItemState)
        or side not in _CODES
        or (side == "respondent") != (to is not None)
    ):
        raise NotFound()
    state, wanted = (
        ItemState(what),
        [item.id for item in _movable(case.items, ItemState(what), to)][:MOST],
    )
    notice_id, to_id = case.notice.id, to.id if to else 0
    if not wanted:
        raise NotFound()

    def work() -> list[Letter]:
        notice = queries.notice_by_id(notice_id)
        before = _newest(notice)
        items = [item for item in queries.items_of(notice) if item.id in wanted]
        moves.move_items(SYSTEM, notice, items, state, now=utcnow(), reason=items[0].reason)
        for one in queries.respondents_of(notice):
            if one.id == to_id:
                service_forwarding.reach(notice, one, utcnow())
        return _new_letters(notice, before, (language,))

    try:
        found = [one for one in tried(work) if one.side == side and _is_to(case, one, to_id)]
    except DomainError:
        found = []  # it can't be reached as things stand, such as "qualified" while something is missing
    if not found:
        raise NotFound()
    return found[0]


def _is_to(case: Case, letter: Letter, respondent_id: int) -> bool:
    return letter.number == case.number_of(respondent_id)


def foreseen(
    notice_id: int, chosen: Mapping[int, int], verb: Callable[[Item, int], object]
) -> list[Letter]:
    """Return the letters that an act about the chosen items sends, each in both languages, its reader's own first.

    Where the platform is asked, what it sends once the platform has done it. Raises what the verb raises for all.
    """

    def work() -> list[Letter]:
        notice = queries.notice_by_id(notice_id)
        before, problem, done = _newest(notice), None, 0
        for item in [one for one in queries.items_of(notice) if one.id in chosen][:MOST]:
            try:
                verb(item, chosen[item.id])
                _answer_as_asked(item)
                done += 1
            except DomainError as error:
                problem = error
        if problem is not None and not done:
            raise problem
        return _new_letters(notice, before, LANGUAGES)

    return tried(work)


def _answer_as_asked(item: Item) -> None:
    """Let the platform say that it did what this act asked."""
    if item.standing in _ASKED and item.call_uid:
        call = call_named(item.call_uid)
        call.state = CallState.DONE
        db.session.flush()
        service_measures.follow_platform(call, utcnow())


def _newest(notice: Notice) -> int:
    events = queries.history(notice)
    return events[-1].seq if events else 0


def _new_letters(notice: Notice, before: int, languages: Sequence[str]) -> list[Letter]:
    """Return the letters of what moved since the event `before`, by side and state."""
    moved: dict[ItemState, set[int]] = {}
    for event in queries.history(notice):
        state = event.action.removeprefix("item.")
        if event.seq > before and event.action.startswith("item.") and state in set(ItemState):
            moved.setdefault(ItemState(state), set()).update(event.data["items"])
    found = []
    for state, ids in moved.items():
        items = [item for item in queries.items_of(notice) if item.id in ids]
        for one in letters.addressed(notice, state, items):
            facts = letters.facts_ids(notice, state, one.items)
            found += _both(notice, one.code, one.person_id, facts, languages)
    return found


def _both(
    notice: Notice, code: str, person_id: int, ids: dict[str, Any], languages: Sequence[str]
) -> list[Letter]:
    try:
        own = people.person(person_id).language
    except NotFound:
        return []
    wanted = sorted(languages, key=lambda language: language != own)
    found = [written(notice, code, person_id, ids, language) for language in wanted]
    return [one for one in found if one is not None]
