"""Names written in letters: the ways in which people write one, as patterns over folded text.

Each pattern has a manner, and `latin_marks` holds what has to stand around a find of that manner.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from support.erasure.chinese import HAN
from support.erasure.folding import fold
from support.erasure.latin_words import (
    FAMILIES,
    FAMILY_PARTICLES,
    HAN_TITLES,
    TITLES,
    WORD_NAMES,
)

_NO_LETTER = rf"[^\W_{HAN}\u3040-\u30ff\uac00-\ud7a3]"
LEFT, RIGHT = rf"(?<!{_NO_LETTER})", rf"(?!{_NO_LETTER})"
"""The edges of a word of letters; Chinese, kana and hangul beside it are other words."""

SPACE = r"[ \n>|._·*\-]{1,4}"
_TURNED = r"[ \n>|.,_·*\-]{1,4}"
_INSIDE = "[-' ]?"
_LONG = 8
"""So many letters run together are no accident."""

_HONOURS = frozenset((*TITLES.split("|"), "jr", "sr", "ii", "iii", "esq", "phd", "md"))
_WORD = re.compile(rf"[^\W\d_{HAN}]+(?:['\-][^\W\d_{HAN}]+)*")
_SYLLABLE = re.compile(r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aeiouv]{1,3}(?:ng?(?![aeiouv])|r$)?")
_GERMAN = {"ä": "ae?", "ö": "oe?", "ü": "(?:ue?|v|yu)", "ø": "oe?", "å": "aa?", "ß": "ss?"}
_SPLIT_UMLAUT = re.compile("(?<=[^q])([aou]e)(?=[bcdfghjklmnpqrstvwxz])")


class Manner(Enum):
    """How a pattern writes the name, which decides what may stand around it."""

    WHOLE = "given and family name"
    TITLED = "a title and the family name"
    HAN_TITLED = "the family name and a Chinese title"
    INITIAL = "an initial and the other name"
    FIRST = "the first name alone"


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a name."""

    pattern: re.Pattern[str]
    manner: Manner
    plain: bool
    """Made of words that are no English words: its small letters show it, too."""


@lru_cache(maxsize=32)
def forms(name: str) -> tuple[Form, ...]:
    """Return the ways in which a name's letters are written; a name without letters has none."""
    return tuple(_forms(name))


def _forms(name: str) -> Iterator[Form]:
    words = [word for word in _words(name) if fold(word).signs not in _HONOURS]
    if len(words) == 1:
        yield _form(_spelt(words[0]), Manner.FIRST, words)
    elif words:
        first, last = fold(words[0]).signs in FAMILIES, fold(words[-1]).signs in FAMILIES
        if first:
            yield from _both_ways(words[1:], [], words[0], words, sure=not last)
        if not first or last:
            yield from _both_ways(words[:1], words[1:-1], words[-1], words, sure=not first)


def _words(name: str) -> list[str]:
    """Return the words of a name in the order of `given family`: a comma turns it round."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("’", "'").replace("‐", "-")
    family, comma, given = plain.partition(",")
    return _WORD.findall(f"{given} {family}" if comma else plain)


def _form(body: str, manner: Manner, words: list[str]) -> Form:
    plain = not all(fold(word).signs in WORD_NAMES for word in words)
    return Form(re.compile(f"{LEFT}{body}{RIGHT}"), manner, plain)


def _both_ways(
    given: list[str], middle: list[str], family: str, words: list[str], *, sure: bool
) -> Iterator[Form]:
    """Yield the forms of a name of which it is known, or (not `sure`) supposed, which word is the family's."""
    chinese = fold(family).signs in FAMILIES
    first = _INSIDE.join(_spelt(word, syllables=chinese) for word in given)
    initial = fold(given[0]).signs[:1]
    particles = [word for word in middle if fold(word).signs in FAMILY_PARTICLES]
    bare = _spelt(family, german=True)
    last = "".join(f"(?:{_spelt(word)} )?" for word in particles) + bare
    between = "".join(rf"(?:{SPACE}{_spelt(word)}|{SPACE}{word[0]}\b\.?)?" for word in middle)
    if not middle and not chinese:
        between = rf"(?:{SPACE}[a-z]\b(?!')\.?)?"
    yield _form(rf"{first}{between}{SPACE}{bare}", Manner.WHOLE, words)
    yield _form(rf"{bare}{_TURNED}{first}(?!{SPACE}{bare}{RIGHT}){between}", Manner.WHOLE, words)
    if middle and len(middle[0]) > 3 and not particles:
        yield _form(rf"{first}{SPACE}{_spelt(middle[0])}", Manner.WHOLE, words)
    letters = "".join(fold(word).signs for word in [*given, family])
    if len(letters) >= _LONG:
        yield _form(f"(?:{first}{bare}|{bare}{first})", Manner.WHOLE, words)
    yield _form(rf"(?:{TITLES})(?:\. ?| ){last}", Manner.TITLED, [family])
    yield _form(rf"{last}(?= ?(?:{HAN_TITLES}))", Manner.HAN_TITLED, [family])
    second = r"(?:[a-z]\. ?|[a-z] |-[a-z]\.? ?)?"
    yield _form(rf"{initial}(?:\. ?| ){second}{last}", Manner.INITIAL, words)
    yield _form(rf"{bare}(?:, ?{initial}\b\.?| {initial}\.)(?:-?[a-z]\.)?", Manner.INITIAL, words)
    initials = [part[0] for part in first.split(_INSIDE) if chinese and part]
    if len(initials) == 2 and len(given[0]) > 1:
        short = r"\.?[ \-]?".join(initials) + r"\b\.?"
        yield _form(rf"(?:{short} {bare}|{bare},? {short})", Manner.INITIAL, words)
    if sure:
        yield _form(rf"{first} {fold(family).signs[0]}\b(?!')\.?", Manner.INITIAL, words)
        if sum(map(len, given)) >= 4:
            yield _form(first, Manner.FIRST, given)
    else:
        yield _form(rf"(?:{TITLES})(?:\. ?| ){first}", Manner.TITLED, given)


def _spelt(word: str, *, syllables: bool = False, german: bool = False) -> str:
    """Return the pattern of a word: its parts with or without what joins them, accents written out or not."""
    parts = re.split("['-]", word)
    if syllables and len(parts) == 1:
        found = _SYLLABLE.findall(fold(word).signs)
        parts = found if "".join(found) == fold(word).signs else parts
    if german and len(parts) == 1 and (loose := _SPLIT_UMLAUT.sub(r"(?:\1|\g<1>?)", word)) != word:
        return "".join(_GERMAN.get(sign, fold(sign).signs or sign) for sign in loose)
    return _INSIDE.join(
        "".join(_GERMAN.get(sign) or re.escape(fold(sign).signs) for sign in part) for part in parts
    )
