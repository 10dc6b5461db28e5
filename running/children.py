"""The children of the supervisor: started behind a gate, their lines prefixed, noted in `run.json`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from running import processes
from support.core.words import spoken as _

# The child waits until it stands in run.json; should the supervisor die before, its end of the pipe
# closes and the child never begins. So no process of ours is ever unknown to the next start.
GATE = ["/bin/sh", "-c", 'read -r go && exec "$@" </dev/null', "gate"]
_GRACE = 4.0
# Granian ends when one of its workers dies twice within 5.5 s; people must not wait longer than this for the next.
_LONGEST_DELAY = 5.0
_STEADY = 60.0
_printing = threading.Lock()


def say(text: str, name: str = "gongdan") -> None:
    """Print one line with its origin; a closed terminal is no reason to stop."""
    try:
        with _printing:
            print(f"{name:<7} | {text}", flush=True)
    except OSError:
        pass


@dataclass(slots=True)
class Child:
    """A process that is kept running. `due` is the moment (monotonic) of the next start while it is down."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes]
    started: int
    since: float = field(default_factory=time.monotonic)
    failures: int = 0
    due: float | None = None


class Children:
    """Starts, restarts and ends children; `run.json` always names all that run."""

    def __init__(self, instance: Path, environ: dict[str, str]) -> None:
        self.environ = environ
        self._directory = instance
        self._notes = instance / "run.json"
        self._kept: list[Child] = []
        self._leaders: dict[int, tuple[str, int]] = {}

    def end_leftovers(self) -> int:
        """End what a killed supervisor of this instance left behind; return how many processes that were."""
        try:
            notes = json.loads(self._notes.read_text("utf-8"))
        except (OSError, ValueError):
            return 0
        if notes["boot"] != processes.boot_id():
            return 0
        leaders = [(each["pid"], each["started"]) for each in notes["children"]]
        count = sum(len(processes.members(*leader)) for leader in leaders)
        processes.end_sessions(leaders, grace=_GRACE)
        return count

    def keep(self, name: str, command: list[str]) -> Child:
        """Start `command` and keep it running under `name`."""
        process, started = self._spawn(name, command, prefixed=True)
        child = Child(name, command, process, started)
        self._kept.append(child)
        return child

    def step(self, name: str, command: list[str], stop: threading.Event) -> bool:
        """Run `command` to its end on our own terminal; False when it failed or `stop` was set first."""
        process, started = self._spawn(name, command, prefixed=False)
        while process.poll() is None and not stop.is_set():
            time.sleep(0.02)
        processes.end_sessions([(process.pid, started)], grace=_GRACE)
        del self._leaders[process.pid]
        return process.wait() == 0 and not stop.is_set()

    def mend(self) -> Child | None:
        """Restart what has died, with a growing delay; return the child that died three times in a row, if any."""
        now, broken = time.monotonic(), None
        for child in self._kept:
            if child.due is None and child.process.poll() is not None:
                self._bury(child, now)
                broken = child if child.failures >= 3 else broken
            elif child.due is not None and now >= child.due:
                child.process, child.started = self._spawn(child.name, child.command, prefixed=True)
                child.since, child.due = time.monotonic(), None
        return broken

    def end(self) -> None:
        """End all, the servers before the Valkey that they use, with the children of each."""
        last = [child for child in self._kept if child.name == "valkey"]
        first = [child for child in self._kept if child not in last]
        for group in (first, last):
            processes.end_sessions(
                [(child.process.pid, child.started) for child in group], grace=_GRACE
            )
            for child in group:
                child.process.wait()
        self._kept, self._leaders = [], {}
        self._note()

    def _bury(self, child: Child, now: float) -> None:
        """Note a death, end the children that the dead left, set the time of the restart."""
        processes.end_sessions([(child.process.pid, child.started)], grace=0)
        del self._leaders[child.process.pid]
        child.failures = 1 if now - child.since > _STEADY else child.failures + 1
        delay = min(0.25 * 2**child.failures, _LONGEST_DELAY)
        child.due = now + delay
        facts = {"name": child.name, "status": child.process.returncode, "delay": f"{delay:g}"}
        say(_("%(name)s ended with %(status)s; starting it again in %(delay)s s", **facts))

    def _spawn(
        self, name: str, command: list[str], *, prefixed: bool
    ) -> tuple[subprocess.Popen[bytes], int]:
        output = subprocess.PIPE if prefixed else None
        process = subprocess.Popen(
            [*GATE, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT if prefixed else None,
            env=self.environ,
            start_new_session=True,
        )
        started = processes.running()[process.pid].started
        self._leaders[process.pid] = (name, started)
        self._note()
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.close()
        if process.stdout is not None:
            threading.Thread(target=_relay, args=(name, process.stdout), daemon=True).start()
        return process, started

    def _note(self) -> None:
        notes = {
            "boot": processes.boot_id(),
            "supervisor": os.getpid(),
            "children": [
                {"name": name, "pid": pid, "started": started}
                for pid, (name, started) in self._leaders.items()
            ],
        }
        temporary = self._directory / ".run.json"
        temporary.write_text(json.dumps(notes, indent=1), "utf-8")
        temporary.replace(self._notes)


def _relay(name: str, stream: IO[bytes]) -> None:
    with stream:
        for line in stream:
            say(line.decode(sys.stdout.encoding or "utf-8", "replace").rstrip(), name)
