"""The addresses that a filer pastes, one a line: which listing each names, which come twice, which are not ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from support.core.context import settings
from support.core.errors import Invalid
from support.core.installation import is_demo
from support.core.lifecycle import State
from support.core.words import N_

MOST = 300
MOST_LINES = 5_000
LONGEST = 2_000
DEMO_URLS = (r"https?://(?:www\.|m\.)?market\.example/(?:item|listing)/(?P<item>\d{1,12})",)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")
_ENDS = ",.;，。；、)）>》]】\"'"

TOO_MANY = N_(
    "These are %(count)s different links, and one notice holds up to %(most)s. Take some out and put them into a "
    "second notice; nothing here is lost."
)
TOO_LONG = N_("These are more than %(most)s lines. Please paste them in parts.")


class Found(State):
    """What became of a pasted line."""

    LISTING = ("listing", N_("Found"), "ok")
    UNCHECKED = ("unchecked", N_("Taken, looked at by hand"), "mute")
    GONE = ("gone", N_("No longer there"), "bad")
    NOT_OURS = ("not_ours", N_("Not an address of ours"), "bad")


GOOD = frozenset({Found.LISTING, Found.UNCHECKED})


@dataclass(frozen=True, slots=True)
class Line:
    """One pasted line: its number, as the filer counts them; the address, and what it names."""

    number: int
    url: str
    item: str = ""
    found: str = Found.UNCHECKED
    title: str = ""
    seller: str = ""
    reason: str = ""

    @property
    def state(self) -> Found:
        """The verdict with its title and tone."""
        return Found(self.found)

    @property
    def good(self) -> bool:
        """True for a line that goes into the notice."""
        return self.state in GOOD

    def with_reason(self, words: str) -> Line:
        """Return the line with a reason of its own."""
        return replace(self, reason=words)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What was pasted: the lines, and those that named a listing again, each with the line that it repeats."""

    lines: list[Line]
    repeats: list[tuple[int, int]]


def load(kept: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Return the lines that a draft kept."""
    return [Line(**each) for each in kept]


def dump(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return lines as a draft keeps them."""
    return [asdict(each) for each in lines]


def sort(text: str, before: Sequence[Line] = ()) -> Sorted:
    """Read pasted text behind the lines `before`; a listing that was there already is named once.

    Raises `Invalid("links")` for more than 300 different ones, or more lines than anybody means to paste.
    """
    rows = text.splitlines()
    if len(rows) > MOST_LINES:
        raise Invalid("links", TOO_LONG, most=MOST_LINES)
    offset = max((line.number for line in before), default=0)
    numbered = [(offset + number, row) for number, row in enumerate(rows, 1) if row.strip()]
    return _merged(before, [_read(number, row) for number, row in numbered])


def correct(before: Sequence[Line], said: Mapping[int, str]) -> Sorted:
    """Put what was typed for single lines in their places; a line whose field was emptied is taken out."""
    kept = [line for line in before if line.number not in said]
    new = [_read(number, row) for number, row in sorted(said.items()) if row.strip()]
    reasons = {line.number: line.reason for line in before}
    new = [replace(line, reason=reasons.get(line.number, "")) for line in new]
    found = _merged(kept, new)
    return replace(found, lines=sorted(found.lines, key=lambda line: line.number))


def judged(lines: Iterable[Line], known: Mapping[str, Mapping[str, str]] | None) -> list[Line]:
    """Write down what the platform says of each item; None where nobody could be asked."""
    return [_judged(line, known) for line in lines]


def _judged(line: Line, known: Mapping[str, Mapping[str, str]] | None) -> Line:
    if line.found == Found.NOT_OURS or not line.item or known is None:
        return line
    said = known.get(line.item)
    if said is None:
        return replace(line, found=Found.GONE, title="", seller="")
    return replace(
        line, found=Found.LISTING, title=said.get("title", ""), seller=said.get("seller", "")
    )


def _merged(before: Sequence[Line], new: Sequence[Line]) -> Sorted:
    first = {_same(line): line.number for line in before}
    lines, repeats = list(before), []
    for line in new:
        if (earlier := first.setdefault(_same(line), line.number)) != line.number:
            repeats.append((line.number, earlier))
        else:
            lines.append(line)
    if len(lines) > MOST:
        raise Invalid("links", TOO_MANY, count=len(lines), most=MOST)
    return Sorted(lines, repeats)


def _same(line: Line) -> str:
    return f"item {line.item}" if line.item else line.url


def _read(number: int, row: str) -> Line:
    """Read one line as people paste it: with words around the address, without https, in full-width letters."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", row)).strip()[:LONGEST]
    inside = _ADDRESS.search(plain)
    url = inside[0].rstrip(_ENDS) if inside else plain
    whole = url if inside else f"https://{url}"
    try:
        parts = urlsplit(whole)
        host = parts.netloc.lower()
    except ValueError:
        return Line(number, url, found=Found.NOT_OURS)
    whole = parts._replace(scheme=parts.scheme.lower(), netloc=host, fragment="").geturl()
    patterns = _patterns()
    if not patterns:
        plausible = "." in host and " " not in whole
        return Line(number, whole if plausible else url, found=_either(plausible))
    for pattern in patterns:
        if (match := pattern.match(whole)) and match["item"]:
            return Line(number, match[0], match["item"])
    return Line(number, url, found=Found.NOT_OURS)


def _either(plausible: bool) -> Found:
    return Found.UNCHECKED if plausible else Found.NOT_OURS


def _patterns() -> tuple[re.Pattern[str], ...]:
    """What the platform's addresses look like; without any setting every address is taken and looked at by hand."""
    return _compiled(settings().listing_urls or (DEMO_URLS if is_demo() else ()))


@lru_cache(maxsize=8)
def _compiled(urls: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(url, re.IGNORECASE) for url in urls)
