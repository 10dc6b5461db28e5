"""Whether what stands around a name in letters lets it be the whole name of the person, and a name at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from support.erasure.chinese import HAN, is_han
from support.erasure.folding import Folded
from support.erasure.latin import Form, Manner, forms
from support.erasure.latin_words import (
    AFTER_NAME,
    BEFORE_NAME,
    FAMILY_PARTICLES,
    GREETING,
    MONTHS,
    NAMES,
    ORGANISED,
    PLAIN,
    WEAK_AFTER,
)

_LETTERS = rf"[^\W\d_{HAN}]"
_WORD_BEHIND = re.compile(rf" ({_LETTERS}+)(?:['\-]{_LETTERS}+)?([^\n]?)")
_WORD_BEFORE = re.compile(rf"(?:^|(?<=[^\w]))({_LETTERS}+(?:'{_LETTERS}+)?) $")
_SENTENCE_ENDS = re.compile(r"(?:^|[.!?:;>\n\"“(\[]|[-*])[ \"'“(]*$")
_ORGANISED = re.compile(rf" (?:& co|(?:{ORGANISED})\b)")
_GREETED = re.compile(rf"(?<!\w)(?:{GREETING})[ ,!]{{1,3}}\n{{0,2}}$|@$")
_CLOSED = re.compile(r"(?: ?[,!:;?，。！：\n]|\.(?:\s|\Z)|\.?\Z| ?-)")
_POSSESSIVE = re.compile(r"'s?(?!\w)")
_STRONG = re.compile(rf" (?:{AFTER_NAME})(?!\w)")
_WEAK = re.compile(rf" (?:{WEAK_AFTER})(?!\w)|[,?!]")
_BEFORE = frozenset(BEFORE_NAME.split("|")) - {"our", "my"}
_OF_TIME_TEXT = (
    "in of by until till since from on before after during this next last early mid late every to through "
    "between"
)
_OF_TIME = frozenset(_OF_TIME_TEXT.split())
_ACTED_ON_TEXT = "as all button read this it the"
_ACTED_ON = frozenset(_ACTED_ON_TEXT.split())
_REACH = 32


class _Word(NamedTuple):
    word: str
    capital: bool
    edge: str
    """What stands behind a word behind; "." where the word before begins a sentence."""


def find_latin(text: Folded, name: str) -> Iterator[tuple[int, int]]:
    """Yield where the text holds the name in letters, in any of its forms."""
    for form in forms(name):
        for match in form.pattern.finditer(text.signs):
            if _Around(text, *match.span()).allows(form):
                yield match.span()


class _Around:
    """What stands around a find."""

    def __init__(self, text: Folded, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.before = text.signs[max(0, start - _REACH) : start]
        self.behind = text.signs[end : end + _REACH]
        first = text.text[text.places[start]]
        self.capital = (
            text.is_capital(start) or first.lower() == first.upper()
        )  # not all have cases

    def allows(self, form: Form) -> bool:
        """Tell whether a find of the form is a mention."""
        if self._in_longer_word() or self._names_organisation():
            return False
        match form.manner:
            case Manner.WHOLE:
                return (form.plain or self._all_capital()) and not self._longer_name()
            case Manner.INITIAL:
                return self._all_capital() and not self._longer_name() and not self._initials()
            case Manner.TITLED:
                return (form.plain or self._last_capital()) and self._word_behind_is_plain()
            case Manner.HAN_TITLED:
                return not self._longer_name()
            case Manner.FIRST:
                return self._first_stands(plain=form.plain)

    def _words(self) -> list[int]:
        inside = self.text.signs[self.start : self.end]
        return [self.start + each.start() for each in re.finditer(r"[^\W_]+", inside)]

    def _all_capital(self) -> bool:
        places = self._words()
        return self.text.is_capital(places[0]) and self.text.is_capital(places[-1])

    def _last_capital(self) -> bool:
        return self.text.is_capital(self._words()[-1])

    def _in_longer_word(self) -> bool:
        """A hyphen or an apostrophe ties the find to another part of a name: Smith-Jones, O'Brien."""
        if self.before[-1:] == "'" and self.before[-2:-1].isalpha():
            return True
        if self.before[-1:] == "-" and self.before[-2:-1].isalpha():
            return True
        return (
            self.behind[:1] == "-"
            and self.behind[1:2].isalpha()
            and not is_han(self.behind[1:2])
            and (self.text.is_capital(self.end + 1) or not self.capital)
        )

    def _names_organisation(self) -> bool:
        return _ORGANISED.match(self.behind) is not None and self.text.is_capital(self.end + 1)

    def _behind(self) -> _Word | None:
        match = _WORD_BEHIND.match(self.behind)
        if match is None:
            return None
        return _Word(match[1], self.text.is_capital(self.end + match.start(1)), match[2])

    def _before(self) -> _Word | None:
        match = _WORD_BEFORE.search(self.before)
        if match is None:
            return None
        place = self.start - len(self.before) + match.start(1)
        starts = _SENTENCE_ENDS.search(self.before[: match.start(1)]) is not None
        return _Word(match[1], self.text.is_capital(place), "." if starts else "")

    def _shouted(self) -> bool:
        """Tell whether the find and a neighbour are in capitals throughout, so that they tell nothing."""
        if not self.text.is_capital(self.end - 1) or self.end - self.start < 2:
            return False
        behind, before = self._behind(), self._before()
        if behind and behind.capital and len(behind.word) > 1:
            return self.text.is_capital(self.end + 2)
        return bool(before and before.capital and self.text.is_capital(self.start - 2))

    def _word_behind_is_plain(self) -> bool:
        word = self._behind()
        if word is None:
            return True
        if word.word in FAMILY_PARTICLES and self.behind[len(word.word) + 2 :][:1].isalpha():
            return not self.text.is_capital(self.end + len(word.word) + 2) or word.word == "la"
        return not word.capital or word.word in PLAIN or word.edge == ":" or self._shouted()

    def _longer_name(self) -> bool:
        """Tell whether a further name stands beside the find, so that it is somebody else's."""
        word = self._before()
        named = word is not None and word.capital and word.word in NAMES
        return named or (self.capital and not self._word_behind_is_plain())

    def _initials(self) -> bool:
        """Tell whether further initials stand before the find."""
        return re.search(r"(?<!\w)[a-z]\. ?$", self.before) is not None

    def _first_stands(self, *, plain: bool) -> bool:
        greeted = _GREETED.search(self.before) is not None
        closed = _CLOSED.match(self.behind) is not None
        if self.capital and not self._shouted():
            return self._unextended() and (plain or greeted or self._acts(closed=closed))
        return greeted and (closed or is_han(self.behind[:1]))

    def _unextended(self) -> bool:
        if not self._word_behind_is_plain():
            return False
        word = self._before()
        if word is None or not word.capital or word.word in PLAIN:
            return self._initials() is False
        return word.word not in NAMES and bool(word.edge)

    def _acts(self, *, closed: bool) -> bool:
        """Tell a name that is an English word, too, from that word, capital as it is."""
        strong = _STRONG.match(self.behind) is not None or (
            _POSSESSIVE.match(self.behind) is not None
        )
        own = self.text.signs[self.start : self.end]
        word = self._before()
        if own in MONTHS and not strong:
            near = self.before.rstrip(" ,")[-1:] + self.behind.lstrip(" ,.")[:1]
            if any(sign.isdigit() for sign in near) or (word and word.word in _OF_TIME):
                return False
        if is_han(self.before.strip(" ")[-1:]) or is_han(self.behind.strip(" ")[:1]):
            return own not in MONTHS
        if _SENTENCE_ENDS.search(self.before):
            line = self.before.strip(" ")[-1:] in ("", "\n")
            said = strong and not re.match(r" (?:would|did|does|again)\b", self.behind)
            alone = line and re.match(r" ?(?:\n|\Z)", self.behind) is not None
            return said or alone or self.behind[:1] in (",", ":")
        behind = self._behind()
        if behind and behind.word in _ACTED_ON:
            return False
        if word and word.word in ("the", "a", "an", "this", "your", "our", "my", "click", "press"):
            return False
        shown = word is not None and word.word in _BEFORE
        return strong or shown or (_WEAK.match(self.behind) is not None)
