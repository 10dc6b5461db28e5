"""Nothing is left lying, nothing goes missing unseen; both stores promise the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from obstore.store import MemoryStore

from support.core import files
from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import Ground
from support.core.db import db, new_uid, transaction
from support.core.errors import (
    NotFound,
    Unavailable,
)
from support.core.file_serving import open_for_download
from support.core.file_upkeep import discard, sweep_orphans
from support.core.files import (
    attach,
    file_by_uid,
    store,
)
from support.core.filestore import BucketStore, DirectoryStore, open_store
from tests.core.files.uploads import (
    ALICE,
    jpeg,
    kept,
    rows,
    take,
)


def test_the_sweep_purges_what_nobody_sent_after_a_day_and_nothing_else(
    app: Flask, config: Config
) -> None:
    sent, unsent = take(jpeg(), "a.jpg").uid, take(jpeg(), "b.jpg").uid
    with transaction():
        attach([sent], ALICE, "order:7")
    assert sweep_orphans(utcnow() + timedelta(hours=23)).purged == 0
    for expected in (1, 0):
        assert sweep_orphans(utcnow() + timedelta(hours=25)).purged == expected
    assert {path.name[:32] for path in kept(config)} == {sent}
    with pytest.raises(NotFound):
        file_by_uid(unsent)


def test_a_row_without_its_file_is_flagged_logged_once_and_forgiven_when_it_is_back(
    app: Flask, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    row = take(b"hello")
    with transaction():
        attach([row.uid], ALICE, "order:7")
    (path,) = kept(config)
    path.rename(config.instance_dir / "aside")
    assert sweep_orphans(utcnow()).missing == 0, "an hour's grace"
    later = utcnow() + timedelta(hours=2)
    for _ in range(2):
        assert sweep_orphans(later).missing == 1
    assert caplog.text.count("row_without_file") == 1
    db.session.expire_all()
    assert file_by_uid(row.uid).missing_since == later
    assert not file_by_uid(row.uid).servable
    with pytest.raises(Unavailable):
        open_for_download(file_by_uid(row.uid))
    (config.instance_dir / "aside").rename(path)
    assert sweep_orphans(later).missing == 0
    db.session.expire_all()
    assert file_by_uid(row.uid).servable


def test_discarding_takes_row_bytes_and_thumbnail_but_only_when_it_is_committed(
    app: Flask, config: Config
) -> None:
    row = take(jpeg(), "a.jpg")

    def discard_and_fail() -> None:
        with transaction():
            discard([row.uid])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        discard_and_fail()
    assert len(kept(config)) == 2
    with transaction():
        assert discard([row.uid]) == 1
    assert kept(config) == []
    assert rows() == 0


@pytest.mark.parametrize("kind", ["directory", "bucket"])
def test_both_stores_keep_the_same_promises(tmp_path: Path, kind: str) -> None:
    made = DirectoryStore(tmp_path) if kind == "directory" else BucketStore(MemoryStore(), tmp_path)
    name = new_uid()
    with made.incoming.temporary() as path:
        path.write_bytes(b"hello" * 100_000)
        made.put(path, name)
    with made.open(name) as stream:
        assert stream.read(5) == b"hello"
        assert stream.seek(0, 2) == 500_000
    found = made.names(name[:2])
    assert list(found) == [name]
    assert abs(datetime.now(UTC) - found[name]) < timedelta(minutes=1)
    assert made.names("zz") == {}
    made.remove(name)
    made.remove(name)
    for missing in (name, "../../etc/passwd", "a"):
        with pytest.raises(FileNotFoundError):
            made.open(missing)


def test_a_put_reaches_the_disk_before_the_name_and_the_name_before_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, name, seen = DirectoryStore(tmp_path), new_uid(), []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(handle: int) -> None:
        seen.append("sync " + Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        real_fsync(handle)

    def rename(path: Path, target: Path) -> Path:
        seen.append("rename")
        return real_rename(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    with made.incoming.temporary() as path:
        path.write_bytes(b"x")
        made.put(path, name)
        assert seen[:3] == [f"sync {path.name}", "rename", f"sync {name[2:4]}"]


@pytest.mark.parametrize("url", ["ftp://x", "s3://", "file:///etc"])
def test_a_store_url_that_is_not_understood_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="files_url"):
        open_store(url, tmp_path)


def test_an_s3_url_gives_a_bucket_store_and_a_dead_one_is_said_in_words(
    app: Flask, config: Config
) -> None:
    url = "s3://key:secret@bucket/prefix?region=x&endpoint=http://127.0.0.1:9"
    ground = app.extensions["ground"]
    app.extensions["ground"] = Ground(config.with_changes(files_url=url), ground.keys)
    assert isinstance(store(), BucketStore)
    with pytest.raises(Unavailable) as refused:
        take(b"x")
    assert refused.value.words == files.NO_ROOM
    assert rows() == 0
