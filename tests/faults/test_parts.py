"""A part that is away, hangs, is killed or full: filing goes on, or says honestly that it can't; nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import invariants
from tests.faults.clients import Browser, fill_in, reference_in, until_answered
from tests.faults.conftest import MANY_GUESTS, House, prepared
from tests.fixtures.live import LiveServer
from tests.fixtures.servers import free_port, temporary_folder, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

MAIL_WITHIN = 60.0


def outgoing(server: LiveServer) -> int:
    """Return how many messages the demo's doors have written."""
    folder = server.instance / "outgoing"
    return len([path for path in folder.iterdir() if path.is_file()]) if folder.exists() else 0


@contextmanager
def hanging(server: LiveServer) -> Iterator[None]:
    """Stop Valkey as a machine does that hangs: it takes connections and answers nothing."""
    pids = [each.pid for each in server.children()["valkey"]]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_without_valkey_filing_is_quick_limits_hold_and_mail_leaves(house: House) -> None:
    server, name = house.server, random.randrange(10**6)
    before = outgoing(server)
    with hanging(server):
        seconds, references = [], []
        for number in range(5):
            address = f"away.{name}.{number}@example.com"
            answer = fill_in(server.port, f"Without a doorbell {number}", address).send()
            seconds.append(answer.seconds)
            references.append(reference_in(answer))
        again = fill_in(server.port, "Once more", f"away.{name}.0@example.com").send()
        assert max(seconds) < 1.0, seconds
        assert all(references), references
        wait_until(
            lambda: outgoing(server) >= before + 5, seconds=MAIL_WITHIN, what="five codes are sent"
        )
        # The sixth order is accepted, but its address was sent a code a moment ago: that limit needs no Valkey.
        assert reference_in(again)
        with invariants.looking_into(server):
            assert invariants.codes_sent_to(f"away.{name}.0@example.com") == 1
            invariants.check([*references, reference_in(again)])


@pytest.mark.parametrize("name", ["valkey", "web", "worker", "tick", "supervisor"])
def test_after_a_kill_of_any_process_a_start_loses_nothing(house: House, name: str) -> None:
    server = house.server
    address = f"{name}.{random.randrange(10**6)}@example.com"
    before = reference_in(fill_in(server.port, f"Before the kill of {name}", address).send())
    os.kill(server.pid if name == "supervisor" else server.leader(name), signal.SIGKILL)
    if name == "supervisor":
        server.wait_ended()
        server.start()
    after = until_answered(
        lambda: reference_in(
            fill_in(server.port, f"After the kill of {name}", f"x{address}").send()
        )
    )
    assert before
    assert after
    with invariants.looking_into(server):
        invariants.end_leases()
        wait_until(lambda: invariants.undone() == 0, seconds=MAIL_WITHIN, what="all is carried out")
        invariants.check([before, after])


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own that is soon full; only root may make one."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip(f"no small file system can be made here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_said_in_words_and_leaves_the_database_whole() -> None:
    with temporary_folder("gongdan-full-") as folder, small_disk(folder / "disk", 24) as disk:
        database = disk / "gongdan.db"
        environ = MANY_GUESTS | {"DATABASE_URL": f"sqlite:///{database}"}
        server = LiveServer(folder / "instance", free_port(), environ)
        prepared(server, **environ)
        server.start()
        try:
            before = reference_in(fill_in(server.port, "While there is room").send())
            waiting = fill_in(server.port, "When the disk is full", "full@example.com")
            filler = disk / "filler"
            with filler.open("wb", buffering=0) as file:
                _fill(file.fileno())
            with ThreadPoolExecutor(4) as pool:
                answers = list(pool.map(lambda _click: waiting.send(), range(4)))
            assert {answer.status for answer in answers} == {503}
            assert "Nothing that was accepted is lost" in answers[0].text
            assert Browser(server.port).get("/healthz").status == 200
            filler.unlink()
            wait_until(lambda: bool(reference_in(waiting.send())), seconds=20, what="room again")
            after = reference_in(waiting.send())
            with sqlite3.connect(database) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            with invariants.looking_into(server, **environ):
                invariants.check([before, after])
        finally:
            server.stop()


def _fill(file: int) -> None:
    """Write until nothing fits any more."""
    block = b"x" * 65_536
    while len(block) > 0:
        try:
            os.write(file, block)
        except OSError:
            block = block[: len(block) // 2]
