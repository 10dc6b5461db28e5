"""PDFs that run or hold something are refused, however that is written; plain ones and forms go in."""

from __future__ import annotations

import io
import zlib

import pytest

from support.core import pdf_active
from support.core.errors import WrongType
from support.core.pdf_active import refuse_active

SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def pdf(*objects: bytes) -> bytes:
    """A document of these objects."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, each) for n, each in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def packed(data: bytes, head: bytes = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") -> bytes:
    """A stream that holds this, compressed."""
    squeezed = zlib.compress(data)
    start = b"<< %s /Length %d >>\nstream\r\n" % (head, len(squeezed))
    return start + squeezed + b"\nendstream"


def is_refused(document: bytes) -> bool:
    """True where it can't go in."""
    try:
        refuse_active(io.BytesIO(document))
    except WrongType as error:
        return error.words == pdf_active.ACTIVE
    return False


FLATE = b"/Filter /FlateDecode"


@pytest.mark.parametrize(
    "part",
    [
        SCRIPT,
        b"<< /S /J#61vaScript /J#53 (x) >>",
        b"<</S/#4a#61#76#61#53#63#72#69#70#74/JS(x)>>",
        b"<< /OpenAction << /S /Launch /F (calc.exe) >> >>",
        b"<< /Names << /EmbeddedFiles << /Names [(a.exe) 3 0 R] >> >> >>",
        b"<< /Subtype /FileAttachment /FS 3 0 R >>",
        packed(b"3 0 " + SCRIPT),
        packed(b"3 0 << /S /L#61unch >>"),
        packed(b"3 0 " + SCRIPT, b"/Type/Obj#53tm/Filter[/FlateDecode]"),
        packed(b" " * 200_000 + SCRIPT),
        packed(b"<script contentType='application/x-javascript'>", FLATE),
        packed(b"3 0 " + SCRIPT, FLATE),
    ],
)
def test_what_runs_or_holds_files_is_refused_however_it_is_written(part: bytes) -> None:
    assert is_refused(pdf(b"<< /Type /Catalog >>", part))


@pytest.mark.parametrize(
    "head",
    [
        b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]",
        b"/Type /ObjStm /Filter /LZWDecode",
        b"/Type /ObjStm /Filter 9 0 R",
        b"/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>",
    ],
)
def test_objects_that_can_not_be_looked_into_are_refused(head: bytes) -> None:
    assert is_refused(pdf(packed(b"3 0 << /Type /Page >>", head)))


def test_objects_that_unpack_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_active, "MOST_OBJECTS", 100_000)
    assert not is_refused(pdf(packed(b"3 0 " + b" " * 90_000)))
    assert is_refused(pdf(packed(b"3 0 " + b" " * 60_000), packed(b"4 0 " + b" " * 60_000)))


@pytest.mark.parametrize(
    "part",
    [
        b"<< /Type /Catalog /OpenAction [3 0 R /FitH 800] /AcroForm << /Fields [4 0 R] >> >>",
        b"<< /FT /Tx /T (name) /V (JavaScript and Launch) >>",
        b"<< /A << /S /URI /URI (https://example.org/) >> >>",
        b"<< /LaunchDate (2026) /JavaScripts 3 >>",
        packed(b"3 0 << /Type /Page >>"),
        packed(b"BT (Hello) Tj ET", FLATE),
        b"<< /Type /ObjStm /N 1 >>\nstream\n3 0 << /Type /Page >>\nendstream",
        b"<< /Filter /DCTDecode >>\nstream\n\xff\xd8 #zz /JS\nendstream",
        b"<< /Filter /FlateDecode >>\nstream\nnot packed at all\nendstream",
    ],
)
def test_pages_links_and_forms_without_scripts_go_in(part: bytes) -> None:
    assert not is_refused(pdf(part))
