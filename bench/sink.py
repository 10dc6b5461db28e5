"""A real SMTP server in a process of its own: it notes when each message came, and keeps them all.

`python -m bench.sink PORT FOLDER`; it runs until it is ended.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """Writes each message to a file named by the moment it came (nanoseconds)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep the message."""
        (self._folder / f"{time.time_ns()}.eml").write_bytes(envelope.content)
        return "250 OK"


def main() -> None:
    """Serve until SIGTERM."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    controller = Controller(Sink(folder), hostname="127.0.0.1", port=port)
    controller.start()
    signal.pause()


if __name__ == "__main__":
    main()
