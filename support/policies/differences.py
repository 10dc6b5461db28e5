"""What differs between two texts of a policy: paragraph by paragraph, word by word, in Chinese sign by sign. Pure.

An address of a link is compared as well, so that no change can hide behind the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from support.policies.prose import Block, parse

_TOKEN = re.compile(r"[⺀-鿿豈-﫿\U00020000-\U0003ffff]|[^\W⺀-鿿豈-﫿]+|\s+|.", re.DOTALL)
ALIKE = 0.4
"""Paragraphs that share less than this are one taken out and another put in."""
MOST_TOKENS = 4_000
MOST_PAIRS = 2_500
"""Beyond these, paragraphs are shown whole: comparing costs the square of them."""

Mark = Literal["same", "added", "removed"]
How = Literal["same", "added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Part:
    """A run of words of one paragraph."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a heading (`level` 1 or 2) or an item of a list, with what became of it."""

    how: How
    kind: str
    level: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Paragraphs that follow each other: all the same (to be folded), or all touched; `under` is their heading."""

    same: bool
    under: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    level: int
    text: str


def compare(old: str, new: str) -> list[Paragraph]:
    """Return the paragraphs of both texts in reading order, each with what became of it."""
    before, after = _lines(old), _lines(new)
    found: list[Paragraph] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for how, start, end, other_start, other_end in matcher.get_opcodes():
        if how == "equal":
            found += [_whole("same", line) for line in before[start:end]]
        else:
            found += _replaced(before[start:end], after[other_start:other_end])
    return found


def sections(paragraphs: Sequence[Paragraph]) -> list[Section]:
    """Return the paragraphs in runs that stayed the same and runs that did not, each with the heading above it."""
    runs: list[Section] = []
    under = next_under = ""
    run: list[Paragraph] = []
    for each in paragraphs:
        if run and (each.how == "same") != (run[0].how == "same"):
            runs.append(Section(run[0].how == "same", under, tuple(run)))
            run, under = [], next_under
        run.append(each)
        if each.kind == "heading" and each.how != "removed":
            next_under = "".join(part.text for part in each.parts if part.mark != "removed")
    if run:
        runs.append(Section(run[0].how == "same", under, tuple(run)))
    return runs


def touched(paragraphs: Sequence[Paragraph]) -> dict[How, int]:
    """Return how many paragraphs were added, removed and changed."""
    kinds: tuple[How, ...] = ("changed", "added", "removed")
    return {how: sum(each.how == how for each in paragraphs) for how in kinds}


def _lines(text: str) -> list[_Line]:
    return [line for block in parse(text) for line in _lines_of(block)]


def _lines_of(block: Block) -> Iterator[_Line]:
    for spans in block.lines:
        text = "".join(f"{one.text} ({one.url})" if one.url else one.text for one in spans)
        yield _Line(block.kind, block.level, text)


def _whole(how: Mark, line: _Line) -> Paragraph:
    return Paragraph(how, line.kind, line.level, (Part(how, line.text),))


def _replaced(before: Sequence[_Line], after: Sequence[_Line]) -> list[Paragraph]:
    """Pair what is alike, in order, and show the rest as taken out and put in, the old before the new."""
    pairs = _pairs(before, after)
    found: list[Paragraph] = []
    row = column = 0
    for left, right in [*pairs, (len(before), len(after))]:
        found += [_whole("removed", line) for line in before[row:left]]
        found += [_whole("added", line) for line in after[column:right]]
        if left < len(before):
            found.append(_changed(before[left], after[right]))
        row, column = left + 1, right + 1
    return found


def _pairs(before: Sequence[_Line], after: Sequence[_Line]) -> list[tuple[int, int]]:
    """Return which old paragraph became which new one, the most alike first, none crossing another."""
    if len(before) * len(after) > MOST_PAIRS:
        return []
    left, right = [_tokens(one.text) for one in before], [_tokens(one.text) for one in after]
    scored = sorted(
        (-_likeness(a, b), row, column)
        for row, a in enumerate(left)
        for column, b in enumerate(right)
        if before[row].kind == after[column].kind
    )
    pairs: list[tuple[int, int]] = []
    for score, row, column in scored:
        if -score >= ALIKE and all((row - r) * (column - c) > 0 for r, c in pairs):
            pairs.append((row, column))
    return sorted(pairs)


def _likeness(a: Sequence[str], b: Sequence[str]) -> float:
    if max(len(a), len(b)) > MOST_TOKENS:
        return 0.0
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _changed(old: _Line, new: _Line) -> Paragraph:
    before, after = _tokens(old.text), _tokens(new.text)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    steps = [
        (how == "equal", "".join(before[a:b]), "".join(after[c:d]))
        for how, a, b, c, d in matcher.get_opcodes()
    ]
    parts: list[Part] = []
    for same, left, right in _without_crumbs(steps):
        if same:
            parts.append(Part("same", right))
            continue
        if left:
            parts.append(Part("removed", left))
        if right:
            parts.append(Part("added", right))
    return Paragraph("changed", new.kind, new.level, tuple(parts))


def _without_crumbs(steps: Sequence[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    """Join changes between which only a sign or a space stayed: marks that change with every letter can't be read."""
    joined: list[tuple[bool, str, str]] = []
    for number, (same, left, right) in enumerate(steps):
        crumb = same and 0 < number < len(steps) - 1 and len(right.strip()) < 2
        if joined and not joined[-1][0] and (crumb or not same):
            joined[-1] = (False, joined[-1][1] + left, joined[-1][2] + right)
        else:
            joined.append((same, left, right))
    return joined
