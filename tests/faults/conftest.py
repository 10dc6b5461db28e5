"""A whole product on real processes, prepared in seconds, for tests that break parts of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.fixtures.live import ROOT, LiveServer
from tests.fixtures.servers import free_port, temporary_folder, wait_until

MANY_GUESTS = {"OPERATOR_NAME": "Example", "GUEST_ORDERS_PER_HOUR": "100000"}
LONG = os.environ.get("FAULTS") == "long"
"""`FAULTS=long` breaks things ten times as often."""


@dataclass(frozen=True, slots=True)
class House:
    """A running server and the session secrets of its two agents."""

    server: LiveServer
    agents: tuple[str, str]


def prepared(server: LiveServer, **environ: str) -> tuple[str, str]:
    """Make an empty demo installation where `server` will start; return its agents' session secrets."""
    server.instance.mkdir(mode=0o700, parents=True)
    (server.instance / "demo-logins.json").write_text("{}")  # the supervisor loads no demo data
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.prepare"],
        cwd=ROOT,
        env={
            **os.environ,
            **environ,
            "INSTANCE_DIR": str(server.instance),
            "PUBLIC_URL": server.url,
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    first, second = json.loads(done.stdout)
    return first, second


@pytest.fixture
def house(shared: House) -> House:
    """The server of this file, whole again after what the test before did to it."""
    wait_until(lambda: len(web_workers(shared.server)) == 2, seconds=60, what="two web workers")
    shared.server.wait_ready(seconds=60)
    return shared


def web_workers(server: LiveServer) -> list[int]:
    """Return the pids of the processes that answer requests: granian's own children with many threads."""
    found = []
    for each in server.children().get("web", []):
        try:
            threads = len(os.listdir(f"/proc/{each.pid}/task"))
        except FileNotFoundError:
            continue
        if each.pid != each.session and threads > 3:
            found.append(each.pid)
    return found


@pytest.fixture(scope="module")
def shared() -> Iterator[House]:
    """One server for the tests of a file."""
    with temporary_folder("gongdan-fault-") as folder:
        server = LiveServer(folder / "instance", free_port(), MANY_GUESTS)
        agents = prepared(server)
        try:
            server.start()
            yield House(server, agents)
        finally:
            server.stop()
