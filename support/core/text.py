"""Text as people type and paste it, made safe to keep, print and search. Linear in its length.

Kept text is NFC, not NFKC: NFKC would turn ① into 1, ½ into 1⁄2 and Chinese ，into a Latin comma, and
a member's words must stay theirs. Codes and search tokens, which nobody reads, are NFKC.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

MAX_WORD = 64
"""Longer words are cut, in documents and in questions alike, so that they still meet."""
MAX_TOKENS = 100_000
MAX_QUERY_TOKENS = 16
MAX_INDEXED = 200_000
"""Characters of one text that search looks at; one of them can unfold to eighteen."""
_MAX_QUERY = 1_000
_MAX_MARKS = 16  # accents on one letter; ordering longer runs is quadratic in `unicodedata`
_MAX_CODE = 64

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile("\n{4,}")
_SPACES = re.compile(r"\s+")

# Nothing that a reader can't see is kept, save what scripts need (joiners, marks of direction and
# balanced isolates, handled below). Overrides and embeddings can make text read as what it is not;
# tag characters and annotations hide words from people but not from programs.
_DROPPED = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\t\n"),
        *range(0x7F, 0xA0),
        0xAD, 0x34F, 0x115F, 0x1160, 0x180E, 0x200B, 0x2060, 0x3164, 0xFEFF, 0xFFA0,
        *range(0x202A, 0x202F),
        *range(0x2061, 0x2066),
        *range(0x206A, 0x2070),
        *range(0xD800, 0xE000),
        *range(0xFDD0, 0xFDF0),
        *range(0xFFF9, 0xFFFC), 0xFFFE, 0xFFFF,
        *range(0xE0000, 0xE0080),
    ]
)  # fmt: skip

# A joiner shapes Arabic, Indic and emoji; beside Latin, Chinese or a space it only hides.
_PLAIN = r"\x00-\x7f\s\u2066-\u2069\u3000-\u9fff\uff00-\uffef"
_JOINER_RUN = re.compile("([\u200c\u200d])[\u200c\u200d]+")
_IDLE_JOINER = re.compile(
    f"(?:^|(?<=[{_PLAIN}]))[\u200c\u200d]|[\u200c\u200d](?=[{_PLAIN}]|\\Z)", re.MULTILINE
)
_VARIANT_RUN = re.compile(
    "([\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)
_ISOLATES = re.compile("[\u2066-\u2069\n]")
_POP = "\u2069"

_CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)


def _char_class(codes: list[int]) -> str:
    """Return the inside of a regular expression's class for sorted code points."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@lru_cache(maxsize=1)
def _mark_run() -> re.Pattern[str]:
    """Return the pattern of an overlong run of combining marks."""
    marks = [code for code in range(0x300, 0x20000) if unicodedata.combining(chr(code))]
    return re.compile(f"([{_char_class(marks)}]{{{_MAX_MARKS}}})[{_char_class(marks)}]+")


@lru_cache(maxsize=1)
def _words() -> re.Pattern[str]:
    """Return the pattern of a run of CJK (group 1) or a word of any other script (group 2)."""
    marks = [
        code for code in range(0x300, 0x20000) if unicodedata.category(chr(code)) in ("Mn", "Mc")
    ]
    letter = rf"(?:[^\W_{_CJK}]|[{_char_class(marks)}])"
    return re.compile(f"([{_CJK}]+)|({letter}+)")


@lru_cache(maxsize=1)
def _digits() -> dict[int, int]:
    """Return the translation of every decimal digit of any script to ASCII."""
    return {
        code: ord("0") + unicodedata.decimal(chr(code))
        for code in range(0x80, min(sys.maxunicode, 0x20000))
        if chr(code).isdecimal()
    }


def _normal(text: str, form: Literal["NFC", "NFKC"]) -> str:
    """Return the normal form without letting a tower of accents cost quadratic time."""
    if text.isascii():
        return text
    capped = _mark_run().sub(r"\1", text)
    return unicodedata.normalize(form, capped)


def _balanced(text: str) -> str:
    """Return the text without those directional isolates that no partner on the same line closes."""
    if not _ISOLATES.search(text.replace("\n", "")):
        return text
    odd: set[int] = set()
    opened: list[int] = []
    for match in _ISOLATES.finditer(text):
        if match[0] == "\n":
            odd.update(opened)
            opened.clear()
        elif match[0] != _POP:
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            odd.add(match.start())
    odd.update(opened)
    return "".join(mark for place, mark in enumerate(text) if place not in odd) if odd else text


def _visible(mark: str) -> bool:
    return mark != "\u2800" and unicodedata.category(mark)[0] not in "CZM"


def _clean(text: str) -> str:
    """Return the text without what can't be seen or kept, lines ended by \\n, not yet cut."""
    text = _LINE_BREAKS.sub("\n", text).translate(_DROPPED)
    if not text.isascii():
        text = _normal(_balanced(text), "NFC")
        text = _VARIANT_RUN.sub(r"\1", _JOINER_RUN.sub(r"\1", text))
        text = _normal(_IDLE_JOINER.sub("", text), "NFC")
    return text


def _lines(text: str) -> str:
    """Return cleaned text without blanks at line ends and with at most two empty lines in a row."""
    stripped = "\n".join(line.rstrip() for line in _clean(text).split("\n")).strip()
    return _BLANK_LINES.sub("\n\n\n", stripped)


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", _clean(text)).strip()


def _cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, not cutting an accent or a joined emoji off its base."""
    if len(text) > limit:
        end = limit
        while limit - end < _MAX_MARKS * 2 and end > 0 and _hangs(text, end):
            end -= 1
        text = _clean(text[:end]).strip()  # an isolate or joiner may have lost its partner
    return text if any(map(_visible, text)) else ""


def _hangs(text: str, place: int) -> bool:
    """Tell whether the character at `place` belongs to the one before it."""
    mark = text[place]
    return (
        mark in "\u200c\u200d"
        or text[place - 1] in "\u200c\u200d"
        or unicodedata.category(mark) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= mark <= "\U0001f3ff"
    )


def clean_text(text: str, limit: int) -> str:
    """Return several lines of text safe to keep, at most `limit` characters; never raises.

    NFC; controls, overrides, unseen characters and odd isolates gone; line ends are \\n; trimmed.
    Cutting is the last resort: forms ask `too_long` first and let people shorten their own words.
    """
    return _cut(_lines(text), limit)


def clean_line(text: str, limit: int) -> str:
    """Return `clean_text` in one line: every run of blanks and line ends becomes one space."""
    return _cut(_one_line(text), limit)


def too_long(text: str, limit: int, *, line: bool = False) -> bool:
    """Tell whether cleaning would have to cut: counted in characters as kept, not as posted.

    A browser posts each line end as two characters; they count as one.
    """
    return len(_one_line(text) if line else _lines(text)) > limit


def fold_digits(text: str) -> str:
    """Return the text with decimal digits of every script (full-width first of all) as 0 to 9.

    Each character stays in its place, so positions found in the result hold in the original.
    """
    return text if text.isascii() else text.translate(_digits())


def fold_code(text: str) -> str:
    """Return the six digits of a one-time code typed with spaces, dashes or full-width; else ""."""
    if len(text) > _MAX_CODE:
        return ""
    code = "".join(
        mark
        for mark in fold_digits(text)
        if not mark.isspace() and unicodedata.category(mark) not in ("Pd", "Cf", "Cc")
    )
    return code if len(code) == 6 and code.isascii() and code.isdigit() else ""


def tokens(text: str) -> list[str]:
    """Return what a text is found by: words folded (NFKC, case), CJK runs as overlapping pairs.

    A CJK character alone stays alone. Words are cut at MAX_WORD, the text at MAX_INDEXED,
    the list at MAX_TOKENS.
    """
    folded = _normal(_normal(text[:MAX_INDEXED].translate(_DROPPED), "NFKC").casefold(), "NFKC")
    result: list[str] = []
    for match in _words().finditer(folded):
        run = match[1]
        if run is None:
            result.append(match[0][:MAX_WORD])
        elif len(run) == 1:
            result.append(run)
        else:
            result += [run[place : place + 2] for place in range(len(run) - 1)]
        if len(result) >= MAX_TOKENS:
            break
    return result[:MAX_TOKENS]


def query_tokens(text: str) -> list[str]:
    """Return the tokens of a search question, each once, at most MAX_QUERY_TOKENS, in order."""
    return list(dict.fromkeys(tokens(text[:_MAX_QUERY])))[:MAX_QUERY_TOKENS]


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def written_in(text: str) -> str:
    """Return "zh" for a text with Chinese characters in it, else "en": its `lang` on a page of either language."""
    return "zh" if _HAN.search(text) else "en"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as people write many of them: `1–4, 7, 9–12`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{low}" if low == high else f"{low}–{high}" for low, high in runs)
