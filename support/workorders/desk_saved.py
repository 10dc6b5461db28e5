"""Saved replies as pages take them: their places to fill in, a text filled in for one order, what a reply box offers.

A place is written `{{phone}}`; Chinese keyboards may give it full-width braces. A place that nothing fills stays
as it is, so that the agent sees it; a reply that still has one is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.context import settings
from support.core.kept import Kept
from support.core.text import written_in
from support.core.web_parts import html_lang
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.workorders import queries_saved
from support.workorders.desk_filters import LANGUAGES
from support.workorders.models import SavedReply, WorkOrder

PLACES: Mapping[str, str] = {
    "requester": N_("Requester's name"),
    "reference": N_("Reference"),
    "agent": N_("Agent's name"),
    "operator": N_("Operator's name"),
    "phone": N_("Operator's phone"),
}
_PLACE = re.compile(r"[{｛]{2}\s*(\w+)\s*[}｝]{2}")
titles = Kept("desk_saved", 5.0, queries_saved.saved_replies)
"""What a reply box offers; the text itself is always read anew."""


def written(name: str) -> str:
    """Return a place as it is written into a text."""
    return "{{" + name + "}}"


def unknown(text: str) -> list[str]:
    """Return the places in a text that nothing could ever fill, as they were written, each once."""
    return list(
        dict.fromkeys(match[0] for match in _PLACE.finditer(text) if match[1] not in PLACES)
    )


def unfilled(text: str) -> list[str]:
    """Return the places that stand unfilled in a text, in its order, each once."""
    return list(
        dict.fromkeys(written(match[1]) for match in _PLACE.finditer(text) if match[1] in PLACES)
    )


def unfilled_words(text: str) -> str:
    """Return what to do about the places that stand unfilled in a text, "" for none."""
    found = unfilled(text)
    if not found:
        return ""
    return gettext(
        "Not filled in: %(places)s. Write it yourself or take it out; the reply is not sent before.",
        places=", ".join(found),
    )


def filled(actor: Actor, order: WorkOrder, text: str, language: str) -> str:
    """Return a text with its places filled in for `order`; one without a value stays as it is."""
    config = settings()
    values = {
        "requester": people.person(order.requester_id).name,  # a guest has none
        "reference": order.reference,
        "agent": actor.name,
        "operator": (language == "zh" and config.operator_name_zh) or config.operator_name,
        "phone": config.operator_phone,
    }
    return _PLACE.sub(lambda match: values.get(match[1]) or written(match[1]), text)


def text_in(saved: SavedReply, language: str) -> str:
    """Return the text in one language, "" where it is missing."""
    return saved.text_zh if language == "zh" else saved.text_en


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text: words, or the title of a place to fill in."""

    words: str
    is_place: bool = False


def parts(text: str) -> list[Part]:
    """Return a text cut at its places, which are drawn as chips."""
    found, at = [], 0
    for match in _PLACE.finditer(text):
        if match[1] in PLACES:
            found += [Part(text[at : match.start()]), Part(gettext(PLACES[match[1]]), True)]
            at = match.end()
    return [part for part in (*found, Part(text[at:])) if part.words]


def previews(saved: SavedReply) -> list[dict[str, Any]]:
    """Return both languages of a saved reply as its page shows them."""
    return [
        {
            "lang": html_lang(code),
            "title": title,
            "code": code,
            "parts": parts(text_in(saved, code)),
        }
        for code, title in LANGUAGES.items()
    ]


def items(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return rows of saved replies as lists take them."""
    return [
        {
            "uid": row.uid,
            "title": row.title,
            "lang": html_lang(written_in(row.title)),
            "languages": [title for code, title in LANGUAGES.items() if getattr(row, f"in_{code}")],
            "used": row.used,
        }
        for row in rows
    ]


def offered(language: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what a reply box offers: for each language, the order's first, (its name, its tag, choices).

    A choice is (value, title); a saved reply stands under each language that it has.
    """
    codes = sorted(LANGUAGES, key=lambda code: code != language)
    groups = [(LANGUAGES[code], html_lang(code), _choices(code)) for code in codes]
    return [group for group in groups if group[2]]


def _choices(code: str) -> list[tuple[str, str]]:
    return [(f"{row.uid}:{code}", row.title) for row in titles() if getattr(row, f"in_{code}")]
