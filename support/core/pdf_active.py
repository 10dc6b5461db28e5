"""PDFs that do more than show pages: scripts, programs that they start, files inside them.

What a reader does is named in its objects: plainly, with signs of the name written as numbers (`/J#61vaScript`), or
inside compressed streams. Other than in an encrypted document, no stream of objects goes in that can't be looked
into. A link that a reader clicks stays, a form too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from support.core.errors import WrongType
from support.core.words import N_

ACTIVE = N_(
    "This PDF has scripts, files inside it, or parts that can't be looked into. "
    "Please print it as a new PDF and send that."
)
MOST_OBJECTS = 32 * 1024 * 1024
"""Bytes that all streams of objects may unpack to."""
_MOST_OTHERS = 64 * 1024 * 1024
_MOST_OF_ONE = 1024 * 1024
"""Of other streams, pictures most of all, only the beginning is looked at, and not without end."""
_LONGEST_HEAD = 2_000

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAMES = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|FileAttachment|RichMedia|Rendition|GoToE|ImportData)"
    rb"(?![A-Za-z0-9_.+-])|application/x-javascript"
)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9_.+-])")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9_.+-])")
_FILTER = re.compile(rb"/Filter(?![A-Za-z])\s*(\[[^\]]*\]|/\w+|\d+)")
_FLATE = re.compile(rb"\[?\s*/(?:FlateDecode|Fl)\s*\]?")
_PREDICTOR = re.compile(rb"/Predictor\s*(?!1(?!\d))")


def refuse_active(stream: BinaryIO) -> None:
    """Raise `WrongType` for a PDF that runs something, holds other files, or hides its objects."""
    stream.seek(0)
    data = stream.read()
    plain = _named(data)
    if _NAMES.search(plain):
        raise WrongType(ACTIVE)
    encrypted = _ENCRYPTED.search(plain) is not None
    for unpacked in _unpacked(data, encrypted=encrypted):
        if _NAMES.search(_named(unpacked)):
            raise WrongType(ACTIVE)


def _named(data: bytes) -> bytes:
    """Return the bytes with names as a reader understands them."""
    return _ESCAPED.sub(lambda sign: bytes([int(sign[1], 16)]), data)


def _unpacked(data: bytes, *, encrypted: bool) -> Iterator[bytes]:
    """Yield what the streams hold, as far as it is looked at."""
    objects, others = MOST_OBJECTS, _MOST_OTHERS
    for found in _STREAM.finditer(data):
        head = _named(data[max(0, found.start() - _LONGEST_HEAD) : found.start()])
        head = head[head.rfind(b" obj") + 1 :]
        if _OBJECTS.search(head) and not encrypted:
            _require_legible(head)
            unpacked = _inflated(data, found.end(), objects + 1)
            objects -= len(unpacked)
            if objects < 0:
                raise WrongType(ACTIVE)
        else:
            unpacked = _inflated(data, found.end(), min(_MOST_OF_ONE, others))
            others -= len(unpacked)
        yield unpacked


def _require_legible(head: bytes) -> None:
    """Refuse a stream of objects that is packed in a way in which nobody packs them but to hide them."""
    how = _FILTER.search(head)
    if (how is not None and not _FLATE.fullmatch(how[1])) or _PREDICTOR.search(head):
        raise WrongType(ACTIVE)


def _inflated(data: bytes, start: int, most: int) -> bytes:
    """Return at most so many bytes that unpack from there; none where nothing does."""
    packer, parts, left = zlib.decompressobj(), [], most
    try:
        for at in range(start, len(data), 65_536):
            if left <= 0 or packer.eof:
                break
            parts.append(packer.decompress(data[at : at + 65_536], left))
            left -= len(parts[-1])
            while packer.unconsumed_tail and left > 0:
                parts.append(packer.decompress(packer.unconsumed_tail, left))
                left -= len(parts[-1])
    except zlib.error:
        pass  # not packed so, or damaged from here on: a reader gets no further either
    return b"".join(parts)
