"""Which files are accepted, and the proof that a file is what its name says.

The list is data. A type is decided by content alone, then the extension must agree. Nothing here
decodes an image (`core.images` does, in a child process), or draws a page.
Office documents are taken because rights holders send letters and lists in them; what runs or
calls home (macros, embedded objects, remote templates) is refused, in a PDF too (`core.pdf_active`).
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from support.core.errors import WrongType
from support.core.pdf_active import refuse_active
from support.core.words import N_

NAME_LIMIT = 200
HEAD_BYTES = 4096
OFFICE_MAX_ENTRIES = 2_000
OFFICE_MAX_UNPACKED = 100 * 1024 * 1024
OFFICE_MAX_RATIO = 200
_OFFICE_PART_LIMIT = 1024 * 1024
_ZIP_TAIL = 22 + 0xFFFF

NOT_ACCEPTED = N_(
    "This type of file can't be accepted. You can send photos (JPEG, PNG, WebP, GIF, HEIC), "
    "PDF, text, CSV, DOCX and XLSX files."
)
NAME_DIFFERS = N_(
    "The file's content does not fit its name. Please save it again in its own format."
)
OFFICE_ACTIVE = N_(
    "This document has macros, embedded objects or remote parts. Please save it as PDF and send that."
)
OFFICE_TOO_BIG = N_("This document unpacks to too much data. Please save it as PDF and send that.")


@dataclass(frozen=True, slots=True)
class FileType:
    """One accepted type: how it is called, its extensions (first = canonical), Pillow's name for images."""

    media_type: str
    extensions: tuple[str, ...]
    image: str | None = None
    office_root: str | None = None


JPEG = FileType("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), image="JPEG")
PNG = FileType("image/png", ("png",), image="PNG")
WEBP = FileType("image/webp", ("webp",), image="WEBP")
GIF = FileType("image/gif", ("gif",), image="GIF")
HEIC = FileType("image/heic", ("heic", "heif"), image="HEIF")
PDF = FileType("application/pdf", ("pdf",))
TEXT = FileType("text/plain", ("txt", "text", "log", "eml"))
CSV = FileType("text/csv", ("csv",))
_OPENXML = "application/vnd.openxmlformats-officedocument."
DOCX = FileType(_OPENXML + "wordprocessingml.document", ("docx",), office_root="word/document.xml")
XLSX = FileType(_OPENXML + "spreadsheetml.sheet", ("xlsx",), office_root="xl/workbook.xml")

ACCEPTED = (JPEG, PNG, WEBP, GIF, HEIC, PDF, TEXT, CSV, DOCX, XLSX)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in ACCEPTED}
ACCEPT_ATTRIBUTE = ",".join("." + extension for kind in ACCEPTED for extension in kind.extensions)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
_SIGNATURES: tuple[tuple[FileType, Callable[[bytes], bool]], ...] = (
    (JPEG, lambda head: head.startswith(b"\xff\xd8\xff")),
    (PNG, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (WEBP, lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    (GIF, lambda head: head[:6] in (b"GIF87a", b"GIF89a")),
    (
        HEIC,
        lambda head: (
            head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS and b"avif" not in head[8:64]
        ),
    ),
    (PDF, lambda head: re.match(rb"%PDF-[12]\.\d", head) is not None),
)
_ACTIVE_TEXT = re.compile(
    r"<(\?|!doctype|!--|html|head|body|script|svg|iframe|style|meta|title)|#!|mz|\{\\rtf",
    re.IGNORECASE,
)
_ODD_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def clean_name(declared: str) -> str:
    """Return a name that is safe to show: NFKC, no invisible or control characters, no path, at most 200.

    Normalised first and checked afterwards, so that no disguise survives the check. Never used on disk.
    """
    text = unicodedata.normalize("NFKC", declared)
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    text = re.split(r"[/\\]", text)[-1]
    text = re.sub(r'[<>:"|?*]', "_", text)
    text = " ".join(text.split()).strip(" .")
    stem, dot, extension = text.rpartition(".")
    if not dot or not stem:
        return text[:NAME_LIMIT] or "file"
    extension = extension[:16]
    return f"{stem[: NAME_LIMIT - len(extension) - 1]}.{extension}"


def renamed(name: str, kind: FileType) -> str:
    """Return `name` with an extension that fits `kind`; a HEIC that became JPEG is called so."""
    stem, dot, extension = name.rpartition(".")
    if dot and extension.lower() in kind.extensions:
        return name
    stem = stem if dot else name
    return f"{stem[: NAME_LIMIT - len(kind.extensions[0]) - 1]}.{kind.extensions[0]}"


def identify(path: Path, name: str) -> FileType:
    """Return the type of the file at `path`, whose cleaned name is `name`.

    Raises `WrongType`: content not on the list, name and content differ, an active document, one that is too large.
    """
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    with path.open("rb") as stream:
        kind = _by_content(stream, extension)
    if kind is None:
        known = any(extension in accepted.extensions for accepted in ACCEPTED)
        raise WrongType(NAME_DIFFERS if known else NOT_ACCEPTED)
    if extension not in kind.extensions:
        raise WrongType(NAME_DIFFERS)
    return kind


def _by_content(stream: BinaryIO, extension: str) -> FileType | None:
    head = stream.read(HEAD_BYTES)
    for kind, matches in _SIGNATURES:
        if matches(head):
            if kind is PDF:
                if _ends_as_zip(stream) or not _ends_as_pdf(stream):
                    return None
                refuse_active(stream)
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _office(stream)
    if _is_text(stream) and not _ends_as_zip(stream):
        return CSV if extension in CSV.extensions else TEXT
    return None


def _tail(stream: BinaryIO, length: int) -> bytes:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - length))
    return stream.read()


def _ends_as_pdf(stream: BinaryIO) -> bool:
    return b"%%EOF" in _tail(stream, 2048)


def _ends_as_zip(stream: BinaryIO) -> bool:
    """True for a polyglot: an end-of-archive record whose comment ends exactly where the file ends."""
    tail = _tail(stream, _ZIP_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) - at >= 22 and at + 22 + int.from_bytes(
            tail[at + 20 : at + 22], "little"
        ) == len(tail):
            return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def _is_text(stream: BinaryIO) -> bool:
    """True for UTF-8, UTF-16 with a mark, or GB18030 text that does not begin as a page or a program."""
    stream.seek(0)
    raw = stream.read()
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _ODD_CONTROLS.search(text) and not _ACTIVE_TEXT.match(text.lstrip())
    return False


def _office(stream: BinaryIO) -> FileType | None:
    """Return DOCX or XLSX, None for any other archive; counts and declared sizes are checked before unpacking."""
    tail = _tail(stream, _ZIP_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return None
    entries, directory_bytes = struct.unpack_from("<HI", tail, at + 10)
    if entries > OFFICE_MAX_ENTRIES or directory_bytes > _OFFICE_PART_LIMIT:
        raise WrongType(OFFICE_TOO_BIG)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _office_kind(archive)
    except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, OSError):
        return None


def _office_kind(archive: zipfile.ZipFile) -> FileType | None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    kind = next((kind for kind in (DOCX, XLSX) if kind.office_root in names), None)
    if sum(part.file_size for part in parts) > OFFICE_MAX_UNPACKED or any(
        part.file_size > 1024 * 1024
        and part.file_size > OFFICE_MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    ):
        raise WrongType(OFFICE_TOO_BIG)
    if kind is None or "[Content_Types].xml" not in names or len(names) != len(parts):
        return None
    if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        return None
    if any(
        re.search(r"vbaproject|/embeddings/|/activex/|macrosheets/", name, re.IGNORECASE)
        for name in names
    ):
        raise WrongType(OFFICE_ACTIVE)
    for part in parts:
        if part.filename.endswith(".rels") or part.filename == "[Content_Types].xml":
            if part.file_size > _OFFICE_PART_LIMIT:
                raise WrongType(OFFICE_TOO_BIG)
            _refuse_active(archive.read(part))
    return kind


def _refuse_active(xml: bytes) -> None:
    """Links that a reader clicks stay; what a program fetches or runs by itself is refused."""
    if b"macroEnabled" in xml or b"<!" in xml.replace(b"<!--", b"") or b"\x00" in xml:
        raise WrongType(OFFICE_ACTIVE)
    for relation in re.findall(
        rb"<[^>]*\bTargetMode\s*=\s*[\"']External[\"'][^>]*>", xml, re.IGNORECASE
    ):
        if not re.search(rb"relationships/hyperlink[\"']", relation):
            raise WrongType(OFFICE_ACTIVE)
