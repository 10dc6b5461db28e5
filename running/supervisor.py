"""`make run`: Valkey, a migrated database, demo data, then web, worker and tick until Ctrl-C.

For one machine and its demo. In production systemd does this (see `deploy/`).
"""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from running import valkey
from running.children import Children, say
from support.core.config import Config, ConfigError, load
from support.core.words import spoken as _

ROOT = Path(__file__).resolve().parent.parent
WEB_PROCESSES = 2
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""glibc keeps a heap for each of many threads; two are enough where one lock lets one of them run at a time."""
# A request holds a thread from its headers on, also while its body trickles in: enough of them that 200 slow
# senders do not stop the others (measured). They are made on demand; the database's pool limits who works.
WEB_THREADS = 128


class CannotRun(Exception):
    """The start has to be given up; the text says why and what helps."""


def web_command(port: int) -> list[str]:
    """Return the command of the web server on `port` of this machine only: the demo is not for others."""
    return [
        *(
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--factory",
            "app:create_web_app",
        ),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
        *("--backlog", "2048", "--backpressure", "1024", "--http1-header-read-timeout", "10000"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "3"),
        *("--no-ws", "--log-level", "error"),
    ]


def flask_command(*words: str) -> list[str]:
    """Return the command of `flask WORDS` in this environment."""
    return [sys.executable, "-m", "flask", "--app", "app", *words]


class Supervisor:
    """One run of one instance directory on one port."""

    def __init__(self, config: Config, port: int) -> None:
        self._config = config
        self._port = port
        self._stop = threading.Event()
        self._socket: Path | None = None
        default = config.public_url == Config(instance_dir=config.instance_dir).public_url
        self._address = f"http://localhost:{port}" if default else config.public_url
        environ = {"LOG_FORMAT": "text", **FEW_ARENAS, **os.environ, "PYTHONUNBUFFERED": "1"}
        environ |= {"INSTANCE_DIR": str(config.instance_dir), "PUBLIC_URL": self._address}
        self._children = Children(config.instance_dir, environ)

    def stop(self) -> None:
        """Ask for the end; safe to call from a signal handler, and twice."""
        self._stop.set()

    def run(self) -> None:
        """Run until `stop()`; raise `CannotRun` when something needed cannot be had."""
        self._config.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self._config.instance_dir / "run.lock"):
            if count := self._children.end_leftovers():
                say(_("ended processes that an earlier run had left: %(count)s", count=count))
            _check_port(self._port)
            try:
                self._start()
                self._watch()
            finally:
                self._children.end()
                if self._socket and self._socket.parent != self._config.instance_dir:
                    shutil.rmtree(self._socket.parent, ignore_errors=True)

    def _start(self) -> None:
        self._start_valkey()
        say(_("preparing the database"))
        self._step("db", "upgrade")
        if not (self._config.instance_dir / "demo-logins.json").exists():
            say(_("loading the demo data, once"))
            self._step("demo")
        self._step("ready")
        if self._stop.is_set():
            return
        say(_("starting"))
        self._children.keep("web", web_command(self._port))
        if self._children.environ.get("REDIS_URL") or self._config.redis_url:
            self._children.keep("worker", flask_command("worker"))
        self._children.keep("tick", flask_command("tick"))

    def _start_valkey(self) -> None:
        if self._config.redis_url:
            return
        server = valkey.find_server()
        if server is None:
            say(
                _(
                    "no Valkey or Redis found: running without, "
                    "messages leave within seconds all the same"
                )
            )
            return
        self._socket = valkey.choose_socket(self._config.instance_dir)
        self._socket.unlink(missing_ok=True)
        log = self._config.instance_dir / "valkey.log"
        self._children.keep("valkey", valkey.command(server, self._socket, log))
        if not valkey.wait_for(self._socket):
            raise CannotRun(
                _(
                    "%(server)s does not answer; its reason stands in %(log)s",
                    server=server,
                    log=log,
                )
            )
        self._children.environ["REDIS_URL"] = f"unix://{self._socket}"

    def _step(self, *words: str) -> None:
        if self._stop.is_set():
            return
        done = self._children.step(words[0], flask_command(*words), self._stop)
        if not done and not self._stop.is_set():
            command = f"flask {' '.join(words)}"
            raise CannotRun(_("`%(command)s` failed; its reason stands above", command=command))

    def _watch(self) -> None:
        ready = False
        while not self._stop.wait(0.1):
            broken = self._children.mend()
            if broken and not ready:
                raise CannotRun(
                    _("%(name)s does not start; its reason stands above", name=broken.name)
                )
            if not ready and _is_ready(self._port, self._address):
                ready = True
                self._welcome()
        say(_("stopping; the data stays where it is"))

    def _welcome(self) -> None:
        """Say where it is in both languages: this line is for everybody, and a container often names none."""
        say("")
        say(f"Gongdan is ready 工单已就绪:  {self._address}")
        if (self._config.instance_dir / "demo-logins.json").exists():
            say("Demo logins 演示账号:        make logins")
        say("Stop 停止:                  Ctrl-C")
        say("")


def _locked(path: Path) -> IO[str]:
    """Lock `path` until it is closed or we die; raise `CannotRun` when another run holds it."""
    lock = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CannotRun(
            _(
                "%(path)s is in use by a run that is still on; "
                "stop that one, or choose another INSTANCE_DIR=",
                path=path.parent,
            )
        ) from error
    return lock


def _check_port(port: int) -> None:
    """Raise `CannotRun` when `port` is taken under any address that "localhost" may mean."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            probe = socket.socket(family)
        except OSError:
            continue
        with probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError as error:
                raise CannotRun(
                    _(
                        "port %(port)s is not ours to take; choose another: make run PORT=8001",
                        port=port,
                    )
                ) from error
            except OSError as error:
                if family == socket.AF_INET or _listens(host, port):
                    raise CannotRun(
                        _(
                            "port %(port)s is taken by another program; "
                            "choose another: make run PORT=%(next)s",
                            port=port,
                            next=port + 1,
                        )
                    ) from error


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _is_ready(port: int, address: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": urlsplit(address).netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port(environ: dict[str, str]) -> int:
    text = environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotRun(
            _("PORT= must be a number from 1 to 65535, not %(value)s", value=repr(text))
        )
    return int(text)


def main() -> int:
    """Run this checkout until a signal; return the exit status."""
    os.chdir(ROOT)
    try:
        supervisor = Supervisor(load(), _port(dict(os.environ)))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: supervisor.stop())
        supervisor.run()
    except (CannotRun, ConfigError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
