"""`python -m bench.retention`: a nightly run over 1 000 000 sign-ins, with somebody beside it who writes all the time.

Half of the rows are over their time and go, the other half are cut. It prints how long the run took, its longest
transaction, and the longest that the other one waited: neither may be above a second. `--rows` takes fewer. What a
transaction worked (its thread's own time) tells a busy machine from a long transaction.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from rich.console import Console
from sqlalchemy import Connection, event, func, insert, select

from app import create_app
from bench.site import new_database
from support.accounts.models import SignIn
from support.accounts.policy import Method, Outcome
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, insert_new, new_uid, transaction
from support.core.worker import TimerRun
from support.policies import queries_retention, service_retention
from tests.fixtures.servers import postgres, temporary_folder

ROWS, CHUNK = 1_000_000, 20_000
MOST = 1.0
PAUSE = 0.02
"""Between two writes of who writes beside."""


def main() -> int:
    """Measure on one engine; return the exit status: 1 where something held others up for more than a second."""
    parser = argparse.ArgumentParser(prog="python -m bench.retention", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seconds", type=float, default=inf, help="stop after so long")
    parser.add_argument("--beside", nargs=2, metavar=("INSTANCE", "URL"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.beside:
        return _write_beside(*options.beside)
    console = Console(stderr=True)
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder("gongdan-retention-"))
        url = f"sqlite:///{folder}/gongdan.db"
        if options.postgresql:
            url = new_database(stack.enter_context(postgres()), "retention")
        app = _application(folder, url)
        with app.app_context():
            flask_migrate.upgrade()
            console.print(f"writing {options.rows:,} sign-ins")
            _fill(options.rows)
            found = _measure(folder, url, options.seconds, console)
    console.print_json(json.dumps(found | {"rows": options.rows, "postgresql": options.postgresql}))
    return int(max(found["longest_transaction"], found["longest_wait_beside"]) > MOST)


def _application(folder: Path, url: str) -> Flask:
    return create_app(Config(instance_dir=folder, database_url=url, testing=True).with_changes())


def _fill(rows: int) -> None:
    """Write sign-ins of a year: those of its first half are over, of the rest the addresses are still whole."""
    now = utcnow()
    known: dict[str, Any] = {"method": Method.PASSWORD, "outcome": Outcome.OK, "network": None}
    for begin in range(0, rows, CHUNK):
        some = range(begin, min(begin + CHUNK, rows))
        with transaction() as session:
            values = [known | _sign_in(number, rows, now) for number in some]
            session.connection().execute(insert(SignIn.__table__), values)  # type: ignore[arg-type]


def _sign_in(number: int, rows: int, now: datetime) -> dict[str, Any]:
    over = number < rows // 2
    days = 200 + number % 160 if over else 40 + number % 100
    return {
        "at": now - timedelta(days=days, seconds=number % 86_400),
        "target_blind": (number % 50_000).to_bytes(8, "big"),
        "address": f"198.51.{number // 250 % 100}.{number % 250}",
        "device": "Firefox, Windows",
        "device_hash": None,
        "person_id": None,
    }


def _measure(folder: Path, url: str, seconds: float, console: Console) -> dict[str, Any]:
    """Carry a run out while another process writes, and return the figures."""
    command = [sys.executable, "-m", "bench.retention", "--beside", str(folder), url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as beside:
        assert beside.stdin
        assert beside.stdout
        beside.stdout.readline()  # it writes now
        with _transactions() as lasted:
            began = time.monotonic()
            steps = _run(seconds, console)
            took = time.monotonic() - began
        beside.stdin.close()
        other = json.loads(beside.stdout.readline())
    run = queries_retention.newest_run()
    total = queries_retention.totals_of(run.id)
    left = db.session.execute(select(func.count()).select_from(SignIn)).scalar_one()
    return {
        "seconds": round(took, 1),
        "slices": steps,
        "transactions": len(lasted),
        "longest_transaction": round(max(lasted)[0], 3),
        "longest_transaction_work": round(max(work for _whole, work in lasted), 3),
        "median_transaction": round(sorted(lasted)[len(lasted) // 2][0], 3),
        "ended": not run.is_open,
        "carried_out": total.done,
        "rows_left": left,
        "writes_beside": other["writes"],
        "longest_wait_beside": round(other["longest"], 3),
        "median_wait_beside": round(other["median"], 4),
    }


def _run(seconds: float, console: Console) -> int:
    """Carry out one whole run, slice by slice as the tick does, and say how far it is now and then."""
    now, slices, told = utcnow(), 0, time.monotonic()
    until = told + seconds
    run = service_retention.begin_run(SYSTEM, dry=False, now=now)
    while service_retention.go_on(run.id, now) and time.monotonic() < until:
        slices += 1
        if time.monotonic() - told > 10:
            told = time.monotonic()
            total = queries_retention.totals_of(run.id)
            console.print(f"{total.done:,} of {total.found:,}")
    return slices + 1


@contextmanager
def _transactions() -> Iterator[list[tuple[float, float]]]:
    """Collect how long each writing transaction lasted, from its lock to its end, and how much of that it worked."""
    lasted: list[tuple[float, float]] = []
    begun: dict[int, tuple[float, float]] = {}

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("gongdan_write"):
            begun[id(connection)] = time.monotonic(), time.thread_time()

    def end(connection: Connection) -> None:
        since = begun.pop(id(connection), None)
        if since is not None:
            lasted.append((time.monotonic() - since[0], time.thread_time() - since[1]))

    event.listen(db.engine, "begin", begin)
    event.listen(db.engine, "commit", end)
    event.listen(db.engine, "rollback", end)
    try:
        yield lasted
    finally:
        event.remove(db.engine, "begin", begin)
        event.remove(db.engine, "commit", end)
        event.remove(db.engine, "rollback", end)


def _write_beside(instance: str, url: str) -> int:
    """Write a row again and again until the input ends, and say how long each took."""
    waits: list[float] = []
    with _application(Path(instance), url).app_context():
        print("ready", flush=True)
        while not _ended():
            began = time.monotonic()
            with transaction():
                insert_new(TimerRun, task_slot=f"beside|{new_uid()}", at=utcnow())
            waits.append(time.monotonic() - began)
            time.sleep(PAUSE)
    said = {"writes": len(waits), "longest": max(waits), "median": sorted(waits)[len(waits) // 2]}
    print(json.dumps(said), flush=True)
    return 0


def _ended() -> bool:
    import select as polling

    readable, _writable, _failed = polling.select([sys.stdin], [], [], 0)
    return bool(readable)


if __name__ == "__main__":
    sys.exit(main())
