"""Names in what is published: whether one is an organisation's, and whether a text holds one, however it is spelt."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from support.core.text import clean_text

_WORDS = re.compile(
    r"\b(?:ltd|limited|inc|incorporated|corp|corporation|company|holdings?|llc|llp|plc|gmbh|pty"
    r"|university|foundation|association)\b|公司|集团|大学|基金会|协会|研究院",
    re.IGNORECASE,
)
_SHORT_FORM = re.compile(r"[a-z].* (?:AB|AG|AS|BV|NV|O[Yy]j?|SARL|SAS?|B\.V\.|N\.V\.|S\.A\.)$")
"""Forms that are names of people, too: at the end alone, and where not the whole name is in capitals."""

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LONG = 8
"""So many letters in a row are no accident, whatever stands before and behind them."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as names are looked for in it: its words with a blank around each, and its signs without any."""

    words: str
    signs: str


def names_organisation(name: str) -> bool:
    """Tell whether a name has a word in it that organisations alone have; in doubt it is a person's."""
    return bool(_WORDS.search(name) or _SHORT_FORM.search(name))


def folded(text: str) -> Folded:
    """Return a text without what makes one name look like another: width, case, blanks, marks, unseen signs."""
    plain = unicodedata.normalize("NFKC", clean_text(text, len(text)))
    words = _WORD.findall(plain.casefold())
    return Folded(f" {' '.join(words)} ", "".join(words))


def holds(text: Folded, name: str) -> bool:
    """Tell whether a text holds a name, its family name before or behind.

    A Chinese name is found everywhere, any other one as words of their own, or run together if it is long.
    """
    own = folded(name)
    if len(own.signs) < 2:
        return False
    if _HAN.search(own.signs):
        return own.signs in text.signs
    words = own.words.split()
    return any(_spelt(text, each) for each in (words, [words[-1], *words[:-1]]))


def _spelt(text: Folded, words: list[str]) -> bool:
    joined = "".join(words)
    if len(joined) >= _LONG and joined in text.signs:
        return True
    return any(f" {each} " in text.words for each in (" ".join(words), joined))
