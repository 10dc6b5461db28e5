"""The case `deliver`: the worker's drain against a raw SMTP loop with the same messages, into a real SMTP server.

`python -m bench.deliver` drains as the worker does. The rate is read from the moments at which messages came in,
so that the start of a process does not count.
"""

from __future__ import annotations

import smtplib
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from app import create_app
from bench.client import Sample
from bench.report import Result
from bench.site import Site
from running.supervisor import ROOT
from support.core import outbox
from support.core.db import db, transaction
from support.notifications import service
from tests.fixtures.servers import free_port, temporary_folder, tied, wait_until

UNIT = "messages/s"


def measure(site: Site, engine: str, *, rounds: int, number: int) -> Result:
    """Deliver `number` messages in each round, ours and the raw loop in turn."""
    ours: list[Sample] = []
    floor: list[Sample] = []
    with temporary_folder("gongdan-sink-") as folder:
        port = free_port()
        with tied([sys.executable, "-m", "bench.sink", str(port), str(folder)], signum="TERM"):
            wait_until(lambda: _listens(port), seconds=20, what="the SMTP server listens")
            for turn in range(rounds):
                _tell(site, f"bench {turn}", number)
                _drain(site, port)
                messages = [path.read_bytes() for path in sorted(folder.iterdir())]
                ours.append(_taken(folder, number))
                with smtplib.SMTP("127.0.0.1", port, "localhost") as door:
                    for message in messages:
                        door.sendmail("desk@localhost", ["mailed@example.com"], message)
                floor.append(_taken(folder, number))
    return Result.of(engine, "deliver", site.number, ours, floor, UNIT)


def main() -> None:
    """Carry out everything that is due."""
    with create_app().app_context():
        while outbox.drain():
            pass


def _tell(site: Site, name: str, number: int) -> None:
    with site.app.app_context():
        with transaction():
            for turn in range(number):
                service.tell(
                    site.mailed,
                    "notifications.password_changed",
                    about=f"person:{site.mailed}",
                    key=f"{name} {turn}",
                    ids={"person": site.mailed, "how": "changed"},
                )
        db.session.remove()


def _drain(site: Site, port: int) -> None:
    environ = {**site.environ, "SMTP_URL": f"smtp://127.0.0.1:{port}"}
    with (site.folder / "drain.log").open("ab") as log:
        subprocess.run(
            [sys.executable, "-m", "bench.deliver"], cwd=ROOT, env=environ, check=True, stderr=log
        )


def _taken(folder: Path, number: int) -> Sample:
    """Take the messages out of the sink's folder and return how fast they came."""
    paths = sorted(folder.iterdir())
    assert len(paths) >= number, f"{len(paths)} of {number} messages arrived"
    moments = [int(path.stem) / 1e9 for path in paths]
    size = max(path.stat().st_size for path in paths)
    for path in paths:
        path.unlink()
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    return Sample(moments[-1] - moments[0], gaps, size)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
