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
from tests.fixtures.servers import free_port, temporary_folder

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


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """One server for the tests of a file; every test leaves it whole."""
    with temporary_folder("gongdan-fault-") as folder:
        server = LiveServer(folder / "instance", free_port(), {"OPERATOR_NAME": "Example"})
        agents = prepared(server)
        try:
            server.start()
            yield House(server, agents)
        finally:
            server.stop()
