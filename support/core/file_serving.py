"""Opening a stored file for a person: verified bytes, and headers that keep a browser from running them."""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

from support.core.errors import NotAllowed, NotFound, Unavailable
from support.core.files import CHUNK, FILE_GONE, ScanState, StoredFile, store, thumbnail_name
from support.core.words import N_

log = logging.getLogger(__name__)

BEING_CHECKED = N_(
    "This file is still being checked for viruses. Please try again in a few minutes."
)
BLOCKED = N_("The virus scanner found something in this file. It can't be opened.")
UNREADABLE = N_("This file can't be read from our store right now. We have been told.")


@dataclass(frozen=True, slots=True)
class Download:
    """An open stream (the caller closes it), and the headers that must go with it."""

    stream: BinaryIO
    headers: dict[str, str]


def open_for_download(file: StoredFile) -> Download:
    """Open the file itself, always as an attachment, its hash checked before the first byte leaves.

    Raises `Unavailable` while it waits for the scanner or when the store fails or altered it, `NotAllowed` when
    blocked. Whether this person may see it, and the event of reading, are the caller's.
    """
    _refuse_unclean(file)
    stream = _open(file, file.uid)
    if _digest(stream) != file.sha256:
        stream.close()
        log.error("file_altered", extra={"file": file.uid})
        raise Unavailable(UNREADABLE)
    stream.seek(0)
    headers = _headers(file.media_type, content_disposition("attachment", file.name))
    return Download(stream, headers | {"Content-Length": str(file.size)})


def open_thumbnail(file: StoredFile) -> Download:
    """Open the small picture that we made ourselves: the only thing that is ever shown inline."""
    _refuse_unclean(file)
    if file.thumbnail_type is None:
        raise NotFound(FILE_GONE)
    return Download(_open(file, thumbnail_name(file.uid)), _headers(file.thumbnail_type, "inline"))


def _refuse_unclean(file: StoredFile) -> None:
    if file.state == ScanState.BLOCKED:
        raise NotAllowed(BLOCKED)
    if file.state != ScanState.CLEAN:
        raise Unavailable(BEING_CHECKED)


def _open(file: StoredFile, name: str) -> BinaryIO:
    try:
        return store().open(name)
    except OSError as error:
        log.exception("file_unreadable", extra={"file": file.uid})
        raise Unavailable(UNREADABLE) from error


def _digest(stream: BinaryIO) -> bytes:
    found = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        found.update(chunk)
    return found.digest()


def _headers(media_type: str, disposition: str) -> dict[str, str]:
    return {
        "Content-Type": media_type,
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


def content_disposition(kind: str, name: str) -> str:
    """Return the header value of RFC 6266: an ASCII name for old programs, and the true one (RFC 8187)."""
    decomposed = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", decomposed).strip()
    if plain == name:
        return f'{kind}; filename="{plain}"'
    if not plain or plain.startswith("."):  # nothing but an extension is left
        plain = f"file{plain}"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
