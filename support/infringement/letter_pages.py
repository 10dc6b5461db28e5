"""Letters of a notice as pages: what each says in words, to print, and which of them a side has had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.errors import NotFound
from support.core.web_pages import locale_of
from support.core.web_times import local_time
from support.infringement import letters, queries, sides
from support.infringement.lifecycle import ItemState
from support.infringement.models import Notice
from support.infringement.news import Reader
from support.notifications import letters as writing
from support.notifications import queries as notifications
from support.notifications.models import Purpose
from support.notifications.queries_letters import Sent, Way, letter_in, letters_about, said_in
from support.notifications.service import reader_of
from support.notifications.templates import facts_for, template

LANGUAGES = ("en", "zh")
_SIDES: dict[str, Reader] = {letters.HOLDER: "holder", letters.RESPONDENT: "respondent"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in words, as its reader has it. `ways` is empty while it is not sent; `check_code` is "" then.

    `as_left` says that these are the words that left; others are written from what stands today.
    """

    side: Reader
    number: int
    name: str
    language: str
    title: str
    paragraphs: list[list[str]]
    ways: list[Way]
    at: datetime | None
    check_code: str
    as_left: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter in a list: `code` is the last part of its address. `title` is a message id."""

    code: str
    title: str
    numbers: str
    at: datetime | None
    ways: list[Way]


def own_letters(person_id: int, stream: str, url: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the letters about an order or a notice that somebody had, newest first, each with its address.

    Titles are message ids. One query.
    """
    return [
        {"title": _title(one), "at": one.at, "url": url(one.uid)}
        for one in reversed(letters_about([stream], person_id))
        if template(one.template).purpose == Purpose.ORDERS
    ]


def own_letter(notice: Notice, person_id: int, stream: str, uid: str, asked: str) -> Letter:
    """Return one of them as a page, with its check code; raises `NotFound`, also once it is not theirs to read."""
    sent = letter_in(letters_about([stream], person_id), uid)
    today = written(notice, sent.template, person_id, sent.ids, asked or sent.language)
    if today is None or template(sent.template).purpose != Purpose.ORDERS:
        raise NotFound()
    return as_sent(notice, sent, asked) or with_ways(today, sent)


def as_sent(notice: Notice, sent: Sent, asked: str) -> Letter | None:
    """Return a letter in the words that left; None where another language is asked for, or they are not kept."""
    said = said_in(sent.person_id, [way.uid for way in sent.ways])
    if said is None or asked not in ("", sent.language):
        return None
    side, number = _side(notice, sent.template, sent.person_id)
    title = said.title or _in(sent.language, _title(sent))  # a text message has none
    found = Letter(
        side, number, said.name, sent.language, title, said.paragraphs, [], None, "", as_left=True
    )
    return with_ways(found, sent)


def with_ways(letter: Letter, sent: Sent) -> Letter:
    """Return a letter with the ways by which it went."""
    check = notifications.spelled(sent.check_code)
    return replace(letter, ways=sent.ways, at=sent.at, check_code=check)


def _in(language: str, message: str) -> str:
    with force_locale(locale_of(language)):
        return str(_(message))


def _title(sent: Sent) -> str:
    side = _SIDES.get(sent.template)
    return (
        sides.TOLD[side][ItemState(sent.ids["what"])][0] if side else template(sent.template).title
    )


def written(
    notice: Notice, code: str, person_id: int, ids: dict[str, Any], language: str
) -> Letter | None:
    """Return a letter as its reader may have it now; None where they may not read it any more."""
    reader: Actor = replace(reader_of(people.person(person_id)), language=language)
    facts = facts_for(template(code), ids, reader)
    if facts is None:
        return None
    title, paragraphs = writing.write_inbox(code, reader, facts)
    side, number = _side(notice, code, person_id)
    return Letter(side, number, reader.name, language, title, paragraphs, [], None, "")


def _side(notice: Notice, code: str, person_id: int) -> tuple[Reader, int]:
    """Return the side of a letter's reader, and the number of a respondent."""
    if code == letters.HOLDER:
        return "holder", 0
    respondents = queries.respondents_of(notice)
    numbers = queries.numbers_of(respondents)
    mine = (numbers[one.id] for one in respondents if one.person_id == person_id)
    return "respondent", next(mine, 0)


def _frame(letter: Letter) -> dict[str, str]:
    """Return what stands around a letter on paper, in its own language: who writes, to whom, when, how to check it."""
    with force_locale(locale_of(letter.language)):
        to = (
            _("To respondent %(number)s", number=letter.number)
            if letter.number
            else _("To the filer")
        )
        check = _("Check code %(code)s", code=letter.check_code)
        return {
            "operator": writing.operator_name(letter.language),
            "to": _("%(to)s: %(name)s", to=to, name=letter.name) if letter.name else to,
            "at": local_time(letter.at) if letter.at else "",
            "foot": check if letter.check_code else _("A draft: this letter was not sent."),
        }


def facts_of(letter: Letter, reference: str) -> dict[str, Any]:
    """Return what the page of a letter needs."""
    return {"letter": letter, "frame": _frame(letter), "reference": reference}


def asked_language(said: Mapping[str, str]) -> str:
    """Return the language that is asked for, "" for that in which a letter left."""
    asked = said.get("language", "")
    return asked if asked in LANGUAGES else ""
