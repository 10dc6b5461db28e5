"""What a request may carry: text stays in memory and has its own limit, files go to the disk as they come.

A form whose files are too much together is read to its end without keeping them, so that the text beside them is
not lost; what no person sends is refused before it is read.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from support.core.files import LIMITS

MAX_TEXT_BYTES = 8 * 1024 * 1024
MAX_BODY_BYTES = LIMITS.message_bytes + MAX_TEXT_BYTES
LARGEST_BODY_BYTES = 256 * 1024 * 1024
"""More than as many files as a message may have, each as large as a file may be."""
_IN_MEMORY = 500 * 1024


class Dropped(io.RawIOBase):
    """The place of a file in a body that is too large: what is written to it is gone."""

    def __init__(self, note: Callable[[int], None]) -> None:
        self._note = note

    def write(self, data: Any) -> int:
        """Forget `data`."""
        self._note(len(data))
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Stand at the beginning of nothing."""
        return 0


class _Written(SpooledTemporaryFile[bytes]):
    """A temporary file that says how much was written to it."""

    def __init__(self, note: Callable[[int], None]) -> None:
        super().__init__(max_size=_IN_MEMORY, mode="rb+")
        self._note = note

    def write(self, data: Any) -> int:
        """Keep `data`."""
        self._note(len(data))
        return super().write(data)


class _Read:
    """The body of a form as it is read: raises 413 once more than the text's limit is no file's."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._text = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes."""
        data = self._stream.read(size)
        self._text += len(data)
        if self._text > MAX_TEXT_BYTES:
            raise RequestEntityTooLarge()
        return data

    def note_file(self, size: int) -> None:
        """Take out of the count what went into a file."""
        self._text -= size


class Incoming(Request):
    """A request that is read with these limits; any other body than a form's with files is text."""

    _read: _Read
    _written: tuple[_Written, ...] = ()

    def close(self) -> None:
        """Give the files back, also those of a form that was given up while it was read."""
        super().close()
        for file in self._written:
            file.close()

    def _get_stream_for_parsing(self) -> IO[bytes]:
        self._read = _Read(super()._get_stream_for_parsing())
        return cast(IO[bytes], self._read)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if (total_content_length or 0) > MAX_BODY_BYTES:
            return cast(IO[bytes], Dropped(self._read.note_file))
        file = _Written(self._read.note_file)
        self._written += (file,)
        return cast(IO[bytes], file)


def set_limit(incoming: Request) -> None:
    """Refuse what is longer than any form, before it is read: at its first look into the body."""
    with_files = incoming.mimetype == "multipart/form-data"
    incoming.max_content_length = LARGEST_BODY_BYTES if with_files else MAX_TEXT_BYTES


def limit_of(incoming: Request) -> int | None:
    """Return the limit, in bytes, that a refused body went beyond; None when it was no matter of size."""
    length = incoming.content_length or 0
    if length > MAX_BODY_BYTES:
        return MAX_BODY_BYTES
    return MAX_TEXT_BYTES if length > MAX_TEXT_BYTES else None
