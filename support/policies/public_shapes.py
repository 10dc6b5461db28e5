"""What looks, in any text, like a way to a person: e-mail, telephone, numbers of documents and cards, a place.

One set for all that is published, whoever's they are. Runs are bounded: no text takes longer than its length says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from support.core.masking import Secret, find_secrets
from support.core.text import fold_digits


class Shape(StrEnum):
    """What it looks like."""

    NUMBER = "number"
    PHONE = "phone"
    MAIL = "mail"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Found:
    """What stands from `start` to `end` of a text."""

    shape: Shape
    start: int
    end: int


_DASHES = re.compile(r"[‐-―－~～]")
_WIDE = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20, 0xA0: 0x20}
_PATTERNS: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    (
        Shape.NUMBER,
        re.compile(r"(?<![0-9a-z])(?:\d[ -]?){14,19}[\dx](?![0-9a-z])", re.IGNORECASE),
    ),
    (
        Shape.PHONE,
        re.compile(
            r"(?<!\d)(?:"
            r"(?:(?:\+|00)?86[ -]?)?1[3-9](?:[ .-]?\d){9}"  # mainland mobiles
            r"|\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}"  # mainland lines
            r"|[48]00[ -]?\d{3}[ -]?\d{4}"
            r"|\+\d{1,3}(?:[ ().-]{0,2}\d){6,13}"
            r")(?!\d)"
        ),
    ),
    (
        Shape.MAIL,
        re.compile(
            r"(?:[a-z0-9._%+'-]{1,64}|[^\s@,，。;；:：])\s?(?:@|\[at\]|\(at\))\s?"
            r"[^\s@]{1,253}?[.。][a-z]{2,24}(?:\.[a-z]{2,24}){0,3}",
            re.IGNORECASE,
        ),
    ),
    (
        Shape.PLACE,
        re.compile(
            r"(?:[路街巷弄村]|大道|胡同|小区)[^，。,.;；\n]{0,12}?\d{1,6}\s?[号弄]"
            r"|\d{1,6}\s?(?:号楼|幢|栋|座|单元|室)"
            r"|\b\d{1,5}[a-z]?,? (?:[a-z.'-]{1,40} ){1,4}"
            r"(?:street|st\.|road|rd\.|avenue|ave\.|lane|boulevard|blvd)(?!\w)"
            r"|\b(?:apartment|apt\.?|flat|suite) ?\d",
            re.IGNORECASE,
        ),
    ),
)


_DATES = re.compile(r"(?:\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}[ -]*)+")


def shapes_in(text: str) -> Iterator[Found]:
    """Yield what is found, numbers first, then telephones, addresses of mail, places; nothing of it twice."""
    plain = _DASHES.sub("-", fold_digits(text).translate(_WIDE))
    done: list[Found] = []
    for found in _looked_for(text, plain):
        inside = any(one.start <= found.start and found.end <= one.end for one in done)
        if not inside and not _DATES.fullmatch(plain[found.start : found.end].strip()):
            done.append(found)
            yield found


def _looked_for(text: str, plain: str) -> Iterator[Found]:
    for secret in find_secrets(text):
        if secret.kind in (Secret.ID_NUMBER, Secret.BANK_CARD):
            yield Found(Shape.NUMBER, secret.start, secret.end)
    for shape, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            yield Found(shape, *match.span())
