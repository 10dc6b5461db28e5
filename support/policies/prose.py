"""Texts of policies and announcements: a small part of Markdown becomes blocks that our macros draw.

The database holds plain text that anyone can read, compare and correct; it never holds HTML, so nothing in it
can become a tag. The part is fixed: `#` and `##` headings, paragraphs, `-` and `1.` lists, `**strong**` and
`[words](address)`. Whatever else is written shows as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_HEADING = re.compile(r"(#{1,2})\s+(.+)")
_ITEM = re.compile(r"(-|\d{1,3}\.)\s+(.+)")
_INLINE = re.compile(r"\*\*(?P<strong>[^*\n]+)\*\*|\[(?P<words>[^\]\n]+)\]\((?P<url>[^()\s]+)\)")
_SAFE_URL = re.compile(r"(https?://|mailto:|tel:|/(?![/\\]))[^\\\x00-\x20\x7f]*", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WIDE = "\u2e80"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `url` makes it a link."""

    text: str
    strong: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 or 2, `anchor` unique in its text), a paragraph, or a list; a list has several `lines`."""

    kind: Literal["heading", "paragraph", "bullets", "numbers"]
    lines: tuple[tuple[Span, ...], ...]
    level: int = 0
    anchor: str = ""

    @property
    def plain(self) -> str:
        """The words alone."""
        return " ".join("".join(span.text for span in line) for line in self.lines)


def clean(text: str) -> str:
    """Return `text` with `\\n` line ends and without characters that no page or feed can show."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def parse(text: str) -> list[Block]:
    """Return the blocks of `text`; never raises, whatever the text is."""
    blocks: list[Block] = []
    level = 0
    for kind, lines in _paragraphs(clean(text)):
        if kind.startswith("#"):
            anchor = f"s{sum(block.kind == 'heading' for block in blocks) + 1}"
            level = min(len(kind), level + 1)  # no page may skip a level, whatever the text does
            blocks.append(Block("heading", (_spans(lines[0]),), level=level, anchor=anchor))
        elif kind == "paragraph":
            blocks.append(Block("paragraph", (_spans(_join(lines)),)))
        else:
            name: Literal["bullets", "numbers"] = "bullets" if kind == "-" else "numbers"
            blocks.append(Block(name, tuple(_spans(line) for line in lines)))
    return blocks


def _paragraphs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Group lines: ("#" or "##", [words]), ("paragraph", lines), ("-" or "1.", items)."""
    kind, lines = "", list[str]()
    for raw in [*text.split("\n"), ""]:
        line = raw.strip()
        if heading := _HEADING.fullmatch(line):
            starts, words = heading[1], heading[2]
        elif item := _ITEM.fullmatch(line):
            starts, words = ("-" if item[1] == "-" else "1."), item[2]
        else:
            starts, words = ("paragraph" if line else ""), line
        if kind in ("-", "1.") and starts == "paragraph":
            lines[-1] = _join([lines[-1], words])
        elif starts == kind and not kind.startswith("#"):
            lines.append(words)
        else:
            if lines and kind:
                yield kind, lines
            kind, lines = starts, [words]


def _join(lines: list[str]) -> str:
    """Join wrapped lines with a space, but for Chinese, which has none."""
    joined = lines[0]
    for line in lines[1:]:
        between = "" if joined[-1] >= _WIDE and line[0] >= _WIDE else " "
        joined += between + line
    return joined


def _spans(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    end = 0
    for match in _INLINE.finditer(text):
        if match["url"] and not _SAFE_URL.fullmatch(match["url"]):
            continue
        if match.start() > end:
            spans.append(Span(text[end : match.start()]))
        spans.append(
            Span(match["strong"], strong=True)
            if match["strong"]
            else Span(match["words"], url=match["url"])
        )
        end = match.end()
    if end < len(text):
        spans.append(Span(text[end:]))
    return tuple(spans)
