"""The number that people quote, read aloud and mistype: `WO-26-000123-K7`.

Two characters from 32 check it: the sum of the digits, counted from the right and weighted by 10, 100,
1000 ... modulo the prime 1021, is below 1024 and so is written in base 32. Ten generates all residues
of 1021, so the weights differ at any length that we use, and none of them is 0 or -32. Therefore every
single slip and every swap of neighbours, also across the dashes, changes the sum or its spelling.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PRIME = 1021
MAX_DIGITS = 18  # fits a 64-bit row id
MAX_TYPED = 64  # longer texts are no reference, however they are spaced

_SHAPE = re.compile(r"W0([0-9]{2})([0-9]{6,18})([0-9A-Z]{2})")
_LOOKALIKES = str.maketrans("OIL", "011")
_DASHES_AND_SPACES = frozenset(("Pd", "Zs", "Cf", "Cc"))


@dataclass(frozen=True, slots=True)
class Reference:
    """A checked reference: two-digit year and the sequence; `str()` is the form to print."""

    year: int
    sequence: int

    def __str__(self) -> str:
        return format_reference(self.year, self.sequence)


def _checks(digits: str) -> str:
    total, weight = 0, 10
    for digit in reversed(digits):
        total += weight * int(digit)
        weight = weight * 10 % PRIME
    high, low = divmod(total % PRIME, 32)
    return ALPHABET[high] + ALPHABET[low]


@lru_cache(maxsize=16_384)
def format_reference(year: int, sequence: int) -> str:
    """Return the reference of an order, `WO-YY-NNNNNN-CC`; the sequence grows beyond six digits.

    `year` may have two or four digits. Raises ValueError for a sequence below 0 or beyond 18 digits.
    """
    if year < 0 or not 0 <= sequence < 10**MAX_DIGITS:
        raise ValueError("no reference for this year and sequence")
    short, number = f"{year % 100:02}", f"{sequence:06}"
    return f"WO-{short}-{number}-{_checks(short + number)}"


def parse_reference(text: str) -> Reference:
    """Return the reference that a person typed; raises ValueError if it is none or its check fails.

    Accepts lower case, full-width letters and digits, any spaces and dashes or none, O for 0, I and L
    for 1. The letters WO must be there: bare digits could be a phone number.
    """
    if len(text) > MAX_TYPED:
        raise ValueError("too long for a reference")
    folded = "".join(
        mark
        for mark in unicodedata.normalize("NFKC", text).upper()
        if mark not in "_−ー" and not mark.isspace()
        and unicodedata.category(mark) not in _DASHES_AND_SPACES
    )  # fmt: skip
    match = _SHAPE.fullmatch(folded.translate(_LOOKALIKES))
    if match is None:
        raise ValueError("not the shape of a reference")
    year, number, checks = match.groups()
    if len(number) > 6 and number.startswith("0"):
        raise ValueError("a long sequence has no leading zero")
    if _checks(year + number) != checks:
        raise ValueError("the check characters do not fit")
    return Reference(int(year), int(number))
