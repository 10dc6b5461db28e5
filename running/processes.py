"""Processes of one instance: telling ours from strangers', and ending them with all their children.

Each child leads a session of its own. A number stays taken as long as its session has a member, so
"in the session of a leader that we started" still finds the workers of a leader that was killed.
"""

from __future__ import annotations

import calendar
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc/self/stat")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Process:
    """A running process: its session (elsewhere than on Linux its group) and when it started.

    `started` only compares with moments of the same boot: clock ticks on Linux, else seconds.
    """

    pid: int
    session: int
    started: int


def boot_id() -> str:
    """Name this boot of the machine; empty where the system does not tell."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""


def running() -> dict[int, Process]:
    """Return every process that runs now, by pid; those that ended but were not collected do not count."""
    if not _PROC.exists():
        return _from_ps()
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (process := _from_proc(int(entry))):
            found[process.pid] = process
    return found


def _from_proc(pid: int) -> Process | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in parentheses may itself hold spaces and parentheses: count from the last one.
    fields = stat.rpartition(")")[2].split()
    return (
        None if fields[0] in "ZX" else Process(pid, session=int(fields[3]), started=int(fields[19]))
    )


def _from_ps() -> dict[int, Process]:
    listing = subprocess.run(
        ["ps", "-axo", "pid=,pgid=,stat=,lstart="],
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = {}
    for line in listing.splitlines():
        pid, group, state, moment = line.split(None, 3)
        if not state.startswith("Z"):
            started = calendar.timegm(time.strptime(moment.strip(), "%a %b %d %H:%M:%S %Y"))
            found[int(pid)] = Process(int(pid), session=int(group), started=started)
    return found


def members(leader: int, started: int) -> list[Process]:
    """Return what still runs of the session that `leader` began at `started`, the leader included.

    Empty when the pid meanwhile belongs to somebody else.
    """
    now = running()
    if leader in now and now[leader].started != started:
        return []
    return [each for each in now.values() if each.session == leader and each.started >= started]


def send(processes: Iterable[Process], signum: signal.Signals) -> None:
    """Send a signal to each process; one that is already gone is no error."""
    for process in processes:
        try:
            os.kill(process.pid, signum)
        except ProcessLookupError:
            continue


def end_sessions(leaders: Iterable[tuple[int, int]], *, grace: float) -> None:
    """End the sessions of `(pid, started)` leaders: ask the leaders, wait at most `grace` seconds
    for them, then kill whoever is left."""
    leaders = list(leaders)
    send(
        (each for pid, started in leaders for each in members(pid, started) if each.pid == pid),
        signal.SIGTERM,
    )
    deadline = time.monotonic() + grace
    while (
        any(each.pid == pid for pid, at in leaders for each in members(pid, at))
        and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    # A fork between listing and killing escapes one round, so rounds go on until nobody is left.
    deadline = time.monotonic() + 5
    while (
        left := [each for leader in leaders for each in members(*leader)]
    ) and time.monotonic() < deadline:
        send(left, signal.SIGKILL)
        time.sleep(0.02)
