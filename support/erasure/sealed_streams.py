"""Bytes of any length, sealed piece by piece: what is written and read never stands in memory whole.

Each piece is bound to its number, so that none can be left out, doubled or moved without being noticed; that the end
is there is known by the length, which stands elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from support.core import vault

PIECE = 256 * 1024
_HEAD = 4


class SealedWriter:
    """A file to write to, and nothing else: no going back, as `zipfile` allows. `owner` has a key already.

    `size` is how much was written, before it was sealed. `close` writes the last piece and leaves `out` open.
    """

    def __init__(self, out: BinaryIO, owner: str, place: str) -> None:
        self.size = 0
        self._out, self._owner, self._place = out, owner, place
        self._waiting, self._number = bytearray(), 0

    def write(self, data: bytes) -> int:
        """Take bytes; what makes a whole piece is sealed and written."""
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) >= PIECE:
            self._seal(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: a piece is written when it is whole."""

    def close(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()
        self._out.flush()

    def _seal(self, piece: bytes) -> None:
        sealed = vault.seal_bytes(self._owner, f"{self._place}:{self._number}", piece)
        self._out.write(len(sealed).to_bytes(_HEAD, "big") + sealed)
        self._number += 1


class Pieces:
    """The pieces of what a `SealedWriter` wrote, in order; the stream is closed at their end, or by `close`.

    The key is asked for when this is made (`vault.KeyDestroyed`), so that afterwards neither a database nor a request
    is needed. Going through them raises `vault.SealBroken`.
    """

    def __init__(self, stream: BinaryIO, owner: str, place: str) -> None:
        self._stream, self._place = stream, place
        self._unseal = vault.unsealer(owner)

    def __iter__(self) -> Iterator[bytes]:
        number = 0
        try:
            while head := self._stream.read(_HEAD):
                sealed = self._stream.read(int.from_bytes(head, "big"))
                yield self._unseal(f"{self._place}:{number}", sealed)
                number += 1
        finally:
            self.close()

    def close(self) -> None:
        """Close the stream; twice is harmless."""
        self._stream.close()
