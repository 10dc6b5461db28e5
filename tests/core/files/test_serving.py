"""What goes out is whole and cannot run in a browser."""

from __future__ import annotations

import pytest
from flask import Flask
from PIL import Image

from support.core.config import Config
from support.core.errors import (
    NotFound,
    Unavailable,
)
from support.core.file_serving import content_disposition, open_for_download, open_thumbnail
from tests.core.files.uploads import (
    jpeg,
    kept,
    take,
)


def test_a_download_can_not_run_in_a_browser(app: Flask) -> None:
    row = take(b"x", '报告 "1".txt')
    download = open_for_download(row)
    download.stream.close()
    assert download.headers == {
        "Content-Type": "text/plain",
        "Content-Disposition": (
            "attachment; filename=\"_1_.txt\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%20_1_.txt"
        ),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
        "Content-Length": "1",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a b.pdf", 'attachment; filename="a b.pdf"'),
        (
            "résumé.pdf",
            "attachment; filename=\"resume.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf",
        ),
        (
            "身份证.jpg",
            "attachment; filename=\"file.jpg\"; filename*=UTF-8''%E8%BA%AB%E4%BB%BD%E8%AF%81.jpg",
        ),
        (
            "a\r\nX: y.txt",
            "attachment; filename=\"a__X_ y.txt\"; filename*=UTF-8''a%0D%0AX%3A%20y.txt",
        ),
        ('"; x="', "attachment; filename=\"__ x__\"; filename*=UTF-8''%22%3B%20x%3D%22"),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
    ],
)
def test_names_go_into_the_header_by_rfc_6266(name: str, value: str) -> None:
    made = content_disposition("attachment", name)
    assert made == value
    assert made.isascii()
    assert made.isprintable()


def test_only_our_own_thumbnail_is_shown_inline(app: Flask) -> None:
    row = take(jpeg(), "a.jpg")
    thumbnail = open_thumbnail(row)
    with thumbnail.stream as stream, Image.open(stream) as small:
        assert small.size == (480, 360)
    assert thumbnail.headers["Content-Disposition"] == "inline"
    assert thumbnail.headers["Content-Type"] == "image/jpeg"
    download = open_for_download(row)
    download.stream.close()
    assert download.headers["Content-Disposition"].startswith("attachment")
    with pytest.raises(NotFound):
        open_thumbnail(take(b"x"))


def test_one_flipped_bit_in_the_store_is_refused_with_an_alarm(
    app: Flask, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    row = take(b"hello")
    (path,) = kept(config)
    path.write_bytes(b"hellp")
    with pytest.raises(Unavailable):
        open_for_download(row)
    assert "file_altered" in caplog.text
