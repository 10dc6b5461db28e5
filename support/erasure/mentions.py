"""Mentions of one person in what other people wrote, and the text without them. People confirm what is found here.

Pure: values in, places out. How each kind of value is told from what looks like it stands in the modules below.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from support.core.words import N_
from support.erasure import contacts, places
from support.erasure.chinese import HAN, han_name
from support.erasure.folding import Folded, fold
from support.erasure.latin_marks import find_latin

MARK = "▇▇"
"""What stands for words that were taken out: the same in every language, so that a thread stays one."""


class What(StrEnum):
    """Which value of the person is mentioned; `title` is a message id."""

    NAME = "name"
    MEMBER = "member"
    MOBILE = "mobile"
    EMAIL = "email"
    ORGANISATION = "organisation"
    ADDRESS = "address"

    @property
    def title(self) -> str:  # type: ignore[override]  # a kind's title, not str.title()
        """A message id."""
        return _TITLES[self]


_TITLES = {
    What.NAME: N_("Person's name"),
    What.MEMBER: N_("Member name"),
    What.MOBILE: N_("Mobile"),
    What.EMAIL: N_("E-mail address"),
    What.ORGANISATION: N_("Organisation name"),
    What.ADDRESS: N_("Postal address"),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a person is known by; a value that is not known is left out."""

    names: tuple[str, ...]
    member_name: str
    mobiles: tuple[str, ...]
    emails: tuple[str, ...]
    organisations: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text, as it is stored, holds a value of the person."""

    start: int
    end: int
    what: What


def find(text: str, who: Identity) -> list[Mention]:
    """Return the mentions of a person in a text: in order, none over another, the widest of those that meet.

    Linear in the length of the text.
    """
    folded = fold(text)
    found = (Mention(*folded.span(start, end), what) for start, end, what in _found(folded, who))
    chosen: list[Mention] = []
    starts: list[int] = []
    for each in sorted(set(found), key=lambda one: (one.start - one.end, one.start, one.what)):
        place = bisect_left(starts, each.start)
        clear_before = not place or chosen[place - 1].end <= each.start
        if clear_before and (place == len(chosen) or each.end <= chosen[place].start):
            chosen.insert(place, each)
            starts.insert(place, each.start)
    return chosen


def redact(text: str, mentions: Sequence[Mention]) -> str:
    """Return the text with a mark in the place of each mention; mentions that overlap have one mark."""
    parts: list[str] = []
    done = 0
    for each in sorted(mentions, key=lambda one: (one.start, one.end)):
        if each.end <= done:
            continue
        if each.start >= done:
            parts += [text[done : each.start], MARK]
        done = each.end
    return "".join([*parts, text[done:]])


def _found(text: Folded, who: Identity) -> Iterator[tuple[int, int, What]]:
    if not text.signs:
        return
    mails = contacts.other_addresses(text)
    for span in _names(text, who.names):
        if not _within(span, mails):
            yield *span, What.NAME
    for values, finder, what in (
        ((who.member_name,), contacts.find_member, What.MEMBER),
        (who.mobiles, contacts.find_mobile, What.MOBILE),
        (who.emails, contacts.find_email, What.EMAIL),
        (who.organisations, places.find_organisation, What.ORGANISATION),
        (who.addresses, places.find_address, What.ADDRESS),
    ):
        for value in dict.fromkeys(values):
            for span in finder(text, value):
                if what is not What.ORGANISATION or not _within(span, mails):
                    yield *span, what


def _names(text: Folded, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where the names stand; one given in two scripts, 李伟 (David Li), is two."""
    for name in dict.fromkeys(names):
        for part in re.findall(rf"[{HAN}]+(?:[ ·•・‧]?[{HAN}]+)*", name):
            if (finder := han_name(fold(part).signs)) is not None:
                yield from finder.find(text)
        yield from find_latin(text, re.sub(f"[{HAN}]+", " ", name))


def _within(span: tuple[int, int], wider: list[tuple[int, int]]) -> bool:
    place = bisect_left(wider, (span[0] + 1, 0)) - 1
    return place >= 0 and span[1] <= wider[place][1]
