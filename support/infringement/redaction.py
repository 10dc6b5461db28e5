"""What could tell who somebody is, found in a text: proposed to be taken out, and looked for before it is published.

Known values are those of the case itself. What only looks like an address, a number or a link is proposed too; what
looks like a way to a person is refused (`policies.public_shapes`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from support.core.text import fold_digits
from support.core.words import N_
from support.policies.public_names import Folded, folded, holds
from support.policies.public_shapes import Shape, shapes_in

NAME, ADDRESS, CONTACT = N_("[name]"), N_("[address]"), N_("[contact]")
NUMBER, WEBSITE, LINK = N_("[number]"), N_("[website]"), N_("[link %(number)s]")

_WIDE = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20, 0xA0: 0x20}
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_IS_HAN = re.compile(f"[{_HAN}]")
_SQUASHED = re.compile(r"[\W_]+")
_HOUSE = (
    "and company corp corporation group holding holdings inc international limited llc ltd of technology the "
    "trading"
)
_PLAIN_WORDS = frozenset(_HOUSE.split())
_TITLES = "先生|女士|小姐|太太|老师|总|某某|某"
_END = r"""[^\s<>"'，。；、！？（）()【】《》\u3400-\u9fff]"""
_LAST = r"(?<![.,;:!?])"
_TOP = "com|cn|net|org|io|shop|store|example|top|xyz|cc|co|hk|tw|jp|kr|uk|de|fr|eu|info|biz|me|tv|app|site|online|vip"
# Chinese has no blank before a number: "a word" ends at its signs, so the edges below know Latin letters only.
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), mark)
    for pattern, mark in (
        (rf"(?:https?://|www\.){_END}+{_LAST}", WEBSITE),
        (
            rf"(?<![a-z0-9_@.-])(?:[a-z0-9-]+\.)+(?:{_TOP})(?![a-z0-9])(?:[/:?]{_END}*{_LAST})?",
            WEBSITE,
        ),
        (
            r"(?:微信号?|wechat|weixin|whatsapp|telegram|qq号?|(?<![a-z])line(?= ?id))(?: ?id)?[ ]?[:是]?[ ]?"
            r"(?P<value>[a-z0-9_.-]{5,})",
            CONTACT,
        ),
        (r"(?<![0-9a-z])(?=[0-9a-z]*\d{6})[0-9a-z]{18}(?![0-9a-z])", NUMBER),
        (r"(?<![0-9a-z])[a-z]{1,2}\d{7,9}(?![0-9a-z])", NUMBER),
        (r"(?<![a-z0-9_.])\d(?:[ -]?\d){11,30}x?(?![a-z0-9_])", NUMBER),
        (r"(?<![a-z0-9_.])\+?\(?\d[\d ().-]{5,18}\d(?![a-z0-9_])", CONTACT),
        (
            rf"[{_HAN}]{{1,20}}(?:路|街|大道|巷|弄)\s?\d+\s?(?:[号弄栋幢室][{_HAN}\d-]{{0,12}})?",
            ADDRESS,
        ),
    )
)
_DATE = re.compile(r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}")


@dataclass(frozen=True, slots=True)
class Known:
    """A value of the case and by what it is replaced: `mark` is a message id, `number` that of a link."""

    value: str
    mark: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text as it was written; with a `mark`, it is to be taken out."""

    text: str
    mark: str = ""
    number: int = 0


def flat(text: str) -> str:
    """Return the text with full-width signs as plain ones, each in its place."""
    return fold_digits(text).translate(_WIDE)


def pieces(text: str, known: Sequence[Known]) -> list[Piece]:
    """Return the text in runs: what to keep, and what to take out; nothing of it is lost."""
    found = sorted(
        [*_known_spans(flat(text), known), *_shaped_spans(flat(text))],
        key=lambda each: (each[0], -each[1]),
    )
    result: list[Piece] = []
    done = 0
    for start, end, mark, number in found:
        if start < done:
            continue
        if start > done:
            result.append(Piece(text[done:start]))
        result.append(Piece(text[start:end], mark, number))
        done = end
    return [*result, Piece(text[done:])] if done < len(text) else result


def left_in(text: str, known: Sequence[Known]) -> list[str]:
    """Return what a text still holds, each once: known values, however they are spaced or spelt, and whatever looks
    like an e-mail address, a telephone, a number of a document or a card, whosever it is.
    """
    said, digits = folded(text), re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", text))
    values = [one.value for one in known if _holds(one, said, digits)]
    shaped = [text[start:end].strip() for start, end, _mark, _number in _personal_spans(text)]
    return list(dict.fromkeys([*values, *shaped]))


def _holds(one: Known, said: Folded, digits: str) -> bool:
    if one.mark == NAME:
        return holds(said, one.value)
    value = _squash(unicodedata.normalize("NFKC", one.value))
    if len(value) < 2:
        return False
    if (
        one.mark in (NUMBER, CONTACT)
        and len(number := _digits_of(one.value)) >= 6
        and "@" not in one.value
    ):
        return number in digits
    return value in said.signs


def _squash(text: str) -> str:
    return _SQUASHED.sub("", text).casefold()


def _digits_of(value: str) -> str:
    """Return the digits by which a number is known, without the country where it is mainland China's mobile."""
    number = "".join(mark for mark in fold_digits(value) if mark in "0123456789")
    return number[2:] if re.fullmatch(r"86(?:1[3-9]\d{9})", number) else number


Span = tuple[int, int, str, int]


def _known_spans(text: str, known: Iterable[Known]) -> Iterator[Span]:
    folded = text.casefold()
    for one in known:
        if one.mark == LINK and one.value.casefold() not in folded:
            continue  # one of hundreds
        for pattern in _patterns(one):
            for match in pattern.finditer(text):
                yield *match.span(), one.mark, one.number


def _patterns(one: Known) -> Iterator[re.Pattern[str]]:
    value = flat(one.value).strip()
    if len(value) < 2:
        return
    if one.mark in (NUMBER, CONTACT) and len(number := _digits_of(value)) >= 6 and "@" not in value:
        prefix = r"(?:\+?86[\s-]*)?" if len(number) == 11 else r"\+?"
        yield re.compile(prefix + r"[\s().-]*".join(number) + r"[xX]?(?!\d)")
    yield _spaced(value, whole=one.mark in (NAME, LINK))
    if one.mark == ADDRESS:
        for part in re.split(r"[,;，；\n]+", value):
            if len(part.strip()) >= 6:
                yield _spaced(part.strip(), whole=False)
    elif one.mark == NAME:
        yield from _parts_of_name(value)


def _spaced(value: str, *, whole: bool) -> re.Pattern[str]:
    """The value with any blanks between its words (all signs of Chinese); `whole`: not as a part of a longer word."""
    parts = list(value.replace(" ", "")) if _IS_HAN.search(value) else value.split()
    between = r"\s*" if _IS_HAN.search(value) else r"\s+"
    body = between.join(map(re.escape, parts))
    edge = whole and not _IS_HAN.search(value)
    return re.compile(rf"(?<!\w){body}(?!\w)" if edge else body, re.IGNORECASE)


def _parts_of_name(value: str) -> Iterator[re.Pattern[str]]:
    """Words of a name as it spells them, and a Chinese family name before a form of address."""
    if _IS_HAN.search(value):
        if 2 <= len(value) <= 4:
            yield re.compile(rf"{re.escape(value[:1])}(?:{_TITLES})")
        return
    for word in value.split():
        if (
            len(word) >= 3
            and word[:1].isupper()
            and word.strip(".,").casefold() not in _PLAIN_WORDS
        ):
            yield re.compile(rf"(?<!\w){re.escape(word.strip('.,'))}(?!\w)")


_PERSONAL = {Shape.NUMBER: NUMBER, Shape.PHONE: CONTACT, Shape.MAIL: CONTACT}
"""What is never published; a place is, where it is none of the case's own: a shop, or where something was made."""


def _personal_spans(text: str) -> Iterator[Span]:
    for found in shapes_in(text):
        if found.shape in _PERSONAL:
            yield found.start, found.end, _PERSONAL[found.shape], 0


def _shaped_spans(text: str) -> Iterator[Span]:
    yield from _personal_spans(text)
    for pattern, mark in _SHAPES:
        for match in pattern.finditer(text):
            group = "value" if "value" in pattern.groupindex else 0
            said = match[group]
            if not _DATE.fullmatch(said.strip()):
                yield *match.span(group), mark, 0
