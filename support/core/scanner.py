"""The door to the virus scanner: any command that takes a path and answers by its exit code.

`clamdscan --no-summary --fdpass` does: 0 clean, 1 found something, anything else could not tell.
(`--fdpass`, because our files are readable by nobody else.)
"""

from __future__ import annotations

import logging
import shlex
import subprocess
from enum import StrEnum
from pathlib import Path

log = logging.getLogger(__name__)

SCAN_SECONDS = 60


class Verdict(StrEnum):
    """What a scan says. `NOT_SCANNED`: no scanner is configured, which is a fact and not a success."""

    CLEAN = "clean"
    BLOCKED = "blocked"
    UNAVAILABLE = "unavailable"
    NOT_SCANNED = "not_scanned"


def scan(path: Path, command: str) -> Verdict:
    """Scan the file at `path` with `command`; never raises: whatever goes wrong is `UNAVAILABLE`."""
    if not command:
        return Verdict.NOT_SCANNED
    try:
        done = subprocess.run(
            [*shlex.split(command), str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SCAN_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        log.exception("scanner_unavailable")
        return Verdict.UNAVAILABLE
    if done.returncode in (0, 1):
        return Verdict.BLOCKED if done.returncode else Verdict.CLEAN
    log.error("scanner_unavailable", extra={"status": done.returncode})
    return Verdict.UNAVAILABLE
