"""Nobody takes another's upload, and an order keeps what it was given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import files, vault
from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import Ground
from support.core.db import db, new_uid, transaction
from support.core.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    TooLarge,
    Unavailable,
    WrongType,
)
from support.core.file_serving import open_for_download
from support.core.file_upkeep import rescan_pending, withdraw
from support.core.files import (
    StoredFile,
    attach,
    file_by_uid,
    files_of,
    waiting_files,
)
from tests.core.files.uploads import (
    ALICE,
    BOB,
    DRAFT,
    EICAR,
    FINDS_EICAR,
    take,
)


def test_uploads_are_attached_in_their_order_and_twice_is_harmless(app: Flask) -> None:
    first, second = take(b"1", owner=DRAFT), take(b"2", owner=DRAFT)
    assert [row.uid for row in waiting_files(DRAFT)] == [first.uid, second.uid]
    for _ in range(2):
        with transaction():
            done = attach([second.uid, first.uid], DRAFT, "order:7")
        assert [row.uid for row in done] == [second.uid, first.uid]
    assert [row.attached_to for row in files_of(["order:7", "order:8"])] == ["order:7", "order:7"]
    assert waiting_files(DRAFT) == []


def test_another_owners_upload_is_not_found_and_nothing_is_attached(app: Flask) -> None:
    mine, hers = take(b"1", owner=BOB), take(b"2", owner=ALICE)
    for uid in (hers.uid, new_uid(), "../../etc/passwd"):
        with pytest.raises(NotFound), transaction():
            attach([mine.uid, uid], BOB, "order:7")
    assert files_of(["order:7"]) == []
    assert not withdraw(hers.uid, BOB)


def test_an_attached_file_can_not_be_moved_to_another_order(app: Flask) -> None:
    row = take(b"1")
    with transaction():
        attach([row.uid], ALICE, "order:7")
    with pytest.raises(NotFound), transaction():
        attach([row.uid], ALICE, "order:8")
    assert not withdraw(row.uid, ALICE)
    assert file_by_uid(row.uid).attached_to == "order:7"


def test_a_message_has_limits_of_number_and_size(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LIMITS", files.Limits(files=2, message_bytes=10))
    uids = [take(b"12345", owner=DRAFT).uid for _ in range(3)]
    with pytest.raises(Invalid), transaction():
        attach(uids, DRAFT, "order:7")
    uids[1] = take(b"123456", owner=DRAFT).uid
    with pytest.raises(TooLarge), transaction():
        attach(uids[:2], DRAFT, "order:7")
    with transaction():
        attach([uids[0], uids[2]], DRAFT, "order:7")
    assert len(files_of(["order:7"])) == 2


def test_a_guests_name_goes_over_to_the_persons_key(app: Flask) -> None:
    row = take(b"1", "passport.txt", owner=DRAFT)
    with transaction():
        attach([row.uid], DRAFT, "order:7", person="person:9")
    assert file_by_uid(row.uid).name == "passport.txt"
    with transaction():
        vault.destroy("person:9")
    with pytest.raises(vault.KeyDestroyed):
        _ = file_by_uid(row.uid).name


def test_eicar_goes_to_quarantine_and_is_never_served(
    app: Flask, scanner: Callable[[str], Path]
) -> None:
    scanner(FINDS_EICAR)
    assert take(b"harmless").scanned_at is not None
    with pytest.raises(WrongType) as refused:
        take(EICAR, "invoice.txt")
    assert refused.value.words == files.UNSAFE
    row = db.session.execute(select(StoredFile).where(StoredFile.state == "blocked")).scalar_one()
    with pytest.raises(NotAllowed):
        open_for_download(row)
    with pytest.raises(NotFound), transaction():
        attach([row.uid], ALICE, "order:7")
    assert row.uid not in [waiting.uid for waiting in waiting_files(ALICE)]


@pytest.mark.parametrize("broken", ["exit 2", "kill -9 $$", None])
def test_with_the_scanner_away_files_wait_and_are_scanned_later(
    app: Flask,
    scanner: Callable[[str], Path],
    caplog: pytest.LogCaptureFixture,
    broken: str | None,
) -> None:
    script = scanner(broken or "")
    if broken is None:
        script.unlink()
    good, bad = take(b"harmless"), take(EICAR)
    for row in (good, bad):
        assert row.state == "pending_scan"
        with pytest.raises(Unavailable):
            open_for_download(row)
    with transaction():
        attach([good.uid, bad.uid], ALICE, "order:7")
    assert rescan_pending(10, utcnow()) == 0
    assert "scan_overdue" not in caplog.text
    assert rescan_pending(10, utcnow() + timedelta(minutes=11)) == 0
    assert "scan_overdue" in caplog.text
    scanner(FINDS_EICAR)
    assert rescan_pending(1, utcnow()) == 1
    assert rescan_pending(10, utcnow()) == 1
    db.session.expire_all()
    assert [row.state for row in files_of(["order:7"])] == ["clean", "blocked"]
    assert rescan_pending(10, utcnow()) == 0
    with pytest.raises(NotAllowed):
        open_for_download(file_by_uid(bad.uid))


def test_taking_the_scanner_away_does_not_wave_waiting_files_through(
    app: Flask, config: Config, scanner: Callable[[str], Path]
) -> None:
    scanner("exit 2")
    row = take(b"x")
    app.extensions["ground"] = Ground(config, app.extensions["ground"].keys)
    assert rescan_pending(10, utcnow()) == 0
    assert file_by_uid(row.uid).state == "pending_scan"
