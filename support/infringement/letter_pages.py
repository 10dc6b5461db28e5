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
from support.notifications.queries_letters import Sent, Way, letter_in, letters_about
from support.notifications.service import reader_of
from support.notifications.templates import facts_for, template

LANGUAGES = ("en", "zh")
_SIDES: dict[str, Reader] = {letters.HOLDER: "holder", letters.RESPONDENT: "respondent"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in words, as its reader has it. `ways` is empty while it is not sent; `check_code` is "" then."""

    side: Reader
    number: int
    name: str
    language: str
    title: str
    paragraphs: list[list[str]]
    ways: list[Way]
    at: datetime | None
    check_code: str


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


def own_letter(notice: Notice, person_id: int, stream: str, uid: str, language: str) -> Letter:
    """Return one of them as a page, with its check code; raises `NotFound`."""
    sent = letter_in(letters_about([stream], person_id), uid)
    found = written(notice, sent.template, person_id, sent.ids, language)
    if found is None or template(sent.template).purpose != Purpose.ORDERS:
        raise NotFound()
    return as_sent(found, sent)


def as_sent(letter: Letter, sent: Sent) -> Letter:
    """Return a letter with the ways by which it went."""
    check = notifications.spelled(sent.check_code)
    return replace(letter, ways=sent.ways, at=sent.at, check_code=check)


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
    holder = code == letters.HOLDER
    numbers = {
        one.person_id: number for number, one in enumerate(queries.respondents_of(notice), 1)
    }
    side: Reader = "holder" if holder else "respondent"
    number = 0 if holder else numbers.get(person_id, 0)
    return Letter(side, number, reader.name, language, title, paragraphs, [], None, "")


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


def language_of(said: Mapping[str, str], page_language: str) -> str:
    """Return the language that is asked for, else that of the page."""
    asked = said.get("language", "")
    return asked if asked in LANGUAGES else page_language
