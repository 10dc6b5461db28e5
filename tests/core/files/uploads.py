"""What the tests of files send and look at."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from PIL import Image
from sqlalchemy import func, select

from support.core.config import Config
from support.core.db import db
from support.core.files import (
    StoredFile,
    intake,
)

ALICE, BOB = "person:1", "person:2"
DRAFT = "draft:" + "0123456789abcdef" * 2
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


FINDS_EICAR = 'grep -q EICAR "$1" && exit 1; exit 0'


def take(
    content: bytes, name: str = "note.txt", owner: str = ALICE, length: int | None = None
) -> StoredFile:
    return intake(io.BytesIO(content), name, length, owner)


def jpeg(size: tuple[int, int] = (800, 600)) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 12.5)})
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def office(root: str = "word/document.xml", more: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr(root, b"<w:document/>")
        for name, body in (more or {}).items():
            archive.writestr(name, body)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def rows() -> int:
    return db.session.execute(select(func.count(StoredFile.id))).scalar_one()


def kept(config: Config) -> list[Path]:
    """Every file of ours on the disk, half ones included."""
    return [path for path in (config.instance_dir / "files").rglob("*") if path.is_file()]
