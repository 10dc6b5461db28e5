"""Sizes and numbers hold whatever was declared; nothing half is ever visible."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from flask import Flask
from PIL import Image

from support.core import files, vault
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import transaction
from support.core.errors import (
    Invalid,
    TooLarge,
    TooMany,
    Unavailable,
)
from support.core.file_upkeep import sweep_orphans, withdraw
from support.core.files import (
    intake,
)
from support.core.filestore import open_store
from tests.core.files.uploads import (
    ALICE,
    BOB,
    kept,
    rows,
    take,
)


class Endless(io.RawIOBase):
    """A stream that never ends, as a chunked body may be; counts what was taken from it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"a" * size


def test_the_byte_limit_is_exact_and_holds_while_reading(app: Flask, config: Config) -> None:
    limit = files.LIMITS.file_bytes
    assert take(b"a" * limit).size == limit
    with pytest.raises(TooLarge) as refused:
        take(b"a" * (limit + 1))
    assert refused.value.limit_bytes == limit
    with pytest.raises(TooLarge):
        take(b"a" * (limit + 1), length=5)  # the declared length lies
    endless = Endless()
    with pytest.raises(TooLarge):
        intake(cast(BinaryIO, endless), "a.txt", None, ALICE)
    assert endless.taken <= limit + 2 * files.CHUNK
    assert rows() == 1
    assert len(kept(config)) == 1


def test_a_declared_length_above_the_limit_is_refused_before_a_byte_is_read(app: Flask) -> None:
    endless = Endless()
    with pytest.raises(TooLarge):
        intake(cast(BinaryIO, endless), "a.txt", files.LIMITS.file_bytes + 1, ALICE)
    assert endless.taken == 0


@pytest.mark.parametrize(
    ("content", "length", "words"),
    [(b"", None, files.EMPTY), (b"abc", 4, files.INCOMPLETE), (b"abc", 2, files.INCOMPLETE)],
)
def test_empty_and_incomplete_uploads_are_named(
    app: Flask, config: Config, content: bytes, length: int | None, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        take(content, length=length)
    assert refused.value.words == words
    assert kept(config) == []


def test_uploads_that_nobody_sends_are_limited_for_each_owner(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LIMITS", files.Limits(waiting=2))
    first = take(b"1")
    take(b"2")
    with pytest.raises(TooMany):
        take(b"3")
    take(b"3", owner=BOB)
    assert withdraw(first.uid, ALICE)
    take(b"3")


@pytest.mark.parametrize("owner", ["", "1", "draft:12", "person:1; drop", "draft:" + "z" * 32])
def test_an_owner_that_could_be_guessed_is_a_programming_error(app: Flask, owner: str) -> None:
    with pytest.raises(ValueError, match="owner"):
        take(b"x", owner=owner)


def test_intake_inside_a_transaction_is_a_programming_error(app: Flask) -> None:
    with pytest.raises(ValueError, match="transaction"), transaction():
        take(b"x")


def test_a_row_that_fails_leaves_nothing_visible_and_the_sweep_takes_the_bytes(
    app: Flask, config: Config
) -> None:
    with transaction():
        vault.seal(ALICE, "x", "x")
        vault.destroy(ALICE)
    with pytest.raises(vault.KeyDestroyed):
        take(b"content", owner=ALICE)
    assert rows() == 0
    (stray,) = kept(config)
    assert sweep_orphans(utcnow()).strays == 0, "it might be an intake at work"
    assert stray.exists()
    assert sweep_orphans(utcnow() + timedelta(hours=25)).strays == 1
    assert kept(config) == []


_CHILD = """
import io, os, resource, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from flask import Flask
from support.core.config import Config
from support.core.context import Ground
from support.core.db import db
from support.core.keys import load_keys
from support.core.errors import Unavailable
from support.core.files import StoredFile, intake
config = Config(instance_dir=Path({instance!r})).with_changes(database_url={url!r})
app = Flask("child")
app.extensions["ground"] = Ground(config, load_keys(config.keys_dir))
app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
db.init_app(app)
{before}
with app.app_context():
    {body}
"""


def in_child(config: Config, body: str, before: str = "") -> subprocess.Popen[str]:
    program = _CHILD.format(
        root=str(Path(__file__).parents[3]),
        instance=str(config.instance_dir),
        url=config.database_url,
        body=body,
        before=before,
    )
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_an_intake_killed_at_any_moment_leaves_no_visible_row(app: Flask, config: Config) -> None:
    slow = (
        "read = type('Slow', (), {'n': 0, 'read': lambda s, k: (print('reading', flush=True), "
        "__import__('time').sleep(30) if s.n else None, setattr(s, 'n', 1), b'a' * 1000)[-1]})()"
    )
    child = in_child(config, f"{slow}; intake(read, 'a.txt', None, 'person:1')")
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert rows() == 0
    assert len(kept(config)) == 1
    # ... and between the rename and the row, with the bytes in their place
    die = "import support.core.files as f\nf.vault.seal = lambda *a: os.kill(os.getpid(), 9)"
    child = in_child(config, "intake(io.BytesIO(b'abc'), 'a.txt', 3, 'person:1')", die)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert rows() == 0
    assert len(kept(config)) == 2
    assert sweep_orphans(utcnow() + timedelta(hours=25)).strays == 2
    assert kept(config) == []


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="mounts a tmpfs"
)
@pytest.mark.parametrize(("name", "kind"), [("a.txt", "text"), ("a.jpg", "picture")])
def test_a_full_disk_is_said_in_words_and_it_recovers(
    app: Flask, config: Config, name: str, kind: str
) -> None:
    root = config.instance_dir / "files"
    root.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "none", root], check=True)
    try:
        noise = io.BytesIO()
        Image.effect_noise((1200, 1200), 90).convert("RGB").save(noise, "JPEG", quality=60)
        big = noise.getvalue() if kind == "picture" else b"a" * 3_000_000
        assert kind == "text" or len(big) < 1_000_000, (
            "the upload fits, what is made of it does not"
        )
        with pytest.raises(Unavailable) as refused:
            take(big, name)
        assert refused.value.words == files.NO_ROOM
        assert rows() == 0
        assert kept(config) == []
        assert take(b"small").size == 5, "no restart is needed"
    finally:
        open_store.cache_clear()
        subprocess.run(["umount", root], check=True)
