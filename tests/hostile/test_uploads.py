"""Files that should not come in, over HTTP: refused in words, the rest of the form kept, nothing of them served."""

from __future__ import annotations

import io
import shlex
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from support.core.config import Config
from support.core.db import db
from support.core.files import StoredFile
from support.core.web_bodies import MAX_BODY_BYTES
from tests.fixtures.pages import Page
from tests.hostile.world import World, said_in

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    # Werkzeug's test client leaves its own temporary file of a large body to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCANNER = "import sys; sys.exit(b'EICAR-STANDARD' in open(sys.argv[1], 'rb').read())"
QUESTION = {"subject": "A fine summary", "body": "Many words."}
NEW = "/orders/new/suggestion"


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    """A scanner that knows one virus."""
    script = tmp_path / "scanner.py"
    script.write_text(SCANNER)
    return config.with_changes(
        scanner_command=f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"
    )


def picture() -> bytes:
    """A small real PNG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    """An XLSX of 200 KB that says it unpacks to 200 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/big.xml", "w") as part:
            for _ in range(200):
                part.write(bytes(1024 * 1024))
    return out.getvalue()


def with_file(
    world: World, content: bytes, name: str, path: str = NEW, **data: Any
) -> TestResponse:
    """Send the form of an order with one file, as a browser without script does."""
    return world.post("alice", path, QUESTION | data | {"files": (io.BytesIO(content), name)})


def alone(world: World, content: bytes, name: str, who: str = "alice") -> TestResponse:
    """Send one file alone, as the script does."""
    return world.post(
        who,
        f"{NEW}/files",
        {"file": (io.BytesIO(content), name)},
        headers={"Accept": "application/json"},
    )


REFUSED = {
    "page.jpg": b"<html><script>alert(1)</script></html>",
    "page.html": b"<html><script>alert(1)</script></html>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "code.jpg": b"<?php system($_GET[0]);",
    "program.pdf": b"\x7fELF" + bytes(100),
    "archive.jpg": b"PK\x05\x06" + bytes(18),
    "empty.txt": b"",
    "bomb.xlsx": bomb(),
    "eicar.txt": EICAR,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_file_is_refused_in_words_and_the_form_is_kept(world: World, name: str) -> None:
    answer = with_file(world, REFUSED[name], name)
    assert answer.status_code in (413, 415, 422)
    page = Page(answer.text)
    words = next(each for each in page.all("p") if each.attributes.get("id") == "files-error")
    assert name in words.text
    assert said_in(answer, "subject") == QUESTION["subject"]
    assert said_in(answer, "body").strip() == QUESTION["body"]
    by_script = alone(world, REFUSED[name], name)
    assert by_script.status_code in (413, 415, 422)
    assert by_script.json is not None
    assert by_script.json["error"]
    assert world.client("alice").get(f"{NEW}/check").status_code == 200, "the text is still there"
    with world.app.app_context():
        clean = select(func.count()).where(StoredFile.state == "clean")
        assert db.session.execute(clean).scalar_one() == 0


def test_a_file_above_its_limit_is_refused_with_the_limit_in_words(world: World) -> None:
    large = b"%PDF-1.4\n" + bytes(20 * 1024 * 1024 + 1)
    answer = with_file(world, large, "large.pdf")
    assert answer.status_code == 413
    assert "20 MB" in answer.text
    assert said_in(answer, "subject") == QUESTION["subject"]
    by_script = alone(world, large, "large.pdf")
    assert by_script.status_code == 413
    assert by_script.json is not None
    assert "20 MB" in by_script.json["error"]


def test_a_body_above_the_limit_is_refused_with_the_limit_in_words(world: World) -> None:
    huge = bytes(MAX_BODY_BYTES)
    answer = with_file(world, huge, "huge.pdf")
    assert answer.status_code == 413
    assert "60 MB" in answer.text
    assert said_in(answer, "subject") == QUESTION["subject"]
    assert said_in(answer, "body").strip() == QUESTION["body"]
    by_script = alone(world, huge, "huge.pdf")
    assert by_script.status_code == 413
    assert by_script.json is not None
    assert "20 MB" in by_script.json["error"], "it came alone, so its own limit counts"
    path = f"/orders/{world.orders['alice']}/messages"
    answer = with_file(world, huge, "huge.pdf", path)
    assert answer.status_code == 413
    assert said_in(answer, "body").strip() == QUESTION["body"]


def test_text_fills_no_memory_however_it_is_cut_into_parts(world: World) -> None:
    parts = {f"x{number}": "y" * (1024 * 1024) for number in range(9)}
    answer = world.post("alice", NEW, parts, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_a_body_without_a_length_is_refused(world: World) -> None:
    answer = world.client("alice").post(
        f"{NEW}/files", environ_base={"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    )
    assert answer.status_code == 411


def test_a_form_with_a_thousand_parts_is_refused(world: World) -> None:
    many = {f"x{number}": "x" for number in range(600)}
    answer = world.post("alice", NEW, many, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_the_eleventh_file_is_refused_in_words_and_nothing_is_lost(world: World) -> None:
    for number in range(11):
        assert alone(world, picture(), f"{number}.png").status_code == 200
    said = {"subject": "Eleven files", "body": "Too many."}
    answer = world.post("alice", NEW, said)
    if answer.status_code == 303:
        answer = world.post("alice", f"{NEW}/sending")
    assert answer.status_code in (413, 422)
    assert "10" in answer.text
    assert "Eleven files" in world.client("alice").get(NEW).text


def test_uploads_stop_before_a_disk_is_full(world: World) -> None:
    found = [alone(world, picture(), f"{number}.png").status_code for number in range(22)]
    assert found.index(429) == 20


def test_one_network_without_an_account_sends_500_megabytes_an_hour(world: World) -> None:
    peer, body = {"REMOTE_ADDR": "203.0.113.8"}, b"\0" * (20 * 1024**2)
    found = []
    for number in range(26):
        data = {"csrf_token": world.token("nobody"), "file": (io.BytesIO(body), f"{number}.bin")}
        answer = world.client("nobody").post(
            "/orders/new/question/files",
            data=data,
            environ_base=peer,
            headers={"Accept": "application/json"},
        )
        found.append(answer.status_code)
    assert set(found[:23]) == {415}, found
    assert found[-1] == 429
    assert "within an hour" in answer.get_json()["error"]
    assert world.post("alice", "/orders/new/question", {"subject": "s"}).status_code == 422


def filed_with(world: World, name: str) -> tuple[str, str]:
    """File an order with one picture called `name`; return its reference and the file's address."""
    assert alone(world, picture(), name).status_code == 200
    world.post("alice", NEW, {"subject": "With a file", "body": "See the picture."})
    reference = world.post("alice", f"{NEW}/sending").location.split("/")[2]
    with world.app.app_context():
        uid = db.session.execute(
            select(StoredFile.uid).where(StoredFile.attached_to.isnot(None))
        ).scalar_one()
    return reference, f"/orders/{reference}/files/{uid}"


@pytest.mark.parametrize(
    "name",
    [
        "图片.png",
        "a%22b.png",
        "a%0D%0AX-Evil: 1.png",
        "../../.htaccess.png",
        "a\u202egnp.exe.png",
        "x" * 300 + ".png",
        "a\x00b.png",
        "<img src=x onerror=alert(1)>.png",
        ".htaccess\u200b.png",
    ],
)
def test_a_download_can_only_be_kept_not_run(world: World, name: str) -> None:
    reference, address = filed_with(world, name)
    with world.client("alice").get(address) as answer:
        assert answer.status_code == 200
        headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "\n" not in headers["Content-Disposition"]
    assert "X-Evil" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Type"] in ("image/png", "image/jpeg")
    assert "no-store" in headers["Cache-Control"]
    page = world.client("alice").get(f"/orders/{reference}").text
    assert "<img src=x" not in page
    assert "\u202e" not in page
    with world.client("alice").get(f"{address}/thumbnail") as small:
        assert small.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_nobody_else_reads_the_file_whichever_way_they_ask(world: World, app: Flask) -> None:
    _reference, address = filed_with(world, "mine.png")
    uid = address.rsplit("/", 1)[1]
    for who in ("bob", "guest"):
        client = world.client(who)
        for path in (
            address,
            f"{address}/thumbnail",
            f"/orders/{world.orders[who]}/files/{uid}",
            f"/orders/{world.orders[who]}/files/{uid}/thumbnail",
        ):
            for answer in (
                client.get(path),
                client.head(path),
                client.get(path, headers={"Range": "bytes=0-9"}),
            ):
                assert answer.status_code == 404, f"{who} {path}"
        assert world.post(who, f"/desk{address}").status_code == 404
    assert world.client("nobody").get(address).status_code == 303
    with app.app_context():
        owner = db.session.execute(select(StoredFile.attached_to)).scalar_one()
    world.post("bob", NEW, {"subject": "Stolen", "body": "x", "remove_file": uid, "uploads": uid})
    world.post(
        "bob",
        f"/orders/{world.orders['bob']}/messages",
        {"body": "x", "uploads": uid, "files": uid},
    )
    world.post(
        "mei",
        f"/desk/orders/{world.orders['bob']}/replies",
        {"body": "x", "audience": "note", "uploads": uid},
    )
    with app.app_context():
        assert db.session.execute(select(StoredFile.attached_to)).scalar_one() == owner
